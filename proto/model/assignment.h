#pragma once

// Assignments and reports: what control and an agent say to each other about copies.

#include "proto/model/copy_identity.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace drover::model {

// What an agent must bring a copy to. Absence of an assignment never means delete: an unassigned
// copy is reported and kept.
enum class Goal : std::uint32_t {
    Mounted = 1, // primary at `epoch`, mounted read-write; made new only if `mayCreate`
    // primary at `epoch`, writers stopped, unmounted; still may thaw. With a transfer: send the
    // final pass
    Frozen = 2,
    Released = 3,  // write `released` at `epoch` durably, prove it, detach; one-way
    Receive = 4,   // a receiving copy; take the transfer
    Retired = 5,   // kept in role `retiredRole`, unmounted and detached
    Destroyed = 6, // purge committed: destroy exactly this copy
    // cluster agents of shared pools: the image exists with its size; nobody here mounts it
    Present = 7
};
[[nodiscard]] const char* toString(Goal goal);

enum class TransferDirection : std::uint32_t { Send = 1, Receive = 2 };

struct TransferOrder
{
    TransferId id;
    TransferDirection direction = TransferDirection::Send;
    NodeId peer;
    std::string peerKey;      // z85 CURVE key of the peer node
    std::string peerEndpoint; // sender: where the receiver listens
    std::string digest;       // receiver: both ends' last pass ended in it; it seals just that
    auto operator<=>(const TransferOrder&) const = default;
};

// What one agent must do for one copy, computed by control from configuration and ledger.
// Self-contained: it carries the whole spec.
struct Assignment
{
    DatasetId dataset;
    CopyId copy;
    PoolId pool;
    Epoch epoch = 0;
    Goal goal = Goal::Mounted;
    bool mayCreate = false;    // the dataset never existed: an empty volume may be made, once
    bool clusterAgent = false; // for the agent of the shared pool itself, not the node's own
    CopyRole retiredRole = CopyRole::Stale; // for Retired
    std::string name;
    DatasetSpec spec;
    std::uint64_t generation = 0; // of the dataset's header
    std::optional<TransferOrder> transfer;
    auto operator<=>(const Assignment&) const = default;
};

// One copy may have one assignment for the node's own agent and one for the cluster agent.
struct AssignmentKey
{
    CopyId copy;
    bool clusterAgent = false;
    auto operator<=>(const AssignmentKey&) const = default;
};
[[nodiscard]] inline AssignmentKey keyOf(const Assignment& a) { return {a.copy, a.clusterAgent}; }

// Opens a session. Sent by an agent process after each connect.
struct Hello
{
    NodeId node;
    MachineId machine;
    BootId boot;
    Uuid incarnation; // of this start of the process
    std::string hostname;
    std::string address;      // host part others reach it by
    std::string bulkEndpoint; // where it receives transfers
    std::string version;
    Labels labels;
    std::vector<PoolState> pools;
    std::vector<std::string> features;
    HistoryId highestHistory; // of what it remembers; nil = nothing
    Term highestTerm = 0;
    Uuid highestNonce; // of that term; nil = not known
    Revision highestRevision = 0;
    auto operator<=>(const Hello&) const = default;
};

struct Welcome
{
    SessionId session;
    ClusterId cluster;
    HistoryId history;
    Term term = 0;
    Uuid nonce;
    Duration heartbeat{1000};  // send something at least this often
    Duration ownershipTerm{0}; // mounts may be made for so long after the last word from control
    std::uint32_t window = 64; // reports on the way without acknowledgement
    TimePoint controlTime;
    std::vector<std::string> features;
    // Control's store is behind or lost, and a person is to recover it: report everything, with identities; nothing is ordered, and
    // this session vouches for nothing
    bool recovering = false;
    // histories that a person's recovery ended in favour of this one: only then it is followed by who knows another
    std::vector<HistoryId> supersedes;
    auto operator<=>(const Welcome&) const = default;
};

// Numbered per session from 1 without gaps; acknowledged by number. An empty one is a heartbeat.
struct Report
{
    SessionId session;
    std::uint64_t n = 0;
    bool complete = false;            // ends the first full report
    std::vector<PoolState> pools;     // changed ones
    std::vector<CopyState> copies;    // changed ones
    std::vector<CopyId> gone;         // proven absent by a complete look at an available pool
    std::uint64_t loopIterations = 0; // progress of the convergence loop, apart from being alive
    std::vector<FoundCopy> found;     // while recovering: the identities of `copies`
    auto operator<=>(const Report&) const = default;
};
struct ReportAck
{
    SessionId session;
    std::uint64_t n = 0; // everything up to here was taken
    auto operator<=>(const ReportAck&) const = default;
};

// Control -> agent; numbered per session from 1 without gaps; acknowledged after they are on the
// agent's disk.
struct AssignmentBatch
{
    SessionId session;
    std::uint64_t n = 0;
    Term term = 0;
    Revision revision = 0; // what it was computed from
    // The first of a session: begins a snapshot. Whatever it has not named by its end is unassigned
    // then, and not before.
    bool snapshot = false;
    bool snapshotContinues = false; // the snapshot does not end with this batch
    std::vector<Assignment> upserts;
    std::vector<AssignmentKey> unassign;
    // this node runs the cluster agents of these pools; complete list
    std::vector<PoolId> clusterAgentFor;
    auto operator<=>(const AssignmentBatch&) const = default;
};
struct AssignmentAck
{
    SessionId session;
    std::uint64_t n = 0;
    auto operator<=>(const AssignmentAck&) const = default;
};

} // namespace drover::model
