#pragma once

// All keys, by what they do.

#include <QDialog>

namespace drover::gui {

class ActionRegistry;

class KeysDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit KeysDialog(const ActionRegistry& actions, QWidget* parent = nullptr);
};

} // namespace drover::gui
