// What commands ask of control, and how they end.

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

class CliCommandsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void createSaysEverythingItWasTold()
    {
        CliFixture f;
        const Outcome o = f.run({"dataset", "create", "new", "--size", "1.5GiB", "--node", "n1",
                                 "--pool", "fast", "--fs", "xfs", "--metadata", "a=b", "--metadata",
                                 "c=d=e", "--label", "tier=front", "--reason", "because"});
        QCOMPARE(o.exit, 0);
        const auto verb = f.lastVerb<DatasetCreate>();
        QCOMPARE(verb.name, std::string("new"));
        QCOMPARE(verb.size->value, 3ULL << 29);
        QCOMPARE(verb.node.name, std::string("n1"));
        QCOMPARE(verb.pool, std::string("fast"));
        QCOMPARE(verb.filesystem, std::string("xfs"));
        QVERIFY((verb.metadata == Labels{{"a", "b"}, {"c", "d=e"}}));
        QVERIFY((verb.labels == Labels{{"tier", "front"}}));
        QCOMPARE(f.lastWrite()->reason, std::string("because"));
        QVERIFY(!f.lastWrite()->dryRun);
        QVERIFY(has(o.out, "dataset new created"));
        QVERIFY(has(o.out, "revision 43"));
    }

    void badInputIsAUsageErrorAndChangesNothing_data()
    {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](const char* name, const QStringList& arguments) {
            QTest::newRow(name) << arguments;
        };
        row("nothing", {});
        row("no such command", {QStringLiteral("datset")});
        row("no such subcommand", {QStringLiteral("dataset"), QStringLiteral("creat")});
        row("no subcommand", {QStringLiteral("dataset")});
        row("no such option", {QStringLiteral("status"), QStringLiteral("--colour")});
        row("no name", {QStringLiteral("dataset"), QStringLiteral("create")});
        row("word too many", {QStringLiteral("dataset"), QStringLiteral("create"),
                              QStringLiteral("a"), QStringLiteral("b")});
        row("path as name",
            {QStringLiteral("dataset"), QStringLiteral("create"), QStringLiteral("../x")});
        row("empty name", {QStringLiteral("dataset"), QStringLiteral("create"), QString()});
        row("name of 300",
            {QStringLiteral("dataset"), QStringLiteral("create"), QString(300, QLatin1Char('a'))});
        row("bad utf-8 in metadata without =",
            {QStringLiteral("dataset"), QStringLiteral("create"), QStringLiteral("x"),
             QStringLiteral("--metadata"), QStringLiteral("novalue")});
        row("size negative", {QStringLiteral("dataset"), QStringLiteral("create"),
                              QStringLiteral("x"), QStringLiteral("--size"), QStringLiteral("-1")});
        row("size 0", {QStringLiteral("dataset"), QStringLiteral("create"), QStringLiteral("x"),
                       QStringLiteral("--size"), QStringLiteral("0")});
        row("size 2^63", {QStringLiteral("dataset"), QStringLiteral("create"), QStringLiteral("x"),
                          QStringLiteral("--size"), QStringLiteral("9223372036854775808")});
        row("size of words",
            {QStringLiteral("dataset"), QStringLiteral("resize"), QStringLiteral("x"),
             QStringLiteral("--size"), QStringLiteral("big")});
        row("output unknown",
            {QStringLiteral("status"), QStringLiteral("--output"), QStringLiteral("xml")});
        row("revision of words", {QStringLiteral("rollback"), QStringLiteral("yesterday")});
        row("revision negative", {QStringLiteral("rollback"), QStringLiteral("-1")});
        row("goal unknown",
            {QStringLiteral("wait"), QStringLiteral("dataset"), QStringLiteral("web"),
             QStringLiteral("--for"), QStringLiteral("happiness")});
        row("plan of a read", {QStringLiteral("plan"), QStringLiteral("status")});
        row("plan of nothing", {QStringLiteral("plan")});
        row("purge unconfirmed",
            {QStringLiteral("dataset"), QStringLiteral("purge"), QStringLiteral("old")});
        row("forget unconfirmed",
            {QStringLiteral("node"), QStringLiteral("forget"), QStringLiteral("n2")});
        row("no file",
            {QStringLiteral("apply"), QStringLiteral("-f"), QStringLiteral("/nonexistent/x.yaml")});
        row("role unknown", {QStringLiteral("keys"), QStringLiteral("add"),
                             QString(40, QLatin1Char('a')), QStringLiteral("--name"),
                             QStringLiteral("x"), QStringLiteral("--role"), QStringLiteral("god")});
    }
    void badInputIsAUsageErrorAndChangesNothing()
    {
        QFETCH(QStringList, arguments);
        CliFixture f;
        std::vector<std::string> words;
        for (const QString& argument : arguments)
            words.push_back(argument.toStdString());
        const Outcome o = f.run(words);
        QCOMPARE(o.exit, 1);
        QVERIFY(!o.err.empty());
        QVERIFY(o.out.empty());
        QVERIFY(!f.lastWrite().has_value());
    }

    void whatIsNotKnownIsNamed_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* arguments, const char* message) {
            QTest::newRow(arguments) << QString::fromLatin1(arguments).split(QLatin1Char(' '))
                                     << QString::fromLatin1(message);
        };
        row("statsu", "error: 'statsu' is not a command of drover\n  next: did you mean status? ");
        row("dataset lits",
            "error: 'lits' is not a command of drover dataset\n  next: did you mean list? ");
        row("dataset list --lable a=b",
            "error: there is no option --lable\n  next: did you mean --label? ");
        row("dataset create -x --size 1GiB",
            "error: there is no option -x\n  next: drover dataset create --help; a name that "
            "begins with a dash stands after --\n");
        row("status now", "error: 'now' is one word too many\n  next: drover status --help\n");
        row("dataset",
            "error: say which command of drover dataset\n  next: drover dataset --help\n");
        row("dataset create", "error: NAME is required\n  next: drover dataset create --help\n");
        row("dataset create x --metadata foo",
            "error: --metadata: 'foo' is not KEY=VALUE\n  next: for example: --metadata "
            "owner=me\n");
        row("dataset create x --label a=1 --label a=2",
            "error: --label: 'a' is given twice\n  next: give each key once\n");
        row("dataset set-metadata web foo",
            "error: 'foo' is neither KEY=VALUE (sets) nor KEY- (removes)\n  next: for example: "
            "owner=me, or owner-\n");
        row("node label n1 --replace foo",
            "error: 'foo' is not KEY=VALUE\n  next: for example: owner=me\n");
        row("status --output", "error: --output needs a value: table|json|yaml|name\n  next: ");
        row("history --limit 0", "error: --limit: it must be at least 1\n");
    }
    void whatIsNotKnownIsNamed()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, message);
        CliFixture f;
        std::vector<std::string> words;
        for (const QString& argument : arguments)
            words.push_back(argument.toStdString());
        const Outcome o = f.run(words);
        QCOMPARE(o.exit, 1);
        QVERIFY2(o.err.starts_with(message.toStdString()), o.err.c_str());
    }

    void textThatIsNotUtf8IsRefusedBeforeItTravels()
    {
        CliFixture f;
        const Outcome o = f.run({"dataset", "create", "x", "--metadata", "a=\xff"});
        QCOMPARE(o.exit, 1);
        QVERIFY(has(o.err, "is not UTF-8") && !f.lastWrite());
    }

    void whatWasSoAlreadyIsNotCalledDone()
    {
        CliFixture f;
        f.writeResult.results.push_back({{}, {}, {}, "it is not deleted"});
        QCOMPARE(f.run({"dataset", "undelete", "web"}).out,
                 std::string("dataset web: it is not deleted (revision 43)\n"));
    }

    void aNodeThatIsNotThereIsNoEmptyList()
    {
        CliFixture f;
        const Outcome o = f.run({"dataset", "list", "--node", "n9"});
        QCOMPARE(o.exit, 2);
        QVERIFY(has(o.err, "node n9"));
        QCOMPARE(f.run({"dataset", "list", "-o", "name", "--node", "n1"}).out,
                 std::string("db\nweb\n"));
    }

    void refusalsEndWithTwoAndSayWhatToDo()
    {
        CliFixture f;
        f.refusal =
            Error{ErrorCode::InUse, "held by jenkins", "dataset web", "drover lease list web"};
        const Outcome o = f.run({"dataset", "move", "web", "--to", "n2"});
        QCOMPARE(o.exit, 2);
        QCOMPARE(
            o.err,
            std::string("error: dataset web: held by jenkins\n  next: drover lease list web\n"));
        QVERIFY(o.out.empty());
    }

    void refusalsCallTheDatasetWhatThePersonCalledIt()
    {
        CliFixture f;
        const std::string id = CliFixture::uuid(21).toString();
        f.refusal = Error{ErrorCode::InvalidArgument, "the metadata has 18 pairs", "dataset " + id,
                          "remove some"};
        const Outcome o = f.run({"dataset", "set-metadata", "web", "a=b"});
        QCOMPARE(o.err, std::string("error: dataset web: the metadata has 18 pairs\n"
                                    "  next: remove some\n"));
        QVERIFY(has(f.run({"dataset", "resize", id, "--size", "2GiB"}).err, "dataset " + id));
    }

    void noControlEndsWithThree()
    {
        CliFixture f;
        f.control.stop();
        const Outcome o = f.run({"status"});
        QCOMPARE(o.exit, 3);
        QVERIFY(has(o.err, "not reachable"));
    }

    void noAnswerEndsWithFour()
    {
        CliFixture f;
        f.control.answer = [](const Request& request) -> std::optional<Reply> {
            const auto* read = std::get_if<ReadVerb>(&request.body);
            if (read && std::holds_alternative<ClientHello>(*read))
                return std::nullopt;
            Reply reply; // of another request: never the answer to this one
            reply.error = Error{ErrorCode::Timeout, "control did not answer in time", "", ""};
            return reply;
        };
        QCOMPARE(f.run({"status"}).exit, 4);
    }

    void objectsAreNamedByNameIdOrPrefix_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("exit");
        QTest::newRow("name") << QStringLiteral("web") << 0;
        QTest::newRow("id") << QString::fromStdString(CliFixture::uuid(21).toString()) << 0;
        QTest::newRow("unambiguous prefix") << QStringLiteral("00000121") << 0;
        QTest::newRow("ambiguous prefix") << QStringLiteral("0000012") << 1;
        QTest::newRow("prefix of nothing") << QStringLiteral("dddd") << 2;
    }
    void objectsAreNamedByNameIdOrPrefix()
    {
        QFETCH(QString, text);
        QFETCH(int, exit);
        CliFixture f;
        const Outcome o = f.run({"dataset", "move", text.toStdString(), "--to", "00000102"});
        QCOMPARE(o.exit, exit);
        if (exit == 0) {
            const auto verb = f.lastVerb<DatasetMove>();
            QVERIFY(verb.dataset.name == "web" ||
                    verb.dataset.id == DatasetId{CliFixture::uuid(21)});
            QVERIFY(verb.to.id == NodeId{CliFixture::uuid(2)});
        } else {
            QVERIFY(!f.lastWrite());
        }
        if (exit == 1)
            QVERIFY(has(o.err, CliFixture::uuid(22).toString()) && has(o.err, "(db)"));
    }

    void aNameComesBeforeAnIdsBeginning()
    {
        CliFixture f;
        f.datasets[0].record.header.name = "00000122"; // also the beginning of db's id
        QCOMPARE(f.run({"dataset", "move", "00000122", "--to", "n2"}).exit, 0);
        QVERIFY(f.lastVerb<DatasetMove>().dataset.id == f.datasets[0].record.id);
    }

    void aMistypedNameFindsItsNeighbour()
    {
        CliFixture f;
        const Outcome o = f.run({"dataset", "show", "wbe"});
        QCOMPARE(o.exit, 2);
        QVERIFY2(has(o.err, "did you mean web?"), o.err.c_str());
    }

    void everyChangeCanBePlanned_data()
    {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](std::initializer_list<const char*> words) {
            QStringList list;
            for (const char* word : words)
                list.append(QString::fromLatin1(word));
            QTest::newRow(list.join(QLatin1Char(' ')).toLatin1().constData()) << list;
        };
        row({"dataset", "create", "x"});
        row({"dataset", "move", "web", "--to", "n2"});
        row({"dataset", "resize", "web", "--size", "2GiB"});
        row({"dataset", "rename", "web", "web2"});
        row({"dataset", "set-metadata", "web", "a=b"});
        row({"dataset", "delete", "web"});
        row({"dataset", "undelete", "old"});
        row({"dataset", "purge", "old"});
        row({"node", "label", "n1", "a=b"});
        row({"node", "cordon", "n1"});
        row({"node", "uncordon", "n1"});
        row({"node", "declare-lost", "n2"});
        row({"node", "forget", "n2"});
        row({"lease", "acquire", "web", "--node", "n1"});
        row({"lease", "release", "00000121-0000-4000-8000-000000000000"});
        row({"rollback", "3"});
        row({"cluster", "set", "--delete-grace", "1h"});
        row({"keys", "remove", "bob"});
    }
    void everyChangeCanBePlanned()
    {
        QFETCH(QStringList, arguments);
        for (const bool behind : {true, false}) {
            CliFixture f;
            std::vector<std::string> words;
            if (behind)
                words.push_back("plan");
            for (const QString& argument : arguments)
                words.push_back(argument.toStdString());
            if (!behind)
                words.push_back("--dry-run");
            const Outcome o = f.run(words);
            QVERIFY2(o.exit == 0, o.err.c_str());
            QVERIFY(f.lastWrite() && f.lastWrite()->dryRun);
            QVERIFY(has(o.out, "Nothing was changed"));
        }
    }

    void preconditionsTravel()
    {
        CliFixture f;
        QCOMPARE(
            f.run({"dataset", "delete", "web", "--if-revision", "7", "--expect-plan", "abc"}).exit,
            0);
        const auto write = f.lastWrite();
        QCOMPARE(write->expectPlan, std::string("abc"));
        QCOMPARE(write->operations[0].preconditions.size(), std::size_t{1});
        QCOMPARE(write->operations[0].preconditions[0].modRevision, Revision{7});
        QCOMPARE(write->operations[0].preconditions[0].name, std::string("web"));
    }

    void editsOfMetadataKeepTheRestAndAreGuarded()
    {
        CliFixture f;
        QCOMPARE(f.run({"dataset", "set-metadata", "web", "tier=front"}).exit, 0);
        QVERIFY((f.lastVerb<DatasetSetMetadata>().metadata ==
                 Labels{{"owner", "me"}, {"tier", "front"}}));
        QCOMPARE(f.lastWrite()->operations[0].preconditions.at(0).modRevision, Revision{21});
        QCOMPARE(f.run({"dataset", "set-metadata", "web", "owner-"}).exit, 0);
        QVERIFY(f.lastVerb<DatasetSetMetadata>().metadata.empty());
        QCOMPARE(f.run({"dataset", "set-metadata", "web", "--replace", "x=y"}).exit, 0);
        QVERIFY((f.lastVerb<DatasetSetMetadata>().metadata == Labels{{"x", "y"}}));
    }

    void whatCannotBeUndoneIsTypedOrSaid()
    {
        CliFixture f;
        f.somebodyIsThere = true;
        QCOMPARE(f.run({"dataset", "purge", "old"}, "no\n").exit, 1);
        QVERIFY(!f.lastWrite());
        QCOMPARE(f.run({"dataset", "purge", "old"}, "").exit, 1);
        QVERIFY(!f.lastWrite());
        QCOMPARE(f.run({"dataset", "purge", "old"}, "old\n").exit, 0);
        QCOMPARE(f.lastVerb<DatasetPurge>().dataset.name, std::string("old"));
        f.somebodyIsThere = false;
        QCOMPARE(f.run({"node", "forget", "n2", "--yes"}).exit, 0);
        QCOMPARE(f.lastVerb<NodeForget>().node.name, std::string("n2"));
    }

    void declareLostRecordsTheStatement()
    {
        CliFixture f;
        f.somebodyIsThere = true;
        QCOMPARE(f.run({"node", "declare-lost", "n2"}, "n2\nI pulled the plug\n").exit, 0);
        QCOMPARE(f.lastVerb<NodeDeclareLost>().statement, std::string("I pulled the plug"));
        f.somebodyIsThere = false;
        QCOMPARE(f.run({"node", "declare-lost", "n2", "--yes", "--statement", "burnt"}).exit, 0);
        QCOMPARE(f.lastVerb<NodeDeclareLost>().statement, std::string("burnt"));
        QCOMPARE(f.run({"node", "declare-lost", "n2"}).exit, 1);
    }

    void applyReadsTheFileAndNeverPrunesByItself()
    {
        CliFixture f;
        const Outcome o = f.run({"apply", "-f", "-"}, "datasets:\n  - name: web\n    size: 1GiB\n");
        QVERIFY2(o.exit == 0, o.err.c_str());
        const auto verb = f.lastVerb<Apply>();
        QCOMPARE(verb.datasets.size(), std::size_t{1});
        QVERIFY(!verb.prune);
    }

    void pruneShowsThePlanAndDoesExactlyThat()
    {
        const std::string file = "datasets: []\n";
        CliFixture f;
        QCOMPARE(f.run({"apply", "-f", "-", "--prune"}, file).exit, 1); // nobody is there
        QVERIFY(!f.lastWrite());
        const Outcome o = f.run({"apply", "-f", "-", "--prune", "--yes"}, file);
        QVERIFY2(o.exit == 0, o.err.c_str());
        QVERIFY(has(o.out, "the file does not name it"));
        QVERIFY(f.lastVerb<Apply>().prune);
        QVERIFY(!f.lastWrite()->dryRun);
        QCOMPARE(f.lastWrite()->expectPlan, std::string("d19e57"));
    }

    void waitingEndsWhenItIsSo()
    {
        CliFixture f;
        const Outcome o = f.run({"wait", "dataset", "web", "--for", "mounted", "--timeout", "5s"});
        QCOMPARE(o.exit, 0);
        QVERIFY(has(o.out, "/mnt/web"));
    }

    void waitingFollowsTheEvents()
    {
        CliFixture f;
        // The move ends after three seconds of the cluster's time; only the event says so.
        const auto done = f.networkExecutor->after(bus::Duration{3'000}, [&] {
            f.datasets[1].ledger->handover.reset();
            f.datasets[1].status.sync = Sync::InSync;
            f.control.report({DatasetStatusPut{f.datasets[1].status}});
        });
        const auto before = f.world.now();
        const Outcome o = f.run({"wait", "dataset", "db", "--timeout", "60s"});
        QVERIFY2(o.exit == 0, o.err.c_str());
        QVERIFY(f.world.now() - before < bus::Duration{3'500});
        QVERIFY(has(o.err, "pass 1: 120 MiB of 200 MiB, 60 %, 40 MiB/s, 3 s left"));
    }

    void waitingTooLongEndsWithFourAndSaysWhy()
    {
        CliFixture f;
        const Outcome o = f.run({"wait", "dataset", "db", "--timeout", "2s"});
        QCOMPARE(o.exit, 4);
        QVERIFY(has(o.err, "after 2 s"));
    }

    void waitingForTheHopelessEndsAtOnceWithTwo()
    {
        CliFixture f;
        const auto before = f.world.now();
        const Outcome o = f.run({"wait", "dataset", "lost-pictures", "--timeout", "10m"});
        QCOMPARE(o.exit, 2);
        QVERIFY(f.world.now() - before < bus::Duration{2'000});
        QVERIFY(has(o.err, "DataMissing") && has(o.err, "restore it from a backup"));
    }

    void waitingForTheGoneIsOver()
    {
        CliFixture f;
        QCOMPARE(f.run({"wait", "dataset", "never-was", "--for", "gone"}).exit, 0);
        QCOMPARE(f.run({"wait", "dataset", "never-was", "--for", "mounted"}).exit, 2);
    }

    void waitingOutlivesARestartOfControl()
    {
        CliFixture f;
        const auto stop = f.networkExecutor->after(bus::Duration{1'000}, [&] { f.control.stop(); });
        const auto start = f.networkExecutor->after(bus::Duration{20'000}, [&] {
            f.datasets[1].ledger->handover.reset();
            f.datasets[1].status.sync = Sync::InSync;
            f.control.start();
        });
        const Outcome o = f.run({"wait", "dataset", "db", "--timeout", "5m"});
        QVERIFY2(o.exit == 0, o.err.c_str());
        QVERIFY(has(o.err, "still waiting"));
    }

    void nodesAreWaitedFor()
    {
        CliFixture f;
        QCOMPARE(f.run({"wait", "node", "n1", "--for", "alive", "--timeout", "1s"}).exit, 0);
        QCOMPARE(f.run({"wait", "node", "n2", "--for", "alive", "--timeout", "1s"}).exit, 4);
        QCOMPARE(f.run({"wait", "node", "n9", "--for", "gone", "--timeout", "1s"}).exit, 0);
    }

    void waitAloneTakesNoOtherWord()
    {
        const std::vector<std::string> words =
            cli::normalise({"dataset", "create", "--wait", "web", "--size", "-1", "--", "--wait"});
        const std::vector<std::string> wanted{"dataset",   "create", "--wait=10m", "web",
                                              "--size=-1", "--",     "--wait"};
        QCOMPARE(words, wanted);
    }

    void eventsArePrintedOnePerLine()
    {
        CliFixture f;
        std::vector<bus::Subscription> timers;
        for (int i = 0; i < 3; ++i)
            timers.push_back(f.networkExecutor->after(bus::Duration{2'000 + 100 * i},
                                                      [&] { f.control.commit({}); }));
        const Outcome o = f.run(
            {"events", "--stream", "log", "--count", "3", "--timeout", "20s", "--output", "json"});
        QVERIFY2(o.exit == 0, o.err.c_str());
        QCOMPARE(std::count(o.out.begin(), o.out.end(), '\n'), 3);
        QVERIFY(o.out.starts_with("{"));
        QCOMPARE(f.run({"events", "--stream", "log", "--count", "1", "--timeout", "2s"}).exit, 4);
        QCOMPARE(f.run({"events", "--stream", "gossip"}).exit, 1);
    }
};

QTEST_APPLESS_MAIN(CliCommandsTest)
#include "tst_cli_commands.moc"
