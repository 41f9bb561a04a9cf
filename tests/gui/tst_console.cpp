// The console from end to end: real processes, real keys and clicks. One cluster for all tests; each
// test has a window and datasets of its own.

#include "gui/views/facet.h"
#include "gui/views/language.h"
#include "gui/views/main_window.h"
#include "gui/views/palettes.h"
#include "gui/views/picture_canvas.h"
#include "tests/gui/local_cluster.h"
#include "tests/gui/person.h"

#include <QAccessible>
#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QMouseEvent>
#include <QSet>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace drover;
using namespace drover::test;
using gui::MainWindow;
using gui::models::ConnectionInfo;
using gui::models::PendingChange;

namespace {

constexpr int kPatience = 30'000; // ms; only a failing test waits so long

// A window that shows the cluster.
struct Window
{
    MainWindow main;
    QTableView* table = nullptr;

    [[nodiscard]] bool open(const contexts::Context& context)
    {
        const bool live = openCluster(main, context);
        main.showFacet(QStringLiteral("datasets"));
        table = main.findChild<QTableView*>(QStringLiteral("datasetsTable"));
        return live && table;
    }
    [[nodiscard]] ConnectionInfo::State state() { return main.bench().session.connection().state; }
    [[nodiscard]] QAction& action(const char* id) { return actionOf(main, id); }
    [[nodiscard]] QString cell(const QString& name, const char* column) const
    {
        return test::cell(*table, name, QString::fromLatin1(column));
    }
    [[nodiscard]] bool becomes(const QString& name, const char* column, const QString& value) const
    {
        return QTest::qWaitFor([&] { return cell(name, column) == value; }, kPatience);
    }
    // By the dialog of preview: as control plans it.
    [[nodiscard]] bool apply()
    {
        bool pressed = false;
        const bool came = inDialog(
            QStringLiteral("preview"), [this] { action("pending.apply").trigger(); },
            [&](QWidget& dialog) { pressed = press(dialog, "apply"); });
        return came && pressed;
    }
    [[nodiscard]] bool create(const QString& name, const QString& node)
    {
        bool pressed = false;
        const bool came = inDialog(
            QStringLiteral("createDataset"), [this] { action("dataset.create").trigger(); },
            [&](QWidget& dialog) {
                type(dialog, "name", name);
                type(dialog, "size", QStringLiteral("100MiB"));
                choose(dialog, "node", node);
                pressed = press(dialog, "stage");
            });
        return came && pressed;
    }
    [[nodiscard]] bool stageMove(const QString& name, const QString& node)
    {
        bool pressed = false;
        return clickRow(*table, name) &&
               inDialog(
                   QStringLiteral("moveDataset"), [this] { action("dataset.move").trigger(); },
                   [&](QWidget& dialog) {
                       choose(dialog, "node", node);
                       pressed = press(dialog, "stage");
                   }) &&
               pressed;
    }
    [[nodiscard]] PendingChange::State pending(std::size_t i = 0)
    {
        return main.bench().pending.changes().at(i).state;
    }
    [[nodiscard]] bool allDone()
    {
        return QTest::qWaitFor(
            [this] {
                for (const PendingChange& change : main.bench().pending.changes())
                    if (change.state != PendingChange::State::Done)
                        return false;
                return true;
            },
            kPatience);
    }
};

} // namespace

class TestConsole : public QObject
{
    Q_OBJECT
private:
    LocalCluster m_cluster;
    QTemporaryDir m_settings;

private Q_SLOTS:
    void initTestCase()
    {
        // no settings of a person's
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        QCOMPARE(m_cluster.up(), QString());
    }

