#include "gui/views/key_actions.h"

#include "bus/contexts/key_files.h"
#include "gui/dialogs/add_key_dialog.h"
#include "gui/dialogs/text_dialog.h"
#include "gui/models/words.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <optional>

namespace drover::gui {

using models::Words;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::KeyActions)
};

QString adminBlocker(const Workbench& bench)
{
    if (const QString why = bench.changeBlocker(); !why.isEmpty())
        return why;
    return bench.session.connection().role == model::KeyRole::Admin
               ? QString()
               : Text::tr("Keys are an admin's affair");
}

// A pipe or a device could keep the window waiting.
model::Result<std::string> readKey(const std::string& keyOrFile)
{
    const QFileInfo file(QString::fromStdString(keyOrFile));
    if (file.exists() && !file.isFile())
        return model::Error{model::ErrorCode::InvalidArgument, "it is no file", keyOrFile, ""};
    return contexts::publicKeyFrom(keyOrFile);
}

void add(Workbench& bench, QWidget& window)
{
    AddKeyDialog dialog(bench.data, readKey, &window);
    if (dialog.exec() != QDialog::Accepted)
        return;
    model::KeyAdd verb = dialog.verb();
    const std::string name = verb.name;
    bench.pending.stage(std::move(verb), std::nullopt, std::nullopt, name);
}

void remove(Workbench& bench, QWidget& window)
{
    const model::KeyRecord key = *bench.selectedKey();
    const QString name = Words::text(key.name);
    const QString what =
        name == bench.session.connection().user
            ? Text::tr("%1 is your own key: you will not come in any more.").arg(name)
        : key.role == model::KeyRole::Node
            ? Text::tr("The agent of %1 will not come in any more. What it has mounted stays "
                       "mounted, and nothing there follows what is wanted.")
                  .arg(key.node ? bench.data.nodeName(*key.node) : name)
            : Text::tr("Who uses %1 will not come in any more.").arg(name);
    TextDialog dialog({QStringLiteral("removeKey"), Text::tr("Remove a key"), what,
                       Text::tr("&Type its name"), QString(),
                       [name](const QString& typed) {
                           return typed == name ? QString()
                                                : Text::tr("Type %1 to go on").arg(name);
                       }},
                      &window);
    if (dialog.exec() == QDialog::Accepted)
        bench.pending.stage(model::KeyRemove{key.name}, std::nullopt, std::nullopt, key.name);
}

} // namespace

void addKeyActions(Workbench& bench, QWidget& window)
{
    const auto menu = QStringLiteral("key");
    bench.actions.add({QStringLiteral("key.add"), menu, Text::tr("&Accept a key…"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K),
                       [&bench] { return adminBlocker(bench); },
                       [&bench, &window] { add(bench, window); }});
    bench.actions.add({QStringLiteral("key.remove"), menu, Text::tr("&Remove…"),
                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_X),
                       [&bench] {
                           if (const QString why = adminBlocker(bench); !why.isEmpty())
                               return why;
                           return bench.selectedKey() ? QString()
                                                      : Text::tr("Select one key first");
                       },
                       [&bench, &window] { remove(bench, window); }});
}

} // namespace drover::gui
