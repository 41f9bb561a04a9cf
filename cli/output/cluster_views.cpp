#include "cli/output/views.h"

#include <algorithm>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

// `3 alive, 1 evasive`; kinds without any are left out.
std::string counts(const std::vector<std::pair<std::uint64_t, const char*>>& kinds)
{
    std::string text;
    for (const auto& [count, name] : kinds)
        if (count > 0)
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    return text;
}

std::string total(std::uint64_t count, const std::string& kinds)
{
    return std::to_string(count) + (kinds.empty() ? "" : ": " + kinds);
}

std::string poolsWord(const NodeView& node)
{
    if (!node.state)
        return {};
    std::string text;
    for (const PoolState& pool : node.state->pools) {
        text += (text.empty() ? "" : "; ") + pool.name + " (" + pool.kind +
                (pool.shared ? ", shared" : "") + ")";
        text += pool.available ? " " + toString(pool.free) + " free" : " unavailable";
    }
    return text;
}

Liveness livenessOf(const NodeView& node)
{
    if (node.ledger.lost)
        return Liveness::Lost;
    return node.state ? node.state->liveness : Liveness::Unreachable;
}

} // namespace

std::string datasetCounts(const StatusResult& s)
{
    return total(
        s.datasets,
        counts({{s.blocked, "blocked"}, {s.converging, "converging"}, {s.inSync, "in sync"}}));
}

void showStatus(const Terminal& terminal, const StatusResult& s)
{
    Sheet sheet(terminal);
    sheet.line("Cluster", s.cluster.header.name);
    sheet.line("Control", "version " + s.version + ", revision " + std::to_string(s.revision) +
                              ", term " + std::to_string(s.history.term));
    sheet.line("You", s.user + " (" + toString(s.role) + ")");
    sheet.line("Nodes", total(s.nodes, counts({{s.alive, "alive"},
                                               {s.syncing, "syncing"},
                                               {s.evasive, "evasive"},
                                               {s.unreachable, "unreachable"},
                                               {s.lost, "lost"}})));
    std::string datasets = datasetCounts(s);
    if (s.deleted > 0)
        datasets += "; " + std::to_string(s.deleted) + " deleted, in their grace";
    if (s.purging > 0)
        datasets += "; " + std::to_string(s.purging) + " being destroyed";
    sheet.line("Datasets", datasets);
    if (s.leases > 0)
        sheet.line("Leases", std::to_string(s.leases));
    if (s.safeMode) {
        terminal.out << '\n'
                     << terminal.paint(
                            Colour::Red,
                            "Safe mode: reads only, nothing is granted and nothing purged")
                     << '\n';
        sheet.indented(s.safeModeReason);
        if (s.safeModeSince)
            sheet.indented("since " + toString(*s.safeModeSince) +
                           ", kept over restarts of control");
        sheet.indented("Is there a newer copy of the store? Stop control and start it on that. If "
                       "not: drover recover plan");
    }
    showConditions(terminal, s.conditions, s.controlTime);
    if (s.blocked > 0)
        terminal.out
            << "\nWhy something is blocked: drover dataset list, drover dataset show NAME\n";
    if (s.purging > 0)
        terminal.out << "\nWhat is being destroyed: drover dataset list --deleted\n";
}

void tableNodes(const Terminal& terminal, const std::vector<NodeView>& nodes,
                std::optional<TimePoint> now)
{
    Table table({"NAME", "STATE", "FOR", "DATASETS", "NOTE", "POOLS"}, {3}, {0});
    for (const NodeView& node : nodes) {
        std::string note;
        if (node.record && node.record->cordoned)
            note = "cordoned";
        if (node.state && livenessOf(node) != Liveness::Alive &&
            livenessOf(node) != Liveness::Syncing)
            note += (note.empty() ? "" : ", ") + std::string("state is old");
        table.add({nameOf(node), cell(livenessOf(node)),
                   node.state ? age(node.state->since, now) : "", std::to_string(node.datasets),
                   note, poolsWord(node)});
    }
    table.print(terminal);
}

