// What people read, to the letter, within 80 columns; what programs read.

#include "cli/completion.h"
#include "cli/desired.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/output/structured.h"
#include "cli/output/words.h"
#include "tests/unit/cli/cli_fixture.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <fstream>
#include <sstream>

using namespace drover;
using namespace drover::model;
using test::CliFixture;
using test::Outcome;

namespace {

void everyLineFits(const std::string& text)
{
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        QVERIFY2(cli::columnsOf(line) <= 80, line.c_str());
}

void visit(const CLI::App& app, const std::function<void(const CLI::App&)>& each)
{
    each(app);
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; }))
        visit(*child, each);
}

} // namespace

class CliOutputTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tablesReadLikeThis_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("wanted");
        QTest::newRow("dataset list")
            << QStringLiteral("dataset list")
            << QString::fromUtf8("NAME            SIZE  NODE      SYNC        HEALTH       NOTE\n"
                                 "db             1 GiB  n1 -> n2  converging  healthy      pass 1: "
                                 "120 MiB of 200…\n"
                                 "lost-pictures  1 GiB  n2        blocked     unavailable  pool "
                                 "default of node n…\n"
                                 "web            1 GiB  n1        in sync     healthy\n");
        QTest::newRow("dataset list --deleted")
            << QStringLiteral("dataset list --deleted")
            << QString::fromUtf8("NAME   SIZE  NODE  SYNC     HEALTH   NOTE\n"
                                 "old   1 GiB  n1    in sync  healthy  deleted, purged in 22 h\n");
        QTest::newRow("node list")
            << QStringLiteral("node list")
            << QString::fromUtf8("NAME  STATE        FOR    DATASETS  NOTE          POOLS\n"
                                 "n1    alive        5 min         2                default "
                                 "(loopback) 60 GiB free\n"
                                 "n2    unreachable  5 min         1  state is old  default "
                                 "(loopback) 60 GiB free\n");
        QTest::newRow("status")
            << QStringLiteral("status")
            << QString::fromUtf8(
                   "Cluster:        test\n"
                   "Control:        version 0.1.0, revision 42, term 3\n"
                   "You:            admin (admin)\n"
                   "Nodes:          2: 1 alive, 1 unreachable\n"
                   "Datasets:       3: 1 blocked, 1 converging, 1 in sync; 1 deleted, in their "
                   "grace\n"
                   "\nWhy something is blocked: drover dataset list, drover dataset show NAME\n");
        QTest::newRow("names") << QStringLiteral("dataset list -o name")
                               << QStringLiteral("db\nlost-pictures\nweb\n");
        QTest::newRow("by node") << QStringLiteral("dataset list -o name --node n2")
                                 << QStringLiteral("lost-pictures\n");
    }
    void tablesReadLikeThis()
    {
        QFETCH(QString, command);
        QFETCH(QString, wanted);
        CliFixture f;
        std::vector<std::string> words;
        for (const QString& word : command.split(QLatin1Char(' ')))
            words.push_back(word.toStdString());
        const Outcome o = f.run(words);
        QCOMPARE(o.exit, 0);
        QCOMPARE(QString::fromStdString(o.out), wanted);
        everyLineFits(o.out);
    }

    void aLastColumnGoesOnInFurtherLines()
    {
        std::ostringstream out, err;
        std::istringstream in;
        cli::Terminal terminal{out, err, in};
        terminal.width = 20;
        cli::Table table({"A", "TEXT"});
        table.wrapLast();
        table.add({"1", "some words that do not fit"});
        table.add({"22", "short"});
        table.print(terminal);
        QCOMPARE(out.str(),
                 std::string("A   TEXT\n1   some words that\n    do not fit\n22  short\n"));
        terminal.width = 0; // a pipe: one line each
        QCOMPARE(table.lines(terminal).at(1), std::string("1   some words that do not fit"));
    }

    void showExplainsConditionsInFull()
    {
        CliFixture f;
        const Outcome o = f.run({"dataset", "show", "lost-pictures"});
        QCOMPARE(o.exit, 0);
        everyLineFits(o.out);
        const std::string wanted =
            "Conditions\n"
            "  error: DataMissing (NoSuchFolder)\n"
            "    pool default of node n2 has no copy of it, but it existed\n"
            "    since 2023-11-14 22:43:20 UTC (30 min ago), 4 tries, next try in 19 s\n"
            "    next: mount the disk that held it, or restore it from a backup\n";
        QVERIFY2(o.out.find(wanted) != std::string::npos, o.out.c_str());
    }

    void showFindsTheDeletedOnes()
    {
        CliFixture f;
        const Outcome o = f.run({"dataset", "show", "old"});
        QCOMPARE(o.exit, 0);
        QVERIFY(o.out.find("Restore:        drover dataset undelete old") != std::string::npos);
        everyLineFits(o.out);
    }

    void jsonIsTheSchemasMapping()
    {
        CliFixture f;
        const auto list = nlohmann::json::parse(f.run({"dataset", "list", "--output", "json"}).out);
        QCOMPARE(list.at("datasets").size(), std::size_t{3});
        QCOMPARE(list.at("datasets").at(0).at("record").at("header").at("name").get<std::string>(),
                 std::string("db"));
        const auto one = nlohmann::json::parse(f.run({"-o", "json", "dataset", "show", "web"}).out);
        QCOMPARE(one.at("record").at("spec").at("sizeBytes").get<std::string>(),
                 std::string("1073741824"));
        const auto write =
            nlohmann::json::parse(f.run({"dataset", "delete", "web", "-o", "json"}).out);
        QCOMPARE(write.at("revision").get<std::string>(), std::string("43"));
    }

    void yamlIsTheSameAsJson()
    {
        QCOMPARE(
            cli::jsonToYaml(
                R"({"a":"1","b":1,"c":true,"d":"yes","e":[],"f":{},"g":["x",{"h":"i: j"}]})"),
            std::string(
                "a: \"1\"\nb: 1\nc: true\nd: \"yes\"\ne: []\nf: {}\ng:\n  - x\n  - h: \"i: j\""));
    }

    void strangeNamesCannotDriveTheScreen()
    {
        CliFixture f;
        f.nodes[0].ledger.hostname = "n1\x1b[2J\n";
        const Outcome o = f.run({"node", "list"});
        QVERIFY(o.out.find('\x1b') == std::string::npos);
    }

    void coloursAreOnlyForScreens()
    {
        std::ostringstream out, err;
        std::istringstream in;
        cli::Terminal terminal{out, err, in};
        QCOMPARE(terminal.paint(cli::Colour::Red, "x"), std::string("x"));
        terminal.colour = true;
        QCOMPARE(terminal.paint(cli::Colour::Red, "x"), std::string("\x1b[31mx\x1b[0m"));
    }

    void exportIsTakenBackByApply()
    {
        CliFixture f;
        const Outcome o = f.run({"export"});
        QCOMPARE(o.exit, 0);
        const auto back = cli::parseDesired(o.out, "export");
        QVERIFY2(back.ok(), o.out.c_str());
        QCOMPARE(back->datasets.at(0).size->value, (1ULL << 30) + 1024);
        QCOMPARE(back->datasets.at(0).metadata.at("owner"), std::string("yes"));
        QVERIFY(back->nodes.at(0).cordoned);
        QCOMPARE(cli::formatDesired(*back), o.out);
    }

    void filesWithMistakesNameThePlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("place");
        const auto row = [](const char* name, const char* text, const char* place) {
            QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(place);
        };
        row("unknown key", "datasets:\n  - name: a\n    siez: 1GiB\n", "f:3:5");
        row("unknown section", "dataset:\n  - name: a\n", "f:1:1");
        row("no name", "datasets:\n  - size: 1GiB\n", "f:2:5");
        row("bad size", "datasets:\n  - name: a\n    size: huge\n", "f:3:11");
        row("negative size", "datasets:\n  - name: a\n    size: -5\n", "f:3:11");
        row("bad name", "datasets:\n  - name: ../a\n", "f:2:11");
        row("twice", "datasets:\n  - name: a\n  - name: a\n", "f:3:5");
        row("key twice", "datasets:\n  - name: a\n    size: 1GiB\n    size: 2GiB\n", "f:4:5");
        row("list of words", "datasets:\n  - a\n", "f:2:5");
        row("not a list", "datasets: a\n", "f:1:11");
        row("not yaml", "datasets: [\n", "f:2:1");
        row("bad boolean", "nodes:\n  - name: a\n    cordoned: maybe\n", "f:3:15");
        row("two documents", "datasets: []\n---\nnodes: []\n", "f:2:1");
        row("a text", "hello\n", "f:1:1");
    }
    void filesWithMistakesNameThePlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, place);
        const auto result = cli::parseDesired(text.toStdString(), "f");
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(result.error().subject == place.toStdString(),
                 (result.error().subject + " " + result.error().message).c_str());
    }

    void badUtf8IsRefused()
    {
        QVERIFY(!cli::parseDesired("datasets:\n  - name: \xff\n", "f").ok());
    }

    void helpFitsAndNamesTheWholeCommand()
    {
        CliFixture f;
        std::ostringstream out, err;
        std::istringstream in;
        cli::Terminal terminal{out, err, in};
        cli::Shell shell(terminal, {});
        const auto root = cli::makeTree(shell);
        int commands = 0;
        visit(*root, [&](const CLI::App& app) {
            const std::string text = cli::helpText(app);
            everyLineFits(text);
            QVERIFY(text.starts_with("Usage: " + cli::commandPath(app)));
            QVERIFY(!app.get_description().empty());
            for (const CLI::Option* option : app.get_options())
                QVERIFY2(!option->get_description().empty(), option->get_name().c_str());
            ++commands;
        });
        QVERIFY(commands > 40);
        const Outcome o = f.run({"dataset", "move", "--help"});
        QCOMPARE(o.exit, 0);
        QVERIFY(o.out.starts_with("Usage: drover dataset move DATASET --to NODE"));
        QCOMPARE(f.opened, 0);
        QVERIFY(f.run({"export", "--help"}).out.find("apply does not") != std::string::npos);
    }

    void historySaysWhatHappened()
    {
        CliFixture f;
        const std::string narrow = f.run({"history"}).out;
        everyLineFits(narrow);
        QVERIFY2(narrow.find("  6  11-14 ") != std::string::npos, narrow.c_str());
        QVERIFY(narrow.find("  admin  dataset web: created on node n1\n") != std::string::npos);
        QVERIFY(narrow.find("  admin  dataset web: dataset.create\n") != std::string::npos);
        f.width = 0;
        QVERIFY(f.run({"history"}).out.find("  6  2023-11-14 ") != std::string::npos);
    }

    void withoutACommandTheyFitOnASmallScreen()
    {
        CliFixture f;
        const Outcome o = f.run({});
        QCOMPARE(o.exit, 1);
        everyLineFits(o.err);
        QVERIFY(std::count(o.err.begin(), o.err.end(), '\n') < 24);
        QCOMPARE(f.run({"help", "dataset", "move"}).out, f.run({"dataset", "move", "--help"}).out);
        QCOMPARE(f.run({"--version"}).out, f.run({"version"}).out);
    }

    // The one that man(1) finds with the PATH that ./up prints.
    void theManPageIsTheCommandTrees()
    {
        std::ostringstream out, err;
        std::istringstream in;
        cli::Terminal terminal{out, err, in};
        cli::Shell shell(terminal, {});
        const auto root = cli::makeTree(shell);
        std::ifstream file(DROVER_MAN_PAGE);
        std::stringstream text;
        text << file.rdbuf();
        QVERIFY2(text.str() == cli::manPage(*root),
                 "make it anew: drover __man > resources/man/drover.1");
    }

    void completionKnowsCommandsOptionsAndNames_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QStringList>("wanted");
        const auto list = [](const char* text) {
            return QString::fromLatin1(text).split(QLatin1Char(' '));
        };
        const auto row = [&](const char* words, const char* wanted) {
            QTest::newRow(words) << list(words) << (*wanted ? list(wanted) : QStringList());
        };
        row("dat", "dataset");
        row("dataset re", "rename resize");
        row("dataset move ", "db lost-pictures web");
        row("dataset undelete ", "old");
        row("dataset move web --to ", "n1 n2");
        row("dataset move web --to=n", "--to=n1 --to=n2");
        row("dataset move web --t", "--to");
        row("dataset create x --fs ", "btrfs ext4 xfs");
        row("dataset create x ", "");
        row("--output ", "json name table yaml");
        row("plan dataset mo", "move");
        row("wait dataset web --for m", "mounted");
        row("node cordon n", "n1 n2");
        row("dataset show web ", "db lost-pictures web");
        row("dataset move web ", "");
        row("keys show ", ":files");
        row("apply --file=", ":files");
    }
    void completionKnowsCommandsOptionsAndNames()
    {
        QFETCH(QStringList, words);
        QFETCH(QStringList, wanted);
        CliFixture f;
        std::vector<std::string> arguments{"__complete"};
        for (const QString& word : words)
            arguments.push_back(word.toStdString());
        const Outcome o = f.run(arguments);
        QCOMPARE(o.exit, 0);
        QCOMPARE(QString::fromStdString(o.out).split(QLatin1Char('\n'), Qt::SkipEmptyParts),
                 wanted);
        QVERIFY(o.err.empty());
    }

    void completionOffersNothingThatAShellWouldRun()
    {
        CliFixture f;
        f.nodes[0].ledger.hostname = "$(reboot)";
        f.nodes[1].ledger.hostname = "--yes";
        QVERIFY(f.run({"__complete", "node", "show", ""}).out.empty());
        f.nodes[1].ledger.hostname = "n2.example";
        QCOMPARE(f.run({"__complete", "node", "show", ""}).out, std::string("n2.example\n"));
    }

    void completionIsSilentWithoutACluster()
    {
        CliFixture f;
        f.control.stop();
        const Outcome o = f.run({"__complete", "dataset", "move", ""});
        QCOMPARE(o.exit, 0);
        QVERIFY(o.out.empty() && o.err.empty());
    }
};

QTEST_APPLESS_MAIN(CliOutputTest)
#include "tst_cli_output.moc"
