#include "gui/models/room_model.h"

#include "gui/models/roles.h"
#include "gui/models/words.h"

#include <algorithm>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

double freePart(std::uint64_t free, std::uint64_t capacity)
{
    return static_cast<double>(free) / static_cast<double>(capacity);
}

} // namespace

RoomModel::RoomModel(const ClusterData& data, int fullest, QObject* parent)
    : QAbstractTableModel(parent), m_data(data), m_most(fullest)
{
    connect(&data, &ClusterData::changed, this, &RoomModel::update);
    Touched all;
    all.all = true;
    update(all);
    refresh();
}

void RoomModel::update(const Touched& touched)
{
    if (touched.all) {
        m_kinds.clear();
        m_nodes.clear();
        m_whole.clear();
        m_fullest.clear();
        for (const auto& [id, ledger] : m_data.nodeLedgers())
            count(id);
        return;
    }
    for (const NodeId& id : touched.nodes)
        count(id);
}

RoomModel::Sums RoomModel::sumsOf(const NodeId& node) const
{
    Sums sums;
    const NodeState* state = m_data.nodeLedger(node) ? m_data.nodeState(node) : nullptr;
    if (!state)
        return sums;
    for (const PoolState& pool : state->pools) {
        if (!pool.available || pool.capacity.value == 0)
            continue;
        const PoolLedger* ledger = pool.shared ? m_data.pool(pool.id) : nullptr;
        if (ledger && !ledger->nodes.empty() && ledger->nodes.front() != node)
            continue;
        Sum& sum = sums[pool.kind];
        sum.capacity += pool.capacity.value;
        sum.free += std::min(pool.free.value, pool.capacity.value);
        ++sum.pools;
    }
    return sums;
}

void RoomModel::count(const NodeId& node)
{
    Sums now = sumsOf(node);
    Sums& before = m_nodes[node];
    if (now == before)
        return;
    for (const auto& [kind, sum] : before) {
        Sum& whole = m_kinds[kind];
        whole.capacity -= sum.capacity;
        whole.free -= sum.free;
        whole.pools -= sum.pools;
    }
    if (const auto it = m_whole.find(node); it != m_whole.end()) {
        m_fullest.erase({freePart(it->second.free, it->second.capacity), node});
        m_whole.erase(it);
    }
    Sum all;
    for (const auto& [kind, sum] : now) {
        Sum& whole = m_kinds[kind];
        whole.capacity += sum.capacity;
        whole.free += sum.free;
        whole.pools += sum.pools;
        all.capacity += sum.capacity;
        all.free += sum.free;
        all.pools += sum.pools;
    }
    if (all.capacity > 0) {
        m_whole[node] = all;
        m_fullest.emplace(freePart(all.free, all.capacity), node);
    }
    before = std::move(now);
}

void RoomModel::refresh()
{
    std::vector<Row> rows;
    for (const auto& [kind, sum] : m_kinds)
        if (sum.pools > 0)
            rows.push_back({tr("%1 pools (%L2)").arg(Words::text(kind)).arg(sum.pools), sum, {}});
    int left = m_most;
    for (auto it = m_fullest.begin(); it != m_fullest.end() && left > 0; ++it, --left)
        rows.push_back({m_data.nodeName(it->second), m_whole.at(it->second), it->second});
    if (rows.size() != m_rows.size()) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] == m_rows[i])
            continue;
        m_rows[i] = std::move(rows[i]);
        const int row = static_cast<int>(i);
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    }
}

std::optional<NodeId> RoomModel::nodeOf(int row) const
{
    return m_rows.at(static_cast<std::size_t>(row)).node;
}

int RoomModel::percentUsed(const Sum& sum)
{
    return static_cast<int>(100 * (1 - freePart(sum.free, sum.capacity)));
}

int RoomModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RoomModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RoomModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        switch (index.column()) {
        case Where:
            return row.where;
        case Used:
            return tr("%1 %").arg(percentUsed(row.sum));
        case Free:
            return tr("%1 of %2")
                .arg(Words::size(ByteCount{row.sum.free}),
                     Words::size(ByteCount{row.sum.capacity}));
        default:
            return {};
        }
    case Qt::TextAlignmentRole:
        if (index.column() != Where)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case PercentRole:
        return index.column() == Used ? QVariant(percentUsed(row.sum)) : QVariant();
    default:
        return {};
    }
}

QVariant RoomModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && section != Where)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter); // as its cells
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Where:
        return tr("Where");
    case Used:
        return tr("Used");
    case Free:
        return tr("Free");
    default:
        return {};
    }
}

} // namespace drover::gui::models
