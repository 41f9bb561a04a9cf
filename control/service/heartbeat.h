#pragma once

// How often agents shall be heard.

#include "control/core/cluster_state.h"

#include <algorithm>

namespace drover::control::service {

// One report in so many milliseconds is plenty for one thread, whatever the number of nodes ...
inline constexpr model::Duration kHeartbeatPerNode{1};
inline constexpr model::Duration kShortestHeartbeat{1000};

// Grows with the number of nodes; but one that is on its way must not make a node evasive, so never
// above a third of that time.
[[nodiscard]] inline model::Duration heartbeatOf(const core::ClusterState& state)
{
    const model::Duration wished =
        std::max(kShortestHeartbeat,
                 kHeartbeatPerNode * static_cast<std::int64_t>(state.nodeLedgers().size()));
    return std::max(model::Duration{100}, std::min(wished, state.cluster().evasiveAfter / 3));
}

} // namespace drover::control::service
