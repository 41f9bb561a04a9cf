#pragma once

// What people see of a dataset: does reality match the wish, can the data be used, and for whatever
// waits, why.

#include "control/core/cluster_state.h"

#include <vector>

namespace drover::control::core {

// A condition that already stood in the published status (same type and reason) keeps its `since`.
[[nodiscard]] model::DatasetStatus statusOf(const ClusterState& state, const model::DatasetId& id,
                                            const model::Now& now);
// Whether a status exists at all: the dataset has a record or a ledger.
[[nodiscard]] bool hasStatus(const ClusterState& state, const model::DatasetId& id);
// Conditions of the whole cluster: control suspects itself, purges are held, orphans by node.
[[nodiscard]] std::vector<model::Condition> clusterConditions(const ClusterState& state,
                                                              const model::Now& now);

} // namespace drover::control::core
