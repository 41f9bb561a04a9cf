#pragma once

// Time passes: silent nodes, ending leases and graces. All from queues; nothing here grows with the
// cluster.

#include "control/core/decide.h"

#include <optional>
#include <vector>

namespace drover::control::core {

// Facts for the start of control: every known node is Unreachable until it says Hello.
[[nodiscard]] std::vector<model::StateChange> initialState(const ClusterState& state,
                                                           const model::Now& now);
// Nodes whose silence has become too long: Evasive, then Unreachable.
[[nodiscard]] std::vector<model::StateChange> onTick(const ClusterState& state,
                                                     const model::Now& now);
// Leases whose time has passed end.
[[nodiscard]] Decision expireLeases(const ClusterState& state, const model::Now& now);
// Datasets for which a moment in (since, now] was reached: a grace, or a fence. advance() them.
// After a start: since = {}.
[[nodiscard]] std::vector<model::DatasetId>
dueDatasets(const ClusterState& state, const model::Now& since, const model::Now& now);
// The same for shared pools whose cluster agent was on a lost node. advancePool() these.
[[nodiscard]] std::vector<model::PoolId> duePools(const ClusterState& state,
                                                  const model::Now& since, const model::Now& now);
// Time from `now` until one of the above may have something; absent = not before something
// else happens.
[[nodiscard]] std::optional<model::Duration> nextWake(const ClusterState& state,
                                                      const model::Now& now);

// How long a dataset of a lost owner has to wait still before its shared pool's fence lets it be
// granted elsewhere; 0 = no more.
[[nodiscard]] model::Duration fenceRemaining(const ClusterState& state, const model::NodeId& node,
                                             const model::PoolId& pool, const model::Now& now);

// How many of the known nodes (those that are lost aside) have spoken since control started.
//
// Specification: until half of them have, control decides nothing by itself: no placement, no step of
// a hand-over, no grant, no purge. Clients' writes are taken, and nodes are told what stands.
// Rationale: an old copy of the store is found out by what an agent remembers. Agents remember a
// control that they were connected to; so whatever was decided by a control that half of the nodes
// were connected to is known to one of the half that speaks now, and is heard of before anything is
// granted or purged that contradicts it. Waiting for all would let one dead node stop the cluster at
// each restart of control.
struct Heard
{
    std::size_t known = 0, spoken = 0;
    [[nodiscard]] bool isEnough() const { return 2 * spoken >= known; }
};
[[nodiscard]] Heard heardSinceStart(const ClusterState& state);
// The node has opened a session since control started.
[[nodiscard]] bool hasSpoken(const ClusterState& state, const model::NodeId& node);

} // namespace drover::control::core
