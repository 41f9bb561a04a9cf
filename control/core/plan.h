#pragma once

// Dry runs: what a decision would change, in the configuration and node by node, and why.

#include "control/core/decide.h"

#include <string_view>

namespace drover::control::core {

// Steps in the order of the decision's changes; texts name objects by name, never by an id or a
// time made for this decision, so the same wish against the same cluster gives the same digest.
[[nodiscard]] model::Plan plan(const ClusterState& before, const Decision& decision,
                               const model::Now& now);

// 16 hexadecimal digits: FNV-1a (64 bit) of the text. Guards against a plan that changed between
// showing and doing; it is no cryptographic digest and protects against no adversary.
[[nodiscard]] std::string digestOf(std::string_view text);

} // namespace drover::control::core
