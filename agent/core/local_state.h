#pragma once

// What the agent knows of its machine: what discovery found, what is running, how transfers stand,
// when to try again, and when control was last heard. Rebuilt by discovery after each start; only
// AgentCore changes it.

#include "agent/core/step.h"
#include "proto/model/assignment.h"
#include "proto/model/copy.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace drover::agent::core {

// A copy's place. Copy ids are unique by design; keeping the pool in the key makes a copied folder
// in a second pool harmless.
struct CopyPlace
{
    model::PoolId pool;
    model::CopyId copy;
    auto operator<=>(const CopyPlace&) const = default;
};

// Not knowing is not absence: a copy is Absent only after a complete list of an available pool, or
// a look at it, proved so.
enum class Presence { Unknown, Absent, Present };

struct RunningStep
{
    StepId id = 0;
    Step step;
    model::TimePoint since;
    bool cancelled = false;
    bool hung = false; // its dataset is quarantined until the call returns
};

// The tries of one copy's next step; reset by a new assignment. Times are Now::running unless they
// say otherwise.
struct TryFacts
{
    std::uint32_t failures = 0;
    model::Duration lastTry{0};
    model::Duration nextTry{0};
    model::TimePoint nextTryWall;      // the same for people
    std::optional<model::Error> error; // of the last try; absent: it was only waiting for a peer
    StepKind kind = StepKind::Probe;   // what was tried
};

struct CopyFacts
{
    model::DatasetId dataset;
    Presence presence = Presence::Unknown;
    std::optional<model::LocalCopy> found; // the last look; kept while Unknown, for reports only
    bool everSeen = false; // was present at some time of this process: it is never made anew
    // held a filesystem at some time of this process: it is never formatted again
    bool everFormatted = false;
    bool provenQuiet = false; // proveReleased held, and nothing was mounted or attached since
    std::string growRefused;  // why the last grow in this phase was Unsupported; empty: it was not
    // Its last assignment ended: what this agent knows of it may be over, through another's hands.
    bool lookOnceMore = false;
    std::optional<RunningStep> running;
    TryFacts tries;
    model::Rare<model::TransferProgress> transfer; // of the transfer order in hand
    std::uint64_t observedGeneration = 0; // of the last assignment that was reached in full
    std::uint64_t touched = 0; // AgentCore's counter when a step of it last started or ended
};

struct PoolFacts
{
    model::PoolState state;
    bool shared = false; // by configuration, so known before the first probe
    // this node runs the shared pool's cluster agent: it lists everything
    bool clusterAgent = false;
    bool probed = false;     // `state` is from a probe
    bool discovered = false; // a complete list (of what this agent shall see) is in `copies`
    bool listedAll = false;  // that list was not restricted to this machine's own
    // a first discovery (a cluster agent's: of everything) ended, well or badly: a full report need
    // not wait
    bool attempted = false;
    std::optional<RunningStep> running;
    std::uint64_t runningSince = 0; // AgentCore's counter when it started
    bool wantDiscover = true;
    bool wantProbe = false;
    model::Duration nextProbe{0};
    model::Duration nextDiscover{0};
    std::uint32_t failures = 0;
};

// Making a mount needs control; this says how long ago it spoke. Now::running is CLOCK_BOOTTIME on
// an agent. `lastWord` is when the newest report that control acknowledged was *sent*, so that it
// is never later than what control measures from; and it counts only reports of sessions whose
// assignments were already on disk: a Welcome alone vouches for nothing that is remembered from
// before.
struct Contact
{
    bool session = false;   // Welcome received, connection not lost
    bool snapshot = false;  // this session's assignments are on disk, to its snapshot's end
    bool everSpoke = false; // `lastWord` is from this boot of the machine
    model::Duration lastWord{0};
    model::Duration ownershipTerm{0};
};

struct LocalState
{
    std::optional<model::ClusterId> cluster;
    std::map<model::PoolId, PoolFacts> pools;
    std::map<CopyPlace, CopyFacts> copies;
    // highest epoch of any primary or grant seen
    std::map<model::DatasetId, model::Epoch> seenEpoch;
    Contact contact;
    // heard in this session, whose assignments are not on disk yet
    std::optional<model::Duration> wordBeforeSnapshot;
    std::map<CopyPlace, model::TransferProgress> rememberedTransfers; // from before this start
};

// What becomes different in an agent's assignments. No key is in both.
struct AssignmentChanges
{
    std::map<model::AssignmentKey, model::Assignment> upserts;
    std::set<model::AssignmentKey> unassign;    // which never means delete
    std::vector<model::PoolId> clusterAgentFor; // the complete list
    bool operator==(const AssignmentChanges&) const = default;
};

// What control wants of this node: all of it, as on the agent's disk.
struct Assignments
{
    std::map<model::DatasetId, std::map<model::AssignmentKey, model::Assignment>> byDataset;
    std::map<model::AssignmentKey, model::DatasetId> datasetOf; // of every assignment
    std::set<model::PoolId> clusterAgentFor;

    // Returns the datasets whose assignments are others now. The work is that of the changes.
    std::set<model::DatasetId> apply(const AssignmentChanges& changes);
    // All of them, sorted by key.
    [[nodiscard]] std::vector<model::Assignment> all() const;
    [[nodiscard]] const model::Assignment* find(const model::DatasetId& dataset,
                                                const model::AssignmentKey& key) const;
    // The assignment of the node's own agent, else that of the cluster agent, else null.
    [[nodiscard]] const model::Assignment* ofCopy(const model::DatasetId& dataset,
                                                  const model::CopyId& copy) const;
};
// The whole list as changes to nothing.
[[nodiscard]] AssignmentChanges asChanges(const std::vector<model::Assignment>& list,
                                          const std::vector<model::PoolId>& clusterAgentFor);
[[nodiscard]] Assignments makeAssignments(const std::vector<model::Assignment>& list,
                                          const std::vector<model::PoolId>& clusterAgentFor);

[[nodiscard]] const CopyFacts* findCopy(const LocalState& state, const model::PoolId& pool,
                                        const model::CopyId& copy);
[[nodiscard]] const PoolFacts* findPool(const LocalState& state, const model::PoolId& pool);
// A block kind passes Attached and Formatted on its way to Mounted; a filesystem kind has no
// filesystems of its own to make.
[[nodiscard]] inline bool isBlockKind(const PoolFacts& pool)
{
    return !pool.state.capabilities.filesystems.empty();
}

} // namespace drover::agent::core
