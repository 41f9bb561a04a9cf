#include "gui/views/picture_view.h"

#include "gui/models/filter.h"
#include "gui/views/picture_canvas.h"
#include "gui/views/workbench.h"

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
constexpr double kZoomStep = 1.25;
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
    const auto zoomButton = [this](const QString& text, const QString& name, double factor) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setToolTip(name);
        button->setAccessibleName(name);
        connect(button, &QToolButton::clicked, this,
                [this, factor] { m_canvas->setZoom(factor > 0 ? m_canvas->zoom() * factor : 1); });
        return button;
    };
    auto* top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(m_groupBy);
    top->addWidget(zoomButton(QStringLiteral("−"), tr("Smaller"), 1 / kZoomStep));
    top->addWidget(zoomButton(QStringLiteral("1:1"), tr("As it is"), 0));
    top->addWidget(zoomButton(QStringLiteral("+"), tr("Larger"), kZoomStep));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addLayout(top);
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
    connectCanvas();
    offerLabels();
}

void PictureView::connectCanvas()
{
    connect(m_canvas, &PictureCanvas::zoomChanged, this, &PictureView::redraw);
    connect(m_canvas, &PictureCanvas::chosen, this, [this](const model::DatasetId& id) {
        m_bench.selectDatasets({id});
        const QRect place = m_canvas->placeOf(id);
        m_area->ensureVisible(place.center().x(), place.center().y(), 80, 60);
    });
    connect(m_canvas, &PictureCanvas::nodeChosen, this,
            [this](const model::NodeId& id) { m_bench.selectNodes({id}); });
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
    m_groupBy->setCurrentIndex(std::max(0, m_groupBy->findData(before)));
}

void PictureView::redraw()
{
    QElapsedTimer took;
    took.start();
    offerLabels();
    const models::Filter filter = models::Filter::parse(m_filter->text());
    m_problem->setText(filter.error());
    m_problem->setVisible(!filter.error().isEmpty());
    models::PictureOptions options;
    options.width = (m_area->viewport()->width() - 2) / m_canvas->zoom();
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
    m_canvas->setMayMove(m_bench.changeBlocker().isEmpty());
    m_canvas->setChosen(m_bench.selectedDatasets().empty()
                            ? std::nullopt
                            : std::optional(m_bench.selectedDatasets().front()));
    m_canvas->setPicture(m_drafter.draw(options));
    // Of a very large cluster less often: a tenth of the time is enough for it.
    m_pause.setInterval(std::max(kDrawEvery, static_cast<int>(took.elapsed()) * 10));
}

} // namespace drover::gui
