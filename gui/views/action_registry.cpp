#include "gui/views/action_registry.h"

#include <QtGlobal>

#include <utility>

namespace drover::gui {

QAction* ActionRegistry::add(ActionSpec spec)
{
    Q_ASSERT(!find(spec.id));
    auto* action = new QAction(spec.text, this);
    action->setObjectName(spec.id);
    action->setShortcut(spec.key);
    action->setShortcutContext(Qt::WindowShortcut);
    connect(action, &QAction::triggered, this, [run = spec.run] { run(); });
    m_entries.push_back({std::move(spec), action});
    return action;
}

QAction* ActionRegistry::find(const QString& id) const
{
    for (const Entry& entry : m_entries)
        if (entry.spec.id == id)
            return entry.action;
    return nullptr;
}

std::vector<QAction*> ActionRegistry::actions(const QString& menu) const
{
    std::vector<QAction*> result;
    for (const Entry& entry : m_entries)
        if (menu.isEmpty() || entry.spec.menu == menu)
            result.push_back(entry.action);
    return result;
}

void ActionRegistry::refresh()
{
    for (const Entry& entry : m_entries) {
        const QString why = entry.spec.blocker ? entry.spec.blocker() : QString();
        const QString key = entry.spec.key.toString(QKeySequence::NativeText);
        QString tip = plainText(*entry.action);
        if (!key.isEmpty())
            tip += QStringLiteral(" (") + key + QLatin1Char(')');
        if (!why.isEmpty())
            tip += QLatin1Char('\n') + why;
        entry.action->setEnabled(why.isEmpty());
        entry.action->setToolTip(tip);
        entry.action->setStatusTip(why);
    }
}

QString ActionRegistry::plainText(const QAction& action)
{
    QString text = action.text();
    text.remove(QLatin1Char('&'));
    return text;
}

} // namespace drover::gui
