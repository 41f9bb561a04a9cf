#pragma once

// The actual state: what agents report. In memory only; rebuilt from reports.

#include "proto/model/condition.h"
#include "proto/model/ledger.h"
#include "proto/model/rare.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace drover::model {

// What a pool can do; probed by its backend, not assumed.
struct Capabilities
{
    bool sizes = false;      // enforces a dataset's size
    bool growOnline = false; // some filesystem of it, while mounted
    bool growOffline = false;
    bool provenRelease = false;           // can prove that no writer is left; else best effort
    bool transfer = false;                // can send and receive copies between nodes
    std::vector<std::string> filesystems; // that it can make; empty = has none of its own
    std::string defaultFilesystem;
    auto operator<=>(const Capabilities&) const = default;
};

// A pool as one node sees it.
struct PoolState
{
    PoolId id;
    std::string name;
    std::string kind;
    bool shared = false;
    Fence fence = Fence::None;
    Capabilities capabilities;
    ByteCount capacity;
    ByteCount free;
    // false: its marker is missing or wrong, or it cannot be read; nothing is planned for it
    bool available = false;
    std::vector<Condition> conditions;
    auto operator<=>(const PoolState&) const = default;
};

// How far a copy is on its way to being used. Block kinds pass all, Locked those of shared pools
// only; filesystem kinds go from Created to Mounted.
enum class CopyPhase : std::uint32_t {
    Created = 1,
    Attached = 2,
    Formatted = 3,
    Mounted = 4,
    Locked = 5, // after Created: the lock of its image is this node's, and nothing is attached
};
[[nodiscard]] const char* toString(CopyPhase phase);

// How a transfer is doing, at either end.
struct TransferProgress
{
    TransferId id;
    std::uint32_t pass = 0; // 1 = the full one; grows with each smaller one
    bool passDone = false;  // this pass is complete and durable at the receiver
    bool finalDone = false; // the pass after the freeze is complete and durable
    ByteCount bytesDone;
    ByteCount bytesTotal; // 0 = not known yet
    std::uint64_t bytesPerSecond = 0;
    ByteCount lastPassBytes; // what the last complete pass carried: small = ready to freeze
    std::string digest;      // hexadecimal, of everything, once finalDone
    // The receiver holds what the order's digest names, and takes nothing more from anybody.
    bool sealed = false;
    auto operator<=>(const TransferProgress&) const = default;
};

// A copy as the agent that owns this piece of state sees it.
struct CopyState
{
    DatasetId dataset;
    CopyId copy;
    PoolId pool;
    CopyRole role = CopyRole::Primary;
    // 0: nothing is there; the entry only carries the conditions that say why (DataMissing, a
    // creation that fails)
    Epoch epoch = 0;
    CopyPhase phase = CopyPhase::Created;
    std::string datasetName; // as in its identity
    std::string path;        // where its users find it, when mounted
    std::string filesystem;
    std::optional<ByteCount> size;
    std::optional<ByteCount> used;
    bool frozen = false;                  // writers are stopped and it is not mounted, by order
    std::uint64_t observedGeneration = 0; // of the assignment's spec that this reflects
    Rare<TransferProgress> transfer;
    std::string step; // what is running now, for people; empty = nothing
    std::vector<Condition> conditions;
    auto operator<=>(const CopyState&) const = default;
};

enum class Liveness : std::uint32_t {
    // a session is open, its first full report is not complete: nothing is absent, no grant uses it
    Syncing = 1,
    Alive = 2,
    Evasive = 3,     // missed heartbeats
    Unreachable = 4, // its last state is kept and marked stale
    Lost = 5         // declared lost
};
[[nodiscard]] const char* toString(Liveness liveness);

struct NodeState
{
    NodeId id;
    Liveness liveness = Liveness::Unreachable;
    TimePoint since; // of this liveness
    TimePoint lastHeard;
    std::optional<SessionId> session;
    BootId boot;
    std::string version;          // of the agent program
    Labels labels;                // that the agent itself states (kind of machine, zone)
    std::vector<PoolState> pools; // sorted by id
    std::vector<Condition> conditions;
    auto operator<=>(const NodeState&) const = default;
};

// One fact of the actual state; what the state/ stream carries. Copies are keyed by (node, copy).
struct CopyKey
{
    NodeId node;
    CopyId copy;
    auto operator<=>(const CopyKey&) const = default;
};
struct NodeStatePut
{
    NodeState node;
    auto operator<=>(const NodeStatePut&) const = default;
};
struct NodeStateRemoved
{
    NodeId node;
    auto operator<=>(const NodeStateRemoved&) const = default;
};
struct CopyStatePut
{
    NodeId node;
    CopyState copy;
    auto operator<=>(const CopyStatePut&) const = default;
};
struct CopyStateRemoved
{
    CopyKey key;
    auto operator<=>(const CopyStateRemoved&) const = default;
};
// Computed by control from configuration, ledger and state: what people see of a dataset.
struct DatasetStatus
{
    DatasetId id;
    Sync sync = Sync::Converging;
    Health health = Health::Unknown;
    std::optional<NodeId> node; // where it is mounted
    std::string path;
    std::optional<ByteCount> size; // what its users have there; absent: not mounted, or no limit
    std::vector<Condition> conditions; // whatever waits says why
    Rare<TransferProgress> transfer;
    auto operator<=>(const DatasetStatus&) const = default;
};
struct DatasetStatusPut
{
    DatasetStatus status;
    auto operator<=>(const DatasetStatusPut&) const = default;
};
struct DatasetStatusRemoved
{
    DatasetId id;
    auto operator<=>(const DatasetStatusRemoved&) const = default;
};
using StateChange = std::variant<NodeStatePut, NodeStateRemoved, CopyStatePut, CopyStateRemoved,
                                 DatasetStatusPut, DatasetStatusRemoved>;

} // namespace drover::model
