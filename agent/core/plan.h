#pragma once

// What to do next: pure, the same input gives the same plan. For each copy at most one step; steps
// of one dataset never run at the same time, except that a transfer may run beside another copy's
// step. Every step has passed safety::vet().

#include "agent/core/goals.h"
#include "agent/core/local_state.h"
#include "agent/core/safety.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace drover::agent::core {

// How a copy stands to what is wanted of it.
struct Explanation
{
    bool assigned = false;
    bool reached = false; // every goal of it
    bool settled = false; // nothing is left to try: failures of before are over
    std::optional<Refusal> waiting;
};

struct Plan
{
    std::vector<Step> steps;
    std::vector<StepId> cancels;
    std::optional<model::Duration> wake; // Now::running: plan again then, though nothing happened
    std::map<CopyPlace, Explanation> explanations;
};

// One dataset's plan: its assignments, and its copies that have none.
[[nodiscard]] Plan planDataset(const LocalState& state, const Assignments& assignments,
                               const model::DatasetId& dataset, model::Now now);

// The datasets that are assigned or have copies here.
[[nodiscard]] std::set<model::DatasetId> datasetsOf(const LocalState& state,
                                                    const Assignments& assignments);

// All steps to start now, datasets in order of id.
[[nodiscard]] std::vector<Step> plan(const LocalState& state, const Assignments& assignments,
                                     model::Now now);

} // namespace drover::agent::core
