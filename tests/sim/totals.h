#pragma once

// What many runs amount to: sums, and how often each kind of fault and each verb really happened. A kind that never happened is
// a simulation that says nothing about it.

#include "tests/sim/simulation.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace drover::sim {

struct Totals
{
    std::uint64_t seeds = 0;
    std::uint64_t events = 0; // steps of the scheduler
    std::uint64_t commands = 0, acknowledged = 0, refused = 0, unanswered = 0;
    std::uint64_t writes = 0, faults = 0;
    std::map<std::string, std::uint64_t> counts;              // as in RunReport
    std::map<std::uint64_t, std::vector<std::string>> failed; // by seed, with its violations

    void add(std::uint64_t seed, const RunReport& report);
    // Kinds of faults and verbs that are in the lists of this file and never happened.
    [[nodiscard]] std::vector<std::string> missing() const;
    // One line: seeds, failures, events and events per second, commands, writes.
    [[nodiscard]] std::string line(std::chrono::milliseconds took) const;
    // `what: kind count, kind count, ...` of all counts that begin with the prefix, e.g. "fault ".
    [[nodiscard]] std::string kinds(const std::string& what, const std::string& prefix) const;
};

} // namespace drover::sim
