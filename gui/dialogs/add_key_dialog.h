#pragma once

// Asks for a key that is to be accepted: its name, its public half, its role.

#include "gui/dialogs/stage_dialog.h"
#include "gui/models/cluster_data.h"

#include <functional>

class QComboBox;
class QLineEdit;

namespace drover::gui {

class AddKeyDialog final : public StageDialog
{
    Q_OBJECT
public:
    // What a person typed, a key or the file that holds it, as a public key.
    using ReadKey = std::function<model::Result<std::string>(const std::string&)>;
    AddKeyDialog(const models::ClusterData& cluster, ReadKey readKey, QWidget* parent = nullptr);

    [[nodiscard]] model::KeyAdd verb() const;

private:
    [[nodiscard]] QString problem() const;
    void update();
    void chooseFile();

    const models::ClusterData& m_data;
    ReadKey m_readKey;
    QLineEdit* m_name;
    QLineEdit* m_key;
    QComboBox* m_role;
    QComboBox* m_node;
};

} // namespace drover::gui
