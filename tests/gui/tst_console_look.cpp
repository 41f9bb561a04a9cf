// What the console shows of one object and of the past, and what it gives to who writes programs;
// against real processes.

#include "gui/models/concerns.h"
#include "gui/models/node_row.h"
#include "gui/views/main_window.h"
#include "gui/views/palettes.h"
#include "tests/gui/local_cluster.h"
#include "tests/gui/person.h"

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include <algorithm>

using namespace drover;
using namespace drover::test;
using gui::MainWindow;
using gui::models::ConnectionInfo;

namespace {

constexpr int kPatience = 30'000; // ms; only a failing test waits so long

} // namespace

class TestConsoleLook : public QObject
{
    Q_OBJECT
private:
    LocalCluster m_cluster;
    QTemporaryDir m_settings;

    [[nodiscard]] bool open(MainWindow& window)
    {
        return openCluster(window, m_cluster.admin(), "looked");
    }
    // For a look at it: DROVER_TEST_PICTURES names a folder that gets a light and a dark one.
    static void keepPictures(MainWindow& window, const QString& name)
    {
        const QString folder = qEnvironmentVariable("DROVER_TEST_PICTURES");
        if (folder.isEmpty())
            return;
        for (const bool dark : {true, false}) {
            QApplication::setPalette(dark ? gui::darkPalette() : gui::lightPalette());
            QCoreApplication::processEvents();
            window.grab().save(folder + QLatin1Char('/') + name +
                               (dark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png")));
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        // no settings of a person's
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        QCOMPARE(m_cluster.up(), QString());
        bool ok = false;
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("looked"), QStringLiteral("--node"), QStringLiteral("n1"),
                          QStringLiteral("--size"), QStringLiteral("64MiB"),
                          QStringLiteral("--wait")},
                         &ok);
        QVERIFY(ok);
    }

    void rawMessageIsWhatTheCommandLinePrints()
    {
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("datasets"));
        QVERIFY(clickRow(tableIn(window, "datasetsTable"), QStringLiteral("looked")));
        QVERIFY(!window.findChild<QWidget*>(QStringLiteral("raw"))->isVisible());
        tick(window, "rawOpen");
        QVERIFY(press(window, "rawCopy"));
        const auto record = [](const QString& json) {
            return QJsonDocument::fromJson(json.toUtf8()).object().value(QStringLiteral("record"));
        };
        const QString printed = m_cluster.drover(
            {QStringLiteral("dataset"), QStringLiteral("show"), QStringLiteral("looked"),
             QStringLiteral("--output"), QStringLiteral("json")});
        const QString copied = QGuiApplication::clipboard()->text();
        QVERIFY2(record(copied).isObject(), qPrintable(copied));
        QCOMPARE(record(copied), record(printed));

        window.showFacet(QStringLiteral("nodes"));
        QVERIFY(clickRow(tableIn(window, "nodesTable"), QStringLiteral("n2")));
        const QString node =
            window.findChild<QPlainTextEdit*>(QStringLiteral("raw"))->toPlainText();
        keepPictures(window, QStringLiteral("raw"));
        QVERIFY2(node.contains(QStringLiteral("\"hostname\": \"n2\"")), qPrintable(node));
    }

