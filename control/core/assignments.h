#pragma once

// What each node must do, computed from configuration and ledger. Same input, same output.

#include "control/core/cluster_state.h"

#include <vector>

namespace drover::control::core {

// Everything one node must do for one dataset, sorted by key. Empty: the dataset does not concern
// it.
[[nodiscard]] std::vector<model::Assignment> assignmentsOf(const ClusterState& state,
                                                           const model::DatasetId& dataset,
                                                           const model::NodeId& node);
// The datasets for which assignmentsOf() may have something for this node: what a session's first
// batch goes through. Sorted.
[[nodiscard]] std::vector<model::DatasetId> datasetsConcerning(const ClusterState& state,
                                                               const model::NodeId& node);
// The shared pools whose cluster agent runs on this node. Sorted.
[[nodiscard]] std::vector<model::PoolId> clusterAgentPools(const ClusterState& state,
                                                           const model::NodeId& node);

} // namespace drover::control::core
