#pragma once

// One box that finds everything: actions, datasets, nodes, leases' holders; by any letters in order.
// What was chosen last stands first.

#include <QDialog>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace drover::gui {

class Workbench;

class PaletteDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit PaletteDialog(Workbench& bench, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Entry
    {
        QString id; // to be remembered by
        QString text;
        QString note; // what kind it is, its key, or why it cannot be done now
        bool enabled = true;
        std::function<void()> run;
    };
    void collect();
    void find(const QString& pattern);
    void choose();

    Workbench& m_bench;
    std::vector<Entry> m_entries;
    QLineEdit* m_line;
    QListWidget* m_list;
};

} // namespace drover::gui
