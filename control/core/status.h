#pragma once

// What people see of a dataset: does reality match the wish, can the data be used, and for whatever
// waits, why.

#include "control/core/cluster_state.h"

#include <optional>
#include <vector>

namespace drover::control::core {

// A condition that already stood in the published status (same type and reason) keeps its `since`.
[[nodiscard]] model::DatasetStatus statusOf(const ClusterState& state, const model::DatasetId& id,
                                            const model::Now& now);
// Whether there is something to say of it: a record, a ledger, or a copy that somebody reports.
[[nodiscard]] bool hasStatus(const ClusterState& state, const model::DatasetId& id);
// What to apply and publish so that the published status is the true one: a put, a removal, or
// nothing.
[[nodiscard]] std::optional<model::StateChange>
statusChange(const ClusterState& state, const model::DatasetId& id, const model::Now& now);
// Conditions of the whole cluster: control suspects itself, purges are held.
[[nodiscard]] std::vector<model::Condition> clusterConditions(const ClusterState& state,
                                                              const model::Now& now);

} // namespace drover::control::core
