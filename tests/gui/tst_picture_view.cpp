// The picture as a person works in it, of clusters that are only data: what is seen at once, what is
// painted, keys, and what a screen reader is told.

#include "gui/views/picture_canvas.h"
#include "gui/views/picture_view.h"
#include "gui/views/workbench.h"

#include <QAccessible>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPaintEvent>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace drover;
using gui::PictureCanvas;
using gui::PictureView;
using gui::Workbench;

namespace {

template <class AnyId>
AnyId numbered(unsigned number)
{
    AnyId id;
    id.value.bytes[14] = static_cast<std::uint8_t>(number / 256);
    id.value.bytes[15] = static_cast<std::uint8_t>(number % 256);
    return id;
}

// So many nodes, each with two datasets; the second one of n1 is blocked.
gui::models::Batch cluster(unsigned nodes)
{
    gui::models::Batch batch;
    for (unsigned n = 1; n <= nodes; ++n) {
        model::NodeLedger node;
        node.id = numbered<model::NodeId>(n);
        node.hostname = "n" + std::to_string(n);
        batch.records.push_back(model::RecordPut{node});
        for (unsigned d = 2 * n; d < 2 * n + 2; ++d) {
            model::DatasetLedger ledger;
            ledger.id = numbered<model::DatasetId>(d);
            ledger.owner = node.id;
            batch.records.push_back(model::RecordPut{ledger});
            model::DatasetRecord record;
            record.id = ledger.id;
            record.header.name = "d" + std::to_string(d);
            batch.records.push_back(model::RecordPut{record});
            model::DatasetStatus status;
            status.id = ledger.id;
            status.sync = d == 3 ? model::Sync::Blocked : model::Sync::InSync;
            status.health = model::Health::Healthy;
            batch.facts.push_back(model::DatasetStatusPut{status});
        }
    }
    return batch;
}

// What is painted of a widget while it lives.
class Painted final : public QObject
{
public:
    explicit Painted(QWidget& widget) { widget.installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Paint)
            m_region += static_cast<QPaintEvent*>(event)->region();
        return false;
    }
    [[nodiscard]] const QRegion& region() const { return m_region; }
    [[nodiscard]] double pixels() const
    {
        double sum = 0;
        for (const QRect& rect : m_region)
            sum += static_cast<double>(rect.width()) * rect.height();
        return sum;
    }

private:
    QRegion m_region;
};

struct Shown
{
    Workbench bench;
    PictureView view{bench};
    PictureCanvas& canvas = view.canvas();
    QScrollArea& area = *view.findChild<QScrollArea*>();

    explicit Shown(unsigned nodes)
    {
        bench.data.apply(cluster(nodes));
        view.resize(920, 760);
        view.show();
        view.activateWindow();
        canvas.setFocus();
    }
    [[nodiscard]] bool isSeen(const QRect& place) const
    {
        const QRect room(QPoint(), area.viewport()->size());
        return room.contains(canvas.mapTo(area.viewport(), place.center()));
    }
};

} // namespace

class TestPictureView : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_settings;

