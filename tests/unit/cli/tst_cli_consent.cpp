// What a person is asked before data may be lost, and what stands on the screen then.

#include "tests/unit/cli/cli_fixture.h"

#include <QtTest>

using namespace drover;
using namespace drover::model;
using test::CliFixture;
using test::Outcome;

namespace {

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class CliConsentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deletingWithoutGraceIsAskedFor_data()
    {
        QTest::addColumn<bool>("byCluster");
        QTest::newRow("asked for") << false;
        QTest::newRow("the cluster's") << true;
    }
    void deletingWithoutGraceIsAskedFor()
    {
        QFETCH(bool, byCluster);
        CliFixture f;
        std::vector<std::string> words{"dataset", "delete", "web"};
        if (byCluster)
            f.deleteGrace = Duration{0};
        else
            words.insert(words.end(), {"--grace", "0s"});

        Outcome o = f.run(words); // nobody is there
        QCOMPARE(o.exit, 1);
        QVERIFY2(has(o.err, "destroys the data of dataset web at once") && has(o.err, "--yes"),
                 o.err.c_str());
        f.somebodyIsThere = true;
        QCOMPARE(f.run(words, "no\n").exit, 1);
        QVERIFY(!f.lastWrite());
        o = f.run(words, "web\n");
        QCOMPARE(o.exit, 0);
        QCOMPARE(f.lastVerb<DatasetDelete>().dataset.name, std::string("web"));
        QVERIFY2(!has(o.out, "undelete"), o.out.c_str());
    }

    void deletingWithGraceIsNotAskedFor()
    {
        CliFixture f;
        QCOMPARE(f.run({"dataset", "delete", "web"}).exit, 0);
        f.deleteGrace = Duration{0};
        QCOMPARE(f.run({"dataset", "delete", "web", "--grace", "1h"}).exit, 0);
        QCOMPARE(f.run({"dataset", "delete", "web", "--yes"}).exit, 0);
        QCOMPARE(f.run({"dataset", "delete", "web", "--dry-run"}).exit, 0);
    }

    void aQuestionOfTwoLinesStandsOnTwo()
    {
        CliFixture f;
        f.somebodyIsThere = true;
        const Outcome lost = f.run({"node", "declare-lost", "n2"}, "no\n");
        QCOMPARE(lost.exit, 1);
        QVERIFY2(has(lost.err, "mounted elsewhere.\nIf it still runs"), lost.err.c_str());
        QVERIFY2(!has(lost.err, "?"), lost.err.c_str());
        const Outcome recovery = f.run({"recover", "apply"}, "no\n");
        QCOMPARE(recovery.exit, 1);
        QVERIFY2(has(recovery.err, "what the plan says.\nIf a newer copy"), recovery.err.c_str());
        f.somebodyIsThere = false;
        const Outcome nobody = f.run({"node", "declare-lost", "n2"});
        QVERIFY2(has(nobody.err, "mounted elsewhere. If it still runs"), nobody.err.c_str());
    }

