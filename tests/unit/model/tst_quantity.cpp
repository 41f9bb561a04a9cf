#include "proto/model/quantity.h"

#include <QtTest/QtTest>

#include <limits>

using namespace drover::model;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

QString text(const std::string& s) { return QString::fromStdString(s); }

} // namespace

class TestQuantity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sizesAreRead_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<quint64>("bytes");
        const auto row = [](const char* input, std::uint64_t bytes) {
            QTest::newRow(input) << QString::fromLatin1(input) << quint64{bytes};
        };
        row("0", 0);
        row("65536", 65536);
        row("65536B", 65536);
        row("1k", 1024);
        row("1K", 1024);
        row("1KiB", 1024);
        row("1kb", 1000);
        row("1 GiB", 1ULL << 30);
        row("10g", 10ULL << 30);
        row("500MB", 500'000'000);
        row("1.5GiB", 1'610'612'736);
        row("1.50000 GiB", 1'610'612'736);
        row("0.5K", 512);
        row("0.0009765625MiB", 1024);
        row("1.000000000000000001EB", 1'000'000'000'000'000'001ULL);
        row("1.00000000000000000000000000000000GiB", 1ULL << 30);
        row("15EiB", 15ULL << 60);
        row("9223372036854775808", 1ULL << 63);
        row("18446744073709551615", kAll);
        row("15.999999999999999999132638262011596452794037759304046630859375EiB", kAll);
    }
    void sizesAreRead()
    {
        QFETCH(QString, input);
        QFETCH(quint64, bytes);
        const auto size = parseByteCount(input.toStdString());
        QVERIFY2(size.ok(), size.ok() ? "" : size.error().message.c_str());
        QCOMPARE(quint64{size->value}, bytes);
    }

    void wrongSizesAreRefused_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* input, const char* says) {
            QTest::newRow(*input ? input : "(empty)")
                << QString::fromLatin1(input) << QString::fromLatin1(says);
        };
        row("", "is empty");
        row("-1", "is negative");
        row("-1GiB", "is negative");
        row("+1", "is not a number");
        row("GiB", "is not a number");
        row(".5GiB", "is not a number");
        row("1.GiB", "is not a number");
        row("0x10", "unknown unit");
        row("1e9", "unknown unit");
        row("1Gi", "unknown unit");
        row("1GiBs", "unknown unit");
        row("1  GiB", "unknown unit");
        row(" 1GiB", "is not a number");
        row("1GiB ", "unknown unit");
        row("1,5GiB", "unknown unit");
        row("0.5", "whole number of bytes");
        row("0.3KiB", "whole number of bytes");
        row("1.0000000000000000001EB", "whole number of bytes");
        row("16EiB", "is too large");
        row("18446744073709551616", "is too large");
        row("99999999999999999999999999", "is too large");
        row("18446744073709551615KiB", "is too large");
        row("15.5EiBx", "unknown unit");
    }
    void wrongSizesAreRefused()
    {
        QFETCH(QString, input);
        QFETCH(QString, says);
        const auto size = parseByteCount(input.toStdString());
        QVERIFY(!size.ok());
        QCOMPARE(size.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(text(size.error().message).contains(says), size.error().message.c_str());
        QVERIFY2(text(size.error().message).contains(QStringLiteral("1.5GiB")),
                 "the message must say what is allowed");
    }

    void aDatasetsSizeHasLimits()
    {
        QVERIFY(checkDatasetSize(kMinimumDatasetSize).ok());
        QVERIFY(checkDatasetSize(kMaximumDatasetSize).ok());
        QVERIFY(checkDatasetSize({kMinimumDatasetSize.value + 1024}).ok());
        QVERIFY(!checkDatasetSize({0}).ok());
        QVERIFY(!checkDatasetSize({kMinimumDatasetSize.value - 1024}).ok());
        QVERIFY(!checkDatasetSize({kMinimumDatasetSize.value + 1}).ok());
        QVERIFY(!checkDatasetSize({kMaximumDatasetSize.value + 1024}).ok());
        QVERIFY(!checkDatasetSize({1ULL << 63}).ok());
        QVERIFY(!checkDatasetSize({kAll}).ok());
    }

    void aRefusedSizeComesWithOneThatFits_data()
    {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QString>("hint");
        QTest::newRow("nothing") << quint64{0} << QStringLiteral("take 64 MiB or more");
        QTest::newRow("1GB") << quint64{1'000'000'000}
                             << QStringLiteral("take 976563KiB, or a size in MiB, GiB or TiB");
        QTest::newRow("too much") << quint64{1ULL << 63} << QStringLiteral("take 1 EiB or less");
    }
    void aRefusedSizeComesWithOneThatFits()
    {
        QFETCH(quint64, bytes);
        QFETCH(QString, hint);
        QCOMPARE(text(checkDatasetSize({bytes}).error().hint), hint);
    }

    void sizesAreShown_data()
    {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QString>("shown");
        const auto row = [](std::uint64_t bytes, const char* shown) {
            QTest::newRow(shown) << quint64{bytes} << QString::fromLatin1(shown);
        };
        row(0, "0 B");
        row(512, "512 B");
        row(1023, "1023 B");
        row(1024, "1 KiB");
        row(1536, "1.5 KiB");
        row(1024 * 1024 - 1, "1 MiB");
        row(1'000'000, "977 KiB");
        row(100ULL << 20, "100 MiB");
        row(1'567'000'000, "1.46 GiB");
        row(15'670'000'000, "14.6 GiB");
        row(10ULL * (1 << 30) - 1, "10 GiB");
        row(1ULL << 63, "8 EiB");
        row(kAll, "16 EiB");
    }
    void sizesAreShown()
    {
        QFETCH(quint64, bytes);
        QFETCH(QString, shown);
        QCOMPARE(text(toString(ByteCount{bytes})), shown);
    }

    void exactSizesSurviveTheRoundTrip()
    {
        for (std::uint64_t unit = 0; unit < 61; unit += 10)
            for (const std::uint64_t number : {1ULL, 3ULL, 15ULL}) {
                const ByteCount size{number << unit};
                const auto again = parseByteCount(toString(size));
                QVERIFY(again.ok());
                QCOMPARE(again->value, size.value);
            }
    }

    void durationsAreRead_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<qint64>("milliseconds");
        const auto row = [](const char* input, qint64 ms) {
            QTest::newRow(input) << QString::fromLatin1(input) << ms;
        };
        row("0", 0);
        row("0s", 0);
        row("500ms", 500);
        row("60s", 60'000);
        row("5m", 300'000);
        row("2h", 7'200'000);
        row("1d", 86'400'000);
        row("1h30m", 5'400'000);
        row("1d2h3m4s5ms", 93'784'005);
        row("90", 90'000);
        row("36500d", 3'153'600'000'000);
    }
    void durationsAreRead()
    {
        QFETCH(QString, input);
        QFETCH(qint64, milliseconds);
        const auto duration = parseDuration(input.toStdString());
        QVERIFY2(duration.ok(), duration.ok() ? "" : duration.error().message.c_str());
        QCOMPARE(qint64{duration->count()}, milliseconds);
        const auto again = parseDuration(toString(*duration));
        QVERIFY(again.ok());
        QCOMPARE(again->count(), duration->count());
    }

    void wrongDurationsAreRefused_data()
    {
        QTest::addColumn<QString>("input");
        for (const char* input :
             {"", "-5s", "+5s", "5 s", "5x", "s", "1.5h", "30m1h", "1h1h", "1h30", "1s500",
              "36501d", "36500d1ms", "99999999999999999999d", "9223372036854775807", "5S", "1h "})
            QTest::newRow(*input ? input : "(empty)") << QString::fromLatin1(input);
    }
    void wrongDurationsAreRefused()
    {
        QFETCH(QString, input);
        const auto duration = parseDuration(input.toStdString());
        QVERIFY(!duration.ok());
        QCOMPARE(duration.error().code, ErrorCode::InvalidArgument);
    }

    void durationsAreShown()
    {
        QCOMPARE(text(toString(0ms)), QStringLiteral("0s"));
        QCOMPARE(text(toString(Duration{5'400'000})), QStringLiteral("1h30m"));
        QCOMPARE(text(toString(Duration{1'001})), QStringLiteral("1s1ms"));
        QCOMPARE(text(toString(Duration{-90'000})), QStringLiteral("-1m30s"));
        QVERIFY(toString(Duration::min()).starts_with("-106751991167d"));
    }

    void timesAreRead_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<qint64>("milliseconds");
        const auto row = [](const char* input, qint64 ms) {
            QTest::newRow(input) << QString::fromLatin1(input) << ms;
        };
        row("1970-01-01T00:00:00Z", 0);
        row("1970-01-01T00:00:00.001Z", 1);
        row("1969-12-31T23:59:59.999Z", -1);
        row("2024-02-29T12:30:45.678Z", 1'709'209'845'678);
        row("2024-02-29T12:30:45.678999999Z", 1'709'209'845'678);
        row("2024-02-29T14:00:45.678+01:30", 1'709'209'845'678);
        row("2024-02-29 11:30:45.678-01:00", 1'709'209'845'678);
        row("0001-01-01T00:00:00Z", -62'135'596'800'000);
        row("9999-12-31T23:59:59.999Z", 253'402'300'799'999);
    }
    void timesAreRead()
    {
        QFETCH(QString, input);
        QFETCH(qint64, milliseconds);
        const auto time = parseTimePoint(input.toStdString());
        QVERIFY2(time.ok(), time.ok() ? "" : time.error().message.c_str());
        QCOMPARE(qint64{time->time_since_epoch().count()}, milliseconds);
        const auto again = parseTimePoint(toString(*time));
        QVERIFY(again.ok());
        QCOMPARE(again->time_since_epoch().count(), time->time_since_epoch().count());
    }

    void wrongTimesAreRefused_data()
    {
        QTest::addColumn<QString>("input");
        for (const char* input :
             {"", "2024", "2024-02-29", "2024-02-29T12:30:45", "2023-02-29T12:30:45Z",
              "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-01T24:00:00Z",
              "2024-01-01T00:60:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+1:00",
              "2024-01-01T00:00:00+25:00", "2024-01-01T00:00:00Zx", "0000-01-01T00:00:00Z",
              "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01", "-024-01-01T00:00:00Z",
              "now"})
            QTest::newRow(*input ? input : "(empty)") << QString::fromLatin1(input);
    }
    void wrongTimesAreRefused()
    {
        QFETCH(QString, input);
        const auto time = parseTimePoint(input.toStdString());
        QVERIFY(!time.ok());
        QCOMPARE(time.error().code, ErrorCode::InvalidArgument);
    }

    void timesOutsideTheCalendarAreShownAsNumbers()
    {
        QCOMPARE(text(toString(TimePoint::max())), QStringLiteral("9223372036854775807ms"));
        QCOMPARE(text(toString(TimePoint::min())), QStringLiteral("-9223372036854775808ms"));
    }
};

QTEST_APPLESS_MAIN(TestQuantity)
#include "tst_quantity.moc"
