#pragma once

// What a new cluster begins with: its record, its history, and the keys that are accepted from the
// first moment on.

#include "proto/model/event.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace drover::control {

// Reads the public halves (`*.key`) in the folder that `drover keys init` made. Their metadata says
// whose they are: `name`, `role`, and for nodes the node's id in `node`. Control's own key is left
// out, as is one without a role. InvalidArgument names the file that is wrong; without a key of
// role admin nobody could ever do anything, so that is refused too. `cluster`: of a cluster that is to
// be recovered; else a new id.
[[nodiscard]] model::Result<std::vector<model::Record>>
firstRecords(const std::filesystem::path& keys, const std::string& clusterName,
             model::IdSource& ids, model::TimePoint at,
             const std::optional<model::ClusterId>& cluster = {});

} // namespace drover::control