    void sliderShowsTheConfigurationOfThen()
    {
        const auto drover = [&](const QStringList& words) {
            bool ok = false;
            m_cluster.drover(words, &ok);
            return ok;
        };
        const auto word = [](const char* text) { return QString::fromLatin1(text); };
        MainWindow window;
        QVERIFY(open(window));
        QVERIFY(drover({word("dataset"), word("create"), word("then"), word("--node"), word("n1"),
                        word("--wait")}));
        QVERIFY(QTest::qWaitFor([&] { return window.bench().data.datasetNamed("then") != nullptr; },
                                kPatience));
        const auto before = static_cast<int>(window.bench().data.revision());
        QVERIFY(drover({word("dataset"), word("rename"), word("then"), word("now")}));
        QVERIFY(drover({word("dataset"), word("create"), word("since"), word("--node"), word("n2"),
                        word("--wait")}));
        QVERIFY(QTest::qWaitFor(
            [&] { return window.bench().data.datasetNamed("since") != nullptr; }, kPatience));

        window.showFacet(word("timeline"));
        QTableView& list = tableIn(window, "timelineTable");
        QVERIFY(QTest::qWaitFor([&] { return list.model()->rowCount() > 3; }, kPatience));
        auto* tabs = window.findChild<QTabWidget*>(word("timelineTabs"));
        tabs->setCurrentIndex(2);
        auto* slider = window.findChild<QSlider*>(word("pastSlider"));
        auto* words = window.findChild<QLabel*>(word("pastWords"));
        const auto shows = [&](const QString& text) {
            return QTest::qWaitFor([&] { return words->text().contains(text); }, kPatience);
        };
        QVERIFY2(shows(word("Nothing has changed since")), qPrintable(words->text()));
        window.findChild<QSpinBox*>(word("pastRevision"))->setValue(before);
        QVERIFY2(shows(word("THE PAST, read-only: what was desired at revision %1").arg(before)),
                 qPrintable(words->text()));
        QTableView& past = tableIn(window, "pastTable");
        const QString against = word("Against now");
        QCOMPARE(cell(past, word("then"), against), word("changed since: Name"));
        QCOMPARE(cell(past, word("looked"), against), word("the same"));
        QCOMPARE(cell(past, word("since"), against), word("made since"));
        QVERIFY(clickRow(past, word("then")));
        QVERIFY(window.findChild<QTreeWidget*>(word("thenAndNow"))->isVisible());
        keepPictures(window, word("past"));

        // By keyboard, and back to the beginning, when there was nothing.
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Home);
        QVERIFY(shows(word("at revision %1 ").arg(slider->minimum() + 1)));
        QCOMPARE(cell(past, word("looked"), against), word("made since"));

