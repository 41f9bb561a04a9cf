#pragma once

// Asks for a new name of a deleted dataset whose own name is taken.

#include "gui/dialogs/stage_dialog.h"
#include "gui/models/cluster_data.h"

class QLineEdit;

namespace drover::gui {

class UndeleteDatasetDialog final : public StageDialog
{
    Q_OBJECT
public:
    UndeleteDatasetDialog(const models::ClusterData& cluster, const model::DatasetRecord& record,
                          QWidget* parent = nullptr);

    [[nodiscard]] std::string name() const;

private:
    void check();

    const models::ClusterData& m_data;
    QLineEdit* m_name;
};

} // namespace drover::gui
