#pragma once

// Everything control knows: the records (configuration and ledger), the actual state that agents
// report, and the indexes that make each lookup cheap. A value without clock, file or thread; one
// owner, one thread.
//
// Specification
// - Records change only by apply(Change), facts of the actual state only by apply(StateChange). The
//   live path and the replay of stored commits are the same code, so both end in the same state.
// - apply(Change) returns the inverse change. Applying the inverses of a batch in reverse order
//   restores records and indexes.
// - Indexes are derived: rebuilding them from the records and facts gives the same
//   (checkInvariants() does that).
// - What is kept here beside records and facts (when a node was last heard, when a lease ends,
//   which destructions were proven) is memory of this run of control. It is lost with the process,
//   always to the safe side: leases and fences begin anew in full.
//
// Rationale: ordered maps give lists and snapshots their pages and every loop the same order on
// every machine.

#include "control/core/compact_set.h"
#include "control/core/pair_index.h"
#include "control/core/two_clock_queue.h"
#include "proto/model/api.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drover::control::core {

// How far the first full report of a node's session has come.
struct SyncProgress
{
    model::SessionId session;
    bool complete = false; // the session's first full report ended: what it did not name is absent
    std::set<model::CopyId> seen; // until then: what it named
    bool operator==(const SyncProgress&) const = default;
};

// How many nodes are in each liveness. Nodes that never opened a session are not counted.
struct LivenessCounts
{
    std::size_t syncing = 0, alive = 0, evasive = 0, unreachable = 0, lost = 0;
    bool operator==(const LivenessCounts&) const = default;
    [[nodiscard]] std::size_t total() const
    {
        return syncing + alive + evasive + unreachable + lost;
    }
};

// How many published dataset statuses say what.
struct SyncCounts
{
    std::size_t inSync = 0, converging = 0, blocked = 0;
    bool operator==(const SyncCounts&) const = default;
};

class ClusterState
{
public:
    template <class Key, class Value>
    using Table = std::map<Key, Value>;

    // ---- records. The pointers are valid until the next apply(); null = no such record.
    [[nodiscard]] model::Revision revision() const
    {
        return m_revision;
    }                                                          // of the last commit applied
    [[nodiscard]] const model::ClusterRecord& cluster() const; // defaults before the first
    [[nodiscard]] const model::HistoryRecord& history() const;
    [[nodiscard]] const model::DatasetRecord* dataset(const model::DatasetId& id) const;
    [[nodiscard]] const model::DatasetLedger* ledger(const model::DatasetId& id) const;
    [[nodiscard]] const model::NodeRecord* node(const model::NodeId& id) const;
    [[nodiscard]] const model::NodeLedger* nodeLedger(const model::NodeId& id) const;
    [[nodiscard]] const model::PoolLedger* pool(const model::PoolId& id) const;
    [[nodiscard]] const model::LeaseRecord* lease(const model::LeaseToken& token) const;
    [[nodiscard]] const model::KeyRecord* key(const std::string& publicKey) const;
    [[nodiscard]] bool isTombstone(const model::DatasetId& id) const;
    [[nodiscard]] std::optional<model::Record> record(const model::RecordKey& key) const;

    [[nodiscard]] const Table<model::DatasetId, model::DatasetRecord>& datasets() const
    {
        return m_datasets;
    }
    [[nodiscard]] const Table<model::DatasetId, model::DatasetLedger>& ledgers() const
    {
        return m_ledgers;
    }
    [[nodiscard]] const Table<model::NodeId, model::NodeRecord>& nodes() const { return m_nodes; }
    [[nodiscard]] const Table<model::NodeId, model::NodeLedger>& nodeLedgers() const
    {
        return m_nodeLedgers;
    }
    [[nodiscard]] const Table<model::PoolId, model::PoolLedger>& pools() const { return m_pools; }
    [[nodiscard]] const Table<model::LeaseToken, model::LeaseRecord>& leases() const
    {
        return m_leases;
    }
    [[nodiscard]] const Table<std::string, model::KeyRecord>& keys() const { return m_keys; }
    [[nodiscard]] const std::set<model::DatasetId>& tombstones() const { return m_tombstones; }
    // At most `limit` records after `after` (absent: from the start) in order of (kind, id): the
    // pages of a snapshot.
    [[nodiscard]] std::vector<model::Record>
    recordsAfter(const std::optional<model::RecordKey>& after, std::size_t limit) const;

