#pragma once

// What must always hold in the state (DESIGN.md 5), in words when it does not. Used by tests and
// simulation after every step.

#include "control/core/cluster_state.h"

#include <string>
#include <vector>

namespace drover::control::core {

// Empty = all hold. Cost: the whole cluster.
[[nodiscard]] std::vector<std::string> checkInvariants(const ClusterState& state);

} // namespace drover::control::core
