// RouterServer and DealerClient over real CURVE connections.

#include "bus/transport/sockets.h"
#include "tests/support/bus_fixture.h"

#include <QtTest>

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace drover::bus;
using drover::test::BusFixture;

namespace {

// Answers every frame with itself, and keeps what it saw.
struct Echo
{
    std::unique_ptr<RouterServer> port;
    std::vector<Peer> peers;
    std::vector<Peer> gone;

    explicit Echo(std::unique_ptr<RouterServer> server) : port(std::move(server))
    {
        port->onFrame([this](const Peer& peer, Frame frame) {
            peers.push_back(peer);
            port->send(peer, std::move(frame));
        });
        port->onPeerGone([this](const Peer& peer) { gone.push_back(peer); });
    }
};

struct Asker
{
    std::unique_ptr<DealerClient> port;
    std::vector<Frame> answers;
    std::vector<LinkState> links;

    explicit Asker(std::unique_ptr<DealerClient> client) : port(std::move(client))
    {
        port->onFrame([this](Frame frame) { answers.push_back(std::move(frame)); });
        port->onLink([this](const LinkState& state) { links.push_back(state); });
    }
    [[nodiscard]] bool is(Link link) const { return !links.empty() && links.back().link == link; }
};

// A connected TCP socket that says nothing.
int silentConnection(int port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd
                                                                                           : -1;
}

} // namespace

