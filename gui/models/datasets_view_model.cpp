#include "gui/models/datasets_view_model.h"

#include "gui/models/datasets_model.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace drover::gui::models {

namespace {

std::size_t at(int number) { return static_cast<std::size_t>(number); }

// Negative, 0, positive.
int compare(const DatasetRow& a, const DatasetRow& b, int column)
{
    const auto by = [](const auto& x, const auto& y) { return x == y ? 0 : x < y ? -1 : 1; };
    switch (column) {
    case DatasetsModel::SyncState:
        // what is wrong first, deleted last
        return by(a.deleted ? -1 : static_cast<int>(a.sync),
                  b.deleted ? -1 : static_cast<int>(b.sync));
    case DatasetsModel::HealthState:
        return by(urgency(b), urgency(a));
    case DatasetsModel::Node:
        return compareNaturally(a.node, b.node);
    case DatasetsModel::Pool:
        return compareNaturally(a.pool, b.pool);
    case DatasetsModel::Size:
        return by(a.size, b.size);
    case DatasetsModel::Used:
        return by(a.used, b.used);
    case DatasetsModel::Trend:
        return by(a.grown.value_or(0), b.grown.value_or(0));
    case DatasetsModel::Leases:
        return compareNaturally(a.holders, b.holders);
    case DatasetsModel::Reason:
        return compareNaturally(a.reason, b.reason);
    case DatasetsModel::Labels:
        return compareNaturally(a.labels, b.labels);
    case DatasetsModel::Filesystem:
        return compareNaturally(a.filesystem, b.filesystem);
    case DatasetsModel::Epoch:
        return by(a.epoch, b.epoch);
    case DatasetsModel::Revision:
        return by(a.modRevision, b.modRevision);
    default:
        return compareNaturally(a.name, b.name);
    }
}

} // namespace

DatasetsViewModel::DatasetsViewModel(DatasetsModel& source, QObject* parent)
    : QAbstractTableModel(parent), m_source(source)
{
    connectSource();
    rebuild();
}

void DatasetsViewModel::connectSource()
{
    connect(&m_source, &QAbstractItemModel::modelAboutToBeReset, this,
            [this] { beginResetModel(); });
    connect(&m_source, &QAbstractItemModel::modelReset, this, [this] {
        rebuild();
        endResetModel();
    });
    const auto touch = [this](int first, int last) {
        for (int row = first; row <= last; ++row)
            m_touched.push_back(row);
    };
    connect(
        &m_source, &QAbstractItemModel::dataChanged, this,
        [touch](const QModelIndex& from, const QModelIndex& to) { touch(from.row(), to.row()); });
    // Of a burst the source does not say which rows it is about.
    connect(&m_source, &QAbstractItemModel::layoutChanged, this,
            [this, touch] { touch(0, m_source.rowCount() - 1); });
    connect(&m_source, &QAbstractItemModel::rowsInserted, this,
            [this, touch](const QModelIndex&, int first, int last) {
                const auto count = static_cast<std::size_t>(m_source.rowCount());
                m_rank.resize(count, -1);
                m_place.resize(count, -1);
                m_isAccepted.resize(count, 0);
                touch(first, last);
            });
    connect(&m_source, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex&, int first, int last) { leave(first, last); });
    connect(&m_source, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) { forget(first, last); });
    connect(&m_source, &DatasetsModel::merged, this, &DatasetsViewModel::settle);
}

void DatasetsViewModel::setFilter(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    m_filter = Filter::parse(text);
    refilter();
    Q_EMIT filterChanged();
}

void DatasetsViewModel::setCondition(std::function<bool(const DatasetRow&)> condition)
{
    m_condition = std::move(condition);
    refilter();
}

void DatasetsViewModel::setShowDeleted(bool show)
{
    if (show == m_showDeleted)
        return;
    m_showDeleted = show;
    refilter();
    Q_EMIT filterChanged();
}

const DatasetRow& DatasetsViewModel::row(const QModelIndex& index) const
{
    return m_source.row(m_shown[at(index.row())]);
}

QModelIndex DatasetsViewModel::indexOf(const model::DatasetId& id) const
{
    const int number = m_source.find(id);
    const int place = number < 0 ? -1 : m_place[at(number)];
    return place < 0 ? QModelIndex() : index(place, 0);
}

int DatasetsViewModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int DatasetsViewModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_source.columnCount();
}

QVariant DatasetsViewModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    return m_source.data(m_source.index(m_shown[at(index.row())], index.column()), role);
}

QVariant DatasetsViewModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    return m_source.headerData(section, orientation, role);
}

