#include "gui/views/recent_pane.h"

#include "gui/views/sign_delegate.h"
#include "gui/views/table_style.h"
#include "gui/views/workbench.h"

#include <QDateTime>
#include <QHeaderView>
#include <QTableView>
#include <QVBoxLayout>

namespace drover::gui {

using models::TimelineModel;

namespace {
constexpr int kReadEvery = 2'000; // ms
constexpr int kReadFirst = 100;
constexpr std::uint32_t kCommits = 10;
} // namespace

NewestFirst::NewestFirst(TimelineModel& model, QObject* parent) : QSortFilterProxyModel(parent)
{
    setSourceModel(&model);
    setSortRole(TimelineModel::kSortRole);
    sort(TimelineModel::Revision, Qt::DescendingOrder);
}

QVariant NewestFirst::data(const QModelIndex& index, int role) const
{
    const QVariant value = QSortFilterProxyModel::data(index, role);
    if (role != Qt::DisplayRole || index.column() != TimelineModel::When)
        return value;
    const QString today = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-dd "));
    const QString when = value.toString();
    return when.startsWith(today) ? when.mid(today.size()) : when;
}

RecentPane::RecentPane(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_table(new QTableView(this))
{
    m_table->setObjectName(QStringLiteral("recent"));
    m_table->setAccessibleName(tr("What happened last"));
    m_table->setModel(&m_newestFirst);
    m_table->setItemDelegate(new SignDelegate(m_table));
    styleTable(*m_table);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setColumnHidden(TimelineModel::Revision, true);
    const int letter = m_table->fontMetrics().averageCharWidth();
    m_table->setColumnWidth(TimelineModel::When, letter * 15);
    m_table->setColumnWidth(TimelineModel::Who, letter * 11);
    m_table->setColumnWidth(TimelineModel::About, letter * 18);
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    setFocusProxy(m_table);

    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &RecentPane::read);
    connect(&bench.data, &models::ClusterData::changed, this,
            [this](const models::Touched& touched) {
                if (touched.all) {
                    ++m_question;
                    m_read = 0;
                    m_model.clear();
                }
                readSoon();
            });
    connect(m_table, &QTableView::activated, &bench,
            [this] { m_bench.show(QStringLiteral("timeline"), QString()); });
}

void RecentPane::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_pause.isActive())
        read();
}

void RecentPane::readSoon()
{
    if (isVisible() && !m_pause.isActive() && m_bench.data.revision() > m_read)
        m_pause.start(m_read == 0 ? kReadFirst : kReadEvery);
}

void RecentPane::read()
{
    if (!isVisible() || m_bench.data.revision() <= m_read)
        return;
    m_read = m_bench.data.revision();
    m_pause.start(kReadEvery); // none more until then
    m_bench.session.call(model::ReadVerb{model::HistoryList{0, kCommits, std::nullopt}}, this,
                         [this, question = m_question](const model::Result<model::Reply>& reply) {
                             const auto* history =
                                 reply ? std::get_if<model::HistoryListResult>(&reply->body)
                                       : nullptr;
                             if (question != m_question || !history)
                                 return;      // the connection's state says why
                             m_model.clear(); // a page is all that is shown
                             m_model.take(*history);
                         });
}

} // namespace drover::gui
