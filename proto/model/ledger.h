#pragma once

// The ledger: what control itself has decided or must remember. Durable, in the same transactions
// and order as the configuration; never rolled back, exported, applied or compacted away.

#include "proto/model/configuration.h"
#include "proto/model/rare.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drover::model {

// What a copy is, as written in its own identity in the backend.
enum class CopyRole : std::uint32_t {
    Primary = 1,   // the dataset; mounted read-write at exactly its epoch
    Receiving = 2, // being filled by a transfer
    Released = 3,  // let go by its owner at its epoch, for ever
    Stale = 4,     // superseded by a later grant elsewhere
    Trash = 5,     // of a deleted dataset, or a stale one on its way out
    Orphan = 6     // no record accounts for it; kept and reported
};
[[nodiscard]] const char* toString(CopyRole role);

// The phases of a hand-over, DESIGN.md section 6. Ready is the end of it: then there is no Handover
// any more.
enum class HandoverPhase : std::uint32_t {
    Copying = 1,  // the source is in use, passes travel (never in shared pools)
    Frozen = 2,   // the source's writers are stopped; may still thaw at the same epoch
    Verified = 3, // the target has sealed the source's bytes, by digest (never in shared pools)
    Released = 4, // the source has let go, durably; ordered when Verified, proven by its report
    Granted = 5   // the target owns it at epoch + 1
};
[[nodiscard]] const char* toString(HandoverPhase phase);

struct Handover
{
    OperationId id;
    HandoverPhase phase = HandoverPhase::Copying;
    NodeId source;
    PoolId sourcePool;
    CopyId sourceCopy;
    NodeId target;
    PoolId targetPool;
    CopyId targetCopy; // equals sourceCopy in a shared pool
    TransferId transfer;
    std::string digest; // hexadecimal; both ends' last pass ended in it: set before Verified
    TimePoint startedAt;
    TimePoint phaseSince;
    auto operator<=>(const Handover&) const = default;
};

// A copy that is not the primary any more and is kept until its purge.
struct RetiredCopy
{
    CopyId copy;
    PoolId pool;
    NodeId node; // who holds it
    CopyRole role = CopyRole::Stale;
    Now since;
    bool purgeCommitted = false; // PurgeCommitted: its destruction was ordered, durably
    auto operator<=>(const RetiredCopy&) const = default;
};

// One per dataset, from its first placement until every copy of it is gone; then only the tombstone
// stays.
struct DatasetLedger
{
    DatasetId id;
    Epoch epoch = 0; // highest epoch ever granted
    // who holds the grant of `epoch`; absent before placement and after the purge
    std::optional<NodeId> owner;
    PoolId pool;              // of the primary
    CopyId copy;              // the primary
    bool everCreated = false; // data existed once: from then on it is never made anew
    Rare<Handover> handover;
    std::vector<RetiredCopy> retired; // sorted by copy id
    bool purgeCommitted = false; // the dataset was purged: the primary's destruction was ordered
    Rare<DatasetRecord> purged;  // its record then: what can still be shown of it
    auto operator<=>(const DatasetLedger&) const = default;
};

// A dataset id that was purged; never used again.
struct Tombstone
{
    DatasetId id;
    auto operator<=>(const Tombstone&) const = default;
};

// A person's word that a node is dead.
struct LostMark
{
    TimePoint at;
    std::string by;
    std::string statement; // what was typed
    auto operator<=>(const LostMark&) const = default;
};

// What control remembers of a node between its sessions.
struct NodeLedger
{
    NodeId id;
    MachineId machine;
    std::string hostname;
    std::string address;
    std::string bulkEndpoint; // where it receives transfers
    std::string publicKey;    // its CURVE key, z85; transfers admit it by this
    TimePoint firstSeen;
    std::optional<LostMark> lost;
    auto operator<=>(const NodeLedger&) const = default;
};

enum class Fence : std::uint32_t {
    None = 1,   // nothing proves that a silent node stopped writing
    Self = 2,   // the agent stops its writers when its ownership term ends
    Storage = 3 // attaching proves the other is out
};
[[nodiscard]] const char* toString(Fence fence); // "none", ...
[[nodiscard]] std::optional<Fence> parseFence(std::string_view text);

// What control remembers of a pool: who can reach it, and for a shared one, who is its cluster
// agent.
struct PoolLedger
{
    PoolId id;
    std::string name;
    std::string kind; // backend kind: directory, loopback, ...
    bool shared = false;
    Fence fence = Fence::None;
    std::vector<NodeId> nodes;       // sorted; exactly one when not shared
    std::optional<NodeId> agentNode; // shared: runs the cluster agent
    Epoch agentEpoch = 0;            // grows with every such grant
    auto operator<=>(const PoolLedger&) const = default;
};

// A promise to a holder that the dataset stays mounted where it is. The remaining time is not
// stored: it starts anew in full after each start of control. Expiry never unmounts.
struct LeaseRecord
{
    LeaseToken token;
    DatasetId dataset;
    NodeId node;
    std::string holder;
    std::optional<Duration> ttl; // absent: until released
    TimePoint acquiredAt;
    auto operator<=>(const LeaseRecord&) const = default;
};

// Identity of the store's past. One record.
struct HistoryRecord
{
    HistoryId history;
    Term term = 0;
    Uuid nonce;          // random, of this term
    Duration running{0}; // control's running time, written lazily
    // histories that recoveries ended; who remembers one of them may follow this one
    std::vector<HistoryId> superseded;
    auto operator<=>(const HistoryRecord&) const = default;
};

} // namespace drover::model
