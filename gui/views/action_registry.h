#pragma once

// Every act that a person can do, once: its words, its key, when it may be done and what it does.
// Menus, context menus, the palette and the list of keys are made from this; an act that cannot be
// done now is disabled and says why.

#include <QAction>
#include <QKeySequence>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace drover::gui {

struct ActionSpec
{
    QString id;   // stable, for tests and settings, e.g. `dataset.move`
    QString menu; // id of the menu that shows it
    QString text; // with a mnemonic
    QKeySequence key;
    // Why it cannot be done now, for people; empty: it can. Absent: always.
    std::function<QString()> blocker;
    std::function<void()> run;
};

class ActionRegistry final : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    // The action lives as long as the registry. An id is used once.
    QAction* add(ActionSpec spec);
    // Null where there is none.
    [[nodiscard]] QAction* find(const QString& id) const;
    // Of one menu, in the order they were added; all for an empty name.
    [[nodiscard]] std::vector<QAction*> actions(const QString& menu = {}) const;
    // Looks at every blocker again.
    void refresh();
    // As shown in lists: without the mnemonic.
    [[nodiscard]] static QString plainText(const QAction& action);

private:
    struct Entry
    {
        ActionSpec spec;
        QAction* action;
    };
    std::vector<Entry> m_entries;
};

} // namespace drover::gui
