#include "gui/models/datasets_view_model.h"
#include "gui/models/filter.h"

#include <QTest>

using namespace drover;
using gui::models::DatasetRow;
using gui::models::Filter;

class TestFilter : public QObject
{
    Q_OBJECT
private:
    static DatasetRow web()
    {
        DatasetRow row;
        row.name = QStringLiteral("web-1");
        row.sync = model::Sync::InSync;
        row.health = model::Health::Degraded;
        row.node = QStringLiteral("n10");
        row.pool = QStringLiteral("default");
        row.size = model::ByteCount{20ULL << 30};
        row.used = model::ByteCount{1ULL << 20};
        row.holders = QStringLiteral("docker, ci");
        row.labelPairs = {{"tier", "gold"}};
        row.reason = QStringLiteral("the pool is nearly full");
        return row;
    }

private Q_SLOTS:
    void finds_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("found");
        const auto row = [](const char* text, bool found) {
            QTest::newRow(text) << QString::fromLatin1(text) << found;
        };
        row("", true);
        row("web", true);
        row("WEB", true);
        row("db", false);
        row("!db", true);
        row("!web", false);
        row("web !db", true);
        row("name:eb-", true);
        row("node:n1", false); // not n10
        row("node:n1*", true);
        row("node:N10", true);
        row("!node:n10", false);
        row("pool:default", true);
        row("label:tier=gold", true);
        row("label:tier=silver", false);
        row("label:tier", true);
        row("label:zone", false);
        row("sync:insync", true);
        row("sync:InSync", true);
        row("sync:\"in sync\"", true);
        row("sync:blocked", false);
        row("health:deg", true);
        row("health:healthy", false);
        row("size>10GiB", true);
        row("size>20GiB", false);
        row("size>=20GiB", true);
        row("size<1TiB", true);
        row("size=20GiB", true);
        row("used>1GiB", false);
        row("holder:ci", true);
        row("holder:c", false);
        row("is:leased", true);
        row("is:moving", false);
        row("reason:\"nearly full\"", true);
        row("node:", true); // still being typed
        row("size>", true);
        row("!", true);
        row("web node:n10 !sync:blocked size>1GiB", true);
        row("web node:n10 sync:blocked", false);
    }
    void finds()
    {
        QFETCH(QString, text);
        QFETCH(bool, found);
        const Filter filter = Filter::parse(text);
        QCOMPARE(filter.error(), QString());
        QCOMPARE(filter.matches(web()), found);
    }

    void errorNamesWhatIsNotUnderstoodAndShowsEverything_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("key") << QStringLiteral("colour:red");
        QTest::newRow("size") << QStringLiteral("size>10Gigs");
        QTest::newRow("sync") << QStringLiteral("sync:perhaps");
        QTest::newRow("health") << QStringLiteral("health:so-so");
        QTest::newRow("is") << QStringLiteral("is:nice");
    }
    void errorNamesWhatIsNotUnderstoodAndShowsEverything()
    {
        QFETCH(QString, text);
        const Filter filter = Filter::parse(text + QStringLiteral(" nothing-like-this"));
        QVERIFY(!filter.error().isEmpty());
        QVERIFY(filter.matches(web()));
    }

    void unlimitedSizeIsNeitherLargeNorSmall()
    {
        DatasetRow row = web();
        row.size.reset();
        QVERIFY(!Filter::parse(QStringLiteral("size>1GiB")).matches(row));
        QVERIFY(!Filter::parse(QStringLiteral("size<1GiB")).matches(row));
    }

    void numbersSortByTheirValue()
    {
        const auto sorts = [](const char* a, const char* b) {
            return gui::models::compareNaturally(QString::fromLatin1(a), QString::fromLatin1(b));
        };
        QVERIFY(sorts("n2", "n10") < 0);
        QVERIFY(sorts("n10", "n2") > 0);
        QVERIFY(sorts("N2", "n10") < 0);
        QVERIFY(sorts("web", "web-1") < 0);
        QVERIFY(sorts("a01", "a1") != 0);
        QCOMPARE(sorts("a1", "a1"), 0);
        QVERIFY(sorts("", "a") < 0);
    }
};

QTEST_APPLESS_MAIN(TestFilter)
#include "tst_filter.moc"
