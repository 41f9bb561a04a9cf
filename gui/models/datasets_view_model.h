#pragma once

// The datasets as a view shows them: filtered by a Filter, sorted by any column.
//
// Deleted datasets are left out unless the filter speaks of them or `showDeleted` is set.
//
// Not a QSortFilterProxyModel: that one tells views of every run of rows by itself, each of which
// costs as much as there are rows. Here all that one merge of the source brings is one step: rows
// come and go at the end, between which the whole order changes once. What a change to a few rows
// costs is a few comparisons, and copies of plain numbers.

#include "gui/models/filter.h"

#include <QAbstractTableModel>

#include <functional>
#include <vector>

namespace drover::gui::models {

class DatasetsModel;

class DatasetsViewModel final : public QAbstractTableModel
{
    Q_OBJECT
public:
    // The source outlives it.
    explicit DatasetsViewModel(DatasetsModel& source, QObject* parent = nullptr);

    void setFilter(const QString& text);
    [[nodiscard]] const QString& filterText() const { return m_text; }
    [[nodiscard]] const Filter& filter() const { return m_filter; }
    // Another condition beside the filter, of views that show a part only.
    void setCondition(std::function<bool(const DatasetRow&)> condition);
    void setShowDeleted(bool show);
    [[nodiscard]] bool showsDeleted() const { return m_showDeleted; }

    [[nodiscard]] const DatasetRow& row(const QModelIndex& index) const;
    // Invalid where it is filtered out or does not exist.
    [[nodiscard]] QModelIndex indexOf(const model::DatasetId& id) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
    // Column -1: in the source's order.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

Q_SIGNALS:
    void filterChanged();

private:
    using Numbers = std::vector<int>; // of rows of the source

    void connectSource();
    void rebuild();
    void refilter();
    void settle();
    void leave(int first, int last);
    void forget(int first, int last);
    void putInOrder(const Numbers& touched);
    void present(const Numbers& coming, const Numbers& leaving);
    void rearrange(Numbers next);
    void tellChanged(const Numbers& rows);
    void number();
    [[nodiscard]] bool accepts(int sourceRow) const;
    [[nodiscard]] bool isBefore(int left, int right) const;
    [[nodiscard]] bool isInPlace(int sourceRow) const;

    DatasetsModel& m_source;
    QString m_text;
    Filter m_filter;
    std::function<bool(const DatasetRow&)> m_condition;
    bool m_showDeleted = false;
    int m_column = -1;
    Qt::SortOrder m_direction = Qt::AscendingOrder;

    Numbers m_all;   // every row, sorted
    Numbers m_shown; // those of it that are accepted
    // of each row of the source
    Numbers m_rank;                 // where it stands in m_all; -1: nowhere yet
    Numbers m_place;                // where it stands in m_shown; -1: not shown
    std::vector<char> m_isAccepted; // as of when it was last looked at
    Numbers m_touched;              // not looked at since they changed
};

// `n2` before `n10`; case does not matter unless nothing else differs. Negative, 0, positive.
[[nodiscard]] int compareNaturally(const QString& left, const QString& right);

} // namespace drover::gui::models
