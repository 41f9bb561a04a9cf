// Text on screens: its width, what is cut, what is kept from driving it; the live view; what ends
// when a person says so.

#include "cli/output/table.h"
#include "cli/output/watch_page.h"
#include "cli/screen.h"
#include "tests/unit/cli/cli_fixture.h"

#include <QtTest>

#include <csignal>
#include <sstream>

using namespace drover;
using namespace drover::model;
using test::CliFixture;
using test::Outcome;

namespace {

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

// A terminal of strings.
struct Paper
{
    std::ostringstream out, err;
    std::istringstream in;
    cli::Terminal terminal{out, err, in};
};

// The tables of a cluster with so many datasets, of which number 7 has lost its data and number 5
// moves.
client::Tables cluster(unsigned datasets)
{
    client::Tables tables;
    ClusterRecord record;
    record.header.name = "prod";
    tables.apply(Change{RecordPut{record}});
    for (unsigned i = 1; i <= 2; ++i) {
        NodeLedger node;
        node.id.value = CliFixture::uuid(i);
        node.hostname = "n" + std::to_string(i);
        tables.apply(Change{RecordPut{node}});
        NodeState state;
        state.id = node.id;
        state.liveness = i == 1 ? Liveness::Alive : Liveness::Unreachable;
        tables.apply(StateChange{NodeStatePut{state}});
    }
    for (unsigned i = 1; i <= datasets; ++i) {
        DatasetRecord dataset;
        dataset.id.value = CliFixture::uuid(100 + i);
        dataset.header.name = "data-" + std::to_string(1000 + i);
        dataset.spec.size = ByteCount{1ULL << 30};
        tables.apply(Change{RecordPut{dataset}});
        DatasetStatus status;
        status.id = dataset.id;
        status.sync = i == 7 ? Sync::Blocked : i == 5 ? Sync::Converging : Sync::InSync;
        status.health = i == 7 ? Health::Unavailable : Health::Healthy;
        tables.apply(StateChange{DatasetStatusPut{status}});
    }
    return tables;
}

} // namespace

class CliScreenTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void columnsAreThoseOfAScreen_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("columns");
        QTest::newRow("letters") << QByteArray("web") << 3;
        QTest::newRow("umlaut") << QByteArray("n\xc3\xa4me") << 4;
        QTest::newRow("combining") << QByteArray("na\xcc\x88me") << 4;
        QTest::newRow("wide") << QByteArray("\xe6\x95\xb0\xe6\x8d\xae") << 4;
        QTest::newRow("emoji") << QByteArray("\xf0\x9f\x90\x91") << 2;
        QTest::newRow("not UTF-8") << QByteArray("\xff\xfe") << 2;
    }
    void columnsAreThoseOfAScreen()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, columns);
        QCOMPARE(static_cast<int>(cli::columnsOf(text.toStdString())), columns);
    }

    void whatIsCutFits()
    {
        QCOMPARE(cli::cutTo("abcdef", 4), std::string("abc…"));
        QCOMPARE(cli::cutTo("abcd", 4), std::string("abcd"));
        QCOMPARE(cli::cutTo("\xe6\x95\xb0\xe6\x8d\xae\xe6\x95\xb0", 4),
                 std::string("\xe6\x95\xb0…")); // half a character is none
        QCOMPARE(cli::cutMiddle("backup-0001", 8), std::string("back…001"));
        QCOMPARE(cli::cutMiddle("backup-0001", 11), std::string("backup-0001"));
        QCOMPARE(cli::wrapHard("one abcdefghij", 4),
                 (std::vector<std::string>{"one", "abcd", "efgh", "ij"}));
    }

    void nothingDrivesTheScreen_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("escape") << QByteArray("a\x1b[2Jb") << QByteArray("a?[2Jb");
        QTest::newRow("newline") << QByteArray("a\nb\r") << QByteArray("a?b?");
        QTest::newRow("CSI of C1") << QByteArray("a\xc2\x9b"
                                                 "2J")
                                   << QByteArray("a?2J");
        QTest::newRow("raw C1") << QByteArray("a\x9b"
                                              "2J")
                                << QByteArray("a?2J");
        QTest::newRow("right to left override") << QByteArray("a\xe2\x80\xae"
                                                              "b")
                                                << QByteArray("a?b");
        QTest::newRow("overlong escape") << QByteArray("\xc0\x9b") << QByteArray("??");
        QTest::newRow("cut short") << QByteArray("\xe6\x95") << QByteArray("??");
        QTest::newRow("well") << QByteArray("n\xc3\xa4me \xe6\x95\xb0")
                              << QByteArray("n\xc3\xa4me \xe6\x95\xb0");
    }
    void nothingDrivesTheScreen()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, shown);
        QCOMPARE(QByteArray::fromStdString(cli::harmless(text.toStdString())), shown);
    }

    void oneLongNameLeavesTheNotesReadable()
    {
        Paper paper;
        paper.terminal.width = 60;
        cli::Table table({"NAME", "NOTE"}, {}, {0});
        table.add({std::string(120, 'x') + "-the-end", "something that is worth to be read"});
        for (const std::string& line : table.lines(paper.terminal))
            QVERIFY(cli::columnsOf(line) <= 60);
        const std::string row = table.lines(paper.terminal).at(1);
        QVERIFY2(has(row, "-the-end  something that is worth"), row.c_str());
    }

    void keysAreKnown()
    {
        using cli::Key;
        QVERIFY((cli::parseKeys("\x1b[A\x1b[6~ jq") ==
                 std::vector<Key>{Key::Up, Key::PageDown, Key::PageDown, Key::Down, Key::Quit}));
        QVERIFY(
            (cli::parseKeys("\x1b[1;5C\x1b[24~G\x1a") == std::vector<Key>{Key::End, Key::Suspend}));
        QVERIFY(cli::parseKeys("\x1b").empty());
    }

    void whatIsWrongComesFirstAndFits()
    {
        const client::Tables tables = cluster(200);
        Paper paper;
        paper.terminal.width = 80;
        const auto page = cli::watchPage(paper.terminal, {tables, 42, "", {}}, 24, 0, true);
        QCOMPARE(page.lines.size(), std::size_t{24});
        for (const std::string& line : page.lines)
            QVERIFY2(cli::columnsOf(line) <= 80, line.c_str());
        QCOMPARE(page.lines[0], std::string("prod, revision 42"));
        QCOMPARE(page.lines[1], std::string("Nodes:    2: 1 unreachable (n2), 1 alive"));
        QCOMPARE(page.lines[2], std::string("Datasets: 200: 1 blocked, 1 converging, 198 in sync"));
        QVERIFY(page.lines[4].starts_with("data-1007") && page.lines[5].starts_with("data-1005"));
        QVERIFY(page.lines[6].starts_with("data-1001"));
        QVERIFY2(has(page.lines[23], "1-19 of 200, 181 more below"), page.lines[23].c_str());
    }

    void thePageScrollsToItsEndAndNoFurther()
    {
        const client::Tables tables = cluster(200);
        Paper paper;
        paper.terminal.width = 80;
        const auto page =
            cli::watchPage(paper.terminal, {tables, 42, "no word", {}}, 24, 999, true);
        QCOMPARE(page.lines.size(), std::size_t{24});
        QCOMPARE(page.lines[1], std::string("NOT CURRENT: no word"));
        QVERIFY(has(page.lines[22], "data-1200"));
        QVERIFY(has(page.lines[23], "183-200 of 200, 0 more below"));
        const auto tiny = cli::watchPage(paper.terminal, {tables, 42, "", {}}, 1, 0, true);
        QCOMPARE(tiny.room, std::size_t{1});
    }

    void watchWithoutAScreenPrintsEachChangeOnce()
    {
        CliFixture f;
        for (const DatasetView& view : f.datasets)
            f.control.commit({RecordPut{view.record}});
        f.control.report({DatasetStatusPut{f.datasets[0].status}});
        const auto same = f.networkExecutor->after(bus::Duration{3'000}, [&] {
            f.control.report({DatasetStatusPut{f.datasets[0].status}});
        });
        const auto worse = f.networkExecutor->after(bus::Duration{4'000}, [&] {
            f.datasets[0].status.health = Health::Degraded;
            f.control.report({DatasetStatusPut{f.datasets[0].status}});
        });
        const Outcome o = f.run({"watch", "--timeout", "6s"});
        QVERIFY2(o.exit == 0, o.err.c_str());
        QVERIFY2(has(o.out, "UTC  dataset web  "), o.out.c_str());
        QVERIFY(has(o.out, "in sync, degraded"));
        QVERIFY(!has(o.out, "\x1b"));
        std::size_t count = 0;
        for (std::size_t at = o.out.find("dataset web  "); at != std::string::npos;
             at = o.out.find("dataset web  ", at + 1))
            ++count;
        QCOMPARE(count, std::size_t{2});
    }

    void aPersonEndsTheWaitingNotTheWork()
    {
        CliFixture f;
        const auto before = f.world.now();
        const auto press =
            f.networkExecutor->after(bus::Duration{2'000}, [] { (void)std::raise(SIGINT); });
        const Outcome o = f.run({"wait", "dataset", "db", "--timeout", "60s"});
        QCOMPARE(o.exit, 128 + SIGINT);
        QVERIFY(f.world.now() - before < bus::Duration{5'000});
        QVERIFY2(has(o.err, "interrupted: db: pass 1:") && has(o.err, "it goes on by itself"),
                 o.err.c_str());
        QVERIFY(has(o.err, "next: drover dataset show db"));
    }
};

QTEST_APPLESS_MAIN(CliScreenTest)
#include "tst_cli_screen.moc"
