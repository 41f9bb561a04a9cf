#include "gui/models/timeline_model.h"

#include "gui/models/words.h"

#include <algorithm>
#include <utility>

namespace drover::gui::models {

namespace {
constexpr unsigned kEntryBits = 16;  // a revision has at most 10,000 operations
constexpr std::size_t kMost = 2'000; // entries, unless older ones were asked for
} // namespace

TimelineModel::TimelineModel(QObject* parent) : KeyedTableModel(parent), m_most(kMost) {}

void TimelineModel::take(const model::HistoryListResult& history, model::Revision before)
{
    std::vector<TimelineRow> rows;
    noteGap(history.commits, before);
    // A page of older ones is one that somebody asked for.
    const bool isOlder =
        std::all_of(history.commits.begin(), history.commits.end(),
                    [this](const model::Commit& commit) { return commit.revision < m_oldest; });
    for (const model::Commit& commit : history.commits) {
        m_newest = std::max(m_newest, commit.revision);
        m_oldest = m_oldest == 0 ? commit.revision : std::min(m_oldest, commit.revision);
        std::uint64_t place = 0;
        for (const model::LogEntry& entry : commit.log) {
            TimelineRow row;
            row.id = commit.revision << kEntryBits | place++;
            row.revision = commit.revision;
            row.when = Words::moment(entry.at);
            row.actor = Words::text(entry.actor);
            row.subject = Words::text(entry.subject);
            row.what = Words::text(entry.message.empty() ? entry.verb : entry.message);
            row.at = entry.at;
            row.verb = Words::text(entry.verb);
            row.dataset = entry.dataset;
            row.node = entry.node;
            m_most += m_ids.insert(row.id).second && isOlder ? 1 : 0;
            rows.push_back(std::move(row));
        }
    }
    m_oldestKept = history.oldestKept;
    std::vector<std::uint64_t> gone;
    while (m_ids.size() > m_most) {
        gone.push_back(*m_ids.begin());
        m_ids.erase(m_ids.begin());
        m_oldest = m_ids.empty() ? m_newest : *m_ids.begin() >> kEntryBits;
    }
    if (m_gapBefore && *m_gapBefore <= m_oldest)
        m_gapBefore.reset(); // what is before it was pushed out
    merge(std::move(rows), gone);
}

// REQUIRES: the page is not taken yet.
void TimelineModel::noteGap(const std::vector<model::Commit>& page, model::Revision before)
{
    model::Revision first = 0;
    for (const model::Commit& commit : page)
        first = first == 0 ? commit.revision : std::min(first, commit.revision);
    if (before == 0 && m_newest != 0 && first > m_newest + 1) {
        m_gapAfter = m_newest;
        m_gapBefore = first;
    } else if (before != 0 && m_gapBefore == before) {
        if (first <= m_gapAfter + 1) // or control keeps none of it any more
            m_gapBefore.reset();
        else
            m_gapBefore = first;
    }
}

void TimelineModel::clear()
{
    m_gapBefore.reset();
    m_newest = m_oldest = m_oldestKept = 0;
    m_ids.clear();
    m_most = kMost;
    reset({});
}

int TimelineModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TimelineModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TimelineRow& row = this->row(index.row());
    if (role == kSortRole && (index.column() == Revision || index.column() == When))
        return QVariant::fromValue<qulonglong>(row.id);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != kSortRole)
        return {};
    switch (index.column()) {
    case Revision:
        return QString::number(row.revision);
    case When:
        return row.when;
    case Who:
        return row.actor;
    case About:
        return row.subject;
    case What:
        return row.what;
    default:
        return {};
    }
}

QVariant TimelineModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Revision:
        return tr("Revision");
    case When:
        return tr("When");
    case Who:
        return tr("Who");
    case About:
        return tr("About");
    case What:
        return tr("What happened");
    default:
        return {};
    }
}

} // namespace drover::gui::models
