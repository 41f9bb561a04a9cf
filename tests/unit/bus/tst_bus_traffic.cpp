// What a connection makes its server hold, counted in bytes.

#include "bus/transport/traffic.h"

#include <QtTest>

#include <algorithm>

using namespace drover::bus;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

} // namespace

class TestBusTraffic : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void heartbeatsNeverAddUpToACut()
    {
        // 42 bytes every second for a month, as between two of ours.
        MonotonicTime now{};
        Unhandled unhandled(now);
        std::uint64_t received = 700; // the handshake
        std::uint64_t most = 0;
        for (int second = 0; second < 30 * 86400; ++second) {
            now += Duration(1000);
            received += 42;
            most = std::max(most, unhandled.look(received, now));
        }
        QVERIFY(most < 1024);
        // Ten times a second as well: rounding must not eat what is forgiven.
        Unhandled often(now);
        received = 0;
        most = 0;
        for (int look = 0; look < 1000000; ++look) {
            now += Duration(3);
            received += look % 333 == 0 ? 42 : 0;
            most = std::max(most, often.look(received, now));
        }
        QVERIFY(most < 1024);
    }

    void trickleIsForgivenUpToABound()
    {
        MonotonicTime now{};
        Unhandled unhandled(now);
        std::uint64_t received = 0;
        std::uint64_t held = 0;
        for (int hour = 0; hour < 24 * 365 && held < 8 * kMiB; ++hour) {
            now += Duration(3'600'000);
            received += std::uint64_t{128} * 3600;
            held = unhandled.look(received, now);
        }
        QVERIFY(held >= 8 * kMiB);
        QVERIFY(received < 140 * kMiB);
        // A frame that comes by the connection clears it.
        unhandled.handed(static_cast<std::size_t>(received));
        QCOMPARE(unhandled.look(received, now), std::uint64_t{0});
    }

    void unreadBytesAreCountedAnewWheneverAllWasSent()
    {
        Unread unread;
        unread.given(1000);
        QCOMPARE(unread.look({0, 400, false}), std::uint64_t{600});
        unread.given(500);
        QCOMPARE(unread.look({0, 400, false}), std::uint64_t{1100});
        // Dropped at a high-water mark: never acknowledged, and nothing is left to send.
        QCOMPARE(unread.look({0, 1000, true}), std::uint64_t{0});
        unread.given(100);
        QCOMPARE(unread.look({0, 1000, false}), std::uint64_t{100});
        // Heartbeats were acknowledged beyond what was given.
        QCOMPARE(unread.look({0, 5000, false}), std::uint64_t{0});
        unread.given(300);
        QCOMPARE(unread.look({0, 5000, false}), std::uint64_t{300});
    }
};

QTEST_APPLESS_MAIN(TestBusTraffic)
#include "tst_bus_traffic.moc"
