#pragma once

// Asks before one or several datasets are marked deleted; says what is lost, and until when it can
// be had back.

#include "gui/dialogs/stage_dialog.h"
#include "gui/models/cluster_data.h"

#include <vector>

class QCheckBox;

namespace drover::gui {

class DeleteDatasetDialog final : public StageDialog
{
    Q_OBJECT
public:
    DeleteDatasetDialog(const models::ClusterData& cluster, std::vector<model::DatasetId> datasets,
                        QWidget* parent = nullptr);

    [[nodiscard]] model::DatasetDelete verbFor(const model::DatasetId& dataset) const;

private:
    void check();

    const models::ClusterData& m_data;
    QCheckBox* m_understood;
    QCheckBox* m_whenFree;
};

} // namespace drover::gui