void DatasetsViewModel::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_direction = order;
    std::sort(m_all.begin(), m_all.end(), [this](int a, int b) { return isBefore(a, b); });
    number();
    present({}, {});
}

bool DatasetsViewModel::accepts(int sourceRow) const
{
    const DatasetRow& row = m_source.row(sourceRow);
    if (row.deleted && !m_showDeleted && !m_filter.wantsDeleted())
        return false;
    if (m_condition && !m_condition(row))
        return false;
    return m_filter.matches(row);
}

bool DatasetsViewModel::isBefore(int left, int right) const
{
    if (m_column < 0)
        return left < right;
    const DatasetRow& a = m_source.row(left);
    const DatasetRow& b = m_source.row(right);
    if (const int order = compare(a, b, m_column); order != 0)
        return m_direction == Qt::DescendingOrder ? order > 0 : order < 0;
    // Equal ones by name, so that rows do not jump about.
    const int order = compareNaturally(a.name, b.name);
    return order != 0 ? order < 0 : a.id < b.id;
}

// Whether it is in order with those beside it.
bool DatasetsViewModel::isInPlace(int sourceRow) const
{
    const int rank = m_rank[at(sourceRow)];
    if (rank < 0)
        return false;
    const std::size_t i = at(rank);
    return (i == 0 || !isBefore(sourceRow, m_all[i - 1])) &&
           (i + 1 == m_all.size() || !isBefore(m_all[i + 1], sourceRow));
}

// From nothing, within a reset.
void DatasetsViewModel::rebuild()
{
    const auto count = static_cast<std::size_t>(m_source.rowCount());
    m_touched.clear();
    m_all.resize(count);
    std::iota(m_all.begin(), m_all.end(), 0);
    std::sort(m_all.begin(), m_all.end(), [this](int a, int b) { return isBefore(a, b); });
    m_rank.assign(count, -1);
    m_place.assign(count, -1);
    m_isAccepted.assign(count, 0);
    m_shown.clear();
    for (const int row : m_all)
        if ((m_isAccepted[at(row)] = accepts(row)))
            m_shown.push_back(row);
    number();
}

// What is where, after m_all or m_shown has changed.
void DatasetsViewModel::number()
{
    for (std::size_t i = 0; i < m_all.size(); ++i)
        m_rank[at(m_all[i])] = static_cast<int>(i);
    for (std::size_t i = 0; i < m_shown.size(); ++i)
        m_place[at(m_shown[i])] = static_cast<int>(i);
}

void DatasetsViewModel::refilter()
{
    Numbers coming;
    Numbers leaving;
    for (const int row : m_all) {
        const bool accepted = accepts(row);
        if (accepted != static_cast<bool>(m_isAccepted[at(row)]))
            (accepted ? coming : leaving).push_back(row);
        m_isAccepted[at(row)] = accepted;
    }
    if (!coming.empty() || !leaving.empty())
        present(coming, leaving);
}

// After a merge of the source: looks at what it has touched, at once.
void DatasetsViewModel::settle()
{
    Numbers touched = std::exchange(m_touched, {});
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    const bool isOrdered =
        std::all_of(touched.begin(), touched.end(), [this](int row) { return isInPlace(row); });
    if (!isOrdered)
        putInOrder(touched);
    Numbers coming;
    Numbers leaving;
    Numbers different;
    for (const int row : touched) {
        const bool was = m_isAccepted[at(row)];
        const bool is = accepts(row);
        m_isAccepted[at(row)] = is;
        if (was && is)
            different.push_back(row);
        else if (was || is)
            (is ? coming : leaving).push_back(row);
    }
    if (!coming.empty() || !leaving.empty() || (!isOrdered && !different.empty()))
        present(coming, leaving);
    tellChanged(different);
}

// Takes these out of m_all, and puts them in where they belong. All others are in order.
void DatasetsViewModel::putInOrder(const Numbers& touched)
{
    std::vector<char> isTouched(m_rank.size(), 0);
    for (const int row : touched)
        isTouched[at(row)] = 1;
    Numbers others;
    others.reserve(m_rank.size());
    std::copy_if(m_all.begin(), m_all.end(), std::back_inserter(others),
                 [&](int row) { return !isTouched[at(row)]; });
    Numbers these = touched;
    const auto before = [this](int a, int b) { return isBefore(a, b); };
    std::sort(these.begin(), these.end(), before);
    m_all.clear();
    auto from = others.cbegin();
    for (const int row : these) {
        const auto to = std::upper_bound(from, others.cend(), row, before);
        m_all.insert(m_all.end(), from, to);
        m_all.push_back(row);
        from = to;
    }
    m_all.insert(m_all.end(), from, others.cend());
    number();
}