private Q_SLOTS:
    void initTestCase()
    {
        // no settings of a person's
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
    }

    void threeHundredNodesAreSeenAtOnceAndThreeAsTheyAre()
    {
        const Shown large(300);
        QCOMPARE(large.canvas.picture().cards.size(), std::size_t{300});
        QVERIFY(large.canvas.isCompact());
        for (const auto& card : large.canvas.picture().cards)
            QVERIFY(large.isSeen(large.canvas.placeOf(*card.node)));
        QTRY_VERIFY(!large.area.verticalScrollBar()->isVisible());
        const Shown small(3);
        QVERIFY(!small.canvas.isCompact());
        QCOMPARE(small.canvas.picture().scale, 1.0);
    }

    void keysWalkCardsGoIntoOneAndComeBack()
    {
        Shown shown(300);
        QTest::keyClick(&shown.canvas, Qt::Key_Right);
        QCOMPARE(shown.bench.selectedNodes(), std::vector{numbered<model::NodeId>(1)});
        QTest::keyClick(&shown.canvas, Qt::Key_Right);
        QCOMPARE(shown.bench.selectedNodes(), std::vector{numbered<model::NodeId>(2)});
        QTest::keyClick(&shown.canvas, Qt::Key_Down);
        const model::NodeId below = shown.bench.selectedNodes().front();
        QVERIFY(shown.canvas.placeOf(below).top() >
                shown.canvas.placeOf(numbered<model::NodeId>(2)).top());

        QTest::keyClick(&shown.canvas, Qt::Key_Return);
        QVERIFY(!shown.canvas.isCompact());
        QVERIFY(shown.isSeen(shown.canvas.placeOf(below)));
        QTest::keyClick(&shown.canvas, Qt::Key_Right);
        QCOMPARE(shown.bench.selectedDatasets().size(), std::size_t{1});
        QTest::keyClick(&shown.canvas, Qt::Key_0);
        QVERIFY(shown.canvas.isCompact());
        QTRY_VERIFY(!shown.area.verticalScrollBar()->isVisible());
        QCOMPARE(shown.bench.selectedDatasets().size(), std::size_t{1}); // and its card is marked
        QVERIFY(shown.canvas.chosenNode().has_value());
    }

    void zoomKeepsWhatIsLookedAt()
    {
        Shown shown(300);
        QTest::mouseClick(&shown.canvas, Qt::LeftButton, Qt::NoModifier,
                          shown.canvas.placeOf(numbered<model::NodeId>(200)).center());
        for (int i = 0; i < 12; ++i) {
            QTest::keyClick(&shown.canvas, Qt::Key_Plus);
            QVERIFY(shown.isSeen(shown.canvas.placeOf(numbered<model::NodeId>(200))));
        }
        QVERIFY(!shown.canvas.isCompact());
    }

    void onlyWhatChangedIsPainted()
    {
        Shown shown(300);
        QVERIFY(QTest::qWaitForWindowExposed(&shown.view));
        QCoreApplication::processEvents();
        const auto tell = [&](model::Sync sync, model::Health health) {
            model::DatasetStatus status;
            status.id = numbered<model::DatasetId>(400);
            status.sync = sync;
            status.health = health;
            gui::models::Batch batch;
            batch.facts.push_back(model::DatasetStatusPut{status});
            shown.bench.data.apply(batch);
        };
        {
            const Painted painted(shown.canvas);
            tell(model::Sync::Blocked, model::Health::Healthy);
            QTRY_VERIFY(!painted.region().isEmpty());
            const QRect card = shown.canvas.placeOf(numbered<model::NodeId>(200));
            QVERIFY(card.contains(painted.region().boundingRect()));
        }
        // Another reason for the same trouble looks the same: nothing is painted, until something is.
        const Painted painted(shown.canvas);
        tell(model::Sync::Blocked, model::Health::Degraded);
        shown.canvas.setChosen(std::nullopt, numbered<model::NodeId>(1));
        QTRY_VERIFY(!painted.region().isEmpty());
        QVERIFY(shown.canvas.placeOf(numbered<model::NodeId>(1))
                    .contains(painted.region().boundingRect()));
        QVERIFY(painted.pixels() > 0);
    }

    void movesAreArrowsAtEveryZoom()
    {
        Shown shown(12);
        gui::models::Batch batch;
        for (unsigned d = 4; d < 9; ++d) {
            model::DatasetLedger ledger;
            ledger.id = numbered<model::DatasetId>(d);
            ledger.owner = numbered<model::NodeId>(d / 2);
            ledger.handover = model::Handover{};
            ledger.handover->source = numbered<model::NodeId>(d / 2);
            ledger.handover->target = numbered<model::NodeId>(d + 3);
            batch.records.push_back(model::RecordPut{ledger});
            model::DatasetStatus status;
            status.id = ledger.id;
            status.sync = model::Sync::Converging;
            status.health = model::Health::Healthy;
            status.transfer = model::TransferProgress{};
            status.transfer->bytesDone.value = d * 10;
            status.transfer->bytesTotal.value = 100;
            batch.facts.push_back(model::DatasetStatusPut{status});
        }
        shown.bench.data.apply(batch);
        QTRY_COMPARE(shown.canvas.picture().arrows.size(), std::size_t{5});
        const QString folder = qEnvironmentVariable("DROVER_TEST_PICTURES");
        for (int step = 0; step < 9; ++step) {
            const gui::models::Picture& picture = shown.canvas.picture();
            QCOMPARE(picture.arrows.size(), std::size_t{5});
            for (const auto& arrow : picture.arrows) {
                QVERIFY(arrow.percent.has_value());
                QVERIFY(QRectF(QPointF(), picture.size).contains(arrow.from));
                QVERIFY(QRectF(QPointF(), picture.size).contains(arrow.to));
            }
            if (!folder.isEmpty())
                shown.view.grab().save(folder + QStringLiteral("/moves-%1.png").arg(step));
            shown.view.smaller();
        }
    }

    void filterShowsWhereThatIs()
    {
        Shown shown(300);
        auto* filter = shown.view.findChild<QLineEdit*>();
        filter->setText(QStringLiteral("sync:blocked"));
        QTRY_COMPARE(shown.canvas.picture().cards.size(), std::size_t{1});
        filter->setText(QStringLiteral("no-such"));
        QTRY_VERIFY(shown.canvas.picture().cards.empty());
        filter->clear();
        QTRY_COMPARE(shown.canvas.picture().cards.size(), std::size_t{300});
    }

    void cardsAndChipsAreToldToScreenReaders()
    {
        Shown shown(3);
        QAccessibleInterface* all = QAccessible::queryAccessibleInterface(&shown.canvas);
        QVERIFY(all);
        QCOMPARE(all->role(), QAccessible::Tree);
        QCOMPARE(all->childCount(), 3);
        QAccessibleInterface* card = all->child(0);
        QCOMPARE(all->indexOfChild(card), 0);
        QCOMPARE(all->child(0), card); // the same one each time
        const QString words = card->text(QAccessible::Name);
        QVERIFY2(words.startsWith(QStringLiteral("n1: ")), qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("in trouble: 1")), qPrintable(words));
        QCOMPARE(card->childCount(), 2);
        QAccessibleInterface* chip = card->child(1);
        QCOMPARE(chip->text(QAccessible::Name), QStringLiteral("d3: blocked or unavailable"));
        QCOMPARE(chip->parent(), card);
        QVERIFY(card->rect().contains(chip->rect()));
        QVERIFY(chip->actionInterface());
        chip->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QCOMPARE(shown.bench.selectedDatasets(), std::vector{numbered<model::DatasetId>(3)});
        QVERIFY(chip->state().selected);
        QCOMPARE(all->focusChild(), chip);

        // What is gone is not valid any more; what is left keeps its interface.
        model::DatasetRecord record;
        record.id = numbered<model::DatasetId>(3);
        gui::models::Batch batch;
        batch.records.push_back(model::RecordRemoved{model::keyOf(record)});
        shown.bench.data.apply(batch);
        QTRY_COMPARE(card->childCount(), 1);
        QVERIFY(!chip->isValid());
        QVERIFY(card->isValid());
        shown.view.smaller();
        shown.view.smaller();
        QVERIFY(shown.canvas.isCompact());
        QCOMPARE(card->childCount(), 0);
        QVERIFY(card->text(QAccessible::Name).contains(QStringLiteral("datasets: 1")));
    }
};

QTEST_MAIN(TestPictureView)
#include "tst_picture_view.moc"
