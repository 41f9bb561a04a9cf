#include "gui/models/cluster_data.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

template <class Map, class Key>
const typename Map::mapped_type* find(const Map& map, const Key& key)
{
    const auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
}

template <class AnyId>
AnyId idOf(const RecordKey& key)
{
    AnyId id;
    if (key.id.size() == id.value.bytes.size())
        std::memcpy(id.value.bytes.data(), key.id.data(), key.id.size());
    return id;
}

} // namespace

void ClusterData::apply(const Batch& batch)
{
    Touched touched;
    for (const Change& change : batch.records) {
        if (const auto* made = std::get_if<RecordPut>(&change))
            put(made->record, touched);
        else
            remove(std::get<RecordRemoved>(change).key, touched);
    }
    for (const StateChange& fact : batch.facts)
        take(fact, touched);
    m_revision = std::max(m_revision, batch.revision);
    Q_EMIT changed(touched);
}

void ClusterData::clear()
{
    m_revision = 0;
    m_cluster.reset();
    m_datasets.clear();
    m_nodes.clear();
    m_ledgers.clear();
    m_nodeLedgers.clear();
    m_pools.clear();
    m_leases.clear();
    m_nodeStates.clear();
    m_copies.clear();
    m_statuses.clear();
    m_living.clear();
    m_leasesByDataset.clear();
    m_copiesByDataset.clear();
    m_owned.clear();
    m_keys.clear();
    Touched touched;
    touched.all = true;
    Q_EMIT changed(touched);
}

void ClusterData::put(const Record& record, Touched& touched)
{
    if (const auto* cluster = std::get_if<ClusterRecord>(&record)) {
        m_cluster = *cluster;
    } else if (const auto* dataset = std::get_if<DatasetRecord>(&record)) {
        putDataset(*dataset);
        touched.datasets.insert(dataset->id);
    } else if (const auto* node = std::get_if<NodeRecord>(&record)) {
        m_nodes[node->id] = *node;
        touched.nodes.insert(node->id);
    } else if (const auto* ledger = std::get_if<DatasetLedger>(&record)) {
        setOwner(ledger->id, ledger->owner, touched);
        m_ledgers[ledger->id] = *ledger;
        showPurged(*ledger);
        touched.datasets.insert(ledger->id);
    } else if (const auto* nodeLedger = std::get_if<NodeLedger>(&record)) {
        const NodeLedger* before = find(m_nodeLedgers, nodeLedger->id);
        touched.nodeNames |= before == nullptr || before->hostname != nodeLedger->hostname;
        m_nodeLedgers[nodeLedger->id] = *nodeLedger;
        touched.nodes.insert(nodeLedger->id);
    } else if (const auto* pool = std::get_if<PoolLedger>(&record)) {
        m_pools[pool->id] = *pool;
        touched.pools = true;
    } else if (const auto* lease = std::get_if<LeaseRecord>(&record)) {
        m_leases[lease->token] = *lease;
        m_leasesByDataset.emplace(lease->dataset, lease->token);
        touched.leases.insert(lease->token);
        touched.datasets.insert(lease->dataset);
    } else if (const auto* key = std::get_if<KeyRecord>(&record)) {
        m_keys[key->publicKey] = *key;
        touched.keys.insert(key->publicKey);
    }
    // The history's identity and tombstones are shown by no view.
}

void ClusterData::remove(const RecordKey& key, Touched& touched)
{
    switch (key.kind) {
    case RecordKind::Dataset:
        removeDataset(idOf<DatasetId>(key));
        if (const auto* known = ledger(idOf<DatasetId>(key)))
            showPurged(*known);
        touched.datasets.insert(idOf<DatasetId>(key));
        return;
    case RecordKind::Node:
        m_nodes.erase(idOf<NodeId>(key));
        touched.nodes.insert(idOf<NodeId>(key));
        return;
    case RecordKind::DatasetLedger:
        setOwner(idOf<DatasetId>(key), std::nullopt, touched);
        if (const auto* known = ledger(idOf<DatasetId>(key)); known && known->purged)
            removeDataset(known->id);
        m_ledgers.erase(idOf<DatasetId>(key));
        touched.datasets.insert(idOf<DatasetId>(key));
        return;
    case RecordKind::NodeLedger:
        m_nodeLedgers.erase(idOf<NodeId>(key));
        touched.nodes.insert(idOf<NodeId>(key));
        touched.nodeNames = true;
        return;
    case RecordKind::PoolLedger:
        m_pools.erase(idOf<PoolId>(key));
        touched.pools = true;
        return;
    case RecordKind::Lease:
        removeLease(idOf<LeaseToken>(key), touched);
        return;
    case RecordKind::Key:
        m_keys.erase(key.id);
        touched.keys.insert(key.id);
        return;
    case RecordKind::Cluster:
    case RecordKind::History:
    case RecordKind::Tombstone:
        return;
    }
}

