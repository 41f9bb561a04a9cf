#include "gui/models/leases_model.h"

#include "gui/models/words.h"

#include <utility>

namespace drover::gui::models {

LeasesModel::LeasesModel(const ClusterData& data, QObject* parent)
    : KeyedTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &LeasesModel::update);
    Touched all;
    all.all = true;
    update(all);
}

LeaseRow LeasesModel::rowOf(const model::LeaseRecord& lease) const
{
    LeaseRow row;
    row.id = lease.token;
    row.dataset = lease.dataset;
    const model::DatasetRecord* dataset = m_data.dataset(lease.dataset);
    row.datasetName = dataset ? Words::text(dataset->header.name)
                              : QString::fromStdString(lease.dataset.toString().substr(0, 8));
    row.node = m_data.nodeName(lease.node);
    row.holder = Words::text(lease.holder);
    row.length = lease.ttl ? tr("%1 at a time").arg(Words::span(*lease.ttl)) : tr("until released");
    row.since = Words::moment(lease.acquiredAt);
    return row;
}

void LeasesModel::update(const Touched& touched)
{
    std::vector<LeaseRow> present;
    std::vector<model::LeaseToken> gone;
    const bool names = touched.nodeNames || touched.all;
    if (names)
        for (const auto& [token, lease] : m_data.leases())
            present.push_back(rowOf(lease));
    if (touched.all)
        return reset(std::move(present));
    if (!names)
        for (const model::DatasetId& id : touched.datasets) // may have another name now
            for (const model::LeaseRecord* lease : m_data.leasesOf(id))
                present.push_back(rowOf(*lease));
    for (const model::LeaseToken& token : touched.leases)
        if (!m_data.leases().contains(token))
            gone.push_back(token);
    merge(std::move(present), gone);
}

int LeasesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LeasesModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) ||
        (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const LeaseRow& row = this->row(index.row());
    switch (index.column()) {
    case Dataset:
        return row.datasetName;
    case Node:
        return row.node;
    case Holder:
        return row.holder;
    case Length:
        return row.length;
    case Since:
        return row.since;
    case Token:
        return QString::fromStdString(row.id.toString());
    default:
        return {};
    }
}

QVariant LeasesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Dataset:
        return tr("Dataset");
    case Node:
        return tr("Node");
    case Holder:
        return tr("Holder");
    case Length:
        return tr("Holds");
    case Since:
        return tr("Since");
    case Token:
        return tr("Token");
    default:
        return {};
    }
}

} // namespace drover::gui::models