    // ---- lookups
    [[nodiscard]] const model::DatasetRecord* living(std::string_view name) const;
    [[nodiscard]] std::size_t livingCount() const { return m_living.size(); }
    [[nodiscard]] std::vector<model::DatasetId> deletedNamed(const std::string& name) const;
    [[nodiscard]] std::vector<model::NodeId> nodesNamed(const std::string& hostname) const;
    [[nodiscard]] const model::KeyRecord* keyNamed(const std::string& name) const;
    [[nodiscard]] std::vector<model::LeaseToken> leasesOf(const model::DatasetId& id) const;
    [[nodiscard]] std::vector<model::LeaseToken> leasesOn(const model::NodeId& id) const;
    // Datasets that configuration or ledger connect with a node (owner, target, keeper of a copy,
    // wished) or with a pool. Sorted.
    [[nodiscard]] std::vector<model::DatasetId> datasetsOfNode(const model::NodeId& id) const;
    [[nodiscard]] std::vector<model::DatasetId> datasetsOfPool(const model::PoolId& id) const;
    [[nodiscard]] std::size_t ownedBy(const model::NodeId& id) const; // how many grants it holds
    [[nodiscard]] const std::set<model::DatasetId>& unplaced() const { return m_unplaced; }
    [[nodiscard]] std::size_t deletedCount() const { return m_datasets.size() - m_living.size(); }
    // Purged, with copies still to be destroyed.
    [[nodiscard]] const std::set<model::DatasetId>& purging() const { return m_purging; }
    // Sum of the sizes of the datasets whose primary or transfer target is in the pool.
    [[nodiscard]] model::ByteCount committed(const model::PoolId& id) const;
    [[nodiscard]] std::vector<model::PoolId> poolsOfNode(const model::NodeId& id) const;

    // ---- actual state
    [[nodiscard]] const model::NodeState* nodeState(const model::NodeId& id) const;
    [[nodiscard]] const Table<model::NodeId, model::NodeState>& nodeStates() const
    {
        return m_nodeStates;
    }
    [[nodiscard]] const model::CopyState* copyState(const model::NodeId& node,
                                                    const model::CopyId& copy) const;
    [[nodiscard]] const Table<model::CopyKey, model::CopyState>& copyStates() const
    {
        return m_copyStates;
    }
    [[nodiscard]] std::vector<model::CopyKey> copiesOf(const model::DatasetId& id) const;
    [[nodiscard]] std::vector<model::CopyKey> copiesOn(const model::NodeId& id) const;
    [[nodiscard]] const model::DatasetStatus* publishedStatus(const model::DatasetId& id) const;
    [[nodiscard]] const Table<model::DatasetId, model::DatasetStatus>& publishedStatuses() const
    {
        return m_statuses;
    }
    [[nodiscard]] const SyncProgress* syncProgress(const model::NodeId& id) const;
    [[nodiscard]] const LivenessCounts& livenessCounts() const { return m_liveness; }
    [[nodiscard]] const SyncCounts& syncCounts() const { return m_sync; }
    // The pool as a node sees it; null when it does not report it.
    [[nodiscard]] const model::PoolState* poolState(const model::NodeId& node,
                                                    const model::PoolId& pool) const;
    // Alive in a synced session, and not declared lost: only then it may get a new grant.
    [[nodiscard]] bool isUsable(const model::NodeId& id) const;
    [[nodiscard]] bool isLost(const model::NodeId& id) const;
    // The node is usable and sees the pool as available.
    [[nodiscard]] bool isUsable(const model::NodeId& node, const model::PoolId& pool) const;
    // The dataset whose ledger ordered this copy's destruction.
    [[nodiscard]] std::optional<model::DatasetId> destroyedDataset(const model::CopyId& copy) const;
    // The node proved, after the destruction was ordered, that it has this copy no more.
    [[nodiscard]] bool isProvenGone(const model::NodeId& node, const model::CopyId& copy) const;
    // What was applied so far is durable and will not be undone: proofs for orders that ended go.
    void forgetSpentProofs();

