#include "gui/models/nodes_model.h"

#include "gui/models/filter_role.h"
#include "gui/models/roles.h"
#include "gui/models/sign.h"
#include "gui/models/words.h"

#include <QStringList>

#include <algorithm>
#include <utility>

namespace drover::gui::models {

namespace {

int percentUsed(const NodeRow& row)
{
    if (row.capacity.value == 0)
        return -1;
    return static_cast<int>(100.0 * static_cast<double>(row.capacity.value - row.free.value) /
                            static_cast<double>(row.capacity.value));
}

QStringList filterWords(const ClusterData& data, const NodeRow& row)
{
    const model::NodeState* state = data.nodeState(row.id);
    QStringList words;
    if (row.isSilent())
        words << QStringLiteral("is:silent");
    if (state && std::any_of(state->pools.begin(), state->pools.end(), isNearlyFull))
        words << QStringLiteral("is:nearlyfull");
    if (row.cordoned)
        words << QStringLiteral("is:cordoned");
    return words;
}

} // namespace

NodesModel::NodesModel(const ClusterData& data, QObject* parent)
    : KeyedTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &NodesModel::update);
    Touched all;
    all.all = true;
    update(all);
}

void NodesModel::update(const Touched& touched)
{
    std::vector<NodeRow> present;
    std::vector<model::NodeId> gone;
    if (touched.all) {
        for (const auto& [id, ledger] : m_data.nodeLedgers())
            present.push_back(rowOf(m_data, ledger));
        return reset(std::move(present));
    }
    for (const model::NodeId& id : touched.nodes) {
        if (const model::NodeLedger* ledger = m_data.nodeLedger(id))
            present.push_back(rowOf(m_data, *ledger));
        else
            gone.push_back(id);
    }
    merge(std::move(present), gone);
}

int NodesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString NodesModel::text(const NodeRow& row, int column) const
{
    switch (column) {
    case Name:
        return row.name;
    case State:
        return Words::of(row.liveness);
    case Cordoned:
        return row.cordoned ? tr("cordoned") : QString();
    case Datasets:
        return QString::number(row.datasets);
    case Used:
        return percentUsed(row) < 0 ? QStringLiteral("–") : tr("%1 %").arg(percentUsed(row));
    case Free:
        return row.capacity.value == 0 ? QStringLiteral("–") : Words::size(row.free);
    case Reason:
        return row.reason;
    case Pools:
        return row.pools;
    case Labels:
        return row.labels;
    case Version:
        return row.version;
    case Address:
        return row.address;
    default:
        return {};
    }
}

QVariant NodesModel::sortValue(const NodeRow& row, int column) const
{
    switch (column) {
    case State:
        return static_cast<int>(row.liveness);
    case Datasets:
        return QVariant::fromValue<qulonglong>(row.datasets);
    case Used:
        return percentUsed(row);
    case Free:
        return QVariant::fromValue<qulonglong>(row.free.value);
    default:
        return text(row, column);
    }
}

QVariant NodesModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const NodeRow& row = this->row(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        return index.column() == Name ? QString::fromStdString(row.id.toString())
                                      : text(row, index.column());
    case Qt::TextAlignmentRole:
        if (index.column() == Datasets || index.column() == Used || index.column() == Free)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case kSortRole:
        return sortValue(row, index.column());
    case kFilterRole:
        return filterWords(m_data, row);
    case SignRole:
        return index.column() == State ? QVariant(static_cast<int>(signOf(row.liveness)))
                                       : QVariant();
    case PercentRole:
        return index.column() == Used && percentUsed(row) >= 0 ? QVariant(percentUsed(row))
                                                               : QVariant();
    default:
        return {};
    }
}

QVariant NodesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole &&
        (section == Datasets || section == Used || section == Free))
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter); // as its cells
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case State:
        return tr("State");
    case Cordoned:
        return tr("Cordoned");
    case Datasets:
        return tr("Datasets");
    case Used:
        return tr("Used");
    case Free:
        return tr("Free");
    case Reason:
        return tr("Reason");
    case Pools:
        return tr("Pools");
    case Labels:
        return tr("Labels");
    case Version:
        return tr("Version");
    case Address:
        return tr("Address");
    default:
        return {};
    }
}

} // namespace drover::gui::models