    void aPlanThatIsAskedAboutIsNotCalledUndone_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* arguments, const char* word) {
            QTest::newRow(arguments) << QString::fromLatin1(arguments).split(QLatin1Char(' '))
                                     << QString::fromLatin1(word);
        };
        row("apply -f - --prune", "test");
        row("recover apply", "test");
        row("node declare-lost n2 --statement burnt", "n2");
    }
    void aPlanThatIsAskedAboutIsNotCalledUndone()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, word);
        CliFixture f;
        f.somebodyIsThere = true;
        std::vector<std::string> words;
        for (const QString& argument : arguments)
            words.push_back(argument.toStdString());
        // The question is about standard input, and so is the file: the plan comes first in any
        // case.
        const Outcome o =
            f.run(words, arguments.contains(QStringLiteral("-")) ? "datasets: []\n"
                                                                 : word.toStdString() + "\n");
        QVERIFY2(has(o.out, "Nothing is changed before this is confirmed.\n"), o.out.c_str());
        QVERIFY2(!has(o.out, "Nothing was changed") && !has(o.out, "--expect-plan"), o.out.c_str());
    }

    void aPlanThatIsDoneUnaskedSaysNothingOfWaiting()
    {
        CliFixture f;
        const Outcome o = f.run({"apply", "-f", "-", "--prune", "--yes"}, "datasets: []\n");
        QCOMPARE(o.exit, 0);
        QVERIFY2(has(o.out, "the file does not name it") && !has(o.out, "Nothing"), o.out.c_str());
    }

    void oldCopiesSayHowLongTheyStay()
    {
        CliFixture f;
        const TimePoint now = f.control.wall();
        const auto left = [&](std::size_t node, std::chrono::minutes ago, bool purged) {
            RetiredCopy copy;
            copy.node = f.nodes[node].ledger.id;
            copy.role = CopyRole::Stale;
            copy.since.wall = now - ago;
            copy.purgeCommitted = purged;
            f.datasets[0].ledger->retired.push_back(copy);
        };
        left(1, std::chrono::minutes{10}, false);
        left(0, std::chrono::minutes{90}, false);
        left(0, std::chrono::minutes{120}, true);
        f.width = 0;
        const std::string out = QString::fromStdString(f.run({"dataset", "show", "web"}).out)
                                    .simplified() // lines may be broken anywhere
                                    .toStdString();
        const auto destroyed = out.find("being destroyed");
        const auto over = out.find("destroyed as soon as that is safe");
        const auto kept = out.find(", kept until ");
        QVERIFY2(destroyed < over && over < kept && kept != std::string::npos, out.c_str());
        QVERIFY2(has(out.substr(kept), "2023-11-15 00:03:20 UTC (in "), out.c_str());
    }

    void aFileThatWantsNothingIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << QString();
        QTest::newRow("a comment") << QStringLiteral("# written by drover export\n");
        QTest::newRow("cut off") << QStringLiteral("datasets:\n");
        QTest::newRow("null") << QStringLiteral("~\n");
        QTest::newRow("no entries") << QStringLiteral("{}\n");
    }
    void aFileThatWantsNothingIsRefused()
    {
        QFETCH(QString, text);
        CliFixture f;
        const Outcome o = f.run({"apply", "-f", "-", "--prune", "--yes"}, text.toStdString());
        QCOMPARE(o.exit, 1);
        QVERIFY(!f.lastWrite());
        QVERIFY2(has(o.err, "error: standard input: the file has neither datasets nor nodes\n"
                            "  next: is it complete? "),
                 o.err.c_str());
    }

    void mistakesInAFileSayWhereAndWhatNext_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("begins");
        QTest::newRow("size of nothing") << QStringLiteral("datasets:\n  - name: a\n    size: 0\n")
                                         << QStringLiteral("error: standard input:3:11: ");
        QTest::newRow("odd size") << QStringLiteral("datasets:\n  - name: a\n    size: 1GB\n")
                                  << QStringLiteral("error: standard input:3:11: ");
        QTest::newRow("not yaml") << QStringLiteral("datasets: [\n")
                                  << QStringLiteral("error: standard input:2:1: this is not valid "
                                                    "YAML: ");
        QTest::newRow("unknown key") << QStringLiteral("datasets:\n  - name: a\n    siez: 1GiB\n")
                                     << QStringLiteral("error: standard input:3:5: 'siez' is not ");
    }
    void mistakesInAFileSayWhereAndWhatNext()
    {
        QFETCH(QString, text);
        QFETCH(QString, begins);
        CliFixture f;
        const Outcome o = f.run({"apply", "-f", "-"}, text.toStdString());
        QCOMPARE(o.exit, 1);
        QVERIFY(!f.lastWrite());
        QVERIFY2(o.err.starts_with(begins.toStdString()), o.err.c_str());
        QVERIFY2(has(o.err, "\n  next: "), o.err.c_str());
    }
};

QTEST_APPLESS_MAIN(CliConsentTest)
#include "tst_cli_consent.moc"