    // ---- memory of this run (see Specification)

    // Shows the state the time; call it before each batch. Returns true when the wall clock stepped
    // by more than 5 minutes against the running clock: from then on grace periods are not ended by
    // time for kPurgeHold of running time.
    bool observe(const model::Now& now);
    [[nodiscard]] const model::Now& now() const { return m_now; }
    [[nodiscard]] bool purgesHeld() const { return m_now.running < m_purgesHeldUntil; }
    [[nodiscard]] model::Duration purgesHeldUntil() const { return m_purgesHeldUntil; }
    // Something authentic came from the node, of its current session.
    void heard(const model::NodeId& id, const model::Now& now);
    [[nodiscard]] std::optional<model::Duration>
    lastHeard(const model::NodeId& id) const; // running time
    // Gives a lease its full time from now on. Unknown tokens are ignored.
    void renew(const model::LeaseToken& token);
    // Running time at which the lease ends; absent = not by time.
    [[nodiscard]] std::optional<model::Duration> leaseEnds(const model::LeaseToken& token) const;
    // Running time at which this run of control learned that the node was declared lost.
    [[nodiscard]] std::optional<model::Duration> lostSince(const model::NodeId& id) const;

    [[nodiscard]] const TwoClockQueue<model::DatasetId>& deletionQueue() const
    {
        return m_deletions;
    }
    [[nodiscard]] const TwoClockQueue<model::DatasetId>& retiredQueue() const { return m_retired; }
    [[nodiscard]] const std::set<std::pair<model::Duration, model::LeaseToken>>& leaseQueue() const
    {
        return m_leaseQueue;
    }
    [[nodiscard]] const std::set<std::pair<model::Duration, model::NodeId>>& livenessQueue() const
    {
        return m_livenessQueue;
    }
    [[nodiscard]] const std::map<model::NodeId, model::Duration>& lostNodes() const
    {
        return m_lostSince;
    }

    // Same records (the actual state and the memory of this run aside).
    [[nodiscard]] bool sameRecords(const ClusterState& other) const;
    // What the indexes contradict, in words; empty = they agree with the records and facts. Cost:
    // the whole cluster.
    [[nodiscard]] std::vector<std::string> checkIndexes() const;

private:
    friend model::Change apply(ClusterState& state, const model::Change& change);
    friend void apply(ClusterState& state, const model::StateChange& change);
    friend std::vector<model::Change> apply(ClusterState& state, const model::Commit& commit);
    friend void undo(ClusterState& state, const std::vector<model::Change>& inverses);
    friend ClusterState stateOf(const std::vector<model::Record>& records, model::Revision revision,
                                const model::Now& now);

    // What a dataset's record and ledger contribute to the indexes; a pure function of both.
    struct Links
    {
        std::set<model::NodeId> nodes;
        std::map<model::PoolId, std::uint64_t> pools; // with the bytes committed there
        std::optional<model::NodeId> owner;
        bool unplaced = false;
        std::optional<model::Now> deletionEnds;
        std::vector<model::Now> retiredSince; // of the copies that still wait for their grace
        std::set<model::CopyId> destroyed;    // whose destruction is ordered
    };
    [[nodiscard]] static Links linksOf(const model::DatasetRecord* record,
                                       const model::DatasetLedger* ledger);
    [[nodiscard]] Links linksOf(const model::DatasetId& id) const;
    void link(const model::DatasetId& id, const Links& links);
    void unlink(const model::DatasetId& id, const Links& links);
    void relink(const model::DatasetId& id, const Links& before);
    void linkName(const model::DatasetRecord& record);
    void unlinkName(const model::DatasetRecord& record);

