#pragma once

// The datasets as a view shows them: filtered by a Filter, sorted by any column.
//
// Deleted datasets are left out unless the filter speaks of them or `showDeleted` is set.

#include "gui/models/filter.h"

#include <QSortFilterProxyModel>

#include <functional>

namespace drover::gui::models {

class DatasetsModel;

class DatasetsViewModel final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit DatasetsViewModel(DatasetsModel& source, QObject* parent = nullptr);

    void setFilter(const QString& text);
    [[nodiscard]] const QString& filterText() const { return m_text; }
    [[nodiscard]] const Filter& filter() const { return m_filter; }
    // Another condition beside the filter, of views that show a part only.
    void setCondition(std::function<bool(const DatasetRow&)> condition);
    void setShowDeleted(bool show);
    [[nodiscard]] bool showsDeleted() const { return m_showDeleted; }

    [[nodiscard]] const DatasetRow& row(const QModelIndex& proxyIndex) const;
    // Invalid where it is filtered out or does not exist.
    [[nodiscard]] QModelIndex indexOf(const model::DatasetId& id) const;

Q_SIGNALS:
    void filterChanged();

protected:
    [[nodiscard]] bool filterAcceptsRow(int sourceRow, const QModelIndex& parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    DatasetsModel& m_source;
    QString m_text;
    Filter m_filter;
    std::function<bool(const DatasetRow&)> m_condition;
    bool m_showDeleted = false;
};

// `n2` before `n10`; case does not matter unless nothing else differs. Negative, 0, positive.
[[nodiscard]] int compareNaturally(const QString& left, const QString& right);

} // namespace drover::gui::models
