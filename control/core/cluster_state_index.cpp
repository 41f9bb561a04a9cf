// The writing half of ClusterState: every table is changed here, together with its indexes.

#include "control/core/cluster_state.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace drover::control::core {

using namespace model;

namespace {

// Counts down; an entry that reaches zero is no entry.
template <class Map>
void subtract(Map& map, const typename Map::key_type& key, typename Map::mapped_type amount)
{
    const auto it = map.find(key);
    if (it == map.end())
        return;
    it->second -= std::min(it->second, amount);
    if (it->second == 0)
        map.erase(it);
}

std::pair<std::size_t, DatasetId> livingEntry(const DatasetRecord& record)
{
    return {std::hash<std::string_view>{}(record.header.name), record.id};
}

Now later(const Now& at, Duration by) { return {at.wall + by, at.running + by}; }

} // namespace

ClusterState::Links ClusterState::linksOf(const DatasetRecord* record, const DatasetLedger* ledger)
{
    Links links;
    const bool wished = record != nullptr && !record->deletion;
    if (wished && record->spec.placement.node)
        links.nodes.insert(*record->spec.placement.node);
    if (record != nullptr && record->deletion)
        links.deletionEnds = later(record->deletion->at, record->deletion->grace);
    links.unplaced = wished && (ledger == nullptr || !ledger->owner);
    if (ledger == nullptr)
        return links;

    const std::uint64_t size =
        record != nullptr && record->spec.size ? record->spec.size->value : 0;
    if (ledger->owner) {
        links.owner = ledger->owner;
        links.nodes.insert(*ledger->owner);
        links.pools[ledger->pool] += size;
        if (ledger->purgeCommitted)
            links.destroyed.insert(ledger->copy);
    }
    if (const auto& handover = ledger->handover) {
        links.nodes.insert({handover->source, handover->target});
        // One of the two is the ledger's own copy; the other one takes its room as well, unless
        // they are one image.
        if (handover->sourceCopy != ledger->copy)
            links.pools[handover->sourcePool] += size;
        if (handover->targetCopy != ledger->copy)
            links.pools[handover->targetPool] += size;
    }
    for (const auto& retired : ledger->retired) {
        links.nodes.insert(retired.node);
        links.pools[retired.pool] += size;
        if (retired.purgeCommitted)
            links.destroyed.insert(retired.copy);
        else // each: which one's grace ends first may be told differently by the two clocks
            links.retiredSince.push_back(retired.since);
    }
    return links;
}

ClusterState::Links ClusterState::linksOf(const DatasetId& id) const
{
    return linksOf(dataset(id), ledger(id));
}

void ClusterState::link(const DatasetId& id, const Links& links)
{
    for (const auto& node : links.nodes)
        m_nodeDatasets.insert(node, id);
    for (const auto& [pool, bytes] : links.pools) {
        m_poolDatasets.insert(pool, id);
        if (bytes != 0)
            m_committed[pool] += bytes;
    }
    if (links.owner)
        ++m_owned[*links.owner];
    if (links.unplaced)
        m_unplaced.insert(id);
    if (links.deletionEnds)
        m_deletions.insert(*links.deletionEnds, id);
    for (const auto& since : links.retiredSince)
        m_retired.insert(since, id);
    for (const auto& copy : links.destroyed)
        m_destroyed.emplace(copy, id);
}

void ClusterState::unlink(const DatasetId& id, const Links& links)
{
    for (const auto& node : links.nodes)
        m_nodeDatasets.erase(node, id);
    for (const auto& [pool, bytes] : links.pools) {
        m_poolDatasets.erase(pool, id);
        subtract(m_committed, pool, bytes);
    }
    if (links.owner)
        subtract(m_owned, *links.owner, 1);
    if (links.unplaced)
        m_unplaced.erase(id);
    if (links.deletionEnds)
        m_deletions.erase(*links.deletionEnds, id);
    for (const auto& since : links.retiredSince)
        m_retired.erase(since, id);
    for (const auto& copy : links.destroyed)
        m_destroyed.erase(copy);
}

