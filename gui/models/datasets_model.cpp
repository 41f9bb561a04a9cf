#include "gui/models/datasets_model.h"

#include "gui/models/roles.h"
#include "gui/models/sign.h"
#include "gui/models/words.h"

#include <algorithm>
#include <utility>

namespace drover::gui::models {

DatasetsModel::DatasetsModel(const ClusterData& data, QObject* parent)
    : KeyedTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &DatasetsModel::update);
    reload();
}

int DatasetsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

void DatasetsModel::reload()
{
    std::vector<DatasetRow> rows;
    rows.reserve(m_data.datasets().size());
    for (const auto& [id, record] : m_data.datasets())
        rows.push_back(rowOf(m_data, record));
    reset(std::move(rows));
}

void DatasetsModel::update(const Touched& touched)
{
    if (touched.all)
        return reload();
    std::vector<DatasetRow> present;
    std::vector<model::DatasetId> gone;
    // Names of nodes and pools stand in many rows; they change about never.
    if (touched.nodeNames || touched.pools) {
        for (const auto& [id, record] : m_data.datasets())
            present.push_back(rowOf(m_data, record));
        for (const DatasetRow& row : rows())
            if (!m_data.dataset(row.id))
                gone.push_back(row.id);
    } else {
        for (const model::DatasetId& id : touched.datasets) {
            if (const model::DatasetRecord* record = m_data.dataset(id))
                present.push_back(rowOf(m_data, *record));
            else
                gone.push_back(id);
        }
    }
    merge(std::move(present), gone);
    Q_EMIT merged();
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
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole &&
        (section == Size || section == Used || section == Epoch || section == Revision))
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter); // as its cells
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
