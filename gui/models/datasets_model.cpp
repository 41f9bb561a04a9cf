#include "gui/models/datasets_model.h"

#include "gui/models/roles.h"
#include "gui/models/sign.h"
#include "gui/models/words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace drover::gui::models {

namespace {

bool isNumber(int column)
{
    return column == DatasetsModel::Size || column == DatasetsModel::Used ||
           column == DatasetsModel::Trend || column == DatasetsModel::Epoch ||
           column == DatasetsModel::Revision;
}

QString growthWords(double bytes)
{
    const QString size = Words::size(model::ByteCount{static_cast<std::uint64_t>(std::abs(bytes))});
    return (bytes > 0 ? QStringLiteral("+") : bytes < 0 ? QStringLiteral("−") : QString()) + size;
}

} // namespace

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

// As it is now; what is different from the row that is there goes into the history.
DatasetRow DatasetsModel::made(const model::DatasetRecord& record)
{
    DatasetRow now = rowOf(m_data, record);
    if (const int number = find(record.id); number >= 0 && now.used)
        if (const auto before = row(number).used)
            m_used.changed(record.id, *before, *now.used);
    now.grown = m_used.growth(record.id);
    return now;
}

void DatasetsModel::reload()
{
    m_used.clear();
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
            present.push_back(made(record));
        for (const DatasetRow& row : rows())
            if (!m_data.dataset(row.id))
                gone.push_back(row.id);
    } else {
        for (const model::DatasetId& id : touched.datasets) {
            if (const model::DatasetRecord* record = m_data.dataset(id))
                present.push_back(made(*record));
            else
                gone.push_back(id);
        }
    }
    for (const model::DatasetId& id : gone)
        m_used.forget(id);
    merge(std::move(present), gone);
    Q_EMIT merged();
}

// What the line in the cell shows, for who cannot see it.
QString DatasetsModel::trendWords(const DatasetRow& row) const
{
    if (!row.grown)
        return {};
    const std::vector<double> values = m_used.values(row.id);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const auto words = [](double bytes) {
        return Words::size(model::ByteCount{static_cast<std::uint64_t>(bytes)});
    };
    return tr("Used space in its last %1 values: from %2 to %3, at least %4, at most %5")
        .arg(QString::number(values.size()), words(values.front()), words(values.back()),
             words(*least), words(*most));
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
    case Trend:
        return row.grown ? growthWords(*row.grown) : QString();
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
        if (index.column() == Trend)
            return trendWords(row);
        return text(row, index.column());
    case Qt::TextAlignmentRole:
        if (isNumber(index.column()))
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case SignRole:
        if (index.column() == SyncState)
            return static_cast<int>(row.deleted ? Sign::Gone : signOf(row.sync));
        if (index.column() == HealthState && !row.deleted)
            return static_cast<int>(signOf(row.health));
        return {};
    case SparkRole:
        if (index.column() == Trend && row.grown)
            return QVariant::fromValue(m_used.values(row.id));
        return {};
    case Qt::AccessibleTextRole:
        return index.column() == Trend ? QVariant(trendWords(row)) : QVariant();
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
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && isNumber(section))
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
    case Trend:
        return tr("Trend");
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
