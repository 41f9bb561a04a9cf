#include "control/core/cluster_state.h"

#include "proto/model/mutation.h"

#include "control/core/record_id.h"

#include <algorithm>
#include <functional>

namespace drover::control::core {

using namespace model;

namespace {

template <class Map, class Key>
auto find(const Map& map, const Key& key) -> const typename Map::mapped_type*
{
    const auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
}

template <class Value>
std::optional<Record> copied(const Value* value)
{
    if (value == nullptr)
        return std::nullopt;
    return Record{*value};
}

// Appends what comes after `after` in one table until `limit` is reached. `after` absent: from the
// table's start.
template <class Map, class Key>
void page(const Map& map, const std::optional<Key>& after, std::size_t limit,
          std::vector<Record>& out)
{
    auto it = after ? map.upper_bound(*after) : map.begin();
    for (; it != map.end() && out.size() < limit; ++it)
        out.emplace_back(it->second);
}

} // namespace

const ClusterRecord& ClusterState::cluster() const
{
    static const ClusterRecord defaults;
    return m_cluster ? *m_cluster : defaults;
}

const HistoryRecord& ClusterState::history() const
{
    static const HistoryRecord defaults;
    return m_history ? *m_history : defaults;
}

const DatasetRecord* ClusterState::dataset(const DatasetId& id) const
{
    return find(m_datasets, id);
}
const DatasetLedger* ClusterState::ledger(const DatasetId& id) const { return find(m_ledgers, id); }
const NodeRecord* ClusterState::node(const NodeId& id) const { return find(m_nodes, id); }
const NodeLedger* ClusterState::nodeLedger(const NodeId& id) const
{
    return find(m_nodeLedgers, id);
}
const PoolLedger* ClusterState::pool(const PoolId& id) const { return find(m_pools, id); }
const LeaseRecord* ClusterState::lease(const LeaseToken& token) const
{
    return find(m_leases, token);
}
const KeyRecord* ClusterState::key(const std::string& publicKey) const
{
    return find(m_keys, publicKey);
}
bool ClusterState::isTombstone(const DatasetId& id) const { return m_tombstones.contains(id); }

std::optional<Record> ClusterState::record(const RecordKey& key) const
{
    switch (key.kind) {
    case RecordKind::Cluster:
        return m_cluster ? std::optional<Record>(*m_cluster) : std::nullopt;
    case RecordKind::History:
        return m_history ? std::optional<Record>(*m_history) : std::nullopt;
    case RecordKind::Dataset:
        return copied(dataset(idOf<DatasetId>(key)));
    case RecordKind::Node:
        return copied(node(idOf<NodeId>(key)));
    case RecordKind::Key:
        return copied(this->key(key.id));
    case RecordKind::DatasetLedger:
        return copied(ledger(idOf<DatasetId>(key)));
    case RecordKind::NodeLedger:
        return copied(nodeLedger(idOf<NodeId>(key)));
    case RecordKind::PoolLedger:
        return copied(pool(idOf<PoolId>(key)));
    case RecordKind::Lease:
        return copied(lease(idOf<LeaseToken>(key)));
    case RecordKind::Tombstone: {
        const auto id = idOf<DatasetId>(key);
        return isTombstone(id) ? std::optional<Record>(Tombstone{id}) : std::nullopt;
    }
    }
    return std::nullopt;
}

std::vector<Record> ClusterState::recordsAfter(const std::optional<RecordKey>& after,
                                               std::size_t limit) const
{
    std::vector<Record> out;
    // Tables before `after` are done, the one it is in goes on behind it, those behind start at
    // their first.
    const auto table = [&]<class Key>(RecordKind kind, const auto& map, const Key&) {
        if (after && kind < after->kind)
            return;
        std::optional<Key> from;
        if (after && kind == after->kind) {
            if constexpr (std::is_same_v<Key, std::string>)
                from = after->id;
            else
                from = idOf<Key>(*after);
        }
        page(map, from, limit, out);
    };
    const auto single = [&](RecordKind kind, const auto& value) {
        if (value && (!after || after->kind < kind) && out.size() < limit)
            out.emplace_back(*value);
    };
    single(RecordKind::Cluster, m_cluster);
    table(RecordKind::Dataset, m_datasets, DatasetId{});
    table(RecordKind::Node, m_nodes, NodeId{});
    table(RecordKind::Key, m_keys, std::string{});
    single(RecordKind::History, m_history);
    table(RecordKind::DatasetLedger, m_ledgers, DatasetId{});
    table(RecordKind::NodeLedger, m_nodeLedgers, NodeId{});
    table(RecordKind::PoolLedger, m_pools, PoolId{});
    table(RecordKind::Lease, m_leases, LeaseToken{});
    auto it = after && after->kind == RecordKind::Tombstone
                  ? m_tombstones.upper_bound(idOf<DatasetId>(*after))
                  : m_tombstones.begin();
    for (; it != m_tombstones.end() && out.size() < limit; ++it)
        out.emplace_back(Tombstone{*it});
    return out;
}

const DatasetRecord* ClusterState::living(std::string_view name) const
{
    const std::size_t hash = std::hash<std::string_view>{}(name);
    for (auto it = m_living.lower_bound(std::pair{hash, DatasetId{}});
         it != m_living.end() && it->first == hash; ++it) {
        const auto* record = dataset(it->second);
        if (record != nullptr && record->header.name == name)
            return record;
    }
    return nullptr;
}

std::vector<DatasetId> ClusterState::deletedNamed(const std::string& name) const
{
    return m_deletedNames.of(name);
}
std::vector<NodeId> ClusterState::nodesNamed(const std::string& hostname) const
{
    return m_hostnames.of(hostname);
}

const KeyRecord* ClusterState::keyNamed(const std::string& name) const
{
    const auto* publicKey = find(m_keyNames, name);
    return publicKey ? key(*publicKey) : nullptr;
}

std::vector<LeaseToken> ClusterState::leasesOf(const DatasetId& id) const
{
    return m_datasetLeases.of(id);
}
std::vector<LeaseToken> ClusterState::leasesOn(const NodeId& id) const
{
    return m_nodeLeases.of(id);
}
std::vector<DatasetId> ClusterState::datasetsOfNode(const NodeId& id) const
{
    return m_nodeDatasets.of(id);
}
std::vector<DatasetId> ClusterState::datasetsOfPool(const PoolId& id) const
{
    return m_poolDatasets.of(id);
}
std::vector<PoolId> ClusterState::poolsOfNode(const NodeId& id) const { return m_nodePools.of(id); }

std::size_t ClusterState::ownedBy(const NodeId& id) const
{
    const auto* count = find(m_owned, id);
    return count ? *count : 0;
}

ByteCount ClusterState::committed(const PoolId& id) const
{
    const auto* bytes = find(m_committed, id);
    return ByteCount{bytes ? *bytes : 0};
}

const NodeState* ClusterState::nodeState(const NodeId& id) const { return find(m_nodeStates, id); }

const CopyState* ClusterState::copyState(const NodeId& node, const CopyId& copy) const
{
    return find(m_copyStates, CopyKey{node, copy});
}

std::vector<CopyKey> ClusterState::copiesOf(const DatasetId& id) const
{
    return m_datasetCopies.of(id);
}

std::vector<CopyKey> ClusterState::copiesOn(const NodeId& id) const
{
    std::vector<CopyKey> keys;
    for (auto it = m_copyStates.lower_bound({id, CopyId{}});
         it != m_copyStates.end() && it->first.node == id; ++it)
        keys.push_back(it->first);
    return keys;
}

const DatasetStatus* ClusterState::publishedStatus(const DatasetId& id) const
{
    return find(m_statuses, id);
}
const SyncProgress* ClusterState::syncProgress(const NodeId& id) const { return find(m_syncs, id); }

const PoolState* ClusterState::poolState(const NodeId& node, const PoolId& pool) const
{
    const auto* state = nodeState(node);
    if (state == nullptr)
        return nullptr;
    const auto it = std::find_if(state->pools.begin(), state->pools.end(),
                                 [&](const PoolState& p) { return p.id == pool; });
    return it == state->pools.end() ? nullptr : &*it;
}

bool ClusterState::isLost(const NodeId& id) const
{
    const auto* node = nodeLedger(id);
    const auto* reported = nodeState(id);
    if (DROVER_MUTATION("take-over-silent-node") && reported != nullptr &&
        reported->liveness == Liveness::Unreachable)
        return true;
    return node != nullptr && node->lost.has_value();
}

bool ClusterState::isUsable(const NodeId& id) const
{
    const auto* state = nodeState(id);
    return state != nullptr && state->liveness == Liveness::Alive && nodeLedger(id) != nullptr &&
           !isLost(id);
}

bool ClusterState::isUsable(const NodeId& node, const PoolId& pool) const
{
    const auto* state = poolState(node, pool);
    return isUsable(node) && state != nullptr && state->available;
}

bool ClusterState::isProvenGone(const NodeId& node, const CopyId& copy) const
{
    return m_destroyed.contains(copy) && m_provenGone.contains(copy, node);
}

std::optional<DatasetId> ClusterState::destroyedDataset(const CopyId& copy) const
{
    const auto* dataset = find(m_destroyed, copy);
    return dataset ? std::optional(*dataset) : std::nullopt;
}

bool ClusterState::observe(const Now& now)
{
    const bool first = !m_observed;
    const Duration drift = (now.wall - m_now.wall) - (now.running - m_now.running);
    m_now = now;
    m_observed = true;
    if (first || (drift <= kWallStep && drift >= -kWallStep))
        return false;
    m_purgesHeldUntil = now.running + kPurgeHold;
    return true;
}

void ClusterState::heard(const NodeId& id, const Now& now)
{
    if (!m_nodeStates.contains(id))
        return;
    m_heard[id] = now.running;
    scheduleLiveness(id);
}

std::optional<Duration> ClusterState::lastHeard(const NodeId& id) const
{
    const auto* at = find(m_heard, id);
    return at ? std::optional(*at) : std::nullopt;
}

void ClusterState::renew(const LeaseToken& token)
{
    if (const auto* record = lease(token))
        scheduleLease(*record);
}

std::optional<Duration> ClusterState::leaseEnds(const LeaseToken& token) const
{
    const auto* at = find(m_leaseEnds, token);
    return at ? std::optional(*at) : std::nullopt;
}

std::optional<Duration> ClusterState::lostSince(const NodeId& id) const
{
    const auto* at = find(m_lostSince, id);
    return at ? std::optional(*at) : std::nullopt;
}

bool ClusterState::sameRecords(const ClusterState& other) const
{
    return m_revision == other.m_revision && m_cluster == other.m_cluster &&
           m_history == other.m_history && m_datasets == other.m_datasets &&
           m_ledgers == other.m_ledgers && m_nodes == other.m_nodes &&
           m_nodeLedgers == other.m_nodeLedgers && m_pools == other.m_pools &&
           m_leases == other.m_leases && m_keys == other.m_keys &&
           m_tombstones == other.m_tombstones;
}

} // namespace drover::control::core
