#include "gui/views/detail_pane.h"

#include "gui/models/dataset_row.h"
#include "gui/models/field_rows.h"
#include "gui/models/words.h"
#include "gui/views/condition_card.h"
#include "gui/views/signs.h"
#include "gui/views/workbench.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace drover::gui {

using models::Words;

namespace {

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
    : QWidget(parent), m_bench(bench), m_title(heading(QString(), this)), m_state(new QLabel(this)),
      m_fields(new QTreeWidget(this)), m_conditionsTitle(heading(tr("Why, and what to do"), this)),
      m_conditions(new QVBoxLayout), m_leasesTitle(heading(tr("Leases"), this)),
      m_leases(new QLabel(this)), m_body(new QWidget)
{
    setObjectName(QStringLiteral("detail"));
    m_title->setObjectName(QStringLiteral("detailTitle"));
    m_title->setTextFormat(Qt::PlainText);
    m_state->setObjectName(QStringLiteral("detailState"));
    m_state->setTextFormat(Qt::PlainText);
    m_leases->setTextFormat(Qt::PlainText);
    m_leases->setWordWrap(true);

    m_fields->setObjectName(QStringLiteral("fields"));
    m_fields->setAccessibleName(tr("Desired and actual, field by field"));
    m_fields->setHeaderLabels({tr("Field"), tr("Desired"), tr("Actual")});
    m_fields->setRootIsDecorated(false);
    m_fields->setUniformRowHeights(true);
    m_fields->setAlternatingRowColors(true);
    m_fields->setFrameShape(QFrame::NoFrame);
    m_fields->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_fields->setTextElideMode(Qt::ElideMiddle);
    m_fields->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_fields->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_fields->header()->setSectionResizeMode(2, QHeaderView::Stretch);

    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 6, 6);
    body->addWidget(m_fields);
    body->addWidget(m_conditionsTitle);
    body->addLayout(m_conditions);
    body->addWidget(m_leasesTitle);
    body->addWidget(m_leases);
    body->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_body);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 2, 0);
    layout->addWidget(m_title);
    layout->addWidget(m_state);
    layout->addWidget(scroll, 1);

    connect(&bench, &Workbench::selectionChanged, this, &DetailPane::update);
    auto* ages = new QTimer(this);
    ages->setInterval(kAgesEvery);
    connect(ages, &QTimer::timeout, this, &DetailPane::update);
    ages->start();
    update();
}

void DetailPane::update()
{
    const auto records = m_bench.selectedRecords();
    m_body->setVisible(records.size() == 1);
    m_state->setVisible(records.size() == 1);
    if (records.size() != 1) {
        m_title->setText(records.empty() ? tr("Select a dataset to see it in full")
                                         : tr("Selected datasets: %1").arg(records.size()));
        return;
    }
    showHead(*records.front());
    showFields(*records.front());
    showConditions(*records.front());
    showLeases(*records.front());
}

void DetailPane::showHead(const model::DatasetRecord& record)
{
    m_title->setText(Words::text(record.header.name));
    const models::DatasetRow row = rowOf(m_bench.data, record);
    QString state = row.deleted
                        ? tr("deleted")
                        : Words::of(row.sync) + QStringLiteral(", ") + Words::of(row.health);
    if (!row.reason.isEmpty() && !row.deleted)
        state += QStringLiteral(" – ") + row.reason;
    m_state->setText(state);
    m_state->setWordWrap(true);
}

void DetailPane::showFields(const model::DatasetRecord& record)
{
    const auto rows = fieldsOf(m_bench.data, record, m_bench.session.now());
    // Rows stay, so that selection does.
    while (m_fields->topLevelItemCount() > static_cast<int>(rows.size()))
        delete m_fields->takeTopLevelItem(m_fields->topLevelItemCount() - 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        QTreeWidgetItem* item = m_fields->topLevelItem(static_cast<int>(i));
        if (!item)
            item = new QTreeWidgetItem(m_fields);
        item->setSizeHint(0, QSize(0, rowHeight()));
        const models::FieldRow& row = rows[i];
        // The sign is a word too: colour and weight alone tell nobody who cannot see them.
        item->setText(0, row.differs ? QStringLiteral("≠ ") + row.field : row.field);
        item->setText(1, row.desired);
        item->setText(2, row.actual);
        for (int column = 0; column < 3; ++column) {
            item->setToolTip(column, item->text(column));
            QFont font = m_fields->font();
            font.setBold(row.differs);
            item->setFont(column, font);
            item->setForeground(column, row.differs
                                            ? QBrush(colourOf(models::Sign::Warning, palette()))
                                            : QBrush());
        }
        item->setData(0, Qt::AccessibleDescriptionRole, row.differs ? tr("differs") : QString());
    }
    const int rowHeight =
        std::max(m_fields->sizeHintForRow(0), m_fields->fontMetrics().height() + 2);
    m_fields->setFixedHeight(m_fields->header()->sizeHint().height() +
                             rowHeight * static_cast<int>(rows.size()) + 4);
}

int DetailPane::rowHeight() const { return m_fields->fontMetrics().height() + 6; }

void DetailPane::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update(); // signs are drawn in the palette's colours
    QWidget::changeEvent(event);
}

void DetailPane::showConditions(const model::DatasetRecord& record)
{
    while (QLayoutItem* item = m_conditions->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    std::vector<model::Condition> conditions;
    if (const model::DatasetStatus* status = m_bench.data.status(record.id))
        conditions = status->conditions;
    std::stable_sort(conditions.begin(), conditions.end(),
                     [](const auto& a, const auto& b) { return a.severity > b.severity; });
    for (const model::Condition& condition : conditions)
        m_conditions->addWidget(new ConditionCard(condition, m_bench.session.now(), m_body));
    m_conditionsTitle->setVisible(!conditions.empty());
}

void DetailPane::showLeases(const model::DatasetRecord& record)
{
    QStringList lines;
    for (const model::LeaseRecord* lease : m_bench.data.leasesOf(record.id)) {
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
