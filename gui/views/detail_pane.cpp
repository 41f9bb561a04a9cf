#include "gui/views/detail_pane.h"

#include "gui/bridge/raw_json.h"
#include "gui/models/detail.h"
#include "gui/models/words.h"
#include "gui/views/condition_card.h"
#include "gui/views/field_table.h"
#include "gui/views/history_pane.h"
#include "gui/views/raw_pane.h"
#include "gui/views/signs.h"
#include "gui/views/workbench.h"

#include <QApplication>
#include <QEvent>
#include <QLabel>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

namespace drover::gui {

using models::Words;

namespace {

constexpr int kLetters = 56;      // of two columns of values
constexpr int kAgesEvery = 5'000; // ms; ages grow while nothing changes

QLabel* heading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

} // namespace

DetailPane::DetailPane(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_sign(new QLabel(this)), m_title(heading(QString(), this)),
      m_state(new QLabel(this)), m_fields(new FieldTable(this)),
      m_conditionsTitle(heading(tr("Why, and what to do"), this)), m_conditions(new QVBoxLayout),
      m_leasesTitle(heading(tr("Leases"), this)), m_leases(new QLabel(this)),
      m_history(new HistoryPane(bench, this)), m_raw(new RawPane(this)), m_body(new QWidget)
{
    setObjectName(QStringLiteral("detail"));
    setMinimumWidth(fontMetrics().averageCharWidth() * kLetters);
    m_title->setObjectName(QStringLiteral("detailTitle"));
    m_state->setObjectName(QStringLiteral("detailState"));
    for (QLabel* label : {m_title, m_state, m_leases}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    layOut();

    connect(&bench, &Workbench::selectionChanged, this, &DetailPane::update);
    auto* ages = new QTimer(this);
    ages->setInterval(kAgesEvery);
    connect(ages, &QTimer::timeout, this, &DetailPane::update);
    ages->start();
    update();
}

void DetailPane::layOut()
{
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 6, 6);
    body->addWidget(m_fields);
    body->addWidget(m_conditionsTitle);
    body->addLayout(m_conditions);
    body->addWidget(m_leasesTitle);
    body->addWidget(m_leases);
    body->addWidget(m_history);
    body->addWidget(m_raw);
    body->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setAccessibleName(tr("Detail"));
    scroll->setWidget(m_body);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* head = new QHBoxLayout;
    head->addWidget(m_sign);
    head->addWidget(m_title, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 2, 0);
    layout->addLayout(head);
    layout->addWidget(m_state);
    layout->addWidget(scroll, 1);
}

void DetailPane::update()
{
    const auto datasets = m_bench.selectedRecords();
    const auto nodes = m_bench.selectedNodeLedgers();
    const bool one = datasets.size() + nodes.size() == 1;
    for (QWidget* part : {m_body, static_cast<QWidget*>(m_state), static_cast<QWidget*>(m_sign)})
        part->setVisible(one);
    m_history->show(one && !datasets.empty() ? datasets.front() : nullptr);
    if (!one) {
        m_title->setText(datasets.empty() && nodes.empty()
                             ? tr("Select a dataset or a node to see it in full")
                             : tr("Selected: %1").arg(datasets.size() + nodes.size()));
        return;
    }
    const model::TimePoint now = m_bench.session.now();
    show(nodes.empty() ? detailOf(m_bench.data, *datasets.front(), now)
                       : detailOf(m_bench.data, *nodes.front(), now));
    showLeases();
    showRaw();
}

void DetailPane::showRaw()
{
    if (!m_bench.selectedNodeLedgers().empty()) {
        const model::NodeId id = m_bench.selectedNodeLedgers().front()->id;
        m_raw->show(QString::fromStdString(id.toString()), [this, id] {
            const model::NodeLedger* ledger = m_bench.data.nodeLedger(id);
            return ledger ? bridge::rawJson(m_bench.data, *ledger) : QString();
        });
        return;
    }
    const model::DatasetId id = m_bench.selectedRecords().front()->id;
    m_raw->show(QString::fromStdString(id.toString()), [this, id] {
        const model::DatasetRecord* record = m_bench.data.dataset(id);
        return record ? bridge::rawJson(m_bench.data, *record) : QString();
    });
}

void DetailPane::show(const models::Detail& detail)
{
    const int side = fontMetrics().height();
    m_sign->setPixmap(iconOf(detail.sign, palette()).pixmap(side, side));
    m_title->setText(detail.title);
    m_state->setText(detail.state);
    m_fields->show(detail.fields);
    showConditions(detail);
}

void DetailPane::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update(); // signs are drawn in the palette's colours
    QWidget::changeEvent(event);
}

void DetailPane::showConditions(const models::Detail& detail)
{
    // Whoever reads or copies in a card is not disturbed for the sake of its age.
    const QWidget* focus = QApplication::focusWidget();
    if (detail.conditions == m_shown && focus && m_body->isAncestorOf(focus))
        return;
    m_shown = detail.conditions;
    while (QLayoutItem* item = m_conditions->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto datasets = m_bench.selectedDatasets();
    const auto about = datasets.empty() ? std::nullopt : std::optional(datasets.front());
    for (const model::Condition& condition : detail.conditions)
        m_conditions->addWidget(new ConditionCard(m_bench, condition, about, m_body));
    m_conditionsTitle->setVisible(!detail.conditions.empty());
}

void DetailPane::showLeases()
{
    QStringList lines;
    for (const model::DatasetRecord* record : m_bench.selectedRecords())
        for (const model::LeaseRecord* lease : m_bench.data.leasesOf(record->id)) {
            QString line = tr("%1 on %2, since %3")
                               .arg(Words::text(lease->holder), m_bench.data.nodeName(lease->node),
                                    Words::moment(lease->acquiredAt, m_bench.session.now()));
            if (lease->ttl)
                line += tr(", for %1 at a time").arg(Words::span(*lease->ttl));
            lines << line;
        }
    m_leases->setText(lines.join(QLatin1Char('\n')));
    m_leases->setVisible(!lines.isEmpty());
    m_leasesTitle->setVisible(!lines.isEmpty());
}

} // namespace drover::gui
