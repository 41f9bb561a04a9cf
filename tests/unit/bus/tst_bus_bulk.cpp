// Bulk channels over CURVE and in memory.

#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "bus/transport/bulk_connector.h"
#include "bus/transport/bulk_listener.h"
#include "tests/support/bus_fixture.h"

#include <QtTest>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace drover::bus;
using drover::test::BusFixture;

namespace {

// A receiver and a sender over either bus, for tests that both must pass.
class Bench
{
public:
    virtual ~Bench() = default;
    virtual bool until(const std::function<bool()>& condition) = 0;
    virtual std::unique_ptr<BulkListener> listener() = 0;
    virtual std::unique_ptr<BulkConnector> connector() = 0;
    [[nodiscard]] virtual std::string senderKey() const = 0;
    [[nodiscard]] virtual std::string strangerKey() const = 0;
};

class ZmqBench final : public Bench
{
public:
    bool until(const std::function<bool()>& condition) override { return m_bus.until(condition); }
    std::unique_ptr<BulkListener> listener() override
    {
        return std::move(*RouterBulkListener::bind(m_bus.reactor, m_bus.context,
                                                   {"tcp://127.0.0.1:*", m_bus.serverKeys}));
    }
    std::unique_ptr<BulkConnector> connector() override
    {
        return std::make_unique<DealerBulkConnector>(m_bus.reactor, m_bus.context, m_senderKeys);
    }
    [[nodiscard]] std::string senderKey() const override { return m_senderKeys.publicKey; }
    [[nodiscard]] std::string strangerKey() const override { return m_strangerKeys.publicKey; }

private:
    BusFixture m_bus;
    KeyPair m_senderKeys = *generateKeyPair();
    KeyPair m_strangerKeys = *generateKeyPair();
};

class MemoryBench final : public Bench
{
public:
    bool until(const std::function<bool()>& condition) override
    {
        return m_world.runUntil(condition, Duration(600000));
    }
    std::unique_ptr<BulkListener> listener() override
    {
        return m_bus.bulkListener(*m_there, "b", "b:4525", "key-b");
    }
    std::unique_ptr<BulkConnector> connector() override
    {
        return m_bus.bulkConnector(*m_here, "a", "key-a");
    }
    [[nodiscard]] std::string senderKey() const override { return "key-a"; }
    [[nodiscard]] std::string strangerKey() const override { return "key-x"; }

private:
    VirtualWorld m_world{11};
    std::unique_ptr<VirtualExecutor> m_network = m_world.executor("network");
    MemoryBus m_bus{*m_network, 11};
    std::unique_ptr<VirtualExecutor> m_here = m_world.executor("sender");
    std::unique_ptr<VirtualExecutor> m_there = m_world.executor("receiver");
};

// One end of a channel, and what happened to it.
struct End
{
    std::unique_ptr<BulkChannel> channel;
    std::vector<Frame> frames;
    std::optional<std::string> closed;

    void take(std::unique_ptr<BulkChannel> taken, bool consume = true)
    {
        channel = std::move(taken);
        channel->onFrame([this, consume](Frame frame) {
            frames.push_back(std::move(frame));
            if (consume)
                channel->consumed(1);
        });
        channel->onClosed([this](const std::string& reason) { closed = reason; });
    }
};

// A channel that stands, with both its ends.
struct Standing
{
    explicit Standing(Bench& bench, bool consume = true)
        : listener(bench.listener()), connector(bench.connector())
    {
        listener->onChannel(
            [this, consume](const std::string& token, std::unique_ptr<BulkChannel> channel) {
                tokens.push_back(token);
                receiver.take(std::move(channel), consume);
            });
        listener->open("transfer", bench.senderKey());
        sender.take(connector->connect(listener->endpoint(), listener->publicKey(), "transfer"));
        stands = bench.until([this] { return receiver.channel != nullptr; }) && bench.until([this] {
            return sender.channel->send("hello") == SendResult::Taken;
        }) && bench.until([this] { return receiver.frames.size() == 1; });
    }

