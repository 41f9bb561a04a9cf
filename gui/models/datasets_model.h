#pragma once

// The datasets as a table: one row per record, in no particular order; views sort by a proxy.
//
// A batch inserts, removes and changes exactly the rows that it is about, so that selection and
// scroll position survive. The model is never reset for a delta, only when another cluster is
// shown.

#include "gui/models/cluster_data.h"
#include "gui/models/dataset_row.h"

#include <QAbstractTableModel>

#include <unordered_map>
#include <vector>

namespace drover::gui::models {

class DatasetsModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Name,
        SyncState,
        HealthState,
        Node,
        Pool,
        Size,
        Used,
        Leases,
        Reason,
        Labels,
        Filesystem,
        Epoch,
        Revision,
        ColumnCount
    };

    // The data outlives the model.
    explicit DatasetsModel(const ClusterData& data, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

    [[nodiscard]] const DatasetRow& row(int number) const
    {
        return m_rows[static_cast<std::size_t>(number)];
    }
    // -1 where there is none.
    [[nodiscard]] int find(const model::DatasetId& id) const;

private:
    void update(const Touched& touched);
    void reload();
    void refresh(const std::vector<int>& numbers);
    void removeRowsOf(const std::vector<model::DatasetId>& gone);
    [[nodiscard]] QVariant text(const DatasetRow& row, int column) const;

    const ClusterData& m_data;
    std::vector<DatasetRow> m_rows;
    std::unordered_map<model::DatasetId, int> m_numbers;
};

} // namespace drover::gui::models
