#pragma once

// The dock of pending changes: what will be done, what stands against it, and the ways on: preview
// and apply, keep in spite of a conflict, discard, undo.

#include <QWidget>

#include <cstdint>
#include <optional>

class QLabel;
class QPushButton;
class QTableView;

namespace drover::gui {

class Workbench;

class PendingPane final : public QWidget
{
    Q_OBJECT
public:
    explicit PendingPane(Workbench& bench, QWidget* parent = nullptr);

private:
    void update();
    [[nodiscard]] std::optional<std::uint64_t> current() const;

    Workbench& m_bench;
    QLabel* m_empty;
    QTableView* m_table;
    QPushButton* m_keep;
    QPushButton* m_retry; // in the place of the one above, where a change has failed
    QPushButton* m_discard;
    QPushButton* m_apply;
};

} // namespace drover::gui