    void datasetIsCreatedByDialogMovedDeletedAndHadBack()
    {
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.create(QStringLiteral("story"), QStringLiteral("n1")));
        QCOMPARE(window.cell(QStringLiteral("story"), "Name"), QString()); // pending only
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("story"), "Sync", QStringLiteral("in sync")));
        QCOMPARE(window.cell(QStringLiteral("story"), "Node"), QStringLiteral("n1"));
        QVERIFY(window.allDone());

        QVERIFY(window.stageMove(QStringLiteral("story"), QStringLiteral("n2")));
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("story"), "Node", QStringLiteral("n2")));
        QVERIFY(window.becomes(QStringLiteral("story"), "Sync", QStringLiteral("in sync")));

        bool pressed = false;
        QVERIFY(clickRow(*window.table, QStringLiteral("story")));
        QVERIFY(inDialog(
            QStringLiteral("deleteDataset"), [&] { window.action("dataset.delete").trigger(); },
            [&](QWidget& dialog) {
                auto* stage = dialog.findChild<QWidget*>(QStringLiteral("stage"));
                QVERIFY(!stage->isEnabled()); // not before the box is ticked
                tick(dialog, "understood");
                pressed = press(dialog, "stage");
            }));
        QVERIFY(pressed);
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("story"), "Name", QString())); // hidden

        window.main.showFacet(QStringLiteral("datasets"), QStringLiteral("is:deleted story"));
        QVERIFY(window.becomes(QStringLiteral("story"), "Sync", QStringLiteral("deleted")));
        QVERIFY(clickRow(*window.table, QStringLiteral("story")));
        QVERIFY(!window.action("dataset.delete").isEnabled());
        window.action("dataset.undelete").trigger();
        QVERIFY(window.apply());
        window.main.showFacet(QStringLiteral("datasets"), QStringLiteral(""));
        QVERIFY(window.becomes(QStringLiteral("story"), "Sync", QStringLiteral("in sync")));
    }

    void undoTakesBackAndNothingIsSent()
    {
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.create(QStringLiteral("never"), QStringLiteral("n1")));
        QCOMPARE(window.main.bench().pending.waiting(), 1);
        window.main.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window.main));
        QTest::keyClick(window.table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.main.bench().pending.waiting(), 0);
        QVERIFY(!window.action("pending.apply").isEnabled());
        bool ok = true;
        m_cluster.drover(
            {QStringLiteral("dataset"), QStringLiteral("show"), QStringLiteral("never")}, &ok);
        QVERIFY(!ok);
    }

    void changeByAnotherClientIsAConflictUntilItIsAccepted()
    {
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("shared"), QStringLiteral("--node"), QStringLiteral("n1"),
                          QStringLiteral("--wait")});
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.becomes(QStringLiteral("shared"), "Sync", QStringLiteral("in sync")));
        QVERIFY(window.stageMove(QStringLiteral("shared"), QStringLiteral("n3")));
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("set-metadata"),
                          QStringLiteral("shared"), QStringLiteral("by=somebody")});
        QVERIFY(QTest::qWaitFor([&] { return window.pending() == PendingChange::State::Conflict; },
                                kPatience));
        QVERIFY(!window.action("pending.apply").isEnabled());
        auto* table = window.main.findChild<QTableView*>(QStringLiteral("pendingTable"));
        table->selectRow(0);
        QVERIFY(press(window.main, "keepChange"));
        QCOMPARE(window.pending(), PendingChange::State::Staged);
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("shared"), "Node", QStringLiteral("n3")));
    }

    void refusalStaysWithItsReasonAndIsTriedAgain()
    {
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        model::DatasetCreate create;
        create.name = "placed";
        create.requiredLabels = {{"no-node", "has-this"}};
        window.main.bench().pending.stageCreate(create);
        QVERIFY(inDialog(
            QStringLiteral("preview"), [&] { window.action("pending.apply").trigger(); },
            [](QWidget& dialog) {
                auto* summary = dialog.findChild<QLabel*>(QStringLiteral("previewSummary"));
                QVERIFY(QTest::qWaitFor(
                    [&] {
                        return summary->text().contains(QStringLiteral("refuses")) ||
                               summary->text().contains(QStringLiteral("exactly"));
                    },
                    kPatience));
                dialog.close();
            }));
        QCOMPARE(window.main.bench().pending.waiting(), 1); // still there
        window.main.bench().pending.discardAll();
    }

    void killedControlLeavesOldDataVisibleAndStagingPossible()
    {
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("stays"), QStringLiteral("--node"), QStringLiteral("n1"),
                          QStringLiteral("--wait")});
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.becomes(QStringLiteral("stays"), "Sync", QStringLiteral("in sync")));
        m_cluster.killControl();
        QVERIFY(QTest::qWaitFor([&] { return window.state() == ConnectionInfo::State::Stale; },
                                kPatience));
        auto* banner = window.main.findChild<QLabel*>(QStringLiteral("staleText"));
        QVERIFY(banner->isVisible());
        QVERIFY(banner->text().contains(QStringLiteral("was true at")));
        QCOMPARE(window.cell(QStringLiteral("stays"), "Sync"), QStringLiteral("in sync"));
        QVERIFY(window.stageMove(QStringLiteral("stays"), QStringLiteral("n2")));
        QVERIFY(!window.action("pending.apply").isEnabled());

        QCOMPARE(m_cluster.up(), QString());
        QVERIFY(QTest::qWaitFor([&] { return window.state() == ConnectionInfo::State::Live; },
                                2 * kPatience));
        QVERIFY(!banner->isVisible());
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("stays"), "Node", QStringLiteral("n2")));
    }

    void chipIsDraggedToAnotherNode()
    {
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("dragged"), QStringLiteral("--node"), QStringLiteral("n1"),
                          QStringLiteral("--wait")});
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.becomes(QStringLiteral("dragged"), "Sync", QStringLiteral("in sync")));
        window.main.showFacet(QStringLiteral("picture"));
        auto* canvas = window.main.findChild<gui::PictureCanvas*>();
        const auto& data = window.main.bench().data;
        const model::DatasetId dataset = data.datasetNamed("dragged")->id;
        model::NodeId target;
        for (const auto& [id, ledger] : data.nodeLedgers())
            if (ledger.hostname == "n3")
                target = id;
        QVERIFY(QTest::qWaitFor([&] { return !canvas->placeOf(dataset).isEmpty(); }, kPatience));
        const QPoint from = canvas->placeOf(dataset).center();
        const QPoint to = canvas->placeOf(target).center();
        QTest::mousePress(canvas, Qt::LeftButton, Qt::NoModifier, from);
        QMouseEvent drag(QEvent::MouseMove, to, canvas->mapToGlobal(to), Qt::NoButton,
                         Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(canvas, &drag);
        QTest::mouseRelease(canvas, Qt::LeftButton, Qt::NoModifier, to);
        QCOMPARE(window.main.bench().pending.waiting(), 1);
        QVERIFY(QTest::qWaitFor(
            [&] {
                return !canvas->picture().arrows.empty() && canvas->picture().arrows.back().pending;
            },
            kPatience));
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("dragged"), "Node", QStringLiteral("n3")));
    }

    void nodeIsCordonedAndOpenedAgain()
    {
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        window.main.showFacet(QStringLiteral("nodes"));
        auto* nodes = window.main.findChild<QTableView*>(QStringLiteral("nodesTable"));
        QVERIFY(clickRow(*nodes, QStringLiteral("n2")));
        QVERIFY(!window.action("node.uncordon").isEnabled());
        window.action("node.cordon").trigger();
        QVERIFY(window.apply());
        const auto cordoned = [&] {
            return test::cell(*nodes, QStringLiteral("n2"), QStringLiteral("Cordoned"));
        };
        QVERIFY(
            QTest::qWaitFor([&] { return cordoned() == QStringLiteral("cordoned"); }, kPatience));
        window.action("node.uncordon").trigger();
        QVERIFY(window.apply());
        QVERIFY(QTest::qWaitFor([&] { return cordoned().isEmpty(); }, kPatience));
    }

    void paletteFindsDatasetsAndActions()
    {
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("needle-7"), QStringLiteral("--node"),
                          QStringLiteral("n1"), QStringLiteral("--wait")});
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.becomes(QStringLiteral("needle-7"), "Sync", QStringLiteral("in sync")));
        window.main.showFacet(QStringLiteral("overview"));
        QVERIFY(inDialog(
            QStringLiteral("palette"), [&] { window.action("help.palette").trigger(); },
            [](QWidget& dialog) {
                type(dialog, "paletteLine", QStringLiteral("ndl7"));
                QTest::keyClick(dialog.findChild<QWidget*>(QStringLiteral("paletteLine")),
                                Qt::Key_Return);
            }));
        QCOMPARE(window.main.currentView()->objectName(), QStringLiteral("datasets"));
        QCOMPARE(window.main.findChild<QLabel*>(QStringLiteral("detailTitle"))->text(),
                 QStringLiteral("needle-7"));
    }

    void everyActionHasAKeyOfItsOwnAndEveryControlAName()
    {
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        for (const gui::Facet& facet : gui::facets())
            window.main.showFacet(facet.id);
        QSet<QString> keys;
        for (const QAction* action : window.main.bench().actions.actions()) {
            const QString key = action->shortcut().toString();
            QVERIFY2(!key.isEmpty(), qPrintable(action->objectName()));
            QVERIFY2(!keys.contains(key), qPrintable(action->objectName()));
            keys.insert(key);
        }
        for (const QWidget* widget : window.main.findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isEnabled() ||
                widget->objectName().startsWith(QStringLiteral("qt_")))
                continue;
            if (const auto* label = qobject_cast<const QLabel*>(widget);
                label && label->text().isEmpty())
                continue; // its text is its name; it has nothing to say now
            const QAccessibleInterface* accessible =
                QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
            QVERIFY2(accessible && !accessible->text(QAccessible::Name).isEmpty(),
                     qPrintable(QString::fromLatin1(widget->metaObject()->className()) +
                                QLatin1Char(' ') + widget->objectName()));
        }
    }

    void messagesAreShownAsTheyPass()
    {
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        window.main.showFacet(QStringLiteral("messages"));
        auto* table = window.main.findChild<QTableView*>(QStringLiteral("messagesTable"));
        const auto has = [&](const char* name) {
            for (int row = 0; row < table->model()->rowCount(); ++row)
                if (table->model()->index(row, 2).data().toString() == QString::fromLatin1(name))
                    return true;
            return false;
        };
        QVERIFY(QTest::qWaitFor([&] { return has("tick/"); }, kPatience));
        QVERIFY(window.create(QStringLiteral("tapped"), QStringLiteral("n1")));
        QVERIFY(window.apply());
        QVERIFY(QTest::qWaitFor(
            [&] {
                return has("dataset.create") && has("dataset.create (dry run)") && has("config/");
            },
            kPatience));
    }

    void wayBackToARevisionIsStagedAndApplied()
    {
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("create"),
                          QStringLiteral("renamed"), QStringLiteral("--node"), QStringLiteral("n1"),
                          QStringLiteral("--wait")});
        Window window;
        QVERIFY(window.open(m_cluster.admin()));
        QVERIFY(window.becomes(QStringLiteral("renamed"), "Sync", QStringLiteral("in sync")));
        const model::Revision before = window.main.bench().data.revision();
        m_cluster.drover({QStringLiteral("dataset"), QStringLiteral("rename"),
                          QStringLiteral("renamed"), QStringLiteral("later")});
        QVERIFY(window.becomes(QStringLiteral("later"), "Sync", QStringLiteral("in sync")));
        window.main.bench().pending.stageRollback(before);
        QVERIFY(window.apply());
        QVERIFY(window.becomes(QStringLiteral("renamed"), "Sync", QStringLiteral("in sync")));
    }

    void viewerMayLookAndIsToldWhyNotMore()
    {
        Window window;
        QVERIFY(window.open(m_cluster.withRole(QStringLiteral("viewer"))));
        QVERIFY(QTest::qWaitFor([&] { return window.table->model()->rowCount() > 0; }, kPatience));
        QVERIFY(!window.action("dataset.create").isEnabled());
        QVERIFY(window.action("dataset.create").toolTip().contains(QStringLiteral("viewer")));
        QVERIFY(window.main.findChild<QLabel*>(QStringLiteral("identity"))
                    ->text()
                    .contains(QStringLiteral("viewer")));
    }

    void unknownKeyIsRefusedAndSaysSo()
    {
        contexts::Context context = m_cluster.admin();
        QTemporaryDir folder;
        const QString stem = folder.filePath(QStringLiteral("stranger"));
        m_cluster.drover({QStringLiteral("keys"), QStringLiteral("new"), stem});
        context.identity = (stem + QStringLiteral(".key_secret")).toStdString();
        MainWindow window;
        window.show();
        window.open(context);
        QVERIFY(QTest::qWaitFor(
            [&] {
                return window.bench().session.connection().state == ConnectionInfo::State::Refused;
            },
            kPatience));
        QVERIFY(window.findChild<QLabel*>(QStringLiteral("startWords"))
                    ->text()
                    .contains(QStringLiteral("does not admit your key")));
    }

    // The last one: the language stays.
    void everyViewIsDrawnInBothPalettesAndLanguages()
    {
        const auto draw = [&](const QPalette& palette) {
            QApplication::setPalette(palette);
            Window window;
            if (!window.open(m_cluster.admin()))
                return QList<QImage>();
            QList<QImage> images;
            for (const gui::Facet& facet : gui::facets()) {
                window.main.showFacet(facet.id);
                images << window.main.grab().toImage().scaled(1, 1, Qt::IgnoreAspectRatio,
                                                              Qt::SmoothTransformation);
            }
            return images;
        };
        const auto light = draw(gui::lightPalette());
        const auto dark = draw(gui::darkPalette());
        QCOMPARE(light.size(), static_cast<qsizetype>(gui::facets().size()));
        QCOMPARE(dark.size(), light.size());
        for (qsizetype i = 0; i < light.size(); ++i) { // whole views, nothing left in the other one
            QVERIFY(qGray(light[i].pixel(0, 0)) > 190);
            QVERIFY(qGray(dark[i].pixel(0, 0)) < 70);
        }
        gui::installLanguage(QStringLiteral("zh_CN"));
        QCOMPARE(gui::facets().at(1).title, QString::fromUtf8("\u6570\u636e\u96c6"));
        QCOMPARE(draw(gui::lightPalette()).size(), light.size());
    }
};

QTEST_MAIN(TestConsole)
#include "tst_console.moc"
