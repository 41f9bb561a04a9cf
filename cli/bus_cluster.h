#pragma once

// The cluster over the real bus: opened from the configuration file and the global options.

#include "cli/cluster.h"
#include "cli/globals.h"

#include <memory>

namespace drover::cli {

// Begins to connect; the first call waits for it. Errors: no context, no key file, malformed
// address.
[[nodiscard]] model::Result<std::unique_ptr<Cluster>> openCluster(const Globals& globals);

} // namespace drover::cli
