#pragma once

// Asks how large a dataset shall be. Datasets grow; they never shrink.

#include "gui/dialogs/stage_dialog.h"
#include "gui/models/cluster_data.h"

class QLineEdit;

namespace drover::gui {

class ResizeDatasetDialog final : public StageDialog
{
    Q_OBJECT
public:
    ResizeDatasetDialog(const model::DatasetRecord& record, QWidget* parent = nullptr);

    [[nodiscard]] model::DatasetResize verb() const;

private:
    [[nodiscard]] QString problem() const;

    model::DatasetId m_id;
    std::optional<model::ByteCount> m_now;
    QLineEdit* m_size;
};

} // namespace drover::gui
