// What peers that mean harm can take of a server, and of their neighbours: over real CURVE connections.

#include "bus/transport/sockets.h"
#include "tests/unit/bus/hostile.h"

#include <QtTest>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace drover::bus;
using namespace drover::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

} // namespace

class TestBusHostile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messageOfEndlessPartsIsCutBeforeItFillsTheMemory()
    {
        BusFixture bus;
        const auto server = echoServer(bus);
        Neighbour neighbour(bus, server->endpoint(), "ann");
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(100); }));
        const auto keys = bus.admitted("mallory");
        const auto before = residentBytes();
        neighbour.slowest();
        Hostile hostile({"parts", "DEALER", server->endpoint(), bus.serverKeys.publicKey,
                         keys.publicKey, keys.secretKey});
        std::size_t most = before;
        QVERIFY(bus.until([&] {
            most = std::max(most, residentBytes());
            return hostile.says("cut");
        }));
        const auto slowest = neighbour.slowest();
        qInfo("grew by %zu KiB, slowest answer %lld ms", (most - before) / 1024,
              static_cast<long long>(slowest.count()));
        QVERIFY(most - before < 100 * kMiB);
        QVERIFY(slowest < Duration(1000));
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(100); }));
    }

    void messageOfEndlessPartsOfAReaderIsCutToo()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        const auto keys = bus.admitted("mallory");
        const auto before = residentBytes();
        Hostile hostile({"parts", "XSUB", publisher->endpoint(), bus.serverKeys.publicKey,
                         keys.publicKey, keys.secretKey});
        std::size_t most = before;
        QVERIFY(bus.until([&] {
            most = std::max(most, residentBytes());
            return hostile.says("cut");
        }));
        QVERIFY(most - before < 100 * kMiB);
    }

    void endlessSubscriptionsAreCutAndHurtNobody()
    {
        BusFixture bus;
        const auto server = echoServer(bus);
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        Neighbour neighbour(bus, server->endpoint(), "ann");
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(100); }));
        const auto keys = bus.admitted("mallory");
        const auto before = residentBytes();
        neighbour.slowest();
        Hostile hostile({"topics", "XSUB", publisher->endpoint(), bus.serverKeys.publicKey,
                         keys.publicKey, keys.secretKey});
        std::size_t most = before;
        QVERIFY(bus.until([&] {
            most = std::max(most, residentBytes());
            return hostile.says("cut");
        }));
        const auto slowest = neighbour.slowest();
        qInfo("grew by %zu KiB, slowest answer %lld ms", (most - before) / 1024,
              static_cast<long long>(slowest.count()));
        QVERIFY(most - before < 100 * kMiB);
        QVERIFY(slowest < Duration(1000));
    }

    void answersThatNobodyReadsAreBounded()
    {
        BusFixture bus;
        RouterServerOptions options;
        options.endpoint = "tcp://127.0.0.1:*";
        options.keys = bus.serverKeys;
        const auto server = *RouterServer::bind(bus.reactor, bus.context, options);
        std::size_t taken = 0;
        std::size_t refused = 0;
        server->onFrame([&](const Peer& peer, const Frame&) {
            const auto sent = server->send(peer, Frame(kMiB, 'x'));
            (sent == SendResult::Taken ? taken : refused) += 1;
        });
        Raw raw(zmq::socket_type::dealer, bus, server->endpoint(), bus.admitted("mallory"), 65536);
        QVERIFY(bus.until([&] { return raw.isUp(); }));
        for (int i = 0; i < 100; ++i)
            QVERIFY(transmit(raw.socket, "more", /*more=*/false) == Io::Done);
        QVERIFY(bus.until([&] { return taken + refused == 100; }));
        qInfo("%zu answers of 1 MiB were taken", taken);
        QVERIFY(taken >= 16);
        QVERIFY(taken < 32); // what its kernel and its one-frame queue took, and 16 of ours
        // As soon as it reads, it is answered again.
        std::size_t read = 0;
        zmq::message_t answer;
        QVERIFY(bus.until([&] {
            while (receive(raw.socket, answer) == Io::Done)
                ++read;
            return read == taken;
        }));
        QVERIFY(transmit(raw.socket, "more", /*more=*/false) == Io::Done);
        QVERIFY(bus.until([&] { return receive(raw.socket, answer) == Io::Done; }));
    }

    void whoDoesNotReadIsCongestedUntilItDoes()
    {
        BusFixture bus;
        auto server = bus.server();
        std::vector<Peer> asked;
        std::vector<Peer> relieved;
        server->onFrame([&](const Peer& peer, const Frame&) { asked.push_back(peer); });
        server->onRelieved([&](const Peer& peer) { relieved.push_back(peer); });
        Raw raw(zmq::socket_type::dealer, bus, server->endpoint(), bus.admitted("mallory"), 65536);
        QVERIFY(bus.until([&] { return raw.isUp(); }));
        QVERIFY(transmit(raw.socket, "more", /*more=*/false) == Io::Done);
        QVERIFY(bus.until([&] { return !asked.empty(); }));
        const Peer peer = asked.front();
        QVERIFY(!server->isCongested(peer));
        std::size_t sent = 0;
        const auto fill = [&] {
            // The kernel takes some; what counts is what waits before it, and stays.
            return bus.until([&] {
                while (sent < 64 && !server->isCongested(peer)) {
                    if (server->send(peer, Frame(kMiB / 4, 'x')) != SendResult::Taken)
                        return false;
                    ++sent;
                }
                return server->isCongested(peer);
            });
        };
        QVERIFY(fill());
        QVERIFY(sent < 64);
        relieved.clear(); // of what went out while it was filled
        std::size_t read = 0;
        zmq::message_t answer;
        const auto reads = [&] {
            while (receive(raw.socket, answer) == Io::Done)
                ++read;
            return read == sent && !relieved.empty();
        };
        QVERIFY(bus.until(reads));
        QCOMPARE(relieved.size(), std::size_t{1});
        QCOMPARE(relieved.front(), peer);
        QVERIFY(!server->isCongested(peer));
        // Messages may outlive the server that was asked to be told of them.
        QVERIFY(fill());
        server.reset();
        QVERIFY(bus.until([&] {
            while (receive(raw.socket, answer) == Io::Done) {
            }
            return raw.isCut();
        }));
    }

    // libzmq 4.3.4 ends the process when a heartbeat is due on a connection that it had stopped to read from, for a queue that was
    // full, and that broke meanwhile (its issue 4364).
    void peerThatGoesWhileItsRequestsWaitEndsNobody()
    {
        BusFixture bus;
        const auto server = echoServer(bus);
        const auto keys = bus.admitted("mallory");
        std::size_t answered = 0;
        server->onFrame([&](const Peer& peer, Frame frame) {
            ++answered;
            server->send(peer, std::move(frame));
        });
        {
            Hostile hostile({"requests", server->endpoint(), bus.serverKeys.publicKey,
                             keys.publicKey, keys.secretKey});
            // Answers that it does not read make its end a reset of the connection.
            QVERIFY(bus.until([&] { return answered >= 500; }));
            // From here on nobody takes its requests: this thread is busy.
            while (!hostile.says("sent"))
                hostile.process.waitForReadyRead(100);
        }
        BusFixture elsewhere;
        elsewhere.until([] { return false; },
                        Duration(3000)); // longer than two heartbeats are apart
        Neighbour neighbour(bus, server->endpoint(), "ann");
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(1); }));
    }

    void userWhoFloodsIsHeldOff()
    {
        BusFixture bus;
        RouterServerOptions options;
        options.endpoint = "tcp://127.0.0.1:*";
        options.keys = bus.serverKeys;
        options.limits.mostUnhandled = 100'000;
        options.limits.holdOff = Duration(2000);
        const auto server = *RouterServer::bind(bus.reactor, bus.context, options);
        std::size_t handled = 0;
        server->onFrame([&](const Peer&, const Frame&) {
            const auto begun = std::chrono::steady_clock::now();
            while (++handled < 500 && // costly at first
                   std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(1))
                --handled;
        });
        const auto keys = bus.admitted("mallory");
        const Hostile hostile({"requests", server->endpoint(), bus.serverKeys.publicKey,
                               keys.publicKey, keys.secretKey});
        const auto admitted = [&] {
            return bus.context.authenticator().decide(kRequestDomain, keys.publicKey).admitted;
        };
        QVERIFY(bus.until([&] { return !admitted(); }));
        Raw again(zmq::socket_type::dealer, bus, server->endpoint(), keys);
        Raw other(zmq::socket_type::dealer, bus, server->endpoint(), bus.admitted("ann"));
        QVERIFY(bus.until([&] { return other.isUp(); }));
        QVERIFY(!again.isUp());
        QVERIFY(bus.until(admitted));
    }

    void readerThatFallsFarBehindIsCut()
    {
        BusFixture bus;
        const auto publisher = bus.publisher();
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        Raw slow(zmq::socket_type::sub, bus, publisher->endpoint(), bus.admitted("mallory"), 65536);
        auto good = bus.subscriber(publisher->endpoint(), bus.admitted("ann"));
        std::size_t received = 0;
        good->onFrame([&](std::string_view, const Frame&) { ++received; });
        good->subscribe("t/");
        const Frame frame(kMiB / 2, 'x');
        // One at a time, as fast as the good reader reads: only the slow one has a queue.
        const auto publishOne = [&] {
            const auto before = received;
            return bus.until([&] {
                if (received == before)
                    publisher->publish("t/", "probe");
                return received > before;
            });
        };
        QVERIFY(publishOne());
        std::size_t published = 0;
        QVERIFY(bus.until([&] {
            if (received >= published) {
                publisher->publish("t/", frame);
                ++published;
            }
            return published == 100;
        }));
        bus.until([&] { return false; }, Duration(500)); // several looks at what is unread
        // It learns of its end when it has read what is on the way.
        std::size_t read = 0;
        zmq::message_t part;
        QVERIFY(bus.until([&] {
            while (receive(slow.socket, part) == Io::Done)
                read += part.more() ? 0 : 1;
            return slow.isCut();
        }));
        QVERIFY(read < 50);
        QVERIFY(publishOne());
    }

    void connectionsOfOneUserAreBounded()
    {
        BusFixture bus;
        AcceptLimits limits;
        limits.mostOfUser = 4;
        const auto server = echoServer(bus, limits);
        const auto keys = bus.admitted("mallory");
        std::vector<std::unique_ptr<Raw>> many;
        std::size_t answered = 0;
        zmq::message_t answer;
        for (std::size_t i = 0; i < 6; ++i) {
            many.push_back(
                std::make_unique<Raw>(zmq::socket_type::dealer, bus, server->endpoint(), keys));
            Raw& raw = *many.back();
            QVERIFY(bus.until([&] { return raw.isUp(); }));
            QVERIFY(transmit(raw.socket, "hello", /*more=*/false) == Io::Done);
            bool got = false;
            QVERIFY(bus.until([&] {
                got = receive(raw.socket, answer) == Io::Done;
                return got || raw.isCut();
            }));
            answered += got ? 1 : 0;
        }
        QCOMPARE(answered, std::size_t{4});
        QVERIFY(many[4]->isCut() && many[5]->isCut());
        // Another user is not concerned, and a place that becomes free is given again.
        Neighbour neighbour(bus, server->endpoint(), "ann");
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(1); }));
        many.erase(many.begin());
        QVERIFY(bus.until([&] {
            Raw raw(zmq::socket_type::dealer, bus, server->endpoint(), keys);
            bool got = false;
            bool sent = false;
            bus.until([&] {
                if (!sent && raw.isUp())
                    sent = transmit(raw.socket, "hello", /*more=*/false) == Io::Done;
                got = receive(raw.socket, answer) == Io::Done;
                return got || raw.isCut();
            });
            return got;
        }));
    }

    void readersOfOneUserAreBounded()
    {
        BusFixture bus;
        XpubPublisherOptions options;
        options.endpoint = "tcp://127.0.0.1:*";
        options.keys = bus.serverKeys;
        options.limits.mostOfUser = 2;
        const auto publisher = *XpubPublisher::bind(bus.reactor, bus.context, options);
        publisher->setGate([](const Peer&, std::string_view) { return true; });
        const auto keys = bus.admitted("mallory");
        std::vector<std::unique_ptr<Raw>> many;
        for (int i = 0; i < 3; ++i)
            many.push_back(
                std::make_unique<Raw>(zmq::socket_type::sub, bus, publisher->endpoint(), keys));
        QVERIFY(bus.until([&] {
            return std::count_if(many.begin(), many.end(),
                                 [](const auto& raw) { return raw->isCut(); }) == 1;
        }));
    }

    void handshakeThatNeverEndsIsCut()
    {
        BusFixture bus;
        const auto server = echoServer(bus);
        const int fd = connectedTo(portOf(server->endpoint()));
        QVERIFY(fd >= 0);
        // A greeting as it should be, a byte every tenth of a second: never idle, never done.
        std::string greeting("\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE", 17);
        greeting.resize(64);
        const auto begun = bus.reactor.now();
        std::size_t sent = 0;
        bool over = false;
        QVERIFY(bus.until(
            [&] {
                if (bus.reactor.now() - begun < Duration(100) * static_cast<int>(sent))
                    return false;
                if (::send(fd, &greeting[sent % 64], 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1)
                    ++sent;
                else
                    over = true;
                return over;
            },
            Duration(6000)));
        QVERIFY(sent > 10);
        ::close(fd);
    }

    void authenticatedConnectionThatNeverSpeaksIsCut()
    {
        BusFixture bus;
        AcceptLimits limits;
        limits.longestSilence = Duration(300);
        const auto server = echoServer(bus, limits);
        Neighbour neighbour(bus, server->endpoint(), "ann");
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(1); }));
        Raw raw(zmq::socket_type::dealer, bus, server->endpoint(), bus.admitted("mallory"));
        QVERIFY(bus.until([&] { return raw.isCut(); }, Duration(5000)));
        QVERIFY(raw.up);
        QVERIFY(neighbour.up);
    }

    void silentConnectionsNeverTakeAllDescriptors()
    {
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        rlimit tight = before;
        tight.rlim_cur = 300;
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &tight), 0);
        {
            BusFixture bus;
            const auto server = echoServer(bus);
            // hostile_peer has the same limit: two of them, for more connections than we may have.
            const std::string port = std::to_string(portOf(server->endpoint()));
            Hostile one({"silent", port, "250"});
            Hostile two({"silent", port, "250"});
            bool exhausted = false;
            QVERIFY(bus.until([&] {
                const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
                exhausted = exhausted || fd < 0;
                ::close(fd);
                return one.says("open") && two.says("open");
            }));
            QVERIFY(!exhausted);
            Neighbour neighbour(bus, server->endpoint(), "ann");
            QVERIFY(bus.until([&] { return neighbour.hasAnswers(1); }));
        }
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    }

    void refusedHandshakesHurtNobody()
    {
        BusFixture bus;
        const auto server = echoServer(bus);
        Neighbour neighbour(bus, server->endpoint(), "ann");
        QVERIFY(bus.until([&] { return neighbour.hasAnswers(100); }));
        neighbour.slowest();
        const auto openBefore = openDescriptors();
        Hostile hostile({"refused", "100", server->endpoint(), bus.serverKeys.publicKey});
        QVERIFY(bus.until([&] {
            hostile.says("refused");
            return hostile.said.count("refused") >= 3; // one for each hundred
        }));
        const std::size_t answers = neighbour.took.size();
        const auto slowest = neighbour.slowest();
        qInfo("%zu answers, slowest %lld ms", answers, static_cast<long long>(slowest.count()));
        QVERIFY(answers > 20);
        QVERIFY(slowest < Duration(3000));
        // Nothing piles up, and somebody new comes in meanwhile.
        QVERIFY(openDescriptors() < openBefore + 200);
        Neighbour late(bus, server->endpoint(), "bob");
        QVERIFY(bus.until([&] { return late.hasAnswers(1); }));
    }

    void serverWithoutAnAuthenticatorAdmitsNobody()
    {
        BusFixture keysOnly;
        zmq::context_t context; // no ZAP handler here
        zmq::socket_t server(context, zmq::socket_type::router);
        harden(server, {});
        secureServer(server, keysOnly.serverKeys, kRequestDomain);
        server.bind("tcp://127.0.0.1:*");
        zmq::socket_t client(context, zmq::socket_type::dealer);
        client.set(zmq::sockopt::linger, 0);
        secureClient(client, *generateKeyPair(), keysOnly.serverKeys.publicKey);
        Monitor monitor(context, client,
                        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                            ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                            ZMQ_EVENT_DISCONNECTED);
        client.connect(boundEndpoint(server));
        std::optional<MonitorEvent> first;
        QVERIFY(keysOnly.until([&] { return (first = monitor.next()).has_value(); }));
        QVERIFY(first->what != ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    }

    void monitorThatNobodyReadsNeverStopsTheTraffic()
    {
        BusFixture bus;
        const auto server = echoServer(bus); // its reactor does not run: nothing reads its monitor
        zmq::socket_t there(bus.context.zmq(), zmq::socket_type::pair);
        zmq::socket_t here(bus.context.zmq(), zmq::socket_type::pair);
        for (auto* socket : {&here, &there})
            harden(*socket, {.affinity = Context::kControlTraffic});
        here.set(zmq::sockopt::sndtimeo, static_cast<int>(kPatience.count()));
        there.set(zmq::sockopt::rcvtimeo, static_cast<int>(kPatience.count()));
        there.bind("tcp://127.0.0.1:*");
        here.connect(boundEndpoint(there));
        const auto passes = [&](std::string_view text) {
            zmq::message_t message;
            return here.send(zmq::buffer(text)).has_value() && there.recv(message).has_value() &&
                   message.to_string_view() == text;
        };
        QVERIFY(passes("before"));
        const int port = portOf(server->endpoint());
        for (int i = 0; i < 1500; ++i) {
            const int fd = connectedTo(port);
            QVERIFY(fd >= 0);
            ::close(fd);
        }
        QVERIFY(passes("after"));
    }
};

QTEST_GUILESS_MAIN(TestBusHostile)
#include "tst_bus_hostile.moc"
