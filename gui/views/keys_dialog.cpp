#include "gui/views/keys_dialog.h"

#include "gui/views/action_registry.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace drover::gui {

KeysDialog::KeysDialog(const ActionRegistry& actions, QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("keys"));
    setWindowTitle(tr("Keys"));
    resize(560, 560);
    auto* list = new QTreeWidget(this);
    list->setAccessibleName(tr("All keys"));
    list->setHeaderLabels({tr("Key"), tr("What it does"), tr("Not now, because")});
    list->setRootIsDecorated(false);
    list->setAlternatingRowColors(true);
    for (const QAction* action : actions.actions())
        new QTreeWidgetItem(list, {action->shortcut().toString(QKeySequence::NativeText),
                                   ActionRegistry::plainText(*action),
                                   action->isEnabled() ? QString() : action->statusTip()});
    for (int column = 0; column < 2; ++column)
        list->resizeColumnToContents(column);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(list, 1);
    layout->addWidget(buttons);
}

} // namespace drover::gui
