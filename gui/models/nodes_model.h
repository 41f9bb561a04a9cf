#pragma once

// The nodes as a table.

#include "gui/models/keyed_table_model.h"
#include "gui/models/node_row.h"

namespace drover::gui::models {

class NodesModel final : public KeyedTableModel<model::NodeId, NodeRow>
{
    Q_OBJECT
public:
    enum Column {
        Name,
        State,
        Cordoned,
        Datasets,
        Used,
        Free,
        Reason,
        Pools,
        Labels,
        Version,
        Address,
        ColumnCount
    };
    static constexpr int kSortRole = Qt::UserRole; // compares by value

    // The data outlives the model.
    explicit NodesModel(const ClusterData& data, QObject* parent = nullptr);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void update(const Touched& touched);
    [[nodiscard]] QString text(const NodeRow& row, int column) const;
    [[nodiscard]] QVariant sortValue(const NodeRow& row, int column) const;

    const ClusterData& m_data;
};

} // namespace drover::gui::models
