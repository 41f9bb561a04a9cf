#pragma once

// What the agent reports: its facts in the form of the actual state. Pure.

#include "agent/core/plan.h"

#include <optional>

namespace drover::agent::core {

// The copy as control shall see it; absent when there is nothing to say (not there, and nothing
// stands in the way of anything). A copy that is not there but whose making waits or fails is an
// entry with epoch 0 and the conditions.
[[nodiscard]] std::optional<model::CopyState>
viewOf(const LocalState& state, const Assignments& assignments, const CopyPlace& place,
       const Explanation& explanation, model::Now now);

// Why a pool that is there is not called available yet.
[[nodiscard]] model::Condition notListed(model::Now now);

// Conditions that were there before (same type and reason) keep their `since`.
void keepSince(std::vector<model::Condition>& conditions,
               const std::vector<model::Condition>& before);

} // namespace drover::agent::core
