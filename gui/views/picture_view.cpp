#include "gui/views/picture_view.h"

#include "gui/models/filter.h"
#include "gui/views/picture_canvas.h"
#include "gui/views/workbench.h"

#include <QAction>
#include <QComboBox>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <variant>

namespace drover::gui {

namespace {
constexpr int kDrawEvery = 100; // ms
constexpr double kButtonZoomStep = 1.25;
constexpr std::size_t kManyNodes = 12;            // more are shown as a whole at first
const auto kUsualGroups = QStringLiteral("zone"); // the label by which nodes are grouped at first

constexpr int kFrame = 2; // pixels that the area may need around it
} // namespace

PictureView::PictureView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_drafter(bench.data), m_canvas(new PictureCanvas),
      m_area(new QScrollArea(this)), m_groupBy(new QComboBox(this)), m_filter(new QLineEdit(this)),
      m_problem(new QLabel(this))
{
    setObjectName(QStringLiteral("picture"));
    m_area->setAccessibleName(tr("Picture"));
    m_area->setWidget(m_canvas);
    m_area->setFrameShape(QFrame::NoFrame);
    m_groupBy->setAccessibleName(tr("Group the nodes by"));
    m_filter->setAccessibleName(tr("Filter of the datasets in the picture"));
    m_filter->setPlaceholderText(tr("Filter, as in the table of datasets"));
    m_filter->setClearButtonEnabled(true);
    m_problem->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    makeTop(*layout);
    layout->addWidget(m_problem);
    layout->addWidget(m_area, 1);
    setFocusProxy(m_canvas);

    m_pause.setSingleShot(true);
    m_pause.setInterval(kDrawEvery);
    connect(&m_pause, &QTimer::timeout, this, &PictureView::redraw);
    connect(&bench.data, &models::ClusterData::changed, this, &PictureView::redrawSoon);
    connect(&bench.pending, &models::PendingChanges::countChanged, this, &PictureView::redrawSoon);
    connect(m_filter, &QLineEdit::textChanged, this, &PictureView::redrawSoon);
    connect(m_groupBy, &QComboBox::currentIndexChanged, this, &PictureView::redraw);
    connect(m_groupBy, &QComboBox::activated, this,
            [this] { m_groupBy->setProperty("asked", true); });
    connect(&bench, &Workbench::selectionChanged, this, &PictureView::showChosen);
    connectCanvas();
    offerLabels();
}

void PictureView::makeTop(QVBoxLayout& layout)
{
    auto* top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(m_groupBy);
    const auto addButton = [&](const QString& text, const QString& name, const QString& action,
                               void (PictureView::*act)()) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setAccessibleName(name);
        const QAction* known = m_bench.actions.find(action);
        button->setToolTip(known ? name + QStringLiteral(" (") +
                                       known->shortcut().toString(QKeySequence::NativeText) +
                                       QLatin1Char(')')
                                 : name);
        connect(button, &QToolButton::clicked, this, act);
        top->addWidget(button);
    };
    addButton(tr("Fit"), tr("Show all of it"), QStringLiteral("picture.fit"), &PictureView::fit);
    addButton(QStringLiteral("−"), tr("Smaller"), QStringLiteral("picture.smaller"),
              &PictureView::smaller);
    addButton(QStringLiteral("1:1"), tr("As it is"), QStringLiteral("picture.actual"),
              &PictureView::actual);
    addButton(QStringLiteral("+"), tr("Larger"), QStringLiteral("picture.larger"),
              &PictureView::larger);
    layout.addLayout(top);
}

void PictureView::fit()
{
    m_zoomBy = ZoomBy::Fit;
    m_fitted = {};
    redraw();
}

void PictureView::larger() { zoomTo(m_zoom * kButtonZoomStep); }
void PictureView::smaller() { zoomTo(m_zoom / kButtonZoomStep); }
void PictureView::actual() { zoomTo(1); }