    void putRecord(const model::ClusterRecord& record);
    void putRecord(const model::DatasetRecord& record);
    void putRecord(const model::NodeRecord& record);
    void putRecord(const model::KeyRecord& record);
    void putRecord(const model::HistoryRecord& record);
    void putRecord(const model::DatasetLedger& record);
    void putRecord(const model::NodeLedger& record);
    void putRecord(const model::PoolLedger& record);
    void putRecord(const model::LeaseRecord& record);
    void putRecord(const model::Tombstone& record);
    void removeRecord(const model::Record& record);
    void putNodeState(const model::NodeState& node);
    void removeNodeState(const model::NodeId& id);
    void putCopyState(const model::NodeId& node, const model::CopyState& copy);
    void removeCopyState(const model::CopyKey& key);
    void putStatus(const model::DatasetStatus& status);
    void removeStatus(const model::DatasetId& id);
    void scheduleLiveness(const model::NodeId& id);
    void scheduleLease(const model::LeaseRecord& lease);
    void unscheduleLease(const model::LeaseToken& token);
    std::size_t& livenessCount(model::Liveness liveness);
    std::size_t& syncCount(model::Sync sync);
    // Before and after a change to what is counted of a dataset.
    void uncountSync(const model::DatasetId& id);
    void countSync(const model::DatasetId& id);

    model::Revision m_revision = 0;
    std::optional<model::ClusterRecord> m_cluster;
    std::optional<model::HistoryRecord> m_history;
    Table<model::DatasetId, model::DatasetRecord> m_datasets;
    Table<model::DatasetId, model::DatasetLedger> m_ledgers;
    Table<model::NodeId, model::NodeRecord> m_nodes;
    Table<model::NodeId, model::NodeLedger> m_nodeLedgers;
    Table<model::PoolId, model::PoolLedger> m_pools;
    Table<model::LeaseToken, model::LeaseRecord> m_leases;
    Table<std::string, model::KeyRecord> m_keys;
    std::set<model::DatasetId> m_purging;
    std::set<model::DatasetId> m_tombstones;

    // Living datasets by the hash of their names: the names themselves are in the records.
    CompactSet<std::pair<std::size_t, model::DatasetId>> m_living;
    PairIndex<std::string, model::DatasetId> m_deletedNames;
    PairIndex<std::string, model::NodeId> m_hostnames;
    std::map<std::string, std::string> m_keyNames; // name -> public key
    PairIndex<model::DatasetId, model::LeaseToken> m_datasetLeases;
    PairIndex<model::NodeId, model::LeaseToken> m_nodeLeases;
    PairIndex<model::NodeId, model::DatasetId> m_nodeDatasets;
    PairIndex<model::PoolId, model::DatasetId> m_poolDatasets;
    PairIndex<model::NodeId, model::PoolId> m_nodePools;
    std::map<model::NodeId, std::size_t> m_owned;
    std::map<model::PoolId, std::uint64_t> m_committed;
    std::set<model::DatasetId> m_unplaced;
    TwoClockQueue<model::DatasetId> m_deletions;
    TwoClockQueue<model::DatasetId> m_retired;

    Table<model::NodeId, model::NodeState> m_nodeStates;
    Table<model::CopyKey, model::CopyState> m_copyStates;
    Table<model::DatasetId, model::DatasetStatus> m_statuses;
    PairIndex<model::DatasetId, model::CopyKey> m_datasetCopies;
    std::map<model::NodeId, SyncProgress> m_syncs;
    std::map<model::CopyId, model::DatasetId> m_destroyed; // destructions ordered
    PairIndex<model::CopyId, model::NodeId> m_provenGone;
    std::set<model::CopyId> m_spentProofs; // their orders ended, perhaps not durably yet
    LivenessCounts m_liveness;
    SyncCounts m_sync; // of the living

    model::Now m_now;
    bool m_observed = false;
    model::Duration m_purgesHeldUntil{0};
    std::map<model::NodeId, model::Duration> m_heard;
    std::map<model::NodeId, model::Duration> m_livenessAt;
    std::set<std::pair<model::Duration, model::NodeId>> m_livenessQueue;
    std::map<model::LeaseToken, model::Duration> m_leaseEnds;
    std::set<std::pair<model::Duration, model::LeaseToken>> m_leaseQueue;
    std::map<model::NodeId, model::Duration> m_lostSince;
};

// A wall clock that moved by more than this against the running clock is not trusted with grace
// periods ...
inline constexpr model::Duration kWallStep{300'000};
// ... for so long.
inline constexpr model::Duration kPurgeHold{3'600'000};

} // namespace drover::control::core
