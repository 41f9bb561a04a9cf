// XpubPublisher and SubSubscriber over real CURVE connections.

#include "tests/support/bus_fixture.h"

#include <QtTest>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace drover::bus;
using drover::test::BusFixture;

namespace {

struct Reader
{
    std::unique_ptr<SubSubscriber> port;
    std::vector<std::pair<std::string, Frame>> frames;
    std::vector<LinkState> links;

    explicit Reader(std::unique_ptr<SubSubscriber> subscriber) : port(std::move(subscriber))
    {
        port->onFrame([this](std::string_view topic, Frame frame) {
            frames.emplace_back(topic, std::move(frame));
        });
        port->onLink([this](const LinkState& state) { links.push_back(state); });
    }
    [[nodiscard]] bool is(Link link) const { return !links.empty() && links.back().link == link; }
    [[nodiscard]] bool wasCut() const
    {
        return std::any_of(links.begin(), links.end(), [](const LinkState& state) {
            return state.link == Link::Connecting && state.reason.find("lost") != std::string::npos;
        });
    }
};

// Publishes until the reader has it: a subscription is on its way for a while after the link is up.
bool reaches(BusFixture& bus, XpubPublisher& publisher, Reader& reader, const std::string& topic)
{
    const auto before = reader.frames.size();
    return bus.until([&] {
        publisher.publish(topic, "probe");
        return reader.frames.size() > before;
    });
}

} // namespace

class TestBusEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void subscriberReceivesItsTopicsExactly()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        Reader reader(bus.subscriber(publisher->endpoint(), bus.admitted("ann")));
        reader.port->subscribe("config/");
        QVERIFY(reaches(bus, *publisher, reader, "config/"));
        publisher->publish("state/", "not asked for");
        publisher->publish("config/deeper/", "not asked for either");
        publisher->publish("config/", "last");
        QVERIFY(bus.until([&] { return reader.frames.back().second == "last"; }));
        QVERIFY(std::all_of(reader.frames.begin(), reader.frames.end(),
                            [](const auto& f) { return f.first == "config/"; }));
        reader.port->unsubscribe("config/");
        reader.port->subscribe("tick/");
        QVERIFY(reaches(bus, *publisher, reader, "tick/"));
        QCOMPARE(reader.frames.back().first, std::string("tick/"));
    }

    void burstReachesAReaderWhole()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        Reader reader(bus.subscriber(publisher->endpoint(), bus.admitted("ann")));
        reader.port->subscribe("t/");
        QVERIFY(reaches(bus, *publisher, reader, "t/"));
        bus.until([&] { return false; }, Duration(50)); // late probes
        reader.frames.clear();
        for (int i = 0; i < 1000; ++i)
            publisher->publish("t/", std::to_string(i));
        QVERIFY(bus.until([&] { return reader.frames.size() == 1000; }));
        for (std::size_t i = 0; i < 1000; ++i)
            QCOMPARE(reader.frames[i].second, std::to_string(i));
    }

    void unknownKeyIsRefused()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        Reader reader(bus.subscriber(publisher->endpoint(), *generateKeyPair()));
        reader.port->subscribe("t/");
        QVERIFY(bus.until([&] { return reader.is(Link::Refused); }));
    }

    void gateDeniesAndCuts_data()
    {
        QTest::addColumn<QByteArray>("topic");
        QTest::newRow("a topic that the user may not read") << QByteArray("log/");
        QTest::newRow("everything") << QByteArray("");
        QTest::newRow("a prefix") << QByteArray("con");
    }
    void gateDeniesAndCuts()
    {
        QFETCH(QByteArray, topic);
        BusFixture bus;
        const auto publisher = bus.publisher();
        std::vector<std::pair<std::string, std::string>> asked;
        publisher->setGate([&](const Peer& peer, std::string_view what) {
            asked.emplace_back(peer.user, what);
            return what == "config/";
        });
        Reader good(bus.subscriber(publisher->endpoint(), bus.admitted("ann")));
        good.port->subscribe("config/");
        Reader bad(bus.subscriber(publisher->endpoint(), bus.admitted("bob")));
        bad.port->subscribe(topic.toStdString());
        QVERIFY(bus.until([&] { return bad.wasCut(); }));
        QVERIFY(reaches(bus, *publisher, good, "config/"));
        for (int i = 0; i < 100; ++i) {
            publisher->publish("log/", "secret");
            publisher->publish("config/", "news");
        }
        QVERIFY(bus.until([&] { return good.frames.size() > 100; }));
        QVERIFY(!good.wasCut());
        QVERIFY(std::none_of(bad.frames.begin(), bad.frames.end(),
                             [](const auto& f) { return f.second == "secret"; }));
        QVERIFY(std::find(asked.begin(), asked.end(),
                          std::pair<std::string, std::string>("ann", "config/")) != asked.end());
    }

    void withoutAGateNobodyMaySubscribe()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        Reader reader(bus.subscriber(publisher->endpoint(), bus.admitted("ann")));
        reader.port->subscribe("t/");
        QVERIFY(bus.until([&] {
            publisher->publish("t/", "x");
            return reader.wasCut();
        }));
    }

    void tooManyTopicsEndTheConnection()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        Reader reader(bus.subscriber(publisher->endpoint(), bus.admitted("ann")));
        for (int i = 0; i < 64; ++i)
            reader.port->subscribe("t" + std::to_string(i) + "/");
        QVERIFY(reaches(bus, *publisher, reader, "t63/"));
        QVERIFY(!reader.wasCut());
        reader.port->subscribe("one too many/");
        QVERIFY(bus.until([&] { return reader.wasCut(); }));
    }

    void revokedReaderIsCutAndRefused()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        const auto keys = bus.admitted("ann");
        Reader ann(bus.subscriber(publisher->endpoint(), keys));
        Reader bob(bus.subscriber(publisher->endpoint(), bus.admitted("bob")));
        ann.port->subscribe("t/");
        bob.port->subscribe("t/");
        QVERIFY(reaches(bus, *publisher, ann, "t/"));
        QVERIFY(reaches(bus, *publisher, bob, "t/"));
        bus.context.authenticator().removeKey(keys.publicKey);
        publisher->cutUser("ann");
        QVERIFY(bus.until([&] { return ann.is(Link::Refused); }));
        const auto seen = ann.frames.size();
        QVERIFY(reaches(bus, *publisher, bob, "t/"));
        QCOMPARE(ann.frames.size(), seen);
        QVERIFY(!bob.wasCut());
    }

    void readerSubscribesAgainAfterTheServerWasRestarted()
    {
        BusFixture bus;
        auto publisher = bus.publisher();
        const std::string endpoint = publisher->endpoint();
        const auto everybody = [](const Peer&, std::string_view) { return true; };
        publisher->setGate(everybody);
        Reader reader(bus.subscriber(endpoint, bus.admitted("ann")));
        reader.port->subscribe("t/");
        QVERIFY(reaches(bus, *publisher, reader, "t/"));
        publisher.reset();
        QVERIFY(bus.until([&] { return reader.is(Link::Connecting); }));
        QVERIFY(bus.until([&] {
            XpubPublisherOptions options;
            options.endpoint = endpoint;
            options.keys = bus.serverKeys;
            auto bound = XpubPublisher::bind(bus.reactor, bus.context, options);
            if (bound)
                publisher = std::move(*bound);
            return publisher != nullptr;
        }));
        publisher->setGate(everybody);
        QVERIFY(reaches(bus, *publisher, reader, "t/"));
    }
};

QTEST_GUILESS_MAIN(TestBusEvents)
#include "tst_bus_events.moc"