void PictureView::zoomTo(double zoom, const std::optional<QPoint>& at)
{
    // What is looked at: what the pointer is on, else what is chosen, else what is in the middle.
    const QRect seen(m_canvas->mapFrom(m_area->viewport(), QPoint()), m_area->viewport()->size());
    QPoint point = at.value_or(seen.center());
    if (!at && m_canvas->chosenNode())
        if (const QRect place = m_canvas->placeOf(*m_canvas->chosenNode()); seen.intersects(place))
            point = place.center();
    const std::optional<model::NodeId> node = m_canvas->nodeAt(point);
    const QPoint before = point - seen.topLeft();
    m_zoomBy = ZoomBy::Person;
    m_zoom = std::clamp(zoom, models::kLeastZoom, models::kMostZoom);
    redraw();
    const QRect place = node ? m_canvas->placeOf(*node) : QRect();
    if (place.isEmpty())
        return;
    // Its head, rather than the middle of a card that is now higher than the window.
    const QPoint now(place.center().x(),
                     std::min(place.center().y(), place.top() + seen.height() / 2));
    m_area->horizontalScrollBar()->setValue(now.x() - before.x());
    m_area->verticalScrollBar()->setValue(now.y() - before.y());
}

void PictureView::showNode(const model::NodeId& node)
{
    zoomTo(1);
    const QRect place = m_canvas->placeOf(node);
    m_area->ensureVisible(place.center().x(), place.top(), place.width() / 2 + 10, 10);
    m_area->verticalScrollBar()->setValue(place.top() - 10);
}

void PictureView::connectCanvas()
{
    connect(
        m_canvas, &PictureCanvas::zoomWanted, this,
        [this](double factor, const std::optional<QPoint>& at) { zoomTo(m_zoom * factor, at); });
    connect(m_canvas, &PictureCanvas::fitWanted, this, &PictureView::fit);
    connect(m_canvas, &PictureCanvas::actualWanted, this, &PictureView::actual);
    connect(m_canvas, &PictureCanvas::nodeOpened, this, &PictureView::showNode);
    connect(m_canvas, &PictureCanvas::chosen, this, [this](const model::DatasetId& id) {
        m_bench.selectDatasets({id});
        const QRect place = m_canvas->placeOf(id);
        m_area->ensureVisible(place.center().x(), place.center().y(), 80, 60);
    });
    connect(m_canvas, &PictureCanvas::nodeChosen, this, [this](const model::NodeId& id) {
        m_bench.selectNodes({id});
        if (const QRect place = m_canvas->placeOf(id); m_canvas->isCompact())
            m_area->ensureVisible(place.center().x(), place.center().y(), 60, 40);
    });
    connect(m_canvas, &PictureCanvas::opened, &m_bench, &Workbench::showDataset);
    connect(m_canvas, &PictureCanvas::moveWanted, this,
            [this](const model::DatasetId& id, const model::NodeId& to) {
                const model::DatasetRecord* record = m_bench.data.dataset(id);
                const model::DatasetLedger* ledger = m_bench.data.ledger(id);
                if (!record || record->deletion ||
                    (ledger && ledger->owner == to && !ledger->handover))
                    return;
                m_bench.pending.stageDataset(model::DatasetMove{{id, {}}, {to, {}}, {}, false},
                                             *record);
            });
}

void PictureView::setFilter(const QString& text) { m_filter->setText(text); }

void PictureView::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void PictureView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    redraw();
}

void PictureView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    redrawSoon();
}

void PictureView::redrawSoon()
{
    if (isVisible() && !m_pause.isActive())
        m_pause.start();
}

