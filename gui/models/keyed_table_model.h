#pragma once

// The rows of a table, found by key. What is merged into it inserts, changes and removes exactly the
// rows that it is about, in runs of neighbours, so that selection and scroll position survive.
//
// Rows are in the order in which they came; views sort by a proxy, which works through every row
// that it is told of: so only rows that look different are told.

#include <QAbstractTableModel>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace drover::gui::models {

// A Row has a member `id` of type Key, and ==.
template <class Key, class Row>
class KeyedTableModel : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    [[nodiscard]] const Row& row(int number) const
    {
        return m_rows[static_cast<std::size_t>(number)];
    }
    [[nodiscard]] const std::vector<Row>& rows() const { return m_rows; }
    // -1 where there is none.
    [[nodiscard]] int find(const Key& key) const
    {
        const auto it = m_numbers.find(key);
        return it == m_numbers.end() ? -1 : it->second;
    }

protected:
    void reset(std::vector<Row> rows)
    {
        beginResetModel();
        m_rows = std::move(rows);
        m_numbers.clear();
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            m_numbers[m_rows[i].id] = static_cast<int>(i);
        endResetModel();
    }

    // `present`: rows that are new or may be different. `gone`: keys whose rows are no more.
    void merge(std::vector<Row> present, const std::vector<Key>& gone)
    {
        std::vector<Row> made;
        std::vector<std::pair<int, Row>> different;
        for (Row& now : present) {
            const int number = find(now.id);
            if (number < 0)
                made.push_back(std::move(now));
            else if (!(now == row(number)))
                different.emplace_back(number, std::move(now));
        }
        // A proxy works through a long list of changed rows one by one, but sorts all of them at
        // once in no time.
        const bool burst = different.size() > kBurst;
        if (burst)
            Q_EMIT layoutAboutToBeChanged();
        std::vector<int> numbers;
        for (auto& [number, now] : different) {
            m_rows[static_cast<std::size_t>(number)] = std::move(now);
            numbers.push_back(number);
        }
        if (burst)
            Q_EMIT layoutChanged();
        else
            tellChanged(std::move(numbers));
        removeRowsOf(gone);
        append(std::move(made));
    }

private:
    static constexpr std::size_t kBurst = 1'000;

    void tellChanged(std::vector<int> numbers)
    {
        std::sort(numbers.begin(), numbers.end());
        for (std::size_t i = 0; i < numbers.size();) {
            std::size_t end = i + 1;
            while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1)
                ++end;
            Q_EMIT dataChanged(index(numbers[i], 0), index(numbers[end - 1], columnCount() - 1));
            i = end;
        }
    }

    void removeRowsOf(const std::vector<Key>& gone)
    {
        std::vector<int> numbers;
        for (const Key& key : gone)
            if (const int number = find(key); number >= 0)
                numbers.push_back(number);
        std::sort(numbers.rbegin(), numbers.rend());
        for (std::size_t i = 0; i < numbers.size();) { // from the end
            std::size_t end = i + 1;
            while (end < numbers.size() && numbers[end] == numbers[end - 1] - 1)
                ++end;
            const int first = numbers[end - 1];
            const int last = numbers[i];
            beginRemoveRows({}, first, last);
            for (int number = first; number <= last; ++number)
                m_numbers.erase(row(number).id);
            m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
            for (std::size_t n = static_cast<std::size_t>(first); n < m_rows.size(); ++n)
                m_numbers[m_rows[n].id] = static_cast<int>(n);
            endRemoveRows();
            i = end;
        }
    }

    void append(std::vector<Row> made)
    {
        if (made.empty())
            return;
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(made.size()) - 1);
        for (Row& row : made) {
            m_numbers.emplace(row.id, static_cast<int>(m_rows.size()));
            m_rows.push_back(std::move(row));
        }
        endInsertRows();
    }

    std::vector<Row> m_rows;
    std::unordered_map<Key, int> m_numbers;
};

} // namespace drover::gui::models
