#pragma once

// Asks where one or several datasets shall go.

#include "gui/dialogs/stage_dialog.h"
#include "gui/models/cluster_data.h"

#include <vector>

class QCheckBox;
class QComboBox;

namespace drover::gui {

class MoveDatasetDialog final : public StageDialog
{
    Q_OBJECT
public:
    MoveDatasetDialog(const models::ClusterData& cluster, std::vector<model::DatasetId> datasets,
                      QWidget* parent = nullptr);

    [[nodiscard]] model::DatasetMove verbFor(const model::DatasetId& dataset) const;

private:
    [[nodiscard]] QString problem() const;
    void check();
    void fillPools();

    const models::ClusterData& m_data;
    std::vector<model::DatasetId> m_datasets;
    QComboBox* m_node;
    QComboBox* m_pool;
    QCheckBox* m_whenFree;
};

} // namespace drover::gui
