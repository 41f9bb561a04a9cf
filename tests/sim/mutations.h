#pragma once

// The safety rules that can be broken on purpose (proto/model/mutation.h), and the campaign that asks of each whether it is seen.

#include "tests/sim/runner.h"

#include <cstdint>
#include <string>
#include <vector>

namespace drover::sim {

struct Mutation
{
    const char* name;
    const char* broken; // what the product then does, for people
};

[[nodiscard]] const std::vector<Mutation>& mutations();

// Breaks the rule from now on; empty = none. False: this build cannot, or there is no such rule.
[[nodiscard]] bool breakRule(const std::string& name);

// Runs the campaign's seeds for each rule until one sees that it is broken, and prints a line for each. Returns the names of those that
// no seed saw.
[[nodiscard]] std::vector<std::string> tryMutations(Campaign campaign);

} // namespace drover::sim
