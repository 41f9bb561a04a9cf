#pragma once

// The configuration as a file: what `export` prints and `apply` takes. YAML (and so JSON); unknown keys are errors.
//
//     datasets:
//       - name: web
//         size: 1GiB
//         filesystem: ext4          # each of these may be left out
//         node: n1
//         pool: default
//         labels: {tier: front}
//         metadata: {owner: me}
//         requiredLabels: {zone: a} # placement without a node
//         poolKinds: [loopback]
//     nodes:
//       - name: n1
//         labels: {zone: a}
//         cordoned: false

#include "proto/model/api.h"

#include <string>

namespace drover::cli {

// Errors name file, line and column. `prune` is the caller's.
[[nodiscard]] model::Result<model::Apply> parseDesired(const std::string& text,
                                                       const std::string& file);
// Readable, exact (sizes that have no short form in bytes), and taken back by parseDesired.
[[nodiscard]] std::string formatDesired(const model::Apply& configuration);

} // namespace drover::cli