        tabs->setCurrentIndex(1);
        auto* lanes = window.findChild<QWidget*>(word("lanes"));
        auto* mark = window.findChild<QLabel*>(word("laneWords"));
        window.findChild<QWidget*>(word("lanesView"))
            ->findChild<QLineEdit*>(word("filter"))
            ->setText(word("now"));
        QTest::keyClick(lanes, Qt::Key_Right);
        QTest::keyClick(lanes, Qt::Key_Left);
        for (int i = 0; i < 10 && !mark->text().contains(word("created")); ++i)
            QTest::keyClick(lanes, Qt::Key_Left);
        QVERIFY2(mark->text().contains(word("admin: created")), qPrintable(mark->text()));
        window.findChild<QWidget*>(word("lanesView"))
            ->findChild<QLineEdit*>(word("filter"))
            ->clear();
        keepPictures(window, word("lanes"));
        QVERIFY(press(window, "showThen"));
        QCOMPARE(tabs->currentIndex(), 2);
        QVERIFY(shows(word("THE PAST")));
        QCOMPARE(cell(past, word("then"), against).isNull(), false);
    }

    void keysAreAcceptedAndRemoved()
    {
        const auto word = [](const char* text) { return QString::fromLatin1(text); };
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(word("keys"));
        QTableView& keys = tableIn(window, "keysTable");
        QVERIFY(!cell(keys, word("admin"), word("Role")).isNull());
        QTemporaryDir folder;
        m_cluster.drover({word("keys"), word("new"), folder.filePath(word("ann"))});
        const auto act = [&](const char* action) {
            window.bench().actions.find(word(action))->trigger();
        };
        const auto apply = [&] {
            bool pressed = false;
            return inDialog(
                       word("preview"), [&] { act("pending.apply"); },
                       [&](QWidget& dialog) { pressed = press(dialog, "apply"); }) &&
                   pressed;
        };
        bool staged = false;
        QVERIFY(inDialog(
            word("addKey"), [&] { act("key.add"); },
            [&](QWidget& dialog) {
                type(dialog, "name", word("ann"));
                type(dialog, "key", folder.filePath(word("ann.key")));
                choose(dialog, "role", word("operator"));
                staged = press(dialog, "stage");
            }));
        QVERIFY(staged);
        QVERIFY(apply());
        QVERIFY(QTest::qWaitFor(
            [&] { return cell(keys, word("ann"), word("Role")) == word("operator"); }, kPatience));
        keepPictures(window, word("keys"));
        QVERIFY(m_cluster.drover({word("keys"), word("list")}).contains(word("ann")));

        QVERIFY(clickRow(keys, word("ann")));
        QVERIFY(inDialog(
            word("removeKey"), [&] { act("key.remove"); },
            [&](QWidget& dialog) {
                staged = !dialog.findChild<QAbstractButton*>(word("stage"))->isEnabled();
                type(dialog, "answer", word("ann"));
                staged = staged && press(dialog, "stage");
            }));
        QVERIFY(staged);
        QVERIFY(apply());
        QVERIFY(QTest::qWaitFor([&] { return cell(keys, word("ann"), word("Role")).isNull(); },
                                kPatience));
    }

    void nodeTileOpensTheNodesThatItCounts()
    {
        MainWindow window;
        QVERIFY(open(window));
        const auto clickTile = [&](const QString& words) {
            window.showFacet(QStringLiteral("overview"));
            for (auto* tile : window.currentView()->findChildren<QAbstractButton*>())
                if (tile->text() == words) {
                    QTest::mouseClick(tile, Qt::LeftButton);
                    return true;
                }
            return false;
        };
        const auto rows = [&] { return tableIn(window, "nodesTable").model()->rowCount(); };
        QVERIFY(clickTile(QStringLiteral("nodes")));
        QCOMPARE(rows(), 3);
        QVERIFY(clickTile(QStringLiteral("nodes silent")));
        QCOMPARE(window.currentView()->objectName(), QStringLiteral("nodes"));
        const int silent = static_cast<int>(std::count_if(
            window.bench().data.nodeLedgers().begin(), window.bench().data.nodeLedgers().end(),
            [&](const auto& node) {
                return gui::models::rowOf(window.bench().data, node.second).isSilent();
            }));
        QCOMPARE(rows(), silent);
        auto* filter = window.currentView()->findChild<QLineEdit*>(QStringLiteral("filter"));
        QCOMPARE(filter->text(), QStringLiteral("is:silent"));
        keepPictures(window, QStringLiteral("silent"));
        filter->setText(QStringLiteral("!is:silent !n1"));
        QCOMPARE(rows(), 3 - silent - 1);
    }

    void suggestionOfAConditionIsStaged()
    {
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("regretted"), QStringLiteral("--node"),
                          QStringLiteral("n1"), QStringLiteral("--wait")});
        m_cluster.drover(
            {QStringLiteral("dataset"), QStringLiteral("delete"), QStringLiteral("regretted")});
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("datasets"), QStringLiteral("is:deleted regretted"));
        QVERIFY(QTest::qWaitFor(
            [&] { return clickRow(tableIn(window, "datasetsTable"), QStringLiteral("regretted")); },
            kPatience));
        const auto stage = [&] {
            return window.findChild<QAbstractButton*>(QStringLiteral("stageSuggestion"));
        };
        const auto isThere = [&] { return stage() && stage()->isVisible(); };
        QVERIFY(QTest::qWaitFor(isThere, kPatience));
        QCOMPARE(stage()->text(), QStringLiteral("Stage: Undelete regretted"));
        keepPictures(window, QStringLiteral("suggestion"));
        QVERIFY(QTest::qWaitFor(isThere, kPatience)); // cards are made anew for other colours
        QVERIFY(press(window, "copySuggestion"));
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("drover dataset undelete regretted"));
        QVERIFY(press(window, "stageSuggestion"));
        QVERIFY(QTest::qWaitFor([&] { return window.bench().pending.waiting() == 1; }, kPatience));
        QVERIFY(std::holds_alternative<model::DatasetUndelete>(
            window.bench().pending.changes().front().verb));
        window.bench().pending.discardAll();
    }

    void copiedScriptReallySendsTheRequestAgain()
    {
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("messages"));
        QTableView& messages = tableIn(window, "messagesTable");
        const auto choose = [&](const char* name) {
            const QAbstractItemModel& model = *messages.model();
            return QTest::qWaitFor(
                [&] {
                    for (int row = 0; row < model.rowCount(); ++row)
                        if (model.index(row, 1).data().toString() == QStringLiteral("→ request") &&
                            model.index(row, 2).data().toString() == QString::fromLatin1(name)) {
                            messages.selectRow(row);
                            return true;
                        }
                    return false;
                },
                kPatience);
        };
        QTemporaryDir folder;
        // Its exit code; `said` is what it printed.
        const auto runCopied = [&](QString& said) {
            if (!press(window, "copyScript"))
                return -1;
            QFile file(folder.filePath(QStringLiteral("copied.py")));
            if (!file.open(QIODevice::WriteOnly) ||
                file.write(QGuiApplication::clipboard()->text().toUtf8()) < 0)
                return -1;
            file.close();
            QProcess python;
            python.setProcessChannelMode(QProcess::MergedChannels);
            python.start(QStringLiteral("/usr/bin/python3"), {file.fileName()});
            if (!python.waitForFinished(kPatience))
                return -1;
            said = QString::fromUtf8(python.readAll());
            return python.exitCode();
        };
        QString said;
        window.bench().session.call(model::ReadVerb{model::DatasetList{}}, &window, [](auto) {});
        QVERIFY(choose("dataset.list"));
        QCOMPARE(runCopied(said), 0);
        QVERIFY2(said.contains(QStringLiteral("\"looked\"")), qPrintable(said));

        // A write, with what would end the script's text if it were taken for code.
        auto& pending = window.bench().pending;
        const QString value = QStringLiteral("it's '''\"ada\\");
        const model::DatasetSetMetadata verb{{window.bench().data.datasetNamed("looked")->id, {}},
                                             {{"owner", value.toStdString()}}};
        pending.stageDataset(verb, *window.bench().data.datasetNamed("looked"));
        bool applied = false;
        QVERIFY(inDialog(
            QStringLiteral("preview"),
            [&] { window.bench().actions.find(QStringLiteral("pending.apply"))->trigger(); },
            [&](QWidget& dialog) { applied = press(dialog, "apply"); }));
        QVERIFY(applied);
        QVERIFY(choose("dataset.set-metadata"));
        const auto owner = [&] {
            const auto* record = window.bench().data.datasetNamed("looked");
            const auto found = record->spec.metadata.find("owner");
            return found == record->spec.metadata.end() ? QString()
                                                        : QString::fromStdString(found->second);
        };
        QVERIFY(QTest::qWaitFor([&] { return owner() == value; }, kPatience));
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("set-metadata"),
                          QStringLiteral("looked"), QStringLiteral("owner=eve")});
        QVERIFY(QTest::qWaitFor([&] { return owner() == QStringLiteral("eve"); }, kPatience));
        const int code = runCopied(said);
        QVERIFY2(code == 0, qPrintable(said));
        QVERIFY(QTest::qWaitFor([&] { return owner() == value; }, kPatience));
    }

    void failedChangeIsRetriedByItsButton()
    {
        MainWindow window;
        QVERIFY(open(window));
        auto& pending = window.bench().pending;
        pending.stageDataset(
            model::DatasetResize{{window.bench().data.datasetNamed("looked")->id, {}},
                                 {128ULL << 20}},
            *window.bench().data.datasetNamed("looked"));
        pending.setState(pending.changes().front().number,
                         gui::models::PendingChange::State::Failed, QStringLiteral("no answer"));
        tableIn(window, "pendingTable").selectRow(0);
        auto* retry = window.findChild<QAbstractButton*>(QStringLiteral("retryChange"));
        QVERIFY(retry->isVisible());
        QVERIFY(window.bench().actions.find(QStringLiteral("pending.retry"))->isEnabled());
        bool applied = false;
        QVERIFY(inDialog(
            QStringLiteral("preview"), [&] { QTest::mouseClick(retry, Qt::LeftButton); },
            [&](QWidget& dialog) { applied = press(dialog, "apply"); }));
        QVERIFY(applied);
        QVERIFY(QTest::qWaitFor(
            [&] {
                return pending.changes().front().state == gui::models::PendingChange::State::Done;
            },
            kPatience));
        QVERIFY(!window.bench().actions.find(QStringLiteral("pending.retry"))->isEnabled());
    }

    void whatNeedsAPersonHasItsButton()
    {
        bool ok = false;
        m_cluster.drover({QStringLiteral("node"), QStringLiteral("cordon"), QStringLiteral("n2")},
                         &ok);
        QVERIFY(ok);
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("overview"));
        QTableView& trouble = tableIn(window, "trouble");
        using Column = gui::models::ConcernsModel::Column;
        const auto lineOf = [&](const QString& act) {
            for (int row = 0; row < trouble.model()->rowCount(); ++row)
                if (trouble.model()->index(row, Column::Act).data().toString() == act)
                    return row;
            return -1;
        };
        const auto press = [&](int row) {
            const QModelIndex index = trouble.model()->index(row, Column::Act);
            trouble.scrollTo(index);
            QTest::mouseClick(trouble.viewport(), Qt::LeftButton, Qt::NoModifier,
                              trouble.visualRect(index).center());
        };
        const QString uncordon = QStringLiteral("Uncordon");
        QTRY_VERIFY_WITH_TIMEOUT(lineOf(uncordon) >= 0 && trouble.isVisible(), kPatience);
        const int row = lineOf(uncordon);
        QCOMPARE(trouble.model()->index(row, Column::What).data().toString(), QStringLiteral("n2"));
        keepPictures(window, QStringLiteral("needs-a-person"));
        press(row);
        QCOMPARE(window.bench().pending.waiting(), 1);
        press(row); // it is pending already
        QCOMPARE(window.bench().pending.waiting(), 1);
        window.bench().pending.undoStack().undo();
        // By key as well.
        trouble.selectRow(row);
        trouble.setFocus();
        QTest::keyClick(&trouble, Qt::Key_Return);
        QCOMPARE(window.bench().pending.waiting(), 1);
        window.bench().pending.discardAll();

        // What happened last says so, and what is full or not.
        QTableView& recent = tableIn(window, "recent");
        QTRY_VERIFY_WITH_TIMEOUT(recent.model()->rowCount() > 0, kPatience);
        QVERIFY(tableIn(window, "room").model()->rowCount() >= 3);
        m_cluster.drover({QStringLiteral("node"), QStringLiteral("uncordon"), QStringLiteral("n2")},
                         &ok);
        QVERIFY(ok);
        QTRY_VERIFY_WITH_TIMEOUT(lineOf(uncordon) < 0, kPatience);
        keepPictures(window, QStringLiteral("all-well"));
    }

    void valuesAreSeenWholeAndCopied()
    {
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("datasets"));
        QVERIFY(clickRow(tableIn(window, "datasetsTable"), QStringLiteral("looked")));
        auto* fields = window.findChild<QTreeWidget*>(QStringLiteral("fields"));
        const auto found = fields->findItems(QStringLiteral("Id"), Qt::MatchExactly);
        QCOMPARE(found.size(), qsizetype{1});
        fields->setCurrentItem(found.front());
        QTest::keySequence(fields, QKeySequence::Copy);
        const QString id = found.front()->text(1);
        QCOMPARE(QGuiApplication::clipboard()->text(), id);
        // It is higher than a line as soon as one is too short, and nothing is scrolled away.
        const QFontMetrics metrics(fields->font());
        const int lines = fields->visualItemRect(found.front()).height() / metrics.height();
        QVERIFY(lines * (fields->columnWidth(1) + fields->columnWidth(2)) >=
                metrics.horizontalAdvance(id));
        const QTreeWidgetItem* last = fields->topLevelItem(fields->topLevelItemCount() - 1);
        QVERIFY(fields->visualItemRect(last).bottom() < fields->viewport()->height());
    }

    void nodeIsShownWhereItIsMended()
    {
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("overview"));
        const model::NodeId node = window.bench().data.nodeLedgers().rbegin()->first;
        window.bench().showNode(node); // its list was never seen before
        QCOMPARE(window.currentView()->objectName(), QStringLiteral("nodes"));
        QCOMPARE(window.bench().selectedNodes(), std::vector{node});
    }
};

QTEST_MAIN(TestConsoleLook)
#include "tst_console_look.moc"
