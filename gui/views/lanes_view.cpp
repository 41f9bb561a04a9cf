#include "gui/views/lanes_view.h"

#include "gui/models/words.h"
#include "gui/views/lanes_canvas.h"
#include "gui/views/workbench.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace drover::gui {

using models::Lane;
using models::LanesBy;
using models::Words;

LanesView::LanesView(Workbench& bench, const models::TimelineModel& timeline, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_timeline(timeline), m_by(new QComboBox(this)),
      m_filter(new QLineEdit(this)), m_canvas(new LanesCanvas(this)), m_words(new QLabel(this))
{
    setObjectName(QStringLiteral("lanesView"));
    m_by->setObjectName(QStringLiteral("lanesBy"));
    m_by->setAccessibleName(tr("A lane for each"));
    m_by->addItem(tr("A lane for each dataset"), static_cast<int>(LanesBy::Datasets));
    m_by->addItem(tr("A lane for each node"), static_cast<int>(LanesBy::Nodes));
    m_by->addItem(tr("A lane for each user, node and control"), static_cast<int>(LanesBy::People));
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setAccessibleName(tr("Filter lanes by name"));
    m_filter->setPlaceholderText(tr("Filter lanes by name"));
    m_filter->setClearButtonEnabled(true);
    m_words->setObjectName(QStringLiteral("laneWords"));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    auto* top = new QHBoxLayout;
    top->addWidget(m_by);
    top->addWidget(m_filter, 1);
    const auto button = [&](const QString& text, const QString& name, auto act) {
        auto* made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(name);
        made->setAccessibleName(name);
        connect(made, &QToolButton::clicked, m_canvas, act);
        top->addWidget(made);
    };
    button(QStringLiteral("−"), tr("Show more time (-)"), [this] { m_canvas->zoomBy(1 / 1.5); });
    button(QStringLiteral("+"), tr("Show less time (+)"), [this] { m_canvas->zoomBy(1.5); });
    button(tr("Fit"), tr("Show all that was read (0)"), [this] { m_canvas->fit(); });
    auto* legend = new QLabel(
        tr("● a person   ■ a node   ◆ control      + made   → moved   − changed   × removed"),
        this);
    legend->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addLayout(top);
    layout->addWidget(m_canvas, 1);
    layout->addWidget(m_words);
    layout->addWidget(legend);
    setFocusProxy(m_canvas);

    connect(m_by, &QComboBox::currentIndexChanged, this, &LanesView::update);
    connect(m_filter, &QLineEdit::textChanged, this, &LanesView::update);
    connect(m_canvas, &LanesCanvas::chosenChanged, this, &LanesView::tellChosen);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&timeline, signal, this, &LanesView::update);
    connect(&timeline, &QAbstractItemModel::modelReset, this, &LanesView::update);
    tellChosen();
}

void LanesView::setFilter(const QString& text) { m_filter->setText(text); }

void LanesView::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

std::optional<model::Revision> LanesView::chosen() const
{
    const models::LaneMark* mark = m_canvas->chosen();
    return mark ? std::optional(mark->revision) : std::nullopt;
}

void LanesView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    update();
}

void LanesView::update()
{
    if (!isVisible())
        return;
    auto lanes =
        lanesOf(m_timeline.rows(), static_cast<LanesBy>(m_by->currentData().toInt()), m_bench.data);
    const QString words = m_filter->text().trimmed();
    std::erase_if(
        lanes, [&](const Lane& lane) { return !lane.name.contains(words, Qt::CaseInsensitive); });
    m_canvas->setLanes(std::move(lanes));
    tellChosen();
}

void LanesView::tellChosen()
{
    const models::LaneMark* mark = m_canvas->chosen();
    m_words->setText(
        mark ? tr("Revision %1, %2: %3")
                   .arg(QString::number(mark->revision), Words::moment(mark->at), mark->text)
        : m_canvas->lanes().empty()
            ? tr("Nothing of what was read is about this")
            : tr("Choose a mark, by mouse or arrow keys, to read what it is"));
    Q_EMIT chosenChanged();
}

} // namespace drover::gui
