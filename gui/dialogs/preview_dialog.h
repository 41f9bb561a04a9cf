#pragma once

// Control's own dry run of all that is pending: per change what would be done where and why, what it
// warns of, what it refuses. Accepted, exactly this is sent.

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace drover::gui {

namespace bridge {
class ChangeSender;
struct Preview;
} // namespace bridge
namespace models {
class ClusterData;
}

class PreviewDialog final : public QDialog
{
    Q_OBJECT
public:
    // Asks for the preview at once. Both outlive it.
    PreviewDialog(bridge::ChangeSender& sender, const models::ClusterData& cluster,
                  QWidget* parent = nullptr);

private:
    void update();
    void add(const bridge::Preview& preview);

    bridge::ChangeSender& m_sender;
    const models::ClusterData& m_data;
    QLabel* m_summary;
    QTreeWidget* m_plan;
    QPushButton* m_apply;
};

} // namespace drover::gui
