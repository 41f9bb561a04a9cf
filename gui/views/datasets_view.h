#pragma once

// The table of datasets with its filter box. Selection and scroll position survive every update,
// since the model only ever changes the rows that changed.

#include "gui/models/datasets_view_model.h"

#include <QTimer>
#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace drover::gui {

class Workbench;

class DatasetsView final : public QWidget
{
    Q_OBJECT
public:
    explicit DatasetsView(Workbench& bench, QWidget* parent = nullptr);
    ~DatasetsView() override;

    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QLineEdit* filterBox() const { return m_filter; }

public Q_SLOTS:
    void setFilter(const QString& text);
    void focusFilter();
    void select(const drover::model::DatasetId& id);
    // Asks for a name and keeps the present filter under it; offers those that are kept; offers to
    // remove one.
    void saveFilter();
    void offerFilters();
    void removeFilter();

protected:
    void showEvent(QShowEvent* event) override; // what is selected here is selected again

private:
    void makeTable();
    void connectTable();
    void applyFilter();
    void updateSummary();
    void publishSelection();
    void showMenu(const QPoint& place);
    void showColumnMenu(const QPoint& place);
    void restoreColumns();
    void updateSaved();
    void offer(bool toRemove);

    Workbench& m_bench;
    models::DatasetsViewModel m_model;
    QLineEdit* m_filter;
    QPushButton* m_saved;
    QCheckBox* m_showDeleted;
    QLabel* m_problem;
    QLabel* m_summary;
    QTableView* m_table;
    QTimer m_filterPause;  // between the last keystroke and filtering
    QTimer m_summaryPause; // counting once for many changes
};

} // namespace drover::gui
