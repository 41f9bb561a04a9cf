#pragma once

// The datasets as a table: one row per record. It is never reset for a delta, only when another
// cluster is shown. It remembers how the used space of each went while it looked.

#include "gui/models/cluster_data.h"
#include "gui/models/dataset_row.h"
#include "gui/models/keyed_table_model.h"
#include "gui/models/used_history.h"

namespace drover::gui::models {

class DatasetsModel final : public KeyedTableModel<model::DatasetId, DatasetRow>
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
        Trend,
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

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

Q_SIGNALS:
    // After all rows that a batch touched were changed, removed and inserted.
    void merged();

private:
    void update(const Touched& touched);
    void reload();
    [[nodiscard]] QString trendWords(const DatasetRow& row) const;
    [[nodiscard]] QVariant text(const DatasetRow& row, int column) const;

    [[nodiscard]] DatasetRow made(const model::DatasetRecord& record);

    const ClusterData& m_data;
    UsedHistory m_used;
};

} // namespace drover::gui::models
