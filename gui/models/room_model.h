#pragma once

// How much room there is: a row for each kind of pool with the sum of its pools, then the nodes that
// have least left, relatively.
//
// Sums are kept by counting only the nodes that were touched; a shared pool counts once, for the
// first of the nodes that reach it. Rows are made when `refresh` is called.

#include "gui/models/cluster_data.h"

#include <QAbstractTableModel>
#include <QString>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace drover::gui::models {

class RoomModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Where, Used, Free, ColumnCount };

    // The data outlives the model. `fullest`: so many nodes at most.
    explicit RoomModel(const ClusterData& data, int fullest, QObject* parent = nullptr);

    void refresh();
    // The node of a row; absent: it is of a kind of pools.
    [[nodiscard]] std::optional<model::NodeId> nodeOf(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    struct Sum
    {
        std::uint64_t capacity = 0;
        std::uint64_t free = 0;
        std::uint64_t pools = 0;
        bool operator==(const Sum&) const = default;
    };
    struct Row
    {
        QString where;
        Sum sum;
        std::optional<model::NodeId> node;
        bool operator==(const Row&) const = default;
    };
    using Sums = std::map<std::string, Sum>; // by kind of pool

    void update(const Touched& touched);
    void count(const model::NodeId& node);
    [[nodiscard]] Sums sumsOf(const model::NodeId& node) const;
    [[nodiscard]] static int percentUsed(const Sum& sum);

    const ClusterData& m_data;
    int m_most;
    Sums m_kinds;
    std::map<model::NodeId, Sums> m_nodes;
    std::map<model::NodeId, Sum> m_whole;                 // of all its pools
    std::set<std::pair<double, model::NodeId>> m_fullest; // by the part that is free
    std::vector<Row> m_rows;
};

} // namespace drover::gui::models