void PictureView::offerLabels()
{
    QStringList labels;
    for (const std::string& label : models::nodeLabels(m_bench.data))
        labels << QString::fromStdString(label);
    if (m_groupBy->count() == labels.size() + 1)
        return;
    const QString before = m_groupBy->currentData().toString();
    const QSignalBlocker quiet(m_groupBy);
    m_groupBy->clear();
    m_groupBy->addItem(tr("no groups"), QString());
    for (const QString& label : labels)
        m_groupBy->addItem(tr("by %1").arg(label), label);
    // By zone, until a person wants it otherwise.
    const bool first = m_groupBy->property("asked").isNull();
    m_groupBy->setCurrentIndex(std::max(0, m_groupBy->findData(first ? kUsualGroups : before)));
}

models::PictureOptions PictureView::options() const
{
    const models::Filter filter = models::Filter::parse(m_filter->text());
    models::PictureOptions options;
    options.lineHeight = fontMetrics().height();
    options.groupBy = m_groupBy->currentData().toString();
    if (!filter.isEmpty())
        options.shows = [this, filter](const model::DatasetRecord& record) {
            const int row = m_bench.datasets.find(record.id);
            return row >= 0 && filter.matches(m_bench.datasets.row(row));
        };
    options.filter = m_filter->text();
    for (const models::PendingChange& change : m_bench.pending.changes())
        if (const auto* move = std::get_if<model::DatasetMove>(&change.verb);
            move && move->to.id && change.dataset &&
            change.state != models::PendingChange::State::Done)
            options.pendingMoves.emplace_back(*change.dataset, *move->to.id);
    return options;
}

bool PictureView::isWhole() const
{
    return m_zoomBy == ZoomBy::Fit ||
           (m_zoomBy == ZoomBy::Itself && m_bench.data.nodeLedgers().size() > kManyNodes);
}

// Sets zoom and width.
void PictureView::setScale(models::PictureOptions& options)
{
    const QSize room = m_area->maximumViewportSize() - QSize(kFrame, kFrame);
    if (!isWhole()) {
        if (m_zoomBy == ZoomBy::Itself)
            m_zoom = 1;
        options.zoom = m_zoom;
        options.width = m_area->viewport()->width() - kFrame;
        return;
    }
    // As wide as without a bar to scroll by. Not fitted anew for each change: what a person looks
    // at would jump.
    options.width = room.width();
    const models::Picture& shown = m_canvas->picture();
    const Fitted fitted{room, m_bench.data.nodeLedgers().size(), shown.groups.size(),
                        options.groupBy, options.filter};
    const bool fits =
        shown.size.height() * shown.scale <= room.height() || m_zoom <= models::kLeastZoom;
    if (fitted != m_fitted || !fits)
        m_zoom = m_drafter.fit(options, room.height());
    m_fitted = fitted;
    options.zoom = m_zoom;
}

void PictureView::redraw()
{
    QElapsedTimer took;
    took.start();
    offerLabels();
    models::PictureOptions options = this->options();
    setScale(options);
    m_canvas->setMayMove(m_bench.changeBlocker().isEmpty());
    m_canvas->setPicture(m_drafter.draw(options));
    showChosen();
    QString problem = models::Filter::parse(m_filter->text()).error();
    if (problem.isEmpty() && options.shows && m_canvas->picture().cards.empty())
        problem = tr("No dataset is as the filter says.");
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    // Of a very large cluster less often: a tenth of the time is enough for it.
    m_pause.setInterval(std::max(kDrawEvery, static_cast<int>(took.elapsed()) * 10));
}

void PictureView::showChosen()
{
    if (!isVisible())
        return;
    std::optional<model::DatasetId> dataset;
    std::optional<model::NodeId> node;
    if (!m_bench.selectedDatasets().empty())
        dataset = m_bench.selectedDatasets().front();
    if (!m_bench.selectedNodes().empty())
        node = m_bench.selectedNodes().front();
    else if (const model::DatasetLedger* ledger = dataset ? m_bench.data.ledger(*dataset) : nullptr;
             ledger && m_canvas->isCompact())
        node = ledger->owner; // its chip is not shown
    m_canvas->setChosen(dataset, node);
}

} // namespace drover::gui
