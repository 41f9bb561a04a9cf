#include "gui/models/datasets_model.h"

#include "gui/models/roles.h"
#include "gui/models/sign.h"
#include "gui/models/words.h"

#include <algorithm>
#include <utility>

namespace drover::gui::models {

DatasetsModel::DatasetsModel(const ClusterData& data, QObject* parent)
    : QAbstractTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &DatasetsModel::update);
    reload();
}

int DatasetsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DatasetsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

int DatasetsModel::find(const model::DatasetId& id) const
{
    const auto it = m_numbers.find(id);
    return it == m_numbers.end() ? -1 : it->second;
}

void DatasetsModel::reload()
{
    beginResetModel();
    m_rows.clear();
    m_numbers.clear();
    for (const auto& [id, record] : m_data.datasets()) {
        m_numbers.emplace(id, static_cast<int>(m_rows.size()));
        m_rows.push_back(rowOf(m_data, record));
    }
    endResetModel();
}

void DatasetsModel::update(const Touched& touched)
{
    if (touched.all)
        return reload();
    std::vector<DatasetRow> made;
    std::vector<model::DatasetId> gone;
    std::vector<int> changed;
    for (const model::DatasetId& id : touched.datasets) {
        const int number = find(id);
        const model::DatasetRecord* record = m_data.dataset(id);
        if (record && number < 0)
            made.push_back(rowOf(m_data, *record));
        else if (record)
            changed.push_back(number);
        else if (number >= 0)
            gone.push_back(id);
    }
    // Names of nodes and pools stand in many rows; they change about never.
    if (touched.nodeNames || touched.pools) {
        changed.resize(m_rows.size());
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            changed[i] = static_cast<int>(i);
        std::erase_if(changed, [&](int i) { return m_data.dataset(row(i).id) == nullptr; });
    }
    refresh(changed);
    removeRowsOf(gone);
    if (made.empty())
        return;
    const int first = static_cast<int>(m_rows.size());
    beginInsertRows({}, first, first + static_cast<int>(made.size()) - 1);
    for (DatasetRow& row : made) {
        m_numbers.emplace(row.id, static_cast<int>(m_rows.size()));
        m_rows.push_back(std::move(row));
    }
    endInsertRows();
}

// Tells of runs of neighbours, and only of rows that look different: a proxy works through each row
// that it is told of.
void DatasetsModel::refresh(const std::vector<int>& numbers)
{
    std::vector<int> different;
    for (const int number : numbers) {
        DatasetRow now = rowOf(m_data, *m_data.dataset(row(number).id));
        if (now == row(number))
            continue;
        m_rows[static_cast<std::size_t>(number)] = std::move(now);
        different.push_back(number);
    }
    std::sort(different.begin(), different.end());
    for (std::size_t i = 0; i < different.size();) {
        std::size_t end = i + 1;
        while (end < different.size() && different[end] == different[end - 1] + 1)
            ++end;
        Q_EMIT dataChanged(index(different[i], 0), index(different[end - 1], ColumnCount - 1));
        i = end;
    }
}

void DatasetsModel::removeRowsOf(const std::vector<model::DatasetId>& gone)
{
    std::vector<int> numbers;
    for (const model::DatasetId& id : gone)
        numbers.push_back(find(id));
    std::sort(numbers.rbegin(), numbers.rend());
    for (std::size_t i = 0; i < numbers.size();) { // from the end, in runs of neighbours
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

QVariant DatasetsModel::text(const DatasetRow& row, int column) const
{
    switch (column) {
    case Name:
        return row.name;
    case SyncState:
        return row.deleted ? tr("deleted") : Words::of(row.sync);
    case HealthState:
        return row.deleted ? QString() : Words::of(row.health);
    case Node:
        return row.moving ? row.node + QStringLiteral(" → ") + row.target : row.node;
    case Pool:
        return row.pool;
    case Size:
        return row.size ? Words::size(*row.size) : QStringLiteral("–");
    case Used:
        return row.used ? Words::size(*row.used) : QStringLiteral("–");
    case Leases:
        return row.holders;
    case Reason:
        return row.reason;
    case Labels:
        return row.labels;
    case Filesystem:
        return row.filesystem;
    case Epoch:
        return row.epoch > 0 ? QString::number(row.epoch) : QString();
    case Revision:
        return QString::number(row.modRevision);
    default:
        return {};
    }
}

QVariant DatasetsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const DatasetRow& row = this->row(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        if (index.column() == Name)
            return QString::fromStdString(row.id.toString());
        return text(row, index.column());
    case Qt::TextAlignmentRole:
        if (index.column() == Size || index.column() == Used || index.column() == Epoch ||
            index.column() == Revision)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case SignRole:
        if (index.column() == SyncState)
            return static_cast<int>(row.deleted ? Sign::Gone : signOf(row.sync));
        if (index.column() == HealthState && !row.deleted)
            return static_cast<int>(signOf(row.health));
        return {};
    case StruckRole:
        return row.deleted;
    case PercentRole:
        if (index.column() == Node && row.percent)
            return *row.percent;
        if (index.column() == Used && row.size && row.used && row.size->value > 0)
            return static_cast<int>(std::min(100.0, 100.0 * static_cast<double>(row.used->value) /
                                                        static_cast<double>(row.size->value)));
        return {};
    default:
        return {};
    }
}

QVariant DatasetsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case SyncState:
        return tr("Sync");
    case HealthState:
        return tr("Health");
    case Node:
        return tr("Node");
    case Pool:
        return tr("Pool");
    case Size:
        return tr("Size");
    case Used:
        return tr("Used");
    case Leases:
        return tr("Leased by");
    case Reason:
        return tr("Reason");
    case Labels:
        return tr("Labels");
    case Filesystem:
        return tr("Filesystem");
    case Epoch:
        return tr("Epoch");
    case Revision:
        return tr("Revision");
    default:
        return {};
    }
}

} // namespace drover::gui::models