    std::unique_ptr<BulkListener> listener;
    std::unique_ptr<BulkConnector> connector;
    End sender;
    End receiver;
    std::vector<std::string> tokens;
    bool stands = false;
};

std::unique_ptr<Bench> benchOf(bool memory)
{
    if (memory)
        return std::make_unique<MemoryBench>();
    return std::make_unique<ZmqBench>();
}

// The byte at a place of a long stream, so that both sides know it without keeping it.
char byteAt(std::size_t place) { return static_cast<char>((place * 2654435761U) >> 13U); }

} // namespace

class TestBusBulk : public QObject
{
    Q_OBJECT

    static void bothBuses()
    {
        QTest::addColumn<bool>("memory");
        QTest::newRow("curve") << false;
        QTest::newRow("memory") << true;
    }

private Q_SLOTS:
    void framesTravelBothWaysInOrder_data() { bothBuses(); }
    void framesTravelBothWaysInOrder()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        QCOMPARE(pair.tokens, std::vector<std::string>{"transfer"});
        std::size_t sent = 0;
        std::size_t answered = 0;
        QVERIFY(bench->until([&] {
            while (sent < 100 &&
                   pair.sender.channel->send(std::to_string(sent)) == SendResult::Taken)
                ++sent;
            while (answered < 100 &&
                   pair.receiver.channel->send(std::to_string(answered)) == SendResult::Taken)
                ++answered;
            return pair.receiver.frames.size() == 101 && pair.sender.frames.size() == 100;
        }));
        for (std::size_t i = 0; i < 100; ++i) {
            QCOMPARE(pair.receiver.frames[i + 1], std::to_string(i));
            QCOMPARE(pair.sender.frames[i], std::to_string(i));
        }
        QCOMPARE(pair.sender.channel->send(Frame(kBulkFrameLimit + 1, 'x')), SendResult::TooLarge);
    }

    void creditStopsTheSenderUntilFramesAreConsumed_data() { bothBuses(); }
    void creditStopsTheSenderUntilFramesAreConsumed()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench, /*consume=*/false);
        QVERIFY(pair.stands);
        int taken = 1;
        while (pair.sender.channel->send("x") == SendResult::Taken)
            ++taken;
        QCOMPARE(taken, static_cast<int>(kBulkWindow));
        QCOMPARE(pair.sender.channel->send("x"), SendResult::QueueFull);
        bool writable = false;
        pair.sender.channel->onWritable([&] { writable = true; });
        QVERIFY(bench->until([&] { return pair.receiver.frames.size() == kBulkWindow; }));
        QVERIFY(!writable);
        pair.receiver.channel->consumed(2);
        QVERIFY(bench->until([&] { return writable; }));
        QCOMPARE(pair.sender.channel->send("x"), SendResult::Taken);
        QCOMPARE(pair.sender.channel->send("x"), SendResult::Taken);
        QCOMPARE(pair.sender.channel->send("x"), SendResult::QueueFull);
    }

    void manyMegabytesArriveWhole_data() { bothBuses(); }
    void manyMegabytesArriveWhole()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        constexpr int kMegabytes = drover::test::kSanitized ? 20 : 200;
        constexpr std::size_t kTotal = std::size_t{kMegabytes} << 20U;
        std::size_t received = 0;
        bool right = true;
        pair.receiver.channel->onFrame([&](Frame frame) {
            // A few places of each frame: enough to notice any that is missing, doubled or moved.
            for (std::size_t i = 0; i < frame.size(); i += 4099)
                right = right && frame[i] == byteAt(received + i);
            received += frame.size();
            pair.receiver.channel->consumed(1);
        });
        std::size_t sent = 0;
        Frame frame(kBulkFrameLimit, '\0');
        const std::function<void()> fill = [&] {
            while (sent < kTotal) {
                for (std::size_t i = 0; i < frame.size(); i += 4099)
                    frame[i] = byteAt(sent + i);
                if (pair.sender.channel->send(frame) != SendResult::Taken)
                    return;
                sent += frame.size();
            }
            pair.sender.channel->close();
        };
        pair.sender.channel->onWritable(fill);
        const auto before = std::chrono::steady_clock::now();
        fill();
        QVERIFY(bench->until([&] { return pair.receiver.closed.has_value(); }));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
        QCOMPARE(*pair.receiver.closed, std::string()); // in good order, so nothing is missing
        QCOMPARE(received, kTotal);
        QVERIFY(right);
        qInfo("%.0f MB/s", kMegabytes * 1.048576 / took.count());
    }

    void manyTransfersOfOneSenderStandTogether_data() { bothBuses(); }
    void manyTransfersOfOneSenderStandTogether()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        const auto listener = bench->listener();
        const auto connector = bench->connector();
        std::vector<std::unique_ptr<BulkChannel>> received;
        listener->onChannel([&](const std::string&, std::unique_ptr<BulkChannel> channel) {
            received.push_back(std::move(channel));
        });
        constexpr std::size_t kTransfers = 50; // more than control allows one user
        std::vector<End> senders(kTransfers);
        for (std::size_t i = 0; i < kTransfers; ++i) {
            const std::string token = "transfer " + std::to_string(i);
            listener->open(token, bench->senderKey());
            senders[i].take(connector->connect(listener->endpoint(), listener->publicKey(), token));
        }
        QVERIFY(bench->until([&] {
            return received.size() == kTransfers ||
                   std::any_of(senders.begin(), senders.end(),
                               [](const End& end) { return end.closed.has_value(); });
        }));
        QCOMPARE(received.size(), kTransfers);
    }

    void unknownTransferIsRefused_data() { bothBuses(); }
    void unknownTransferIsRefused()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        const auto listener = bench->listener();
        const auto connector = bench->connector();
        int channels = 0;
        listener->onChannel(
            [&](const std::string&, const std::unique_ptr<BulkChannel>&) { ++channels; });
        listener->open("mine", bench->senderKey());
        listener->open("another's", bench->strangerKey());
        for (const std::string token : {"guessed", "another's"}) {
            End sender;
            sender.take(connector->connect(listener->endpoint(), listener->publicKey(), token));
            QVERIFY(bench->until([&] { return sender.closed.has_value(); }));
            QVERIFY2(sender.closed->find("no transfer") != std::string::npos,
                     sender.closed->c_str());
            QCOMPARE(sender.channel->send("x"), SendResult::PeerGone);
        }
        QCOMPARE(channels, 0);
    }

    void keyWithoutATransferIsRefused_data() { bothBuses(); }
    void keyWithoutATransferIsRefused()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        const auto listener = bench->listener();
        const auto connector = bench->connector();
        listener->onChannel([](const std::string&, const std::unique_ptr<BulkChannel>&) {});
        listener->open("transfer", bench->strangerKey());
        End sender;
        sender.take(connector->connect(listener->endpoint(), listener->publicKey(), "transfer"));
        QVERIFY(bench->until([&] { return sender.closed.has_value(); }));
        QVERIFY2(sender.closed->find("refused this key") != std::string::npos,
                 sender.closed->c_str());
    }

    void wrongReceiverIsNoticed_data() { bothBuses(); }
    void wrongReceiverIsNoticed()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        const auto listener = bench->listener();
        const auto connector = bench->connector();
        listener->open("transfer", bench->senderKey());
        End sender;
        sender.take(connector->connect(listener->endpoint(), bench->strangerKey(), "transfer"));
        QVERIFY(bench->until([&] { return sender.closed.has_value(); }));
        QVERIFY2(!sender.closed->empty(), sender.closed->c_str());
    }

    void nobodyThereIsTold_data() { bothBuses(); }
    void nobodyThereIsTold()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        auto listener = bench->listener();
        const auto endpoint = listener->endpoint();
        const auto key = listener->publicKey();
        listener.reset();
        const auto connector = bench->connector();
        // ZeroMQ's own thread closes the port a moment after its owner is gone; until then, the key
        // is refused.
        std::string reason;
        while (reason.find("nobody answers") == std::string::npos) {
            End sender;
            sender.take(connector->connect(endpoint, key, "transfer"));
            QVERIFY(bench->until([&] { return sender.closed.has_value(); }));
            reason = *sender.closed;
            QVERIFY2(!reason.empty(), "a channel to nobody has ended in good order");
        }
    }

    void malformedEndpointIsTold()
    {
        ZmqBench bench;
        const auto connector = bench.connector();
        for (const std::string endpoint : {"", "tcp://", "nonsense"}) {
            End sender;
            sender.take(connector->connect(endpoint, bench.strangerKey(), "transfer"));
            QVERIFY(bench.until([&] { return sender.closed.has_value(); }));
            QVERIFY2(sender.closed->find("cannot connect") != std::string::npos,
                     sender.closed->c_str());
        }
    }

    void senderLearnsWhenTheReceiverDies_data() { bothBuses(); }
    void senderLearnsWhenTheReceiverDies()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        pair.listener.reset();
        QVERIFY(bench->until([&] { return pair.sender.closed && pair.receiver.closed; }));
        QVERIFY(!pair.sender.closed->empty());
        QVERIFY(!pair.receiver.closed->empty());
        QCOMPARE(pair.sender.channel->send("x"), SendResult::PeerGone);
    }

    void receiverLearnsWhenTheSenderDies_data() { bothBuses(); }
    void receiverLearnsWhenTheSenderDies()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        pair.connector.reset();
        QVERIFY(bench->until([&] { return pair.sender.closed && pair.receiver.closed; }));
        QVERIFY(!pair.receiver.closed->empty());
    }

    void givingUpAChannelIsNoGoodOrder_data() { bothBuses(); }
    void givingUpAChannelIsNoGoodOrder()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        pair.sender.channel.reset();
        QVERIFY(bench->until([&] { return pair.receiver.closed.has_value(); }));
        QVERIFY(!pair.receiver.closed->empty());
    }

    void closingATransferEndsItsChannelAndKeepsItsKeyOut_data() { bothBuses(); }
    void closingATransferEndsItsChannelAndKeepsItsKeyOut()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        pair.listener->close("transfer");
        QVERIFY(!pair.receiver.closed); // told in a moment, never from inside close()
        QVERIFY(bench->until([&] { return pair.sender.closed && pair.receiver.closed; }));
        QVERIFY2(pair.sender.closed->find("closed") != std::string::npos,
                 pair.sender.closed->c_str());
        End again;
        again.take(pair.connector->connect(pair.listener->endpoint(), pair.listener->publicKey(),
                                           "transfer"));
        QVERIFY(bench->until([&] { return again.closed.has_value(); }));
        QVERIFY2(again.closed->find("refused this key") != std::string::npos,
                 again.closed->c_str());
    }

    void secondConnectionReplacesTheFirst_data() { bothBuses(); }
    void secondConnectionReplacesTheFirst()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        End first;
        std::swap(first.channel, pair.receiver.channel);
        first.channel->onFrame({});
        first.channel->onClosed([&](const std::string& reason) { first.closed = reason; });
        End second;
        second.take(pair.connector->connect(pair.listener->endpoint(), pair.listener->publicKey(),
                                            "transfer"));
        QVERIFY(bench->until([&] { return pair.receiver.channel != nullptr; }));
        QVERIFY(bench->until([&] { return first.closed && pair.sender.closed; }));
        QVERIFY(first.closed->find("replaced") != std::string::npos);
        QVERIFY(bench->until([&] { return second.channel->send("new") == SendResult::Taken; }));
        QVERIFY(bench->until([&] { return pair.receiver.frames.size() == 2; }));
        QCOMPARE(pair.receiver.frames.back(), std::string("new"));
    }

    void channelMayBeDestroyedByItsOwnHandlers_data() { bothBuses(); }
    void channelMayBeDestroyedByItsOwnHandlers()
    {
        QFETCH(bool, memory);
        const auto bench = benchOf(memory);
        Standing pair(*bench);
        QVERIFY(pair.stands);
        pair.receiver.channel->onFrame([&](const Frame&) { pair.receiver.channel.reset(); });
        pair.sender.channel->onClosed([&](const std::string& reason) {
            pair.sender.closed = reason;
            pair.sender.channel.reset();
        });
        QCOMPARE(pair.sender.channel->send("x"), SendResult::Taken);
        QVERIFY(bench->until([&] { return pair.sender.closed && !pair.receiver.channel; }));
    }
};

QTEST_GUILESS_MAIN(TestBusBulk)
#include "tst_bus_bulk.moc"