void ClusterState::relink(const DatasetId& id, const Links& before)
{
    const Links links = linksOf(id);
    unlink(id, before);
    link(id, links);
    const auto* known = ledger(id);
    if (known != nullptr && known->purgeCommitted && dataset(id) == nullptr)
        m_purging.insert(id);
    else
        m_purging.erase(id);
    // A proof counts for the order it answered. It outlives the order until that has ended durably:
    // where the change is undone, since the disk is full, no agent says a second time what is gone.
    for (const auto& copy : before.destroyed)
        if (!links.destroyed.contains(copy))
            m_spentProofs.insert(copy);
}

void ClusterState::forgetSpentProofs()
{
    for (const auto& copy : std::exchange(m_spentProofs, {})) {
        if (m_destroyed.contains(copy))
            continue; // was undone
        for (const auto& node : m_provenGone.of(copy))
            m_provenGone.erase(copy, node);
    }
}

void ClusterState::linkName(const DatasetRecord& record)
{
    if (record.deletion)
        m_deletedNames.insert(record.header.name, record.id);
    else
        m_living.put(livingEntry(record));
}

void ClusterState::unlinkName(const DatasetRecord& record)
{
    if (record.deletion)
        m_deletedNames.erase(record.header.name, record.id);
    else
        m_living.erase(livingEntry(record));
}

void ClusterState::putRecord(const ClusterRecord& record) { m_cluster = record; }
void ClusterState::putRecord(const HistoryRecord& record) { m_history = record; }
void ClusterState::putRecord(const NodeRecord& record)
{
    m_nodes.insert_or_assign(record.id, record);
}
void ClusterState::putRecord(const Tombstone& record) { m_tombstones.insert(record.id); }

void ClusterState::putRecord(const DatasetRecord& record)
{
    const Links before = linksOf(record.id);
    uncountSync(record.id);
    if (const auto* old = dataset(record.id))
        unlinkName(*old);
    m_datasets.insert_or_assign(record.id, record);
    linkName(record);
    countSync(record.id);
    relink(record.id, before);
}

void ClusterState::putRecord(const DatasetLedger& record)
{
    const Links before = linksOf(record.id);
    m_ledgers.insert_or_assign(record.id, record);
    relink(record.id, before);
}

void ClusterState::putRecord(const KeyRecord& record)
{
    if (const auto* old = key(record.publicKey))
        m_keyNames.erase(old->name);
    m_keys.insert_or_assign(record.publicKey, record);
    m_keyNames.insert_or_assign(record.name, record.publicKey);
}

void ClusterState::putRecord(const NodeLedger& record)
{
    if (const auto* old = nodeLedger(record.id))
        m_hostnames.erase(old->hostname, record.id);
    m_nodeLedgers.insert_or_assign(record.id, record);
    m_hostnames.insert(record.hostname, record.id);
    if (record.lost)
        m_lostSince.emplace(record.id, m_now.running);
    else
        m_lostSince.erase(record.id);
}

void ClusterState::putRecord(const PoolLedger& record)
{
    if (const auto* old = pool(record.id))
        for (const auto& node : old->nodes)
            m_nodePools.erase(node, record.id);
    m_pools.insert_or_assign(record.id, record);
    for (const auto& node : record.nodes)
        m_nodePools.insert(node, record.id);
}

void ClusterState::putRecord(const LeaseRecord& record)
{
    if (const auto* old = lease(record.token)) {
        m_datasetLeases.erase(old->dataset, old->token);
        m_nodeLeases.erase(old->node, old->token);
    }
    m_leases.insert_or_assign(record.token, record);
    m_datasetLeases.insert(record.dataset, record.token);
    m_nodeLeases.insert(record.node, record.token);
    scheduleLease(record);
}