void ClusterData::take(const StateChange& fact, Touched& touched)
{
    if (const auto* node = std::get_if<NodeStatePut>(&fact)) {
        m_nodeStates[node->node.id] = node->node;
        touched.nodes.insert(node->node.id);
    } else if (const auto* goneNode = std::get_if<NodeStateRemoved>(&fact)) {
        m_nodeStates.erase(goneNode->node);
        touched.nodes.insert(goneNode->node);
    } else if (const auto* copy = std::get_if<CopyStatePut>(&fact)) {
        const CopyKey key{copy->node, copy->copy.copy};
        m_copies[key] = copy->copy;
        m_copiesByDataset.emplace(copy->copy.dataset, key);
        touched.datasets.insert(copy->copy.dataset);
    } else if (const auto* goneCopy = std::get_if<CopyStateRemoved>(&fact)) {
        if (const CopyState* before = find(m_copies, goneCopy->key)) {
            const DatasetId dataset = before->dataset;
            m_copiesByDataset.erase({dataset, goneCopy->key});
            m_copies.erase(goneCopy->key);
            touched.datasets.insert(dataset);
        }
    } else if (const auto* put = std::get_if<DatasetStatusPut>(&fact)) {
        m_statuses[put->status.id] = put->status;
        touched.datasets.insert(put->status.id);
    } else if (const auto* goneStatus = std::get_if<DatasetStatusRemoved>(&fact)) {
        m_statuses.erase(goneStatus->id);
        touched.datasets.insert(goneStatus->id);
    }
}

void ClusterData::putDataset(const DatasetRecord& record)
{
    removeDataset(record.id); // the name, too
    m_datasets.emplace(record.id, record);
    if (!record.deletion)
        m_living[record.header.name] = record.id;
}

void ClusterData::showPurged(const DatasetLedger& ledger)
{
    if (ledger.purgeCommitted && ledger.purged && ledger.purged->deletion)
        putDataset(*ledger.purged);
}

void ClusterData::removeDataset(const DatasetId& id)
{
    const auto it = m_datasets.find(id);
    if (it == m_datasets.end())
        return;
    const auto name = m_living.find(it->second.header.name);
    if (name != m_living.end() && name->second == id)
        m_living.erase(name);
    m_datasets.erase(it);
}

void ClusterData::setOwner(const DatasetId& id, const std::optional<NodeId>& owner,
                           Touched& touched)
{
    const DatasetLedger* known = find(m_ledgers, id);
    const std::optional<NodeId> before = known ? known->owner : std::nullopt;
    if (before == owner)
        return;
    if (before) {
        touched.nodes.insert(*before); // its row shows how many it has
        const auto it = m_owned.find(*before);
        if (it != m_owned.end() && --it->second == 0)
            m_owned.erase(it);
    }
    if (owner) {
        touched.nodes.insert(*owner);
        ++m_owned[*owner];
    }
}

void ClusterData::removeLease(const LeaseToken& token, Touched& touched)
{
    const auto it = m_leases.find(token);
    if (it == m_leases.end())
        return;
    touched.leases.insert(token);
    touched.datasets.insert(it->second.dataset);
    m_leasesByDataset.erase({it->second.dataset, token});
    m_leases.erase(it);
}

const DatasetRecord* ClusterData::dataset(const DatasetId& id) const
{
    return find(m_datasets, id);
}
const DatasetLedger* ClusterData::ledger(const DatasetId& id) const { return find(m_ledgers, id); }
const DatasetStatus* ClusterData::status(const DatasetId& id) const { return find(m_statuses, id); }
const NodeRecord* ClusterData::node(const NodeId& id) const { return find(m_nodes, id); }
const NodeLedger* ClusterData::nodeLedger(const NodeId& id) const
{
    return find(m_nodeLedgers, id);
}
const NodeState* ClusterData::nodeState(const NodeId& id) const { return find(m_nodeStates, id); }
const PoolLedger* ClusterData::pool(const PoolId& id) const { return find(m_pools, id); }
const CopyState* ClusterData::copy(const CopyKey& key) const { return find(m_copies, key); }

std::vector<const LeaseRecord*> ClusterData::leasesOf(const DatasetId& id) const
{
    std::vector<const LeaseRecord*> result;
    for (auto it = m_leasesByDataset.lower_bound({id, LeaseToken{}});
         it != m_leasesByDataset.end() && it->first == id; ++it)
        if (const LeaseRecord* lease = find(m_leases, it->second))
            result.push_back(lease);
    return result;
}

std::vector<std::pair<NodeId, const CopyState*>> ClusterData::copiesOf(const DatasetId& id) const
{
    std::vector<std::pair<NodeId, const CopyState*>> result;
    for (auto it = m_copiesByDataset.lower_bound({id, CopyKey{}});
         it != m_copiesByDataset.end() && it->first == id; ++it)
        if (const CopyState* state = find(m_copies, it->second))
            result.emplace_back(it->second.node, state);
    return result;
}

const DatasetRecord* ClusterData::datasetNamed(const std::string& name) const
{
    const DatasetId* id = find(m_living, name);
    return id ? dataset(*id) : nullptr;
}

QString ClusterData::nodeName(const NodeId& id) const
{
    if (const NodeLedger* known = nodeLedger(id); known && !known->hostname.empty())
        return QString::fromStdString(known->hostname);
    return QString::fromStdString(id.toString().substr(0, 8));
}

std::size_t ClusterData::ownedBy(const NodeId& id) const
{
    const auto it = m_owned.find(id);
    return it == m_owned.end() ? 0 : it->second;
}

} // namespace drover::gui::models
