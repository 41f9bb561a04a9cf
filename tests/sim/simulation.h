#pragma once

// One run: control, nodes and a client over a virtual network, from one seed. Chaos first, then the
// faults stop and the cluster has to converge. What is checked all the while: the oracle's bytes,
// the core's invariants, that acknowledged commits stay; at the end:
// that every dataset is as wished or says why not, that all bytes are there, and that the client's
// mirror equals control's tables.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace drover::sim {

struct Options
{
    std::uint64_t seed = 1;
    unsigned nodes = 3;
    std::chrono::seconds chaos{120};    // virtual time with faults
    std::chrono::seconds converge{400}; // virtual time without, at most
    // of which one batch of assignments speaks: so few that every snapshot takes several
    std::size_t datasetsPerBatch = 2;
    bool trace = false;
};

struct RunReport
{
    std::vector<std::string> violations; // empty = all held
    std::uint64_t tasks = 0;             // steps of the scheduler
    std::uint64_t commands = 0, acknowledged = 0, refused = 0, unanswered = 0;
    std::uint64_t writes = 0; // tokens of the writers
    // mishaps; faults of single steps and messages are in `counts` only
    std::uint64_t faults = 0;
    std::uint64_t trace = 0; // digest: equal for equal runs
    // how often what happened: log codes of control, `verb X` done, `step ... X`, `fault X`
    std::map<std::string, std::uint64_t> counts;
};

[[nodiscard]] RunReport simulate(const Options& options);

} // namespace drover::sim
