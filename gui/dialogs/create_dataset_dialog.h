#pragma once

// Asks for a new dataset: what it is called, how large it is, and where it shall be.

#include "gui/dialogs/stage_dialog.h"
#include "gui/models/cluster_data.h"

class QComboBox;
class QLineEdit;

namespace drover::gui {

class CreateDatasetDialog final : public StageDialog
{
    Q_OBJECT
public:
    explicit CreateDatasetDialog(const models::ClusterData& cluster, QWidget* parent = nullptr);

    // Valid once the dialog was accepted.
    [[nodiscard]] model::DatasetCreate verb() const;

private:
    [[nodiscard]] QString problem() const;
    void check();
    void fillPools();

    const models::ClusterData& m_data;
    QLineEdit* m_name;
    QLineEdit* m_size;
    QComboBox* m_filesystem;
    QComboBox* m_node;
    QComboBox* m_pool;
    QLineEdit* m_labels;
    QLineEdit* m_metadata;
};

} // namespace drover::gui
