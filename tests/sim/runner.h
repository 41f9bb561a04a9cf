#pragma once

// Runs many seeds, on several threads: each run is a world of its own and knows nothing of the others.

#include "tests/sim/totals.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace drover::sim {

struct Campaign
{
    Options run; // the seed is set for each run
    std::uint64_t first = 1;
    std::uint64_t last = 1;                        // inclusive; ignored with `wall`
    std::optional<std::chrono::milliseconds> wall; // begin no more runs after so long
    unsigned jobs = 1;
    std::uint64_t twins = 0; // run every so many-th seed twice and compare; 0 = none
    bool stopAtFailure = false;
    bool quiet = false; // print no violations
    // print sums so far to standard error this often; zero = never
    std::chrono::milliseconds progress{0};
};

// Violations are printed as they are found, with the command that shows them again. A run that ends the program (an assertion)
// is named too.
[[nodiscard]] Totals runCampaign(const Campaign& campaign);

} // namespace drover::sim
