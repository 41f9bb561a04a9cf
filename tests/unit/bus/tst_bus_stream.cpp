// The blocking stream over a bulk channel, between worker threads.

#include "bus/transport/bulk_connector.h"
#include "bus/transport/bulk_listener.h"
#include "bus/transport/bulk_stream.h"
#include "tests/support/bus_fixture.h"

#include <QtTest>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

using namespace drover::bus;

namespace {

// The byte at a place of a long stream, so that both sides know it without keeping it.
char byteAt(std::size_t place) { return static_cast<char>((place * 2654435761U) >> 13U); }

// A receiver and a sender on a reactor's thread of their own.
struct Ends
{
    Context context;
    Reactor reactor;
    KeyPair receiverKeys = *generateKeyPair();
    KeyPair senderKeys = *generateKeyPair();
    std::unique_ptr<RouterBulkListener> listener;
    std::unique_ptr<DealerBulkConnector> connector;

    explicit Ends(BulkListener::ChannelHandler handler)
    {
        reactor.start("bulk");
        reactor.call([&] {
            listener = std::move(
                *RouterBulkListener::bind(reactor, context, {"tcp://127.0.0.1:*", receiverKeys}));
            listener->onChannel(std::move(handler));
            listener->open("t", senderKeys.publicKey);
            connector = std::make_unique<DealerBulkConnector>(reactor, context, senderKeys);
        });
    }
    ~Ends()
    {
        reactor.call([&] {
            connector.reset();
            listener.reset();
        });
    }
    std::unique_ptr<BulkStream> connect()
    {
        return reactor.call([&] {
            return BulkStream::over(
                reactor, connector->connect(listener->endpoint(), listener->publicKey(), "t"));
        });
    }
};

} // namespace

class TestBusStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void carriesBytesBothWaysBetweenThreads()
    {
        std::promise<std::unique_ptr<BulkChannel>> accepted;
        Ends ends([&](const std::string&, std::unique_ptr<BulkChannel> channel) {
            accepted.set_value(std::move(channel));
        });
        const auto sending = ends.connect();
        constexpr std::size_t kTotal = (std::size_t{50} << 20U) + 12345;
        std::size_t received = 0;
        bool right = true;
        std::string failure;
        std::thread receiver([&] {
            auto channel = accepted.get_future().get();
            const auto stream = ends.reactor.call(
                [&] { return BulkStream::over(ends.reactor, std::move(channel)); });
            std::string buffer(100000, '\0');
            for (;;) {
                const auto count = stream->read(buffer.data(), buffer.size());
                if (!count)
                    failure = count.reason();
                if (!count || *count == 0)
                    break;
                for (std::size_t i = 0; i < *count; ++i)
                    right = right && buffer[i] == byteAt(received + i);
                received += *count;
            }
            if (!stream->write("got " + std::to_string(received)) || !stream->finish())
                failure = "no answer sent";
        });
        bool written = true;
        std::string piece;
        for (std::size_t sent = 0; sent < kTotal; sent += piece.size()) {
            piece.resize(std::min<std::size_t>(70001, kTotal - sent));
            for (std::size_t i = 0; i < piece.size(); ++i)
                piece[i] = byteAt(sent + i);
            written = written && sending->write(piece).hasValue();
        }
        written = written && sending->finish().hasValue();
        std::string answer(100, '\0');
        const auto count = sending->read(answer.data(), answer.size());
        const auto end = sending->read(answer.data() + 50, 50);
        receiver.join();
        QVERIFY(written);
        QVERIFY2(count.hasValue(), count ? "" : count.reason().c_str());
        QCOMPARE(answer.substr(0, *count), "got " + std::to_string(kTotal));
        QVERIFY(end.hasValue() && *end == 0);
        QCOMPARE(failure, std::string());
        QVERIFY(right);
    }

    void finishedStreamIsSentWholeAlthoughItsWorkerHasGone()
    {
        std::promise<std::unique_ptr<BulkChannel>> accepted;
        Ends ends([&](const std::string&, std::unique_ptr<BulkChannel> channel) {
            accepted.set_value(std::move(channel));
        });
        // more than credit lets through at first
        constexpr std::size_t kTotal = (kBulkWindow + 3) * kBulkFrameLimit;
        {
            const auto sending = ends.connect();
            QVERIFY(sending->write(std::string(kTotal, 'x')).hasValue());
            QVERIFY(sending->finish().hasValue());
        }
        auto channel = accepted.get_future().get();
        const auto stream =
            ends.reactor.call([&] { return BulkStream::over(ends.reactor, std::move(channel)); });
        std::string buffer(kBulkFrameLimit, '\0');
        std::size_t received = 0;
        for (;;) {
            const auto count = stream->read(buffer.data(), buffer.size());
            QVERIFY2(count.hasValue(), count ? "" : count.reason().c_str());
            if (*count == 0)
                break;
            received += *count;
        }
        QCOMPARE(received, kTotal);
    }

    void endWithoutItsMarkIsAFailure()
    {
        std::promise<std::unique_ptr<BulkChannel>> accepted;
        Ends ends([&](const std::string&, std::unique_ptr<BulkChannel> channel) {
            accepted.set_value(std::move(channel));
        });
        {
            const auto sending = ends.connect();
            QVERIFY(sending->write("half of it").hasValue());
            QVERIFY(sending->flush().hasValue());
            auto channel = accepted.get_future().get();
            const auto stream = ends.reactor.call(
                [&] { return BulkStream::over(ends.reactor, std::move(channel)); });
            std::string buffer(100, '\0');
            const auto first = stream->read(buffer.data(), buffer.size());
            QVERIFY(first.hasValue());
            QCOMPARE(buffer.substr(0, *first), std::string("half of it"));
            ends.reactor.call([&] { ends.connector.reset(); }); // the sender dies
            QVERIFY(!stream->read(buffer.data(), buffer.size()).hasValue());
            QVERIFY(!sending->write(std::string(kBulkFrameLimit, 'x')).hasValue());
        }
    }

    void silenceCancelAndStopFailTheWaitingCall()
    {
        std::unique_ptr<BulkChannel> held;
        Ends ends([&](const std::string&, std::unique_ptr<BulkChannel> channel) {
            held = std::move(channel);
        });
        char byte = 0;
        {
            const auto stream = ends.connect();
            stream->setPatience(Duration(50));
            const auto silent = stream->read(&byte, 1);
            QVERIFY(!silent.hasValue());
            QVERIFY(silent.reason().find("nothing came") != std::string::npos);
            Expected<void> full;
            for (std::size_t i = 0; i < 4 * kBulkWindow && full; ++i)
                full = stream->write(std::string(kBulkFrameLimit, 'x'));
            QVERIFY(!full.hasValue());
            QVERIFY(full.reason().find("took nothing") != std::string::npos);
        }
        {
            const auto stream = ends.connect();
            std::thread canceller([&] { stream->cancel("stopped by a test"); });
            const auto result = stream->read(&byte, 1);
            canceller.join();
            QVERIFY(!result.hasValue());
            QCOMPARE(result.reason(), std::string("stopped by a test"));
            QVERIFY(!stream->finish().hasValue());
        }
        {
            const auto stream = ends.connect();
            std::thread killer([&] { ends.reactor.call([&] { ends.listener.reset(); }); });
            const auto result = stream->read(&byte, 1);
            killer.join();
            QVERIFY(!result.hasValue());
        }
        ends.reactor.call([&] { held.reset(); });
    }
};

QTEST_GUILESS_MAIN(TestBusStream)
#include "tst_bus_stream.moc"