void ClusterState::removeRecord(const Record& record)
{
    if (std::holds_alternative<ClusterRecord>(record))
        m_cluster.reset();
    if (std::holds_alternative<HistoryRecord>(record))
        m_history.reset();
    if (const auto* dataset = std::get_if<DatasetRecord>(&record)) {
        const Links before = linksOf(dataset->id);
        uncountSync(dataset->id);
        unlinkName(*dataset);
        m_datasets.erase(dataset->id);
        relink(dataset->id, before);
    }
    if (const auto* ledger = std::get_if<DatasetLedger>(&record)) {
        const Links before = linksOf(ledger->id);
        m_ledgers.erase(ledger->id);
        relink(ledger->id, before);
    }
    if (const auto* node = std::get_if<NodeRecord>(&record))
        m_nodes.erase(node->id);
    if (const auto* node = std::get_if<NodeLedger>(&record)) {
        m_hostnames.erase(node->hostname, node->id);
        m_lostSince.erase(node->id);
        m_nodeLedgers.erase(node->id);
    }
    if (const auto* pool = std::get_if<PoolLedger>(&record)) {
        for (const auto& node : pool->nodes)
            m_nodePools.erase(node, pool->id);
        m_pools.erase(pool->id);
    }
    if (const auto* lease = std::get_if<LeaseRecord>(&record)) {
        m_datasetLeases.erase(lease->dataset, lease->token);
        m_nodeLeases.erase(lease->node, lease->token);
        unscheduleLease(lease->token);
        m_leases.erase(lease->token);
    }
    if (const auto* key = std::get_if<KeyRecord>(&record)) {
        m_keyNames.erase(key->name);
        m_keys.erase(key->publicKey);
    }
    if (const auto* tombstone = std::get_if<Tombstone>(&record))
        m_tombstones.erase(tombstone->id);
}

void ClusterState::putNodeState(const NodeState& node)
{
    if (const auto* old = nodeState(node.id))
        --livenessCount(old->liveness);
    ++livenessCount(node.liveness);
    m_nodeStates.insert_or_assign(node.id, node);
    if (node.session) {
        SyncProgress& sync = m_syncs[node.id];
        if (sync.session != *node.session) {
            sync = SyncProgress{*node.session, false, {}};
            m_heard[node.id] = m_now.running;
        }
        if (node.liveness == Liveness::Alive) {
            sync.complete = true;
            sync.seen.clear();
        }
    } else {
        m_syncs.erase(node.id);
    }
    m_heard.emplace(node.id, m_now.running);
    scheduleLiveness(node.id);
}

void ClusterState::removeNodeState(const NodeId& id)
{
    if (const auto* old = nodeState(id))
        --livenessCount(old->liveness);
    m_nodeStates.erase(id);
    m_syncs.erase(id);
    m_heard.erase(id);
    scheduleLiveness(id);
}

void ClusterState::putCopyState(const NodeId& node, const CopyState& copy)
{
    const CopyKey key{node, copy.copy};
    if (const auto* old = copyState(node, copy.copy))
        m_datasetCopies.erase(old->dataset, key);
    m_copyStates.insert_or_assign(key, copy);
    m_datasetCopies.insert(copy.dataset, key);
    m_provenGone.erase(copy.copy, node);
    const auto sync = m_syncs.find(node);
    if (sync != m_syncs.end() && !sync->second.complete)
        sync->second.seen.insert(copy.copy);
}

void ClusterState::removeCopyState(const CopyKey& key)
{
    if (const auto* old = copyState(key.node, key.copy))
        m_datasetCopies.erase(old->dataset, key);
    m_copyStates.erase(key);
    // Absence proves a destruction only if that was ordered before; else a creation on its way
    // could still follow.
    if (m_destroyed.contains(key.copy))
        m_provenGone.insert(key.copy, key.node);
    const auto sync = m_syncs.find(key.node);
    if (sync != m_syncs.end())
        sync->second.seen.erase(key.copy);
}

void ClusterState::putStatus(const DatasetStatus& status)
{
    uncountSync(status.id);
    m_statuses.insert_or_assign(status.id, status);
    countSync(status.id);
}

void ClusterState::removeStatus(const DatasetId& id)
{
    uncountSync(id);
    m_statuses.erase(id);
}

void ClusterState::scheduleLiveness(const NodeId& id)
{
    if (const auto it = m_livenessAt.find(id); it != m_livenessAt.end()) {
        m_livenessQueue.erase({it->second, id});
        m_livenessAt.erase(it);
    }
    const auto* state = nodeState(id);
    const auto heard = m_heard.find(id);
    if (state == nullptr || heard == m_heard.end())
        return;
    const bool speaking =
        state->liveness == Liveness::Alive || state->liveness == Liveness::Syncing;
    if (!speaking && state->liveness != Liveness::Evasive)
        return;
    const Duration at =
        heard->second + (speaking ? cluster().evasiveAfter : cluster().unreachableAfter);
    m_livenessAt.emplace(id, at);
    m_livenessQueue.emplace(at, id);
}

