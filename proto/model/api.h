#pragma once

// The verbs: what clients ask of control and what it answers. One struct per verb; Request and
// Reply are the envelopes.

#include "proto/model/assignment.h"
#include "proto/model/event.h"
#include "proto/model/state.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace drover::model {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaximumBatchOperations = 10'000;
inline constexpr std::size_t kMaximumFrame = 1 << 20;     // soft limit, answered with TooLarge
inline constexpr Duration kMaximumDeadlineAhead{600'000}; // 10 minutes
// 20 minutes: how long a request's outcome is remembered
inline constexpr Duration kOutcomeKept{1'200'000};

// Names an object in a request: its id, or its name among the living. Exactly one is set.
template <class AnyId>
struct Ref
{
    std::optional<AnyId> id;
    std::string name;
    auto operator<=>(const Ref&) const = default;
};
using DatasetRef = Ref<DatasetId>;
using NodeRef = Ref<NodeId>;

// ---- writes: each can stand in a batch, and be planned (dry run)

struct DatasetCreate
{
    std::optional<DatasetId> id; // absent: control makes one
    std::string name;
    Labels labels;
    std::optional<ByteCount> size;
    std::string filesystem;
    Labels metadata;
    NodeRef node; // both empty: by constraints
    std::string pool;
    Labels requiredLabels;
    std::vector<std::string> poolKinds;
    auto operator<=>(const DatasetCreate&) const = default;
};
struct DatasetMove
{
    DatasetRef dataset;
    NodeRef to;
    std::string pool;      // empty: the pool of the same name, else the default
    bool whenFree = false; // with leases: wait for them instead of being refused
    auto operator<=>(const DatasetMove&) const = default;
};
struct DatasetResize
{
    DatasetRef dataset;
    ByteCount size;
    auto operator<=>(const DatasetResize&) const = default;
};
struct DatasetSetMetadata // replaces all metadata
{
    DatasetRef dataset;
    Labels metadata;
    auto operator<=>(const DatasetSetMetadata&) const = default;
};
struct DatasetRename
{
    DatasetRef dataset;
    std::string name;
    auto operator<=>(const DatasetRename&) const = default;
};
// idempotent; a deleted one is named by its id or by its name if no living one has it
struct DatasetDelete
{
    DatasetRef dataset;
    std::optional<Duration> grace; // absent: the cluster's
    bool whenFree = false;
    auto operator<=>(const DatasetDelete&) const = default;
};
struct DatasetUndelete
{
    DatasetRef dataset;
    std::string name; // a new name, if the old one is taken; empty: the old one
    auto operator<=>(const DatasetUndelete&) const = default;
};
struct DatasetPurge // ends the grace of a deleted dataset now
{
    DatasetRef dataset;
    auto operator<=>(const DatasetPurge&) const = default;
};
struct NodeLabel // replaces all labels
{
    NodeRef node;
    Labels labels;
    auto operator<=>(const NodeLabel&) const = default;
};
struct NodeCordon
{
    NodeRef node;
    bool cordoned = true; // false: uncordon
    auto operator<=>(const NodeCordon&) const = default;
};
struct NodeDeclareLost
{
    NodeRef node;
    std::string statement; // required when a dataset of it has no fence: that the machine is off
    auto operator<=>(const NodeDeclareLost&) const = default;
};
struct NodeForget
{
    NodeRef node;
    auto operator<=>(const NodeForget&) const = default;
};
struct LeaseAcquire
{
    DatasetRef dataset;
    NodeRef node;
    std::string holder;
    std::optional<Duration> ttl;
    auto operator<=>(const LeaseAcquire&) const = default;
};
struct LeaseRenew
{
    LeaseToken token;
    auto operator<=>(const LeaseRenew&) const = default;
};
struct LeaseRelease
{
    LeaseToken token;
    auto operator<=>(const LeaseRelease&) const = default;
};
struct ClusterSet // absent fields stay
{
    std::string name;
    std::optional<Duration> deleteGrace;
    std::optional<Duration> retiredCopyGrace;
    auto operator<=>(const ClusterSet&) const = default;
};
// a new revision that restores desired fields as of `to`; never deletes what was made since, lists
// it
struct Rollback
{
    Revision to = 0;
    auto operator<=>(const Rollback&) const = default;
};
struct KeyAdd
{
    std::string publicKey;
    std::string name;
    KeyRole role = KeyRole::Viewer;
    std::optional<NodeId> node;
    auto operator<=>(const KeyAdd&) const = default;
};
struct KeyRemove
{
    std::string name;
    auto operator<=>(const KeyRemove&) const = default;
};

// A person's choice where two copies of a dataset have equal claims, or none has a good one.
struct RecoverChoice
{
    DatasetRef dataset;
    CopyId copy;
    auto operator<=>(const RecoverChoice&) const = default;
};
// Makes a store that is behind or was lost true again by what the nodes' copies carry. Only in safe mode, alone in its write.
struct Recover
{
    std::vector<RecoverChoice> choices;
    std::vector<NodeRef> lost; // silent nodes that are declared lost with it
    std::string statement;     // how it is known that they are off
    auto operator<=>(const Recover&) const = default;
};

// A dataset as a configuration file states it: desired fields only. Named by its name.
struct DesiredDataset
{
    std::string name;
    Labels labels;
    std::optional<ByteCount> size;
    std::string filesystem;
    Labels metadata;
    std::string node; // hostname or id; empty: by constraints
    std::string pool;
    Labels requiredLabels;
    std::vector<std::string> poolKinds;
    auto operator<=>(const DesiredDataset&) const = default;
};
struct DesiredNode
{
    std::string name;
    Labels labels;
    bool cordoned = false;
    auto operator<=>(const DesiredNode&) const = default;
};
// A whole configuration; what `export` gives and `apply` takes. Never deletes what it omits unless
// `prune`.
struct Apply
{
    std::vector<DesiredDataset> datasets;
    std::vector<DesiredNode> nodes;
    bool prune = false;
    auto operator<=>(const Apply&) const = default;
};

using WriteVerb =
    std::variant<DatasetCreate, DatasetMove, DatasetResize, DatasetSetMetadata, DatasetRename,
                 DatasetDelete, DatasetUndelete, DatasetPurge, NodeLabel, NodeCordon,
                 NodeDeclareLost, NodeForget, LeaseAcquire, LeaseRenew, LeaseRelease, ClusterSet,
                 Rollback, KeyAdd, KeyRemove, Apply, Recover>;
[[nodiscard]] const char* verbName(const WriteVerb& verb); // `dataset.create`, ... as in logs

// The object must be at this mod_revision; 0 = it must not exist (by name).
struct Precondition
{
    RecordKey key; // id empty: by name
    std::string name;
    Revision modRevision = 0;
    auto operator<=>(const Precondition&) const = default;
};
struct Operation
{
    WriteVerb verb;
    std::vector<Precondition> preconditions;
    auto operator<=>(const Operation&) const = default;
};

// One or more operations, atomic: one revision or none. A plain write is a batch of one.
struct Write
{
    std::vector<Operation> operations;
    bool dryRun = false;
    std::string expectPlan; // refuse unless the recomputed plan has this digest
    std::string reason;     // for the timeline; may be empty
    auto operator<=>(const Write&) const = default;
};

// ---- reads

struct StatusGet
{
    auto operator<=>(const StatusGet&) const = default;
};
struct Page
{
    std::uint32_t limit = 0; // 0 = as many as fit
    std::string after;       // opaque key from the last page's `next`; empty = from the start
    auto operator<=>(const Page&) const = default;
};
struct NodeList
{
    Page page;
    auto operator<=>(const NodeList&) const = default;
};
struct DatasetList
{
    Page page;
    bool deleted = false; // the deleted ones instead of the living
    auto operator<=>(const DatasetList&) const = default;
};
struct DatasetGet
{
    DatasetRef dataset;
    auto operator<=>(const DatasetGet&) const = default;
};
struct NodeGet
{
    NodeRef node;
    auto operator<=>(const NodeGet&) const = default;
};
struct LeaseList
{
    DatasetRef dataset; // both empty: all
    auto operator<=>(const LeaseList&) const = default;
};
struct KeyList
{
    auto operator<=>(const KeyList&) const = default;
};
struct HistoryList // newest first, from `before` (0 = newest) down
{
    Revision before = 0;
    std::uint32_t limit = 50;
    std::optional<DatasetId> dataset; // only commits that touch it
    auto operator<=>(const HistoryList&) const = default;
};
struct DiffGet // desired fields at `from` against `to` (0 = now)
{
    Revision from = 0;
    Revision to = 0;
    auto operator<=>(const DiffGet&) const = default;
};
struct ExportGet
{
    auto operator<=>(const ExportGet&) const = default;
};

enum class Stream : std::uint32_t { Config = 1, Log = 2, State = 3 };
[[nodiscard]] const char* topicOf(Stream stream); // "config/", "log/", "state/"
inline constexpr const char* kTickTopic = "tick/";

struct SnapshotGet // records of configuration and ledger, or facts of the state, page by page
{
    Stream stream = Stream::Config; // Config or State
    Page page;
    Revision at = 0; // of Config: the configuration, without the ledger, of then; 0 = now
    auto operator<=>(const SnapshotGet&) const = default;
};
struct ChangesGet // what a stream carried after n; Compacted when it is not kept
{
    Stream stream = Stream::Config;
    StreamId streamId;
    std::uint64_t after = 0;
    std::uint32_t limit = 0;
    auto operator<=>(const ChangesGet&) const = default;
};
// may I subscribe to this topic? A refused subscription is otherwise silent
struct SubscriptionStatusGet
{
    std::string topic;
    auto operator<=>(const SubscriptionStatusGet&) const = default;
};
struct ClientHello // versions, features, control's clock
{
    std::uint32_t minimumVersion = kProtocolVersion;
    std::uint32_t maximumVersion = kProtocolVersion;
    std::string program;
    std::vector<std::string> features;
    auto operator<=>(const ClientHello&) const = default;
};

using ReadVerb = std::variant<ClientHello, StatusGet, NodeList, NodeGet, DatasetList, DatasetGet,
                              LeaseList, KeyList, HistoryList, DiffGet, ExportGet, SnapshotGet,
                              ChangesGet, SubscriptionStatusGet>;
using AgentVerb = std::variant<Hello, Report, AssignmentAck>; // role node only
[[nodiscard]] const char* verbName(const ReadVerb& verb);     // `dataset.list`, ...
[[nodiscard]] const char* verbName(const AgentVerb& verb);    // `agent.report`, ...

struct Request
{
    std::uint32_t protocolVersion = kProtocolVersion;
    std::string requestId;             // 1..64 bytes, unique per user; the key of at-most-once
    std::optional<TimePoint> deadline; // control's clock; a write without one is refused
    Revision minRevision = 0;          // reads: wait for it
    std::variant<Write, ReadVerb, AgentVerb> body;
    auto operator<=>(const Request&) const = default;
};

// ---- answers

// What a dataset looks like from outside: everything a person or program wants of it at once.
struct DatasetView
{
    DatasetRecord record; // as it was, of one that was purged: ledger->purgeCommitted
    std::optional<DatasetLedger> ledger;
    DatasetStatus status;
    std::vector<LeaseRecord> leases;
    auto operator<=>(const DatasetView&) const = default;
};
struct NodeView
{
    NodeLedger ledger;
    std::optional<NodeRecord> record;
    std::optional<NodeState> state;
    std::uint64_t datasets = 0; // owned
    auto operator<=>(const NodeView&) const = default;
};
struct LeaseView
{
    LeaseRecord record;
    std::optional<Duration> remaining;
    auto operator<=>(const LeaseView&) const = default;
};

// One line of a plan: what would change and why.
struct PlanStep
{
    std::string node;    // where; empty = the configuration itself
    std::string subject; // which object
    std::string action;  // what, e.g. `create an ext4 volume of 1 GiB in pool default`
    std::string reason;
    auto operator<=>(const PlanStep&) const = default;
};
struct Plan
{
    std::vector<PlanStep> steps;
    std::vector<std::string> warnings; // e.g. what rollback or apply leaves alone
    std::string digest;
    auto operator<=>(const Plan&) const = default;
};
struct OperationResult
{
    std::optional<DatasetId> dataset; // made or changed
    std::optional<NodeId> node;
    std::optional<LeaseToken> lease;
    std::string message; // e.g. that it was already so
    auto operator<=>(const OperationResult&) const = default;
};
struct WriteResult
{
    std::vector<OperationResult> results; // one per operation
    std::optional<Plan> plan;             // for a dry run
    std::vector<std::string> warnings;
    auto operator<=>(const WriteResult&) const = default;
};

struct StatusResult
{
    std::string version;
    ClusterRecord cluster;
    HistoryRecord history;
    Revision revision = 0;
    bool safeMode = false;
    std::string safeModeReason;
    std::optional<TimePoint> safeModeSince; // kept over restarts
    TimePoint controlTime;
    std::string user; // who you are here
    KeyRole role = KeyRole::Viewer;
    // Living ones, and their sync; those in their grace; those whose copies are being destroyed.
    std::uint64_t datasets = 0, inSync = 0, converging = 0, blocked = 0, deleted = 0, purging = 0;
    std::uint64_t nodes = 0, alive = 0, evasive = 0, unreachable = 0, lost = 0, syncing = 0;
    std::uint64_t leases = 0;
    std::string eventsEndpoint;
    std::vector<Condition> conditions; // of the cluster, e.g. control suspects itself
    auto operator<=>(const StatusResult&) const = default;
};
struct NodeListResult
{
    std::vector<NodeView> nodes;
    std::string next;
    auto operator<=>(const NodeListResult&) const = default;
};
struct DatasetListResult
{
    std::vector<DatasetView> datasets;
    std::string next; // empty = the last page
    auto operator<=>(const DatasetListResult&) const = default;
};
struct LeaseListResult
{
    std::vector<LeaseView> leases;
    auto operator<=>(const LeaseListResult&) const = default;
};
struct KeyListResult
{
    std::vector<KeyRecord> keys;
    auto operator<=>(const KeyListResult&) const = default;
};
struct HistoryListResult
{
    std::vector<Commit> commits;
    Revision oldestKept = 0;
    auto operator<=>(const HistoryListResult&) const = default;
};
struct FieldDiff
{
    std::string subject; // `dataset web-1`
    std::string field;   // `size`; empty: the whole object
    std::string before;  // empty = absent
    std::string after;
    auto operator<=>(const FieldDiff&) const = default;
};
struct DiffResult
{
    std::vector<FieldDiff> fields;
    auto operator<=>(const DiffResult&) const = default;
};
struct ExportResult
{
    Apply configuration;
    auto operator<=>(const ExportResult&) const = default;
};
struct SnapshotResult
{
    StreamId streamId;
    std::uint64_t n = 0;            // the position this page is true at
    std::vector<Record> records;    // Config
    std::vector<StateChange> facts; // State: puts only
    std::string next;
    auto operator<=>(const SnapshotResult&) const = default;
};

// One message of a stream. `n` without gaps; `prevN` = n - 1 in this form of the protocol.
struct StreamMessage
{
    Stream stream = Stream::Config;
    StreamId streamId;
    std::uint64_t n = 0;
    std::uint64_t prevN = 0;
    Revision revision = 0;          // State: of the configuration it refers to
    std::optional<Commit> commit;   // Config (without its log) and Log (log only)
    std::vector<StateChange> facts; // State
    auto operator<=>(const StreamMessage&) const = default;
};
struct ChangesResult
{
    std::vector<StreamMessage> messages;
    std::uint64_t last = 0; // the stream's newest n
    auto operator<=>(const ChangesResult&) const = default;
};
struct Tick
{
    HistoryId history;
    Term term = 0;
    Uuid nonce;
    Duration heartbeat{1000};
    Revision revision = 0;
    struct Position
    {
        Stream stream = Stream::Config;
        StreamId streamId;
        std::uint64_t n = 0;
        auto operator<=>(const Position&) const = default;
    };
    std::vector<Position> positions;
    TimePoint controlTime;
    auto operator<=>(const Tick&) const = default;
};
struct SubscriptionStatusResult
{
    bool allowed = false;
    std::string reason;
    auto operator<=>(const SubscriptionStatusResult&) const = default;
};
struct ClientWelcome
{
    std::uint32_t protocolVersion = kProtocolVersion;
    std::string version;
    ClusterId cluster;
    std::string clusterName;
    HistoryId history;
    Term term = 0;
    TimePoint controlTime;
    std::string eventsEndpoint;
    std::string user;
    KeyRole role = KeyRole::Viewer;
    std::vector<std::string> features;
    auto operator<=>(const ClientWelcome&) const = default;
};

using ReplyBody =
    std::variant<std::monostate, WriteResult, ClientWelcome, StatusResult, NodeListResult,
                 DatasetListResult, LeaseListResult, KeyListResult, HistoryListResult, DiffResult,
                 ExportResult, SnapshotResult, ChangesResult, SubscriptionStatusResult, Welcome,
                 ReportAck, AssignmentBatch>;

// An answer carries the request's id; what control sends an agent unasked (AssignmentBatch) has an
// empty one.
struct Reply
{
    std::uint32_t protocolVersion = kProtocolVersion;
    std::string requestId;
    std::optional<Error> error;    // absent = ok
    Revision revision = 0;         // of a write: the new one; of a read: the view's
    std::optional<Record> current; // with PreconditionFailed: the object's current value
    ReplyBody body;
    auto operator<=>(const Reply&) const = default;
};

} // namespace drover::model