void showNode(const Terminal& terminal, const NodeView& node, std::optional<TimePoint> now)
{
    Sheet sheet(terminal);
    const Liveness liveness = livenessOf(node);
    sheet.line("Node", nameOf(node));
    sheet.line("Id", node.ledger.id.toString());
    terminal.out << terminal.paint(Colour::Dim, "State:") << std::string(10, ' ')
                 << terminal.paint(cell(liveness).colour.value_or(Colour::Bold), word(liveness))
                 << (node.state ? " since " + moment(node.state->since, now)
                                : std::string(", no word from it since control started"))
                 << '\n';
    if (node.state && liveness != Liveness::Alive)
        sheet.line("Last heard", moment(node.state->lastHeard, now) + "; all below is as of then");
    if (node.ledger.lost)
        sheet.line(
            "Declared lost",
            moment(node.ledger.lost->at, now) + " by " + node.ledger.lost->by +
                (node.ledger.lost->statement.empty() ? "" : ": " + node.ledger.lost->statement));
    if (node.record && node.record->cordoned)
        sheet.line("Cordoned", "yes: nothing new is placed here");
    sheet.line("Address", node.ledger.address);
    sheet.line("Transfers", node.ledger.bulkEndpoint);
    if (node.record)
        sheet.line("Labels", labelsWord(node.record->header.labels));
    if (node.state) {
        sheet.line("Own labels", labelsWord(node.state->labels));
        sheet.line("Agent", node.state->version);
    }
    sheet.line("Datasets", std::to_string(node.datasets));
    sheet.line("First seen", moment(node.ledger.firstSeen, now));
    if (!node.state)
        return;
    if (!node.state->pools.empty()) {
        terminal.out << '\n';
        sheet.heading("Pools");
        Table table({"NAME", "KIND", "SHARED", "FENCE", "SIZE", "FREE", "STATE"}, {4, 5});
        for (const PoolState& pool : node.state->pools)
            table.add({pool.name, pool.kind, pool.shared ? "yes" : "no",
                       pool.shared ? toString(pool.fence) : "", toString(pool.capacity),
                       toString(pool.free),
                       pool.available ? Cell("available", Colour::Green)
                                      : Cell("unavailable", Colour::Red)});
        table.print(terminal);
    }
    std::vector<Condition> conditions = node.state->conditions;
    for (const PoolState& pool : node.state->pools)
        conditions.insert(conditions.end(), pool.conditions.begin(), pool.conditions.end());
    showConditions(terminal, conditions, now);
}

void tableKeys(const Terminal& terminal, const std::vector<KeyRecord>& keys, const NodeNames& names)
{
    Table table({"NAME", "ROLE", "NODE", "PUBLIC KEY"}, {}, {0});
    for (const KeyRecord& key : keys)
        table.add({key.name, toString(key.role), names(key.node), key.publicKey});
    table.print(terminal);
}

void tableHistory(const Terminal& terminal, const HistoryListResult& history)
{
    Table table({"REV", "TIME (UTC)", "WHO", "WHAT HAPPENED"}, {0});
    table.wrapLast();
    // Where room is scarce, the year goes without saying as long as it is one and the same.
    const auto yearOf = [](const Commit& commit) { return toString(commit.at).substr(0, 4); };
    const bool sameYear =
        std::all_of(history.commits.begin(), history.commits.end(), [&](const Commit& commit) {
            return yearOf(commit) == yearOf(history.commits.front());
        });
    const std::size_t skipped = terminal.width > 0 && terminal.width < 100 && sameYear ? 5 : 0;
    for (const Commit& commit : history.commits) {
        bool first = true;
        const auto row = [&](const LogEntry& entry, const std::string& message) {
            const std::string time = moment(entry.at, std::nullopt);
            table.add({first ? std::to_string(commit.revision) : std::string(),
                       time.substr(skipped, time.size() - 4 - skipped), entry.actor, message});
            first = false;
        };
        // The verb is for programs: the message says the same, where there is one.
        for (const LogEntry& entry : commit.log)
            row(entry, (entry.subject.empty() ? "" : entry.subject + ": ") +
                           (entry.message.empty() ? entry.verb : entry.message));
        if (commit.log.empty())
            row({commit.at, "", "", "", {}, {}, ""},
                std::to_string(commit.changes.size()) + " changes");
    }
    table.print(terminal);
}

void showDiff(const Terminal& terminal, const DiffResult& diff)
{
    if (diff.fields.empty()) {
        terminal.out << "no difference\n";
        return;
    }
    std::string subject;
    for (const FieldDiff& field : diff.fields) {
        if (field.subject != subject)
            terminal.out << terminal.paint(Colour::Bold, harmless(subject = field.subject)) << '\n';
        const std::string name = field.field.empty() ? std::string() : harmless(field.field) + ": ";
        const auto show = [&](const char* sign, Colour colour, const std::string& value) {
            const std::size_t limit = terminal.width > 20 ? terminal.width - 4 : 10'000;
            for (const std::string& line : wrap(name + harmless(value), limit)) {
                terminal.out << terminal.paint(colour, sign + line) << '\n';
                sign = "    ";
            }
        };
        if (!field.before.empty())
            show("  - ", Colour::Red, field.before);
        if (!field.after.empty())
            show("  + ", Colour::Green, field.after);
    }
}

void showPlan(const Terminal& terminal, const Plan& plan, PlanUse use)
{
    Sheet sheet(terminal);
    if (plan.steps.empty())
        terminal.out << "Nothing would change.\n";
    std::string node;
    bool first = true;
    for (const PlanStep& step : plan.steps) {
        if (first || step.node != node) {
            node = step.node;
            sheet.heading(node.empty() ? "In the configuration" : "On " + harmless(node));
            first = false;
        }
        sheet.indented((step.subject.empty() ? "" : step.subject + ": ") + step.action, 2);
        if (!step.reason.empty())
            sheet.indented("because " + step.reason, 6);
    }
    for (const std::string& warning : plan.warnings)
        sheet.indented("warning: " + warning, 0);
    if (plan.steps.empty())
        return;
    switch (use) {
    case PlanUse::DryRun:
        terminal.out << "Nothing was changed. To do exactly this, add: --expect-plan "
                     << plan.digest << '\n';
        return;
    case PlanUse::Question:
        terminal.out << "Nothing is changed before this is confirmed.\n";
        return;
    case PlanUse::Change:
        return;
    }
}

} // namespace drover::cli
