// drover-sim: runs the simulation for one seed or many.
//
//   drover-sim --seed N [--trace]   one run; --trace prints everything that happens
//   drover-sim --seeds A-B          a range; prints the seeds that failed and what they broke
//   drover-sim --hours H            seeds from 1 (or --seed N) on, for so long
//   drover-sim --mutations          breaks each safety rule in turn until a seed sees it (needs a build with DROVER_MUTATIONS)
//   --mutation NAME                 with one of them broken
//   --jobs N                        so many runs at once; 0 = one per processor
//   --complete                      a kind of fault or a verb that never happened is a failure too
//   --counts                        prints how often what happened, over all runs
//   --batch N                       batches of assignments speak of N datasets at most
//   --twins N                       runs every N-th seed twice and compares the runs
//
// Exit status: 0 all held, 1 a violation, 2 usage.

#include "tests/sim/mutations.h"
#include "tests/sim/runner.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <thread>

namespace {

void report(const drover::sim::Totals& totals, std::chrono::milliseconds took)
{
    std::printf("%s\n", totals.line(took).c_str());
    std::printf("%s\n", totals.kinds("faults", "fault ").c_str());
    std::printf("%s\n", totals.kinds("verbs", "verb ").c_str());
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"Runs the real control and agents on a virtual clock, from a seed"};
    drover::sim::Campaign campaign;
    std::uint64_t seed = 1;
    std::string range;
    double hours = 0;
    bool complete = false;
    bool counts = false;
    app.add_option("--seed", seed, "one run; with --hours the first of them");
    app.add_option("--seeds", range, "A-B: a range of runs");
    app.add_option("--hours", hours, "run seeds for so long")->check(CLI::PositiveNumber);
    app.add_option("--jobs", campaign.jobs, "so many runs at once; 0 = one per processor");
    std::string mutation;
    bool allMutations = false;
    app.add_option("--mutation", mutation, "break this safety rule");
    app.add_flag("--mutations", allMutations, "break each safety rule in turn");
    app.add_flag("--trace", campaign.run.trace, "print everything that happens");
    app.add_option("--nodes", campaign.run.nodes, "how many nodes")->check(CLI::Range(1, 50));
    app.add_option("--batch", campaign.run.datasetsPerBatch, "datasets in a batch of assignments")
        ->check(CLI::Range(1, 1000));
    app.add_flag("--complete", complete, "fail if a kind of fault or a verb never happened");
    app.add_flag("--counts", counts, "print how often what happened");
    app.add_option("--twins", campaign.twins, "run every N-th seed twice: both must be the same");
    CLI11_PARSE(app, argc, argv);
    campaign.first = seed;
    campaign.last = seed;
    if (!range.empty() &&
        std::sscanf(range.c_str(), "%" SCNu64 "-%" SCNu64, &campaign.first, &campaign.last) != 2) {
        std::fprintf(stderr, "drover-sim: --seeds wants A-B, e.g. 1-1000\n");
        return 2;
    }
    if (campaign.jobs == 0)
        campaign.jobs = std::max(std::thread::hardware_concurrency(), 1U);
    if (campaign.run.trace)
        campaign.jobs = 1;
    if (hours > 0) {
        campaign.wall = std::chrono::milliseconds(static_cast<std::int64_t>(hours * 3'600'000));
        campaign.progress = std::chrono::minutes(1);
    }

    if (!drover::sim::breakRule(mutation) ||
        (allMutations && !drover::sim::breakRule(drover::sim::mutations().front().name))) {
        std::fprintf(stderr,
                     "drover-sim: this build cannot break that rule; configure with "
                     "`cmake --preset mutations`, see tests/sim/mutations.cpp for the names\n");
        return 2;
    }
    if (allMutations) {
        if (range.empty())
            campaign.last = 10'000;
        return drover::sim::tryMutations(campaign).empty() ? 0 : 1;
    }

    const auto begun = std::chrono::steady_clock::now();
    const drover::sim::Totals totals = drover::sim::runCampaign(campaign);
    report(totals, std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::steady_clock::now() - begun));
    if (counts)
        for (const auto& [what, times] : totals.counts)
            std::printf("%10" PRIu64 "  %s\n", times, what.c_str());
    const std::vector<std::string> missing =
        complete ? totals.missing() : std::vector<std::string>{};
    for (const std::string& kind : missing)
        std::printf("never happened: %s\n", kind.c_str());
    return totals.failed.empty() && missing.empty() ? 0 : 1;
}
