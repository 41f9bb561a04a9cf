// What is done to many objects at once, and the filters that find them; against real processes.

#include "gui/views/main_window.h"
#include "tests/gui/local_cluster.h"
#include "tests/gui/person.h"

#include <QAbstractButton>
#include <QApplication>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <algorithm>

using namespace drover;
using namespace drover::test;
using gui::MainWindow;
using gui::models::ConnectionInfo;
using gui::models::PendingChange;

namespace {

constexpr int kPatience = 30'000; // ms; only a failing test waits so long

} // namespace

class TestConsoleMany : public QObject
{
    Q_OBJECT
private:
    LocalCluster m_cluster;
    QTemporaryDir m_settings;

    [[nodiscard]] bool open(MainWindow& window)
    {
        return openCluster(window, m_cluster.admin(), "many-3");
    }
    // All rows that the filter leaves, once there are so many.
    [[nodiscard]] static bool selectAll(MainWindow& window, const QString& filter, int count)
    {
        window.showFacet(QStringLiteral("datasets"), filter);
        QTableView& datasets = tableIn(window, "datasetsTable");
        if (!QTest::qWaitFor([&] { return datasets.model()->rowCount() == count; }, kPatience))
            return false;
        datasets.selectAll();
        return static_cast<int>(window.bench().selectedDatasets().size()) == count;
    }
    [[nodiscard]] static bool apply(MainWindow& window)
    {
        bool pressed = false;
        const bool came = inDialog(
            QStringLiteral("preview"), [&] { actionOf(window, "pending.apply").trigger(); },
            [&](QWidget& dialog) { pressed = press(dialog, "apply"); });
        return came && pressed &&
               QTest::qWaitFor(
                   [&] {
                       const auto& changes = window.bench().pending.changes();
                       return std::all_of(changes.begin(), changes.end(), [](const auto& c) {
                           return c.state == PendingChange::State::Done;
                       });
                   },
                   kPatience);
    }
    void drover(const QStringList& words)
    {
        bool ok = false;
        const QString said = m_cluster.drover(words, &ok);
        QVERIFY2(ok, qPrintable(said));
    }

private Q_SLOTS:
    void initTestCase()
    {
        // no settings of a person's
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        QCOMPARE(m_cluster.up(), QString());
        for (int i = 1; i <= 3; ++i)
            drover({QStringLiteral("dataset"), QStringLiteral("create"),
                    QStringLiteral("many-%1").arg(i), QStringLiteral("--node"),
                    QStringLiteral("n%1").arg(i), QStringLiteral("--metadata"),
                    QStringLiteral("number=%1").arg(i), QStringLiteral("--wait")});
    }

    void metadataOfManyIsChangedAndTheRestStays()
    {
        MainWindow window;
        QVERIFY(open(window));
        QVERIFY(selectAll(window, QStringLiteral("many-"), 3));
        bool pressed = false;
        QVERIFY(inDialog(
            QStringLiteral("datasetMetadata"),
            [&] { actionOf(window, "dataset.metadata").trigger(); },
            [&](QWidget& dialog) {
                type(dialog, "answer", QStringLiteral("nonsense"));
                QVERIFY(!dialog.findChild<QWidget*>(QStringLiteral("stage"))->isEnabled());
                type(dialog, "answer", QStringLiteral("team=shop"));
                pressed = press(dialog, "stage");
            }));
        QVERIFY(pressed);
        QCOMPARE(window.bench().pending.waiting(), 3);
        QVERIFY(apply(window));
        for (int i = 1; i <= 3; ++i) {
            const auto metadata = [&] {
                return window.bench().data.datasetNamed("many-" + std::to_string(i))->spec.metadata;
            };
            QVERIFY(QTest::qWaitFor([&] { return metadata().contains("team"); }, kPatience));
            QCOMPARE(metadata().at("number"), std::to_string(i));
        }
    }

