#include "gui/views/timeline_view.h"

#include "gui/models/words.h"
#include "gui/views/lanes_view.h"
#include "gui/views/past_view.h"
#include "gui/views/table_page.h"
#include "gui/views/workbench.h"

#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace drover::gui {

using models::TimelineModel;
using models::Words;

namespace {

constexpr int kReadEvery = 500; // ms
constexpr std::uint32_t kCommits = 200;

QString linesOf(const model::DiffResult& diff)
{
    QStringList lines;
    std::string subject;
    for (const model::FieldDiff& field : diff.fields) {
        if (field.subject != subject)
            lines << Words::text(subject = field.subject);
        const QString name =
            field.field.empty() ? QString() : Words::text(field.field) + QStringLiteral(": ");
        if (!field.before.empty())
            lines << QStringLiteral("  − ") + name + Words::text(field.before);
        if (!field.after.empty())
            lines << QStringLiteral("  + ") + name + Words::text(field.after);
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

TimelineView::TimelineView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench),
      m_page(new TablePage(QStringLiteral("timeline"), tr("Timeline"), m_model,
                           TimelineModel::kSortRole,
                           {{TimelineModel::Revision, 13},
                            {TimelineModel::When, 30},
                            {TimelineModel::Who, 16},
                            {TimelineModel::About, 24},
                            {TimelineModel::What, 60}},
                           this)),
      m_lanes(new LanesView(bench, m_model, this)), m_past(new PastView(bench, this)),
      m_tabs(new QTabWidget(this)), m_diff(new QPlainTextEdit(this)),
      m_older(new QPushButton(tr("Read &older ones"), this)),
      m_then(new QPushButton(tr("&Show as it was"), this)),
      m_compare(new QPushButton(tr("&Compare with now"), this)),
      m_rollback(new QPushButton(tr("Stage a way &back to it"), this))
{
    setObjectName(QStringLiteral("timelineView"));
    m_diff->setReadOnly(true);
    m_diff->setAccessibleName(tr("What is desired now, against then"));
    m_diff->hide();
    m_tabs->setObjectName(QStringLiteral("timelineTabs"));
    m_tabs->setAccessibleName(tr("Ways to see the timeline"));
    m_tabs->setDocumentMode(true);
    m_tabs->insertTab(List, m_page, tr("L&ist"));
    m_tabs->insertTab(Lanes, m_lanes, tr("&Lanes"));
    m_tabs->insertTab(Then, m_past, tr("As it &was"));
    auto* split = new QSplitter(Qt::Vertical, this);
    split->addWidget(m_tabs);
    split->addWidget(m_diff);
    split->setChildrenCollapsible(false);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->addWidget(split, 1);
    makeButtons();
    setFocusProxy(m_tabs);
    m_page->table().sortByColumn(TimelineModel::Revision, Qt::DescendingOrder);

    m_pause.setSingleShot(true);
    m_pause.setInterval(kReadEvery);
    connect(&m_pause, &QTimer::timeout, this, &TimelineView::readNew);
    connect(&bench.data, &models::ClusterData::changed, this,
            [this](const models::Touched& touched) {
                if (touched.all) {
                    ++m_question;
                    m_reading = false;
                    m_model.clear();
                    m_past->setRange(0, 0);
                    m_diff->hide();
                }
                if (isVisible() && !m_pause.isActive())
                    m_pause.start();
            });
    connect(m_page, &TablePage::selectionChanged, this, &TimelineView::updateButtons);
    connect(m_lanes, &LanesView::chosenChanged, this, &TimelineView::updateButtons);
    connect(m_past, &PastView::revisionChanged, this, &TimelineView::updateButtons);
    connect(m_tabs, &QTabWidget::currentChanged, this, &TimelineView::updateButtons);
    connect(&bench.session, &bridge::Session::connectionChanged, this,
            &TimelineView::updateButtons);
    updateButtons();
}

void TimelineView::makeButtons()
{
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(6, 0, 6, 0);
    buttons->addWidget(m_then);
    buttons->addWidget(m_compare);
    buttons->addWidget(m_rollback);
    buttons->addStretch(1);
    buttons->addWidget(m_older);
    static_cast<QVBoxLayout*>(layout())->addLayout(buttons);
    m_then->setObjectName(QStringLiteral("showThen"));
    m_compare->setObjectName(QStringLiteral("compareRevision"));
    m_rollback->setObjectName(QStringLiteral("rollback"));
    connect(m_older, &QPushButton::clicked, this, [this] { read(m_model.oldest()); });
    connect(m_then, &QPushButton::clicked, this, &TimelineView::showThen);
    connect(m_compare, &QPushButton::clicked, this, &TimelineView::compare);
    connect(m_rollback, &QPushButton::clicked, this, [this] {
        if (const auto revision = chosen())
            m_bench.pending.stageRollback(*revision);
    });
}

void TimelineView::setFilter(const QString& text)
{
    m_page->setFilter(text);
    // Lanes and objects have names; the words of the list may be about more.
    const QString name = text.section(QLatin1Char(' '), -1);
    m_lanes->setFilter(name);
    m_past->setFilter(name);
}

void TimelineView::focusFilter()
{
    switch (m_tabs->currentIndex()) {
    case Lanes:
        return m_lanes->focusFilter();
    case Then:
        return m_past->focusFilter();
    default:
        return m_page->focusFilter();
    }
}

void TimelineView::showTab(Tab tab) { m_tabs->setCurrentIndex(tab); }

void TimelineView::showPart(const QString& name)
{
    showTab(name == QLatin1String("lanes") ? Lanes : name == QLatin1String("past") ? Then : List);
}

void TimelineView::showThen()
{
    if (const auto revision = chosen()) {
        m_past->showRevision(*revision);
        showTab(Then);
    }
}

void TimelineView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    readNew();
}

void TimelineView::readNew()
{
    if (m_reading)
        return;
    if (m_model.gap())
        read(*m_model.gap());
    else if (m_bench.data.revision() > m_model.newest())
        read(0);
}

void TimelineView::read(model::Revision before)
{
    m_reading = true;
    const std::uint64_t question = m_question;
    m_bench.session.call(model::ReadVerb{model::HistoryList{before, kCommits, std::nullopt}}, this,
                         [this, question, before](const model::Result<model::Reply>& reply) {
                             if (question != m_question)
                                 return;
                             m_reading = false;
                             if (!reply)
                                 return; // the connection's state says why
                             if (const auto* history =
                                     std::get_if<model::HistoryListResult>(&reply->body))
                                 m_model.take(*history, before);
                             m_past->setRange(m_model.oldestKept(), m_model.newest());
                             updateButtons();
                             if (m_model.gap())
                                 read(*m_model.gap());
                         });
}

std::optional<model::Revision> TimelineView::chosen() const
{
    if (m_tabs->currentIndex() == Lanes)
        return m_lanes->chosen();
    if (m_tabs->currentIndex() == Then)
        return m_past->revision() != 0 ? std::optional(m_past->revision()) : std::nullopt;
    const auto rows = m_page->selectedRows();
    return rows.empty() ? std::nullopt : std::optional(m_model.row(rows.front()).revision);
}

void TimelineView::compare()
{
    const auto revision = chosen();
    if (!revision)
        return;
    const std::uint64_t question = m_question;
    m_bench.session.call(
        model::ReadVerb{model::DiffGet{*revision, 0}}, this,
        [this, question, revision](const model::Result<model::Reply>& reply) {
            if (question != m_question)
                return;
            const auto* diff = reply ? std::get_if<model::DiffResult>(&reply->body) : nullptr;
            const QString head = tr("From revision %1 (−) to now (+)").arg(*revision);
            if (!reply)
                m_diff->setPlainText(Words::of(reply.error()));
            else if (!diff || diff->fields.empty())
                m_diff->setPlainText(
                    tr("What is desired is the same as at revision %1").arg(*revision));
            else
                m_diff->setPlainText(head + QStringLiteral("\n\n") + linesOf(*diff));
            m_diff->show();
        });
}

void TimelineView::updateButtons()
{
    const bool any = chosen().has_value();
    m_older->setEnabled(m_model.hasOlder());
    m_older->setToolTip(m_model.hasOlder() ? QString() : tr("Control keeps no older ones"));
    const bool then = m_tabs->currentIndex() == Then;
    m_older->setVisible(!then);
    m_then->setVisible(!then);
    m_then->setEnabled(any);
    m_then->setToolTip(any ? tr("The whole configuration of then, read-only")
                           : tr("Select a revision first"));
    m_compare->setEnabled(any);
    m_compare->setToolTip(any ? QString() : tr("Select a revision first"));
    const QString why = any ? m_bench.changeBlocker() : tr("Select a revision first");
    m_rollback->setEnabled(why.isEmpty());
    m_rollback->setToolTip(
        why.isEmpty() ? tr("Desired fields only; nothing that was made since is deleted") : why);
}

} // namespace drover::gui
