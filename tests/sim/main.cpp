// drover-sim: runs the simulation for one seed or many.
//
//   drover-sim --seed N [--trace]   one run; --trace prints everything that happens
//   drover-sim --seeds A-B          a range; prints the seeds that failed and what they broke
//   --counts                        prints how often what happened, over all runs
//   --twins N                       runs every N-th seed twice and compares the runs
//
// Exit status: 0 all held, 1 a violation, 2 usage.

#include "tests/sim/simulation.h"

#include <CLI/CLI.hpp>

#include <cinttypes>
#include <cstdio>
#include <string>

int main(int argc, char** argv)
{
    CLI::App app{"Runs the real control and agents on a virtual clock, from a seed"};
    std::uint64_t seed = 0;
    std::string range;
    drover::sim::Options options;
    app.add_option("--seed", seed, "one run");
    app.add_option("--seeds", range, "A-B: a range of runs");
    app.add_flag("--trace", options.trace, "print everything that happens");
    app.add_option("--nodes", options.nodes, "how many nodes")->check(CLI::Range(1, 50));
    bool counts = false;
    std::uint64_t twins = 0;
    app.add_flag("--counts", counts, "print how often what happened");
    app.add_option("--twins", twins, "run every N-th seed twice: both must be the same");
    CLI11_PARSE(app, argc, argv);
    std::uint64_t first = seed;
    std::uint64_t last = seed;
    if (!range.empty() && std::sscanf(range.c_str(), "%" SCNu64 "-%" SCNu64, &first, &last) != 2) {
        std::fprintf(stderr, "drover-sim: --seeds wants A-B, e.g. 1-1000\n");
        return 2;
    }

    drover::sim::RunReport sum;
    std::uint64_t failed = 0;
    for (std::uint64_t s = first; s <= last; ++s) {
        options.seed = s;
        drover::sim::RunReport report = drover::sim::simulate(options);
        if (twins != 0 && s % twins == 0 && drover::sim::simulate(options).trace != report.trace)
            report.violations.push_back("the same seed gave another run");
        for (const auto& [what, times] : report.counts)
            sum.counts[what] += times;
        sum.tasks += report.tasks;
        sum.commands += report.commands;
        sum.acknowledged += report.acknowledged;
        sum.refused += report.refused;
        sum.unanswered += report.unanswered;
        sum.writes += report.writes;
        sum.faults += report.faults;
        if (report.violations.empty())
            continue;
        ++failed;
        for (const std::string& violation : report.violations)
            std::printf("seed %" PRIu64 ": %s\n", s, violation.c_str());
        std::printf("again: drover-sim --seed %" PRIu64 " --trace\n", s);
    }
    std::printf("%" PRIu64 " seeds, %" PRIu64 " failed; %" PRIu64 " events, %" PRIu64
                " commands (%" PRIu64 " done, %" PRIu64 " refused, %" PRIu64
                " unanswered), %" PRIu64 " writes, %" PRIu64 " faults\n",
                last - first + 1, failed, sum.tasks, sum.commands, sum.acknowledged, sum.refused,
                sum.unanswered, sum.writes, sum.faults);
    if (counts)
        for (const auto& [what, times] : sum.counts)
            std::printf("%10" PRIu64 "  %s\n", times, what.c_str());
    return failed == 0 ? 0 : 1;
}