    void filterIsSavedChosenAndRemoved()
    {
        MainWindow window;
        QVERIFY(open(window));
        QVERIFY(!actionOf(window, "filter.choose").isEnabled());
        window.showFacet(QStringLiteral("datasets"), QStringLiteral("node:n2 many-"));
        bool pressed = false;
        QVERIFY(inDialog(
            QStringLiteral("saveFilter"), [&] { actionOf(window, "filter.save").trigger(); },
            [&](QWidget& dialog) {
                type(dialog, "answer", QStringLiteral("mine & yours"));
                pressed = press(dialog, "stage");
            }));
        QVERIFY(pressed);
        auto* filter = window.currentView()->findChild<QLineEdit*>(QStringLiteral("filter"));
        // By its menu and the keyboard.
        filter->clear();
        QTimer::singleShot(0, &window, [] {
            QTRY_VERIFY(QApplication::activePopupWidget());
            QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Return);
        });
        actionOf(window, "filter.choose").trigger();
        QCOMPARE(filter->text(), QStringLiteral("node:n2 many-"));
        QCOMPARE(tableIn(window, "datasetsTable").model()->rowCount(), 1);
        // By the palette, from another view.
        window.showFacet(QStringLiteral("datasets"), QStringLiteral(""));
        window.showFacet(QStringLiteral("overview"));
        QVERIFY(inDialog(
            QStringLiteral("palette"), [&] { actionOf(window, "help.palette").trigger(); },
            [](QWidget& dialog) {
                type(dialog, "paletteLine", QStringLiteral("mine & y"));
                QTest::keyClick(dialog.findChild<QWidget*>(QStringLiteral("paletteLine")),
                                Qt::Key_Return);
            }));
        QCOMPARE(filter->text(), QStringLiteral("node:n2 many-"));
        QTimer::singleShot(0, &window, [] {
            QTRY_VERIFY(QApplication::activePopupWidget());
            QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Return);
        });
        actionOf(window, "filter.remove").trigger();
        QVERIFY(window.bench().filters.entries().empty());
        QVERIFY(!actionOf(window, "filter.remove").isEnabled());
    }

    void nodesAreCordonedAndLabelledTogether()
    {
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("nodes"));
        QTableView& nodes = tableIn(window, "nodesTable");
        nodes.selectAll();
        QCOMPARE(window.bench().selectedNodes().size(), std::size_t{3});
        bool pressed = false;
        QVERIFY(inDialog(
            QStringLiteral("nodeLabels"), [&] { actionOf(window, "node.label").trigger(); },
            [&](QWidget& dialog) {
                type(dialog, "answer", QStringLiteral("zone=east"));
                pressed = press(dialog, "stage");
            }));
        QVERIFY(pressed);
        actionOf(window, "node.cordon").trigger();
        QCOMPARE(window.bench().pending.waiting(), 6);
        QVERIFY(apply(window));
        const auto cordoned = [&](bool wanted) {
            const auto& records = window.bench().data.nodeLedgers();
            return std::all_of(records.begin(), records.end(), [&](const auto& node) {
                const auto* record = window.bench().data.node(node.first);
                return record && record->cordoned == wanted &&
                       record->header.labels.contains("zone");
            });
        };
        QVERIFY(QTest::qWaitFor([&] { return cordoned(true); }, kPatience));
        nodes.selectAll();
        actionOf(window, "node.uncordon").trigger();
        QVERIFY(apply(window));
        QVERIFY(QTest::qWaitFor([&] { return cordoned(false); }, kPatience));
    }

    void leasesAreReleasedTogether()
    {
        for (int i = 1; i <= 3; ++i)
            drover({QStringLiteral("lease"), QStringLiteral("acquire"),
                    QStringLiteral("many-%1").arg(i), QStringLiteral("--node"),
                    QStringLiteral("n%1").arg(i), QStringLiteral("--holder"),
                    QStringLiteral("shop")});
        MainWindow window;
        QVERIFY(open(window));
        window.showFacet(QStringLiteral("leases"));
        QTableView& leases = tableIn(window, "leasesTable");
        QVERIFY(QTest::qWaitFor([&] { return leases.model()->rowCount() == 3; }, kPatience));
        leases.selectAll();
        actionOf(window, "lease.release").trigger();
        QCOMPARE(window.bench().pending.waiting(), 3);
        QVERIFY(apply(window));
        QVERIFY(QTest::qWaitFor([&] { return leases.model()->rowCount() == 0; }, kPatience));
    }

    // The last one: they are gone.
    void manyAreDeletedHadBackAndPurged()
    {
        MainWindow window;
        QVERIFY(open(window));
        const auto deleteAll = [&] {
            bool pressed = false;
            const bool came = inDialog(
                QStringLiteral("deleteDataset"),
                [&] { actionOf(window, "dataset.delete").trigger(); },
                [&](QWidget& dialog) {
                    tick(dialog, "understood");
                    pressed = press(dialog, "stage");
                });
            return came && pressed && apply(window);
        };
        QVERIFY(selectAll(window, QStringLiteral("many-"), 3));
        QVERIFY(deleteAll());
        QVERIFY(selectAll(window, QStringLiteral("is:deleted many-"), 3));
        actionOf(window, "dataset.undelete").trigger();
        QVERIFY(apply(window));
        QVERIFY(selectAll(window, QStringLiteral("!is:deleted many-"), 3));
        QVERIFY(deleteAll());
        QVERIFY(selectAll(window, QStringLiteral("is:deleted many-"), 3));
        bool pressed = false;
        QVERIFY(inDialog(
            QStringLiteral("purgeDataset"), [&] { actionOf(window, "dataset.purge").trigger(); },
            [&](QWidget& dialog) {
                auto* stage = dialog.findChild<QWidget*>(QStringLiteral("stage"));
                type(dialog, "answer", QStringLiteral("purge 2"));
                QVERIFY(!stage->isEnabled());
                type(dialog, "answer", QStringLiteral("purge 3"));
                pressed = press(dialog, "stage");
            }));
        QVERIFY(pressed);
        QCOMPARE(window.bench().pending.waiting(), 3);
        QVERIFY(apply(window));
        QVERIFY(QTest::qWaitFor(
            [&] { return tableIn(window, "datasetsTable").model()->rowCount() == 0; }, kPatience));
    }
};

QTEST_MAIN(TestConsoleMany)
#include "tst_console_many.moc"
