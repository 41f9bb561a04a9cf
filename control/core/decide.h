#pragma once

// Commands become facts, or are refused.
//
// Specification
// - decide() looks at the whole batch: preconditions of all operations against the state before it,
//   then operation after operation, each seeing the effect of those before it. One refused
//   operation refuses the batch; nothing is half done.
// - The changes it returns name each record once, in the order of their keys, and contain no record
//   that ends as it was. Empty changes = it was already so; then nothing is committed and no
//   revision is used.
// - An error's subject names the object; in a batch its message begins with the operation's number.
// - Who may use which verb is checked by the caller (one table, by role).

#include "control/core/cluster_state.h"

#include <functional>
#include <string>
#include <vector>

namespace drover::control::core {

// Who asks; authenticated.
struct Actor
{
    std::string user;
    model::KeyRole role = model::KeyRole::Viewer;
    std::optional<model::NodeId> node; // for role Node
};

struct Decision
{
    std::vector<model::Change> changes;
    std::vector<model::LogEntry> log;
    std::vector<model::OperationResult> results; // of a write: one per operation
    std::vector<std::string> warnings;
    std::vector<model::LeaseToken> renewed; // give these to ClusterState::renew(); not durable
    [[nodiscard]] bool empty() const { return changes.empty() && log.empty() && renewed.empty(); }
};

// The configuration's records as of a revision, for rollback; Compacted when it is not kept.
using PastConfiguration = std::function<model::Result<std::vector<model::Record>>(model::Revision)>;

// Decides a write. With `expectPlan`, PlanChanged when the recomputed plan has another digest.
// `dryRun` is the caller's: it shows plan() and applies nothing. The state's revision() + 1 becomes
// the mod_revision of what changes.
[[nodiscard]] model::Result<Decision> decide(const ClusterState& state, const model::Write& write,
                                             const Actor& actor, const model::Now& now,
                                             model::IdSource& ids,
                                             const PastConfiguration& past = {});

// A precondition that does not hold, with the object's current value if there is one.
struct PreconditionFailure
{
    model::Error error;
    std::optional<model::Record> current;
};
// The first precondition of the write that does not hold. decide() asks this itself; callers ask it
// for `current`.
[[nodiscard]] std::optional<PreconditionFailure> checkPreconditions(const ClusterState& state,
                                                                    const model::Write& write);

// By id, or by name among the living; with `evenDeleted` also a deleted one by its id, or by its
// name if no living one has it. NotFound, FailedState (deleted), Conflict (name of several deleted
// ones).
[[nodiscard]] model::Result<model::DatasetId>
resolve(const ClusterState& state, const model::DatasetRef& ref, bool evenDeleted);
// By id or hostname. NotFound, Conflict (several nodes of that name).
[[nodiscard]] model::Result<model::NodeId> resolve(const ClusterState& state,
                                                   const model::NodeRef& ref);

// `dataset web-1`, `node n1`: how messages name things. Ids when nameless.
[[nodiscard]] std::string subjectOf(const ClusterState& state, const model::DatasetId& id);
[[nodiscard]] std::string nodeName(const ClusterState& state, const model::NodeId& id);
[[nodiscard]] std::string poolName(const ClusterState& state, const model::PoolId& id);

} // namespace drover::control::core