void ClusterState::scheduleLease(const LeaseRecord& lease)
{
    unscheduleLease(lease.token);
    if (!lease.ttl)
        return;
    const Duration end = m_now.running + *lease.ttl;
    m_leaseEnds.emplace(lease.token, end);
    m_leaseQueue.emplace(end, lease.token);
}

void ClusterState::unscheduleLease(const LeaseToken& token)
{
    const auto it = m_leaseEnds.find(token);
    if (it == m_leaseEnds.end())
        return;
    m_leaseQueue.erase({it->second, token});
    m_leaseEnds.erase(it);
}

std::size_t& ClusterState::livenessCount(Liveness liveness)
{
    switch (liveness) {
    case Liveness::Syncing:
        return m_liveness.syncing;
    case Liveness::Alive:
        return m_liveness.alive;
    case Liveness::Evasive:
        return m_liveness.evasive;
    case Liveness::Unreachable:
        return m_liveness.unreachable;
    case Liveness::Lost:
        return m_liveness.lost;
    }
    return m_liveness.unreachable;
}

void ClusterState::uncountSync(const DatasetId& id)
{
    const auto* record = dataset(id);
    const auto* status = publishedStatus(id);
    if (record != nullptr && !record->deletion && status != nullptr)
        --syncCount(status->sync);
}

void ClusterState::countSync(const DatasetId& id)
{
    const auto* record = dataset(id);
    const auto* status = publishedStatus(id);
    if (record != nullptr && !record->deletion && status != nullptr)
        ++syncCount(status->sync);
}

std::size_t& ClusterState::syncCount(Sync sync)
{
    switch (sync) {
    case Sync::InSync:
        return m_sync.inSync;
    case Sync::Converging:
        return m_sync.converging;
    case Sync::Blocked:
        return m_sync.blocked;
    }
    return m_sync.blocked;
}

std::vector<std::string> ClusterState::checkIndexes() const
{
    ClusterState fresh;
    fresh.m_now = m_now;
    for (const auto& record : recordsAfter(std::nullopt, static_cast<std::size_t>(-1)))
        std::visit([&](const auto& r) { fresh.putRecord(r); }, record);
    for (const auto& [id, node] : m_nodeStates)
        fresh.putNodeState(node);
    for (const auto& [key, copy] : m_copyStates)
        fresh.putCopyState(key.node, copy);
    for (const auto& [id, status] : m_statuses)
        fresh.putStatus(status);

    std::vector<std::string> wrong;
    const auto check = [&](bool same, const char* what) {
        if (!same)
            wrong.push_back(std::string("index differs from what it is made of: ") + what);
    };
    check(fresh.m_living == m_living, "living names");
    check(fresh.m_deletedNames == m_deletedNames, "deleted names");
    check(fresh.m_purging == m_purging, "purges under way");
    check(fresh.m_hostnames == m_hostnames, "hostnames");
    check(fresh.m_keyNames == m_keyNames, "key names");
    check(fresh.m_datasetLeases == m_datasetLeases, "leases of datasets");
    check(fresh.m_nodeLeases == m_nodeLeases, "leases on nodes");
    check(fresh.m_nodeDatasets == m_nodeDatasets, "datasets of nodes");
    check(fresh.m_poolDatasets == m_poolDatasets, "datasets of pools");
    check(fresh.m_nodePools == m_nodePools, "pools of nodes");
    check(fresh.m_owned == m_owned, "grants per node");
    check(fresh.m_committed == m_committed, "bytes committed per pool");
    check(fresh.m_unplaced == m_unplaced, "unplaced datasets");
    check(fresh.m_deletions == m_deletions, "ends of graces");
    check(fresh.m_retired == m_retired, "ends of retired copies");
    check(fresh.m_destroyed == m_destroyed, "destructions ordered");
    check(fresh.m_datasetCopies == m_datasetCopies, "copies of datasets");
    check(fresh.m_liveness == m_liveness, "liveness counts");
    check(fresh.m_sync == m_sync, "sync counts");
    check(m_leaseQueue.size() == m_leaseEnds.size(), "lease queue");
    check(m_livenessQueue.size() == m_livenessAt.size(), "liveness queue");
    return wrong;
}

} // namespace drover::control::core
