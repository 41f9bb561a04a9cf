// Every command that control suggests: which ones can be staged, which ask for more, which are for a
// person to type. What control's source suggests and this table does not know fails.

#include "gui/models/suggestion.h"
#include "tests/unit/gui_models/cluster_fixture.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace drover;
using namespace drover::test;
using gui::models::ClusterData;
using gui::models::Suggestion;
using gui::models::suggestionIn;
using Open = Suggestion::Open;

namespace {

const auto kOld = someId<model::DatasetId>(2);

// All commands in the texts of control and agent, without what is filled in: `dataset move`.
QSet<QString> suggestedInSource()
{
    QSet<QString> found;
    const QRegularExpression command(
        QStringLiteral("(?:`|\")drover ([a-z]+(?: [a-z][a-z-]*)?)(?=[ `\",])"));
    for (const char* folder : {"/control", "/agent"}) {
        QDirIterator files(QStringLiteral(DROVER_CHECKOUT) + QString::fromLatin1(folder),
                           {QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly))
                continue;
            QString text = QString::fromUtf8(file.readAll());
            // Literals that go on in the next line are one.
            text.remove(QRegularExpression(QStringLiteral("\"\\s*\n\\s*\"")));
            auto matches = command.globalMatch(text);
            while (matches.hasNext())
                found.insert(matches.next().captured(1));
        }
    }
    return found;
}

} // namespace

class TestSuggestion : public QObject
{
    Q_OBJECT
private:
    ClusterData m_data;

private Q_SLOTS:
    void initTestCase()
    {
        model::DatasetRecord old = someDataset(2, "old");
        old.deletion.emplace();
        m_data.apply(records({someDataset(1, "web"), old, someNode(7, "n7")}));
    }

    void commandIsFoundInTheText()
    {
        using gui::models::commandIn;
        QCOMPARE(commandIn("`drover dataset undelete web` brings it back"),
                 std::string("drover dataset undelete web"));
        QCOMPARE(commandIn("drover dataset show web"), std::string("drover dataset show web"));
        QCOMPARE(commandIn("start the agents"), std::string());
        QCOMPARE(commandIn("`drover node list` or `drover status`"), std::string()); // which?
        QCOMPARE(commandIn("`drover not closed"), std::string());
        QCOMPARE(commandIn("drover node list, drover node show NODE"), std::string());
    }

    void whatCanBeStaged_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("open");
        QTest::addColumn<QString>("verb"); // that is staged; empty: something is open
        const auto row = [](const char* name, const QString& text, Open open, const char* verb) {
            QTest::newRow(name) << text << static_cast<int>(open) << QString::fromLatin1(verb);
        };
        row("undelete", QStringLiteral("`drover dataset undelete old` brings it back"),
            Open::Nothing, "dataset.undelete");
        row("undelete by id under a new name",
            QStringLiteral("give a new name: `drover dataset undelete %1 --name NEW`")
                .arg(QString::fromStdString(kOld.toString())),
            Open::NewName, "");
        row("move, somewhere", QStringLiteral("move it: `drover dataset move web --to NODE`"),
            Open::TargetNode, "");
        row("move", QStringLiteral("move it first: `drover dataset move web --to n7`"),
            Open::Nothing, "dataset.move");
        row("uncordon", QStringLiteral("`drover node uncordon n7`, or choose another node"),
            Open::Nothing, "node.uncordon");
    }
    void whatCanBeStaged()
    {
        QFETCH(QString, text);
        QFETCH(int, open);
        QFETCH(QString, verb);
        const auto found = suggestionIn(text.toStdString(), m_data);
        QVERIFY(found.has_value());
        QCOMPARE(static_cast<int>(found->open), open);
        QVERIFY(found->dataset.has_value() != found->node.has_value());
        if (!verb.isEmpty())
            QCOMPARE(QString::fromLatin1(verbName(found->verb)), verb);
    }

    void whatIsForAPersonToType_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"drover node list, drover node show NODE",
              "drover dataset show web",
              "start the agents; `drover node list` says which are silent",
              "look at the clock of control's machine; `drover dataset purge` still works",
              "start the agent; if the machine is gone for good: `drover node declare-lost`, then "
              "`forget`",
              "bring it back with `drover dataset undelete`",
              "see `drover dataset list --deleted`",
              "rename it with `drover dataset rename`",
              "see `drover history`",
              "see `drover keys list`",
              "wait until it is placed: `drover wait dataset web`",
              "see `drover recover plan`",
              "none, `drover recover plan`",
              "make the cluster's keys with `drover keys init DIR`",
              "end the leases",
              "`drover dataset undelete gone` brings it back", // not known here
              "`drover dataset move web --to n9`",
              "`drover dataset move web --to n7 --now`",
              "`drover dataset purge web`",
              "`drover node declare-lost n7`",
              "",
              "drover",
              "`"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void whatIsForAPersonToType()
    {
        QFETCH(QString, text);
        QVERIFY(!suggestionIn(text.toStdString(), m_data));
    }

    void nameIsThatOfTheDatasetThatIsSpokenOf()
    {
        ClusterData data;
        model::DatasetRecord deleted = someDataset(2, "web");
        deleted.deletion.emplace();
        data.apply(records({someDataset(1, "web"), deleted})); // a later one took its name
        const auto found = suggestionIn("`drover dataset undelete web` brings it back", data, kOld);
        QVERIFY(found && found->dataset == kOld);
        QVERIFY(suggestionIn("`drover dataset undelete web`", data)->dataset == kOld);
    }

    void nothingThatControlSuggestsIsUnknownHere()
    {
        const QSet<QString> known{QStringLiteral("dataset undelete"),
                                  QStringLiteral("dataset move"), QStringLiteral("dataset show"),
                                  QStringLiteral("dataset list"), QStringLiteral("dataset purge"),
                                  QStringLiteral("dataset rename"), QStringLiteral("lease list"),
                                  QStringLiteral("node list"), QStringLiteral("node uncordon"),
                                  QStringLiteral("node declare-lost"), QStringLiteral("history"),
                                  QStringLiteral("keys list"), QStringLiteral("keys init"),
                                  QStringLiteral("recover"), QStringLiteral("recover plan"),
                                  QStringLiteral("wait dataset"),
                                  // what is hashed begins so; nobody is told to type it
                                  QStringLiteral("tree"), QStringLiteral("image")};
        const QSet<QString> suggested = suggestedInSource();
        QVERIFY(suggested.contains(QStringLiteral("dataset undelete")));
        for (const QString& command : suggested)
            QVERIFY2(known.contains(command), qPrintable(command));
    }
};

QTEST_APPLESS_MAIN(TestSuggestion)
#include "tst_suggestion.moc"
