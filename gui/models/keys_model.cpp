#include "gui/models/keys_model.h"

#include "gui/models/words.h"

#include <utility>

namespace drover::gui::models {

KeysModel::KeysModel(const ClusterData& data, QObject* parent)
    : KeyedTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &KeysModel::update);
    Touched all;
    all.all = true;
    update(all);
}

KeyRow KeysModel::rowOf(const model::KeyRecord& key) const
{
    KeyRow row;
    row.id = key.publicKey;
    row.name = Words::text(key.name);
    row.role = Words::of(key.role);
    row.node = key.node ? m_data.nodeName(*key.node) : QString();
    row.since = Words::moment(key.createdAt);
    row.by = Words::text(key.createdBy);
    return row;
}

void KeysModel::update(const Touched& touched)
{
    std::vector<KeyRow> present;
    std::vector<std::string> gone;
    const bool all = touched.all || touched.nodeNames;
    if (all)
        for (const auto& [publicKey, key] : m_data.keys())
            present.push_back(rowOf(key));
    if (touched.all)
        return reset(std::move(present));
    for (const std::string& publicKey : touched.keys) {
        const auto found = m_data.keys().find(publicKey);
        if (found == m_data.keys().end())
            gone.push_back(publicKey);
        else if (!all)
            present.push_back(rowOf(found->second));
    }
    merge(std::move(present), gone);
}

int KeysModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KeysModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) ||
        (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const KeyRow& row = this->row(index.row());
    switch (index.column()) {
    case Name:
        return row.name;
    case KeyRole:
        return row.role;
    case Node:
        return row.node;
    case Since:
        return row.since;
    case By:
        return row.by;
    case PublicKey:
        return QString::fromStdString(row.id);
    default:
        return {};
    }
}

QVariant KeysModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case KeyRole:
        return tr("Role");
    case Node:
        return tr("Node");
    case Since:
        return tr("Since");
    case By:
        return tr("Accepted by");
    case PublicKey:
        return tr("Public key");
    default:
        return {};
    }
}

} // namespace drover::gui::models
