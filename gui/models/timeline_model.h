#pragma once

// Who did what, and what the agents and control did: the log of committed revisions, as far as it
// was read. Objects that were deleted since are in it. What comes anew pushes out the oldest, beyond
// what a person has asked to read.

#include "gui/models/keyed_table_model.h"
#include "proto/model/api.h"

#include <QString>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

namespace drover::gui::models {

struct TimelineRow
{
    std::uint64_t id = 0; // revision, and place in it
    model::Revision revision = 0;
    QString when;
    QString actor;
    QString subject;
    QString what;
    // for the lanes
    model::TimePoint at;
    QString verb;
    std::optional<model::DatasetId> dataset;
    std::optional<model::NodeId> node;
    bool operator==(const TimelineRow&) const = default;
};

class TimelineModel final : public KeyedTableModel<std::uint64_t, TimelineRow>
{
    Q_OBJECT
public:
    enum Column { Revision, When, Who, About, What, ColumnCount };
    static constexpr int kSortRole = Qt::UserRole;

    explicit TimelineModel(QObject* parent = nullptr);

    // Adds what is not in it yet. `before`: what was asked for; 0: the newest.
    void take(const model::HistoryListResult& history, model::Revision before = 0);
    void clear();
    [[nodiscard]] model::Revision newest() const { return m_newest; } // 0: nothing was read yet
    [[nodiscard]] model::Revision oldest() const { return m_oldest; }
    // The oldest revision that control keeps; 0: not known.
    [[nodiscard]] model::Revision oldestKept() const { return m_oldestKept; }
    // More has come than one page holds: the page before this revision is still to be read.
    [[nodiscard]] std::optional<model::Revision> gap() const { return m_gapBefore; }
    // Whether control keeps more than was read.
    [[nodiscard]] bool hasOlder() const { return m_oldest > m_oldestKept; }

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void noteGap(const std::vector<model::Commit>& page, model::Revision before);

    std::set<std::uint64_t> m_ids;
    std::size_t m_most;
    model::Revision m_newest = 0;
    model::Revision m_oldest = 0;
    model::Revision m_oldestKept = 0;
    // What is after m_gapAfter and before m_gapBefore was not read.
    model::Revision m_gapAfter = 0;
    std::optional<model::Revision> m_gapBefore;
};

} // namespace drover::gui::models
