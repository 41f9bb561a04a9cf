#include "tests/sim/totals.h"

#include "proto/model/api.h"

#include <cinttypes>
#include <cstdio>
#include <utility>

namespace drover::sim {

namespace {

// Everything that mishaps.cpp, step_runner.cpp and the network do to a run.
const char* const kFaults[] = {
    "agent crash",
    "append failed",
    "clock step",
    "cloned node",
    "control crash",
    "control pause",
    "cut",
    "disconnect",
    "look slow",
    "message after the end",
    "message dropped",
    "message held",
    "message late",
    "message reordered",
    "message twice",
    "old image",
    "old store",
    "one-way cut",
    "pause",
    "pool full",
    "pool marker",
    "power loss",
    "second control",
    "step failed",
    "step half-way",
    "step hung",
    "step misreport",
    "store full",
    "store lost",
    "switched off for good",
    "swizzle",
    "transfer corrupted",
    "watch crash",
    "watch pause",
};

template <class Verb, std::size_t... Index>
void addNames(std::vector<std::string>& names, std::index_sequence<Index...>)
{
    (names.emplace_back(model::verbName(Verb(std::in_place_index<Index>))), ...);
}

std::vector<std::string> allVerbs()
{
    std::vector<std::string> names{"batch", "dry run"};
    using model::ReadVerb;
    using model::WriteVerb;
    addNames<WriteVerb>(names, std::make_index_sequence<std::variant_size_v<WriteVerb>>());
    addNames<ReadVerb>(names, std::make_index_sequence<std::variant_size_v<ReadVerb>>());
    // Every client says it at each connect; nobody counts it.
    std::erase(names, model::verbName(ReadVerb(model::ClientHello{})));
    return names;
}

} // namespace

void Totals::add(std::uint64_t seed, const RunReport& report)
{
    ++seeds;
    events += report.tasks;
    commands += report.commands;
    acknowledged += report.acknowledged;
    refused += report.refused;
    unanswered += report.unanswered;
    writes += report.writes;
    faults += report.faults;
    for (const auto& [what, times] : report.counts)
        counts[what] += times;
    if (!report.violations.empty())
        failed.emplace(seed, report.violations);
}

std::vector<std::string> Totals::missing() const
{
    std::vector<std::string> never;
    const auto need = [&](const std::string& name) {
        if (!counts.contains(name))
            never.push_back(name);
    };
    for (const char* fault : kFaults)
        need(std::string("fault ") + fault);
    for (const std::string& verb : allVerbs())
        need("verb " + verb);
    return never;
}

std::string Totals::line(std::chrono::milliseconds took) const
{
    const auto perSecond =
        events * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1));
    char text[512];
    std::snprintf(text, sizeof text,
                  "%" PRIu64 " seeds, %zu failed; %" PRIu64 " events (%" PRIu64 "/s), %" PRIu64
                  " commands (%" PRIu64 " done, %" PRIu64 " refused, %" PRIu64
                  " unanswered), %" PRIu64 " writes, %" PRIu64 " faults",
                  seeds, failed.size(), events, perSecond, commands, acknowledged, refused,
                  unanswered, writes, faults);
    return text;
}

std::string Totals::kinds(const std::string& what, const std::string& prefix) const
{
    std::string text = what + ":";
    for (auto it = counts.lower_bound(prefix); it != counts.end() && it->first.starts_with(prefix);
         ++it)
        text += (text.back() == ':' ? " " : ", ") + it->first.substr(prefix.size()) + " " +
                std::to_string(it->second);
    return text;
}

} // namespace drover::sim
