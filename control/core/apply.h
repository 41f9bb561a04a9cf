#pragma once

// Facts become state. None of this can fail.

#include "control/core/cluster_state.h"

#include <set>
#include <vector>

namespace drover::control::core {

// Applies one durable fact and returns its inverse: a put's is the former value or the removal, a
// removal's is the put.
model::Change apply(ClusterState& state, const model::Change& change);
// Applies one fact of the actual state.
void apply(ClusterState& state, const model::StateChange& change);
// Applies all changes of a commit in order, takes its revision, and returns the inverses in the
// order undo() wants.
std::vector<model::Change> apply(ClusterState& state, const model::Commit& commit);
// Takes back the *last* commit applied, given what apply() returned for it; its revision too.
void undo(ClusterState& state, const std::vector<model::Change>& inverses);

// The state that the records of a store amount to, at the start of control.
[[nodiscard]] ClusterState stateOf(const std::vector<model::Record>& records,
                                   model::Revision revision, const model::Now& now);

// Facts of the actual state that end with a durable change: of a forgotten node nothing is known
// any more. Call it after apply(), apply and publish what it returns.
[[nodiscard]] std::vector<model::StateChange> factsEndedBy(const ClusterState& state,
                                                           const model::Change& change);

// What has to be looked at again after a change: advance() these datasets, advancePool() these
// pools, advanceNode() these nodes, and recompute the datasets' statuses and assignments.
struct Touched
{
    std::set<model::DatasetId> datasets;
    std::set<model::PoolId> pools;
    std::set<model::NodeId> nodes;
    [[nodiscard]] bool empty() const { return datasets.empty() && pools.empty() && nodes.empty(); }
};
// Adds what `change` touches. Call it *before* apply(): a removal names what it removed only as
// long as that is there.
void touch(Touched& touched, const ClusterState& before, const model::Change& change);
void touch(Touched& touched, const ClusterState& before, const model::StateChange& change);

} // namespace drover::control::core
