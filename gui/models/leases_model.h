#pragma once

// The leases as a table.

#include "gui/models/cluster_data.h"
#include "gui/models/keyed_table_model.h"

#include <QString>

namespace drover::gui::models {

struct LeaseRow
{
    model::LeaseToken id;
    model::DatasetId dataset;
    QString datasetName;
    QString node;
    QString holder;
    QString length; // how long it holds without being renewed
    QString since;
    bool operator==(const LeaseRow&) const = default;
};

class LeasesModel final : public KeyedTableModel<model::LeaseToken, LeaseRow>
{
    Q_OBJECT
public:
    enum Column { Dataset, Node, Holder, Length, Since, Token, ColumnCount };

    // The data outlives the model.
    explicit LeasesModel(const ClusterData& data, QObject* parent = nullptr);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void update(const Touched& touched);
    [[nodiscard]] LeaseRow rowOf(const model::LeaseRecord& lease) const;

    const ClusterData& m_data;
};

} // namespace drover::gui::models
