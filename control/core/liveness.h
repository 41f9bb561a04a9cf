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

} // namespace drover::control::core
