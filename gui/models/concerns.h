#pragma once

// What needs a person, one line for each cause: a silent node with a hundred datasets is one line
// that says how many it concerns, not a hundred.
//
// Specification
// - A dataset that stays as it is until somebody does something (needsPerson) counts for the line of
//   the silent node that it has to do with, if there is one; else for the line of all those that
//   have the same kind of condition for the same reason on the same node.
// - A node has a line of its own while it is silent, while it reports a warning or an error, while a
//   pool of it is nearly full, while it is cordoned.
// - Each line says what mends it, or where that is done.
//
// A change costs what it is about: only the lines of what was touched are made anew.

#include "gui/models/cluster_data.h"
#include "gui/models/keyed_table_model.h"
#include "gui/models/sign.h"

#include <QSortFilterProxyModel>
#include <QString>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace drover::gui::models {

enum class Remedy {
    ShowNode,     // its conditions say what to do
    ShowDataset,  // so do its conditions
    ShowDatasets, // in the list, by the row's filter
    Uncordon,
    Suggested, // what control suggests is one change
};

struct ConcernRow
{
    std::string id;
    int urgency = 0; // 0: most
    Sign sign = Sign::None;
    QString what;
    QString reason;
    std::optional<model::TimePoint> since;
    std::size_t datasets = 0; // that it concerns
    std::optional<model::NodeId> node;
    std::optional<model::DatasetId> dataset; // if it is about one only
    QString suggestion;                      // what control or the agent suggests
    Remedy remedy = Remedy::ShowNode;
    QString filter;
    bool operator==(const ConcernRow&) const = default;
};

class ConcernsModel final : public KeyedTableModel<std::string, ConcernRow>
{
    Q_OBJECT
public:
    enum Column { What, Why, Since, Datasets, Act, ColumnCount };

    // The data outlives the model.
    explicit ConcernsModel(const ClusterData& data, QObject* parent = nullptr);

    // Ages are told as of then.
    void setNow(model::TimePoint now);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    struct Cause
    {
        std::optional<model::NodeId> node;
        std::set<model::DatasetId> datasets;
    };
    void update(const Touched& touched);
    // Both note the ids of lines that may be different.
    void take(const model::DatasetId& id, std::set<std::string>& touched);
    void take(const model::NodeId& id, std::set<std::string>& touched);
    void tell(const std::set<std::string>& touched);
    [[nodiscard]] std::optional<ConcernRow> rowOf(const std::string& id) const;
    [[nodiscard]] ConcernRow datasetsRow(const Cause& cause) const;

    const ClusterData& m_data;
    model::TimePoint m_now{};
    std::map<std::string, Cause> m_causes;            // of datasets, by the line's id
    std::map<model::DatasetId, std::string> m_lineOf; // where a dataset counts
    std::map<model::NodeId, bool> m_silent;           // as it was last looked at
};

// The most urgent first, then those that concern most datasets, then by name.
class WorstFirst final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit WorstFirst(ConcernsModel& model, QObject* parent = nullptr);
    [[nodiscard]] const ConcernRow& row(const QModelIndex& index) const;

protected:
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    const ConcernsModel& m_model;
};

} // namespace drover::gui::models