// Brings what is shown in line with m_all and m_isAccepted.
void DatasetsViewModel::present(const Numbers& coming, const Numbers& leaving)
{
    if (!coming.empty()) {
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(coming.size()) - 1);
        m_shown.insert(m_shown.end(), coming.begin(), coming.end());
        number();
        endInsertRows();
    }
    Numbers next;
    next.reserve(m_shown.size());
    std::copy_if(m_all.begin(), m_all.end(), std::back_inserter(next),
                 [this](int row) { return m_isAccepted[at(row)]; });
    next.insert(next.end(), leaving.begin(), leaving.end());
    rearrange(std::move(next));
    if (leaving.empty())
        return;
    beginRemoveRows({}, rowCount() - static_cast<int>(leaving.size()), rowCount() - 1);
    for (const int row : leaving)
        m_place[at(row)] = -1;
    m_shown.resize(m_shown.size() - leaving.size());
    endRemoveRows();
}

// The same rows in another order.
void DatasetsViewModel::rearrange(Numbers next)
{
    if (next == m_shown)
        return;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList from = persistentIndexList();
    Numbers rows; // what each is about
    rows.reserve(static_cast<std::size_t>(from.size()));
    for (const QModelIndex& index : from)
        rows.push_back(m_shown[at(index.row())]);
    m_shown = std::move(next);
    number();
    QModelIndexList to;
    to.reserve(from.size());
    for (qsizetype i = 0; i < from.size(); ++i)
        to.push_back(index(m_place[at(rows[static_cast<std::size_t>(i)])], from[i].column()));
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void DatasetsViewModel::tellChanged(const Numbers& rows)
{
    Numbers places;
    places.reserve(rows.size());
    for (const int row : rows)
        places.push_back(m_place[at(row)]);
    std::sort(places.begin(), places.end());
    for (std::size_t i = 0; i < places.size();) {
        std::size_t end = i + 1;
        while (end < places.size() && places[end] == places[end - 1] + 1)
            ++end;
        Q_EMIT dataChanged(index(places[i], 0), index(places[end - 1], columnCount() - 1));
        i = end;
    }
}

// Rows of the source are about to go.
void DatasetsViewModel::leave(int first, int last)
{
    Numbers leaving;
    for (int row = first; row <= last; ++row)
        if (std::exchange(m_isAccepted[at(row)], 0))
            leaving.push_back(row);
    if (!leaving.empty())
        present({}, leaving);
}

// They are gone, and those behind them have other numbers.
void DatasetsViewModel::forget(int first, int last)
{
    const int count = last - first + 1;
    const auto renumber = [&](Numbers& rows) {
        std::erase_if(rows, [&](int row) { return row >= first && row <= last; });
        for (int& row : rows)
            if (row > last)
                row -= count;
    };
    renumber(m_all);
    renumber(m_shown);
    renumber(m_touched);
    m_isAccepted.erase(m_isAccepted.begin() + first, m_isAccepted.begin() + last + 1);
    m_rank.assign(m_isAccepted.size(), -1);
    m_place.assign(m_isAccepted.size(), -1);
    number();
}

int compareNaturally(const QString& left, const QString& right)
{
    qsizetype i = 0;
    qsizetype j = 0;
    const auto skipZeros = [](const QString& text, qsizetype& at) {
        while (at < text.size() && text.at(at) == QLatin1Char('0'))
            ++at;
    };
    const auto digits = [](const QString& text, qsizetype at) {
        qsizetype end = at;
        while (end < text.size() && text.at(end).isDigit())
            ++end;
        return end - at;
    };
    while (i < left.size() && j < right.size()) {
        if (left.at(i).isDigit() && right.at(j).isDigit()) {
            skipZeros(left, i);
            skipZeros(right, j);
            const qsizetype a = digits(left, i);
            const qsizetype b = digits(right, j);
            if (a != b)
                return a < b ? -1 : 1;
            for (qsizetype k = 0; k < a; ++k, ++i, ++j)
                if (left.at(i) != right.at(j))
                    return left.at(i) < right.at(j) ? -1 : 1;
            continue;
        }
        const QChar a = left.at(i++).toCaseFolded();
        const QChar b = right.at(j++).toCaseFolded();
        if (a != b)
            return a < b ? -1 : 1;
    }
    if (left.size() - i != right.size() - j)
        return left.size() - i < right.size() - j ? -1 : 1;
    return left.compare(right);
}

} // namespace drover::gui::models