class TestBusRequests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knownKeyGetsAnAnswer()
    {
        BusFixture bus;
        Echo echo(bus.server());
        Asker asker(bus.client(echo.port->endpoint(), bus.admitted("ann")));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        QCOMPARE(asker.port->send("hello"), SendResult::Taken);
        QVERIFY(bus.until([&] { return !asker.answers.empty(); }));
        QCOMPARE(asker.answers.front(), std::string("hello"));
        QCOMPARE(echo.peers.front().user, std::string("ann"));
        QCOMPARE(echo.peers.front().address, std::string("127.0.0.1"));
        asker.port.reset();
        QVERIFY(bus.until([&] { return echo.gone.size() == 1; }));
        QCOMPARE(echo.gone.front(), echo.peers.front());
        QCOMPARE(echo.port->send(echo.gone.front(), "late"), SendResult::PeerGone);
    }

    void unknownKeyIsRefusedWithAReasonAndAdmittedLater()
    {
        BusFixture bus;
        Echo echo(bus.server());
        const auto keys = *generateKeyPair();
        Asker asker(bus.client(echo.port->endpoint(), keys));
        QVERIFY(bus.until([&] { return asker.is(Link::Refused); }));
        QVERIFY(asker.links.back().reason.find("refused this key") != std::string::npos);
        QCOMPARE(asker.port->send("hello"), SendResult::PeerGone);
        QVERIFY(echo.peers.empty());
        QVERIFY(bus.context.authenticator().setKey(keys.publicKey, "ann").hasValue());
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        asker.port->send("hello");
        QVERIFY(bus.until([&] { return !asker.answers.empty(); }));
    }

    void wrongServerKeyNeverComesUpAndSaysWhy()
    {
        BusFixture bus;
        Echo echo(bus.server());
        auto options = bus.clientOptions(echo.port->endpoint(), bus.admitted("ann"));
        options.serverKey = generateKeyPair()->publicKey;
        Asker asker(*DealerClient::connect(bus.reactor, bus.context, options));
        QVERIFY(bus.until([&] {
            return !asker.links.empty() &&
                   asker.links.back().reason.find("public key") != std::string::npos;
        }));
        QVERIFY(!asker.is(Link::Up));
    }

    void nobodyThereSaysSo()
    {
        BusFixture bus;
        const std::string endpoint = bus.server()->endpoint(); // and gone again
        Asker asker(bus.client(endpoint, bus.admitted("ann")));
        QVERIFY(bus.until([&] {
            return !asker.links.empty() &&
                   asker.links.back().reason.find("nobody answers") != std::string::npos;
        }));
    }

    void removedKeyIsCutAtOnceAndRefused()
    {
        BusFixture bus;
        Echo echo(bus.server());
        const auto keys = bus.admitted("ann");
        Asker ann(bus.client(echo.port->endpoint(), keys));
        Asker bob(bus.client(echo.port->endpoint(), bus.admitted("bob")));
        QVERIFY(bus.until([&] { return ann.is(Link::Up) && bob.is(Link::Up); }));
        ann.port->send("1");
        bob.port->send("1");
        QVERIFY(bus.until([&] { return ann.answers.size() == 1 && bob.answers.size() == 1; }));
        bus.context.authenticator().removeKey(keys.publicKey);
        const auto before = std::chrono::steady_clock::now();
        echo.port->cutUser("ann");
        QVERIFY(bus.until([&] { return echo.gone.size() == 1; }));
        QVERIFY(std::chrono::steady_clock::now() - before < std::chrono::seconds(1));
        QCOMPARE(echo.gone.front().user, std::string("ann"));
        QVERIFY(bus.until([&] { return ann.is(Link::Refused); }));
        bob.port->send("2");
        QVERIFY(bus.until([&] { return bob.answers.size() == 2; }));
        QVERIFY(std::none_of(bob.links.begin(), bob.links.end(),
                             [](const LinkState& s) { return s.link == Link::Refused; }));
    }

    void connectionThatNeverSpokeIsCutAtItsFirstFrameWhenItsKeyWasRemoved()
    {
        BusFixture bus;
        Echo echo(bus.server());
        const auto keys = bus.admitted("ann");
        Asker ann(bus.client(echo.port->endpoint(), keys));
        QVERIFY(bus.until([&] { return ann.is(Link::Up); }));
        bus.context.authenticator().removeKey(keys.publicKey);
        echo.port->cutUser("ann"); // knows nothing of the connection yet
        ann.port->send("hello");
        QVERIFY(bus.until([&] { return ann.is(Link::Refused); }));
        QVERIFY(echo.peers.empty());
    }

    void reqSocketIsAnsweredInItsOwnEnvelope()
    {
        BusFixture bus;
        Echo echo(bus.server());
        const auto keys = bus.admitted("ann");
        zmq::socket_t req(bus.context.zmq(), zmq::socket_type::req);
        req.set(zmq::sockopt::linger, 0);
        secureClient(req, keys, bus.serverKeys.publicKey);
        req.connect(echo.port->endpoint());
        for (const std::string text : {"one", "", "three"}) {
            QVERIFY(transmit(req, text, false) == Io::Done);
            zmq::message_t answer;
            QVERIFY(bus.until([&] { return receive(req, answer) == Io::Done; }));
            QCOMPARE(answer.to_string(), text);
            QVERIFY(!answer.more());
        }
    }

    void messageOfTooManyPartsEndsItsConnection()
    {
        BusFixture bus;
        Echo echo(bus.server());
        zmq::socket_t dealer(bus.context.zmq(), zmq::socket_type::dealer);
        dealer.set(zmq::sockopt::linger, 0);
        secureClient(dealer, bus.admitted("ann"), bus.serverKeys.publicKey);
        dealer.connect(echo.port->endpoint());
        transmit(dealer, "good", false);
        zmq::message_t answer;
        QVERIFY(bus.until([&] { return receive(dealer, answer) == Io::Done; }));
        for (int i = 0; i < 4; ++i)
            transmit(dealer, "x", i < 3);
        QVERIFY(bus.until([&] { return echo.gone.size() == 1; }));
        QCOMPARE(echo.peers.size(), std::size_t{1});
    }

    void manyInFlightAllAnsweredInOrder()
    {
        BusFixture bus;
        Echo echo(bus.server());
        std::vector<std::unique_ptr<Asker>> askers;
        for (int i = 0; i < 8; ++i) {
            askers.push_back(std::make_unique<Asker>(
                bus.client(echo.port->endpoint(), bus.admitted("u" + std::to_string(i)))));
        }
        QVERIFY(bus.until([&] {
            return std::all_of(askers.begin(), askers.end(),
                               [](const auto& a) { return a->is(Link::Up); });
        }));
        for (int n = 0; n < 100; ++n)
            for (auto& asker : askers)
                QCOMPARE(asker->port->send(std::to_string(n)), SendResult::Taken);
        for (auto& asker : askers) {
            QVERIFY(bus.until([&] { return asker->answers.size() == 100; }));
            for (int n = 0; n < 100; ++n)
                QCOMPARE(asker->answers[static_cast<std::size_t>(n)], std::to_string(n));
        }
        std::set<std::uint64_t> connections;
        for (const auto& peer : echo.peers)
            connections.insert(peer.connection);
        QCOMPARE(connections.size(), std::size_t{8});
    }

    void burstOfAThousandLosesNone()
    {
        BusFixture bus;
        Echo echo(bus.server());
        Asker asker(bus.client(echo.port->endpoint(), bus.admitted("ann")));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        for (int n = 0; n < 1000; ++n)
            QCOMPARE(asker.port->send(std::to_string(n)), SendResult::Taken);
        QVERIFY(bus.until([&] { return asker.answers.size() == 1000; }));
        for (int n = 0; n < 1000; ++n)
            QCOMPARE(asker.answers[static_cast<std::size_t>(n)], std::to_string(n));
    }

    void oversizeIsRefusedBySenderAndCutByServer()
    {
        BusFixture bus;
        Echo echo(bus.server());
        const auto keys = bus.admitted("ann");
        Asker asker(bus.client(echo.port->endpoint(), keys));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        QCOMPARE(asker.port->send(Frame(kSoftFrameLimit + 1, 'x')), SendResult::TooLarge);
        QCOMPARE(asker.port->send(Frame(kSoftFrameLimit, 'x')), SendResult::Taken);
        QVERIFY(bus.until([&] { return asker.answers.size() == 1; }));
        QCOMPARE(echo.port->send(echo.peers.front(), Frame(kSoftFrameLimit + 1, 'x')),
                 SendResult::TooLarge);

        zmq::socket_t rude(bus.context.zmq(), zmq::socket_type::dealer);
        rude.set(zmq::sockopt::linger, 0);
        secureClient(rude, keys, bus.serverKeys.publicKey);
        rude.connect(echo.port->endpoint());
        transmit(rude, "first", false);
        zmq::message_t answer;
        QVERIFY(bus.until([&] { return receive(rude, answer) == Io::Done; }));
        const auto seen = echo.peers.size();
        transmit(rude, Frame(kHardFrameLimit + 1, 'x'), false);
        QVERIFY(bus.until([&] { return echo.gone.size() == 1; }));
        QCOMPARE(echo.peers.size(), seen);
    }

    void clientReturnsAfterTheServerWasRestarted()
    {
        BusFixture bus;
        auto echo = std::make_unique<Echo>(bus.server());
        const std::string endpoint = echo->port->endpoint();
        Asker asker(bus.client(endpoint, bus.admitted("ann")));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        asker.port->send("1");
        QVERIFY(bus.until([&] { return asker.answers.size() == 1; }));
        echo.reset();
        QVERIFY(bus.until([&] { return asker.is(Link::Connecting); }));
        QVERIFY(!asker.links.back().reason.empty());
        QCOMPARE(asker.port->send("lost"), SendResult::PeerGone);
        std::unique_ptr<RouterServer> again;
        QVERIFY(bus.until([&] {
            // The old socket is closed by the I/O thread, a moment after its owner destroyed it.
            RouterServerOptions options;
            options.endpoint = endpoint;
            options.keys = bus.serverKeys;
            auto bound = RouterServer::bind(bus.reactor, bus.context, options);
            if (bound)
                again = std::move(*bound);
            return again != nullptr;
        }));
        echo = std::make_unique<Echo>(std::move(again));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        asker.port->send("2");
        QVERIFY(bus.until([&] { return asker.answers.size() == 2; }));
        QCOMPARE(asker.answers.back(), std::string("2")); // "lost" was never sent late
    }

    void silentConnectionsAreBoundedAndHurtNobody()
    {
        BusFixture bus;
        RouterServerOptions options;
        options.endpoint = "tcp://127.0.0.1:*";
        options.keys = bus.serverKeys;
        options.limits.mostSilent = 20;
        Echo echo(*RouterServer::bind(bus.reactor, bus.context, options));
        std::vector<int> silent;
        for (int i = 0; i < 100; ++i)
            silent.push_back(silentConnection(portOf(echo.port->endpoint())));
        // The oldest of them see the end of their connection before the handshake's own limit of 3
        // s is over.
        const auto ended = [&] {
            return std::count_if(silent.begin(), silent.end(), [](int fd) {
                // libzmq greets first: what it said is read and thrown away
                char bytes[256];
                for (;;) {
                    const auto got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
                    if (got <= 0)
                        return got == 0 || errno == ECONNRESET;
                }
            });
        };
        QVERIFY(bus.until([&] { return ended() == 80; }, Duration(2500)));
        Asker asker(bus.client(echo.port->endpoint(), bus.admitted("ann")));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        asker.port->send("hello");
        QVERIFY(bus.until([&] { return asker.answers.size() == 1; }));
        for (const int fd : silent)
            ::close(fd);
    }

    void destructionNeverHangsOnUnsentFrames()
    {
        const auto before = std::chrono::steady_clock::now();
        {
            BusFixture bus;
            Echo echo(bus.server());
            Asker asker(bus.client(echo.port->endpoint(), bus.admitted("ann")));
            QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
            for (int i = 0; i < 500; ++i)
                asker.port->send(Frame(100000, 'x'));
            Asker nowhere(bus.client("tcp://127.0.0.1:9", bus.admitted("bob")));
        }
        QVERIFY(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
    }

    void sameBatchIsHandedOutBeforeIdleTasksRun()
    {
        BusFixture bus;
        auto server = bus.server();
        std::vector<std::size_t> batches;
        std::size_t pending = 0;
        std::size_t total = 0;
        server->onFrame([&](const Peer&, const Frame&) {
            if (pending++ == 0) {
                bus.reactor.whenIdle([&] {
                    batches.push_back(pending);
                    total += std::exchange(pending, 0);
                });
            }
        });
        Asker asker(bus.client(server->endpoint(), bus.admitted("ann")));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        for (int n = 0; n < 600; ++n)
            asker.port->send("x");
        QVERIFY(bus.until([&] { return total == 600; }));
        QVERIFY(batches.size() < 600); // they came in groups
        QVERIFY(*std::max_element(batches.begin(), batches.end()) <= Reactor::kRoundBudget);
    }

    // A flood of costly requests made the replies to everybody's writes wait for a whole batch of them.
    void costlyFramesEndTheRoundEarly()
    {
        BusFixture bus;
        auto server = bus.server();
        std::size_t sinceIdle = 0;
        std::size_t most = 0;
        std::size_t total = 0;
        server->onFrame([&](const Peer&, const Frame&) {
            if (sinceIdle++ == 0)
                bus.reactor.whenIdle([&] { most = std::max(most, std::exchange(sinceIdle, 0)); });
            const auto until = std::chrono::steady_clock::now() + Reactor::kRoundTime;
            while (std::chrono::steady_clock::now() < until) {
            }
            ++total;
        });
        Asker asker(bus.client(server->endpoint(), bus.admitted("ann")));
        QVERIFY(bus.until([&] { return asker.is(Link::Up); }));
        for (int n = 0; n < 20; ++n)
            asker.port->send("x");
        QVERIFY(bus.until([&] { return total == 20; }));
        QCOMPARE(most, std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestBusRequests)
#include "tst_bus_requests.moc"
