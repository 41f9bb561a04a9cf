#pragma once

// Configurations compared and exported: desired fields only, never keys, roles or ledger.

#include "control/core/cluster_state.h"

#include <string>
#include <vector>

namespace drover::control::core {

// Desired fields that differ between two configurations (records that are not configuration are
// ignored), matched by id, sorted by subject. An object that is on one side only, or is deleted on
// one, is one line with an empty field. `state` names nodes and may be any; only hostnames are read
// from it.
[[nodiscard]] std::vector<model::FieldDiff> diff(const std::vector<model::Record>& from,
                                                 const std::vector<model::Record>& to,
                                                 const ClusterState& state);
// The same of one object, as a line for the log: `metadata.owner = ann, labels.zone: a -> b, size
// removed`. Of much it names the first; long values are only said to have changed.
[[nodiscard]] std::string changesOf(const model::Record& before, const model::Record& after,
                                    const ClusterState& state);
// All records of the configuration as they are now.
[[nodiscard]] std::vector<model::Record> configurationOf(const ClusterState& state);
// What `apply` takes: the living datasets and the nodes with wishes, sorted by name.
[[nodiscard]] model::Apply exportOf(const ClusterState& state);

} // namespace drover::control::core
