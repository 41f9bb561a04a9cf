#pragma once

// The selected dataset in full: desired | actual, field by field, with what differs marked; why it
// is not as wanted, with the command that mends it.

#include <QWidget>

class QLabel;
class QTreeWidget;
class QVBoxLayout;

namespace drover::model {
struct DatasetRecord;
}

namespace drover::gui {

class Workbench;

class DetailPane final : public QWidget
{
    Q_OBJECT
public:
    explicit DetailPane(Workbench& bench, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void update();
    [[nodiscard]] int rowHeight() const;
    void showHead(const model::DatasetRecord& record);
    void showFields(const model::DatasetRecord& record);
    void showConditions(const model::DatasetRecord& record);
    void showLeases(const model::DatasetRecord& record);

    Workbench& m_bench;
    QLabel* m_title;
    QLabel* m_state;
    QTreeWidget* m_fields;
    QLabel* m_conditionsTitle;
    QVBoxLayout* m_conditions;
    QLabel* m_leasesTitle;
    QLabel* m_leases;
    QWidget* m_body;
};

} // namespace drover::gui
