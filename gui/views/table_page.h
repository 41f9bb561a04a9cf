#pragma once

// A page with one table and a box that filters it by words: what the smaller lists of the cluster
// look like.

#include "gui/views/words_proxy.h"

#include <QWidget>

#include <utility>
#include <vector>

class QLabel;
class QLineEdit;
class QTableView;

namespace drover::gui {

class TablePage : public QWidget
{
    Q_OBJECT
public:
    // `name` is the page's object name, and where its columns are remembered; `widths` are pairs of
    // column and letters, 0 for one that is not shown at first. `sortRole` is the role whose values are compared.
    TablePage(const QString& name, const QString& title, QAbstractItemModel& model, int sortRole,
              const std::vector<std::pair<int, int>>& widths, QWidget* parent);
    ~TablePage() override;

    [[nodiscard]] QTableView& table() const { return *m_table; }
    // Rows of the model, the current one first.
    [[nodiscard]] std::vector<int> selectedRows() const;
    void selectRow(int sourceRow);

public Q_SLOTS:
    void setFilter(const QString& text);
    void focusFilter();

Q_SIGNALS:
    void selectionChanged();
    void activated(int sourceRow);
    void menuRequested(const QPoint& globalPlace);

protected:
    void showEvent(QShowEvent* event) override; // what is selected here is selected again

private:
    void makeTable(const std::vector<std::pair<int, int>>& widths);
    void updateSummary();

    WordsProxy m_proxy;
    QLineEdit* m_filter;
    QLabel* m_summary;
    QTableView* m_table;
};

} // namespace drover::gui
