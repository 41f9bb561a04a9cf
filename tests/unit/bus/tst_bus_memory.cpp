// The bus in memory and its virtual clock: the behaviour of ports, faults that do what they say,
// equal runs for equal seeds.

#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"

#include <QtTest>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace drover::bus;

namespace {

// One control and one agent that talk.
struct Pair
{
    explicit Pair(std::uint64_t seed) : world(seed), bus(*network, seed) {}

    VirtualWorld world;
    std::unique_ptr<VirtualExecutor> network = world.executor("network");
    MemoryBus bus;
    std::unique_ptr<VirtualExecutor> controlThread = world.executor("control");
    std::unique_ptr<VirtualExecutor> agentThread = world.executor("agent");
    std::unique_ptr<RequestServer> server;
    std::unique_ptr<RequestClient> client;
    std::vector<std::pair<Peer, Frame>> requests;
    std::vector<Peer> gone;
    std::vector<Frame> answers;
    std::vector<LinkState> links;

    void startServer()
    {
        server = bus.requestServer(*controlThread, "c", "c:4523");
        server->onFrame([this](const Peer& peer, Frame frame) {
            requests.emplace_back(peer, frame);
            server->send(peer, "re:" + frame);
        });
        server->onPeerGone([this](const Peer& peer) { gone.push_back(peer); });
    }
    void startClient(const std::string& user = "ann")
    {
        client = bus.requestClient(*agentThread, "a", "c:4523", user);
        client->onFrame([this](Frame frame) { answers.push_back(std::move(frame)); });
        client->onLink([this](const LinkState& state) { links.push_back(state); });
    }
    [[nodiscard]] bool is(Link link) const { return !links.empty() && links.back().link == link; }
    bool until(const std::function<bool()>& condition, Duration atMost = Duration(60000))
    {
        return world.runUntil(condition, atMost);
    }
    void start()
    {
        startServer();
        startClient();
        until([this] { return is(Link::Up); });
    }
};

// A run with every fault at once; returns what identifies it.
std::pair<std::uint64_t, std::vector<Frame>> faultyRun(std::uint64_t seed)
{
    Pair pair(seed);
    pair.start();
    LinkFaults faults;
    faults.jitter = Duration(20);
    faults.drop = 0.2;
    faults.duplicate = 0.2;
    faults.reorder = 0.2;
    pair.bus.setDefaultFaults(faults);
    for (int i = 0; i < 200; ++i) {
        pair.client->send(std::to_string(i));
        pair.world.runFor(Duration(3));
        if (i == 100)
            pair.bus.disconnect("a", "c");
    }
    pair.world.runFor(Duration(10000));
    return {pair.bus.trace(), pair.answers};
}

} // namespace

class TestBusMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clockMovesOnlyWhenNothingIsLeftToDo()
    {
        VirtualWorld world(1);
        const auto thread = world.executor("t");
        std::vector<std::string> order;
        const auto late = thread->after(Duration(10), [&] { order.push_back("late"); });
        thread->post([&] {
            order.push_back("first");
            thread->whenIdle([&] { order.push_back("idle"); });
            thread->post([&] { order.push_back("second"); });
        });
        world.runFor(Duration(9));
        QCOMPARE(order, (std::vector<std::string>{"first", "second", "idle"}));
        world.runFor(Duration(1));
        QCOMPARE(order.back(), std::string("late"));
        QCOMPARE(world.now().time_since_epoch(), Duration(10));
    }

    void pausedExecutorRunsLaterInOrderAndForgetsWhatWasTakenBack()
    {
        VirtualWorld world(1);
        const auto paused = world.executor("paused");
        const auto other = world.executor("other");
        std::string ran;
        paused->post([&] { ran += 'a'; });
        paused->whenIdle([&] { ran += 'i'; });
        const auto timer = paused->after(Duration{10}, [&] { ran += 'b'; });
        auto dropped = paused->after(Duration{20}, [&] { ran += 'x'; });
        const auto late = paused->after(Duration{200}, [&] { ran += 'c'; });
        const auto beside = other->after(Duration{50}, [&] {
            ran += 'o';
            dropped.reset(); // it was put off already
        });
        world.pause(*paused, Duration{100});
        world.runFor(Duration{99});
        QCOMPARE(ran, std::string("o"));
        world.runFor(Duration{1});
        QCOMPARE(ran, std::string("oabi"));
        QVERIFY(world.runUntilIdle());
        QCOMPARE(ran, std::string("oabic"));
    }

    void destroyedSubscriptionsAndExecutorsNeverRun()
    {
        VirtualWorld world(1);
        auto thread = world.executor("t");
        int count = 0;
        auto undone = thread->after(Duration(5), [&] { ++count; });
        undone.reset();
        thread->post([&] { ++count; });
        thread->whenIdle([&] { ++count; });
        auto outlives = thread->after(Duration(5), [&] { ++count; });
        thread.reset();
        QVERIFY(world.runUntilIdle());
        QCOMPARE(count, 0);
    }

    void requestIsAnsweredAndPeerIsNamed()
    {
        Pair pair(1);
        pair.start();
        QCOMPARE(pair.client->send("hello"), SendResult::Taken);
        QVERIFY(pair.until([&] { return pair.answers.size() == 1; }));
        QCOMPARE(pair.answers.front(), std::string("re:hello"));
        QCOMPARE(pair.requests.front().first.user, std::string("ann"));
        pair.client.reset();
        QVERIFY(pair.until([&] { return pair.gone.size() == 1; }));
        QCOMPARE(pair.gone.front(), pair.requests.front().first);
        QCOMPARE(pair.server->send(pair.gone.front(), "late"), SendResult::PeerGone);
    }

    void framesOfOneInstantAreOneBatch()
    {
        Pair pair(1);
        pair.start();
        std::vector<std::size_t> batches;
        std::size_t pending = 0;
        pair.server->onFrame([&](const Peer&, const Frame&) {
            if (pending++ == 0)
                pair.controlThread->whenIdle([&] { batches.push_back(std::exchange(pending, 0)); });
        });
        for (int i = 0; i < 50; ++i)
            pair.client->send("x");
        pair.world.runFor(Duration(100));
        QCOMPARE(batches, std::vector<std::size_t>{50});
    }

    void sameSeedSameRunAndAnotherSeedAnother()
    {
        const auto first = faultyRun(7);
        const auto again = faultyRun(7);
        QCOMPARE(first.first, again.first);
        QCOMPARE(first.second, again.second);
        QVERIFY(faultyRun(8).first != first.first);
    }

    void withoutFaultsNothingIsLostAndOrderIsKept()
    {
        Pair pair(3);
        LinkFaults jitter;
        jitter.jitter = Duration(50);
        pair.bus.setDefaultFaults(jitter);
        pair.start();
        for (int i = 0; i < 500; ++i)
            QCOMPARE(pair.client->send(std::to_string(i)), SendResult::Taken);
        pair.world.runFor(Duration(1000));
        QCOMPARE(pair.answers.size(), std::size_t{500});
        for (std::size_t i = 0; i < 500; ++i)
            QCOMPARE(pair.answers[i], "re:" + std::to_string(i));
    }

    void faultsDoWhatTheySay_data()
    {
        QTest::addColumn<double>("drop");
        QTest::addColumn<double>("duplicate");
        QTest::addColumn<double>("reorder");
        QTest::addColumn<double>("late");
        QTest::newRow("drop") << 1.0 << 0.0 << 0.0 << 0.0;
        QTest::newRow("duplicate") << 0.0 << 1.0 << 0.0 << 0.0;
        QTest::newRow("reorder") << 0.0 << 0.0 << 0.5 << 0.0;
        QTest::newRow("late") << 0.0 << 0.0 << 0.0 << 0.5;
    }
    void faultsDoWhatTheySay()
    {
        QFETCH(double, drop);
        QFETCH(double, duplicate);
        QFETCH(double, reorder);
        QFETCH(double, late);
        Pair pair(5);
        pair.start();
        LinkFaults faults;
        faults.drop = drop;
        faults.duplicate = duplicate;
        faults.reorder = reorder;
        faults.late = late;
        pair.bus.setFaults("a", "c", faults); // there only: answers come back unharmed
        for (int i = 0; i < 100; ++i)
            pair.client->send(std::to_string(i));
        pair.world.runFor(Duration(1000));
        const FaultCounts& counts = pair.bus.faultCounts();
        QCOMPARE(counts.dropped, drop > 0 ? 100U : 0U);
        QCOMPARE(counts.duplicated, duplicate > 0 ? 100U : 0U);
        QCOMPARE(counts.reordered > 0, reorder > 0);
        QCOMPARE(counts.late > 0, late > 0);
        QCOMPARE(pair.requests.size() < 100, drop > 0 || late > 0);
        pair.world.runFor(MemoryBus::kLateness);
        const std::size_t expected = drop > 0 ? 0 : duplicate > 0 ? 200 : 100;
        QCOMPARE(pair.requests.size(), expected);
        QCOMPARE(pair.answers.size(), expected);
        std::vector<int> numbers;
        for (const auto& request : pair.requests)
            numbers.push_back(std::stoi(request.second));
        QCOMPARE(std::is_sorted(numbers.begin(), numbers.end()), reorder == 0 && late == 0);
    }

    void delayIsTheLinksOwn()
    {
        Pair pair(5);
        pair.start();
        LinkFaults slow;
        slow.delay = Duration(250);
        pair.bus.setFaults("c", "a", slow);
        const auto before = pair.world.now();
        pair.client->send("x");
        QVERIFY(pair.until([&] { return pair.answers.size() == 1; }));
        QCOMPARE(pair.world.now() - before, Duration(251));
    }

    void redirectedHostReachesTheOtherOneAtItsNextConnect()
    {
        Pair pair(5);
        pair.start();
        const auto otherThread = pair.world.executor("other");
        const auto other = pair.bus.requestServer(*otherThread, "o", "o:1");
        std::vector<Frame> heard;
        other->onFrame([&](const Peer&, Frame frame) { heard.push_back(std::move(frame)); });
        pair.bus.redirect("a", "c:4523", "o:1");
        pair.client->send("first");
        pair.world.runFor(Duration(100));
        QVERIFY(heard.empty());
        QCOMPARE(pair.requests.size(), std::size_t{1});
        pair.bus.disconnect("a", "c");
        pair.world.runFor(Duration(5000));
        pair.client->send("second");
        pair.world.runFor(Duration(100));
        QCOMPARE(heard, std::vector<Frame>{"second"});
        QCOMPARE(pair.requests.size(), std::size_t{1});
    }

    void shortPartitionHoldsFramesAndLongOneEndsTheConnection()
    {
        Pair pair(5);
        pair.start();
        pair.bus.partition("a", "c");
        QCOMPARE(pair.client->send("held"), SendResult::Taken);
        pair.world.runFor(Duration(3000));
        QVERIFY(pair.requests.empty());
        pair.bus.heal("a", "c");
        QVERIFY(pair.until([&] { return pair.answers.size() == 1; }));
        QVERIFY(pair.is(Link::Up));

        pair.bus.partition("a", "c");
        pair.client->send("lost");
        QVERIFY(pair.until([&] { return pair.gone.size() == 1 && pair.is(Link::Connecting); },
                           MemoryBus::kSilence));
        QVERIFY(!pair.links.back().reason.empty());
        QCOMPARE(pair.client->send("refused"), SendResult::PeerGone);
        pair.world.runFor(Duration(60000));
        pair.bus.heal("a", "c");
        QVERIFY(pair.until([&] { return pair.is(Link::Up); }, Duration(10000)));
        pair.client->send("again");
        QVERIFY(pair.until([&] { return pair.answers.size() == 2; }));
        QCOMPARE(pair.answers.back(), std::string("re:again"));
        QVERIFY(pair.requests.back().first.connection != pair.requests.front().first.connection);
    }

    // The client gave the connection up; the server's end still gets what was sent on it.
    void whatWasSentOnAConnectionMayComeAfterTheNextOneIsUp()
    {
        bool overtaken = false;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Pair pair(seed);
            pair.start();
            LinkFaults faults;
            faults.linger = 1;
            pair.bus.setDefaultFaults(faults);
            pair.bus.partition("a", "c");
            pair.client->send("old");
            QVERIFY(pair.until([&] { return pair.is(Link::Connecting); }, MemoryBus::kSilence));
            QVERIFY(pair.gone.empty());
            faults.linger = 0;
            pair.bus.setFaults("a", "c", faults);
            pair.bus.setFaults("c", "a", faults);
            QVERIFY(pair.until([&] { return pair.is(Link::Up); }, MemoryBus::kLateness));
            pair.client->send("new");
            QVERIFY(pair.until([&] { return pair.requests.size() == 2 && pair.gone.size() == 1; },
                               MemoryBus::kLateness));
            pair.world.runFor(Duration(100));
            QVERIFY(pair.requests[0].first.connection != pair.requests[1].first.connection);
            QCOMPARE(pair.answers, std::vector<Frame>{"re:new"});
            overtaken = overtaken || pair.requests[1].second == "old";
        }
        QVERIFY(overtaken);
    }

    void oneWayPartitionEndsTheConnectionToo()
    {
        Pair pair(5);
        pair.start();
        LinkFaults cut;
        cut.cut = true;
        pair.bus.setFaults("c", "a", cut);
        pair.client->send("heard");
        QVERIFY(pair.until([&] { return pair.requests.size() == 1; }, Duration(100)));
        QVERIFY(pair.until([&] { return pair.is(Link::Connecting) && pair.gone.size() == 1; },
                           MemoryBus::kSilence));
        QVERIFY(pair.answers.empty());
    }

    void disconnectLosesWhatIsOnTheWayAndTheClientReturns()
    {
        Pair pair(5);
        pair.start();
        pair.client->send("x");
        pair.bus.disconnect("a", "c");
        QVERIFY(pair.until([&] { return pair.is(Link::Connecting); }));
        QVERIFY(pair.until([&] { return pair.is(Link::Up); }));
        QVERIFY(pair.requests.empty());
    }

    void crashOfControlIsSeenAndItsReturnToo()
    {
        Pair pair(5);
        pair.start();
        pair.client->send("1");
        QVERIFY(pair.until([&] { return pair.answers.size() == 1; }));
        pair.server.reset();
        pair.controlThread.reset();
        QVERIFY(pair.until([&] { return pair.is(Link::Connecting); }));
        pair.world.runFor(Duration(20000));
        pair.controlThread = pair.world.executor("control");
        pair.startServer();
        QVERIFY(pair.until([&] { return pair.is(Link::Up); }, Duration(10000)));
        pair.client->send("2");
        QVERIFY(pair.until([&] { return pair.answers.size() == 2; }));
    }

    void deniedUserIsRefusedWithAReasonAndCutWhenRevoked()
    {
        Pair pair(5);
        pair.start();
        pair.bus.deny("ann");
        pair.server->cutUser("ann");
        QVERIFY(pair.until([&] { return pair.is(Link::Refused); }));
        QVERIFY(!pair.links.back().reason.empty());
        pair.bus.allow("ann");
        QVERIFY(pair.until([&] { return pair.is(Link::Up); }));
    }

    void eventsReachOnlyThoseWhomTheGateAdmits()
    {
        Pair pair(5);
        auto publisher = pair.bus.publisher(*pair.controlThread, "c", "c:4524");
        publisher->setGate([](const Peer& peer, std::string_view topic) {
            return peer.user == "ann" && topic == "config/";
        });
        const auto reader = [&](const std::string& user, std::vector<Frame>& frames) {
            auto port = pair.bus.subscriber(*pair.agentThread, user, "c:4524", user);
            port->subscribe("config/");
            port->onFrame(
                [&frames](std::string_view, Frame frame) { frames.push_back(std::move(frame)); });
            return port;
        };
        std::vector<Frame> annGot;
        std::vector<Frame> bobGot;
        const auto ann = reader("ann", annGot);
        const auto bob = reader("bob", bobGot);
        pair.world.runFor(Duration(100));
        publisher->publish("config/", "1");
        publisher->publish("state/", "2");
        QVERIFY(pair.until([&] { return annGot.size() == 1; }));
        pair.bus.disconnect("ann", "c");
        pair.world.runFor(Duration(1000)); // comes back and subscribes again
        publisher->publish("config/", "3");
        pair.world.runFor(Duration(1000));
        QCOMPARE(annGot, (std::vector<Frame>{"1", "3"}));
        QVERIFY(bobGot.empty());
    }

    void slowReaderLosesFramesOthersDoNot()
    {
        Pair pair(5);
        auto publisher = pair.bus.publisher(*pair.controlThread, "c", "c:4524");
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        std::size_t fast = 0;
        std::size_t slow = 0;
        auto first = pair.bus.subscriber(*pair.agentThread, "fast", "c:4524", "ann");
        auto second = pair.bus.subscriber(*pair.agentThread, "slow", "c:4524", "bob");
        first->subscribe("t/");
        second->subscribe("t/");
        first->onFrame([&](std::string_view, const Frame&) { ++fast; });
        second->onFrame([&](std::string_view, const Frame&) { ++slow; });
        pair.world.runFor(Duration(100));
        LinkFaults far;
        far.delay = Duration(100000);
        pair.bus.setFaults("c", "slow", far);
        for (int i = 0; i < 3000; ++i) {
            publisher->publish("t/", "x");
            pair.world.runFor(Duration(2));
        }
        pair.world.runFor(Duration(200000));
        QCOMPARE(fast, std::size_t{3000});
        QCOMPARE(slow, MemoryBus::kHighWater);
    }
};

QTEST_APPLESS_MAIN(TestBusMemory)
#include "tst_bus_memory.moc"
