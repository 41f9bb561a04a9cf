#include "cli/output/views.h"

#include <algorithm>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

void showConditions(const Terminal& terminal, const std::vector<Condition>& conditions,
                    std::optional<TimePoint> now)
{
    if (conditions.empty())
        return;
    std::vector<Condition> sorted = conditions;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Condition& a, const Condition& b) {
        return a.severity > b.severity;
    });
    Sheet sheet(terminal);
    terminal.out << '\n';
    sheet.heading("Conditions");
    for (const Condition& condition : sorted) {
        const auto lines = fully(condition, now);
        const Colour colour = condition.severity == ConditionSeverity::Error     ? Colour::Red
                              : condition.severity == ConditionSeverity::Warning ? Colour::Yellow
                                                                                 : Colour::Bold;
        terminal.out << "  " << terminal.paint(colour, harmless(lines.front())) << '\n';
        for (std::size_t i = 1; i < lines.size(); ++i)
            sheet.indented(lines[i], 4);
    }
}

Table datasetsTable(const std::vector<DatasetView>& datasets, const NodeNames& names,
                    std::optional<TimePoint> now)
{
    Table table({"NAME", "SIZE", "NODE", "SYNC", "HEALTH", "NOTE"}, {1}, {0, 2});
    for (const DatasetView& view : datasets)
        table.add({view.record.header.name, sizeWord(view.record.spec.size),
                   whereabouts(view, names), cell(view.status.sync), cell(view.status.health),
                   remark(view, now)});
    return table;
}

void tableDatasets(const Terminal& terminal, const std::vector<DatasetView>& datasets,
                   const NodeNames& names, std::optional<TimePoint> now)
{
    datasetsTable(datasets, names, now).print(terminal);
}

namespace {

std::string wish(const DatasetRecord& record, const NodeNames& names)
{
    const Placement& placement = record.spec.placement;
    std::string text;
    if (placement.node)
        text = "on " + names(*placement.node);
    else
        text = "wherever it fits";
    if (!placement.pool.empty())
        text += ", in pool " + placement.pool;
    if (!placement.requiredLabels.empty())
        text += ", where " + labelsWord(placement.requiredLabels);
    for (std::size_t i = 0; i < placement.poolKinds.size(); ++i)
        text += (i ? " or " : ", in pools of kind ") + placement.poolKinds[i];
    return text;
}

// What is wished for; and what is there, where its users have less.
std::string sizes(const DatasetView& view)
{
    const auto& wanted = view.record.spec.size;
    const auto& there = view.status.size;
    if (!wanted)
        return "as large as its pool";
    if (!there || *there >= *wanted)
        return toString(*wanted);
    return toString(*wanted) + " wanted, " + toString(*there) + " there";
}

void showLeases(const Terminal& terminal, const DatasetView& view, const NodeNames& names,
                std::optional<TimePoint> now)
{
    if (view.leases.empty())
        return;
    terminal.out << '\n';
    Sheet(terminal).heading("Leases");
    for (const LeaseRecord& lease : view.leases)
        terminal.out << "  " << harmless(lease.holder) << " on " << harmless(names(lease.node))
                     << ", since " << moment(lease.acquiredAt, now)
                     << (lease.ttl ? ", for " + span(*lease.ttl) + " at a time" : "") << '\n';
}

// Until when a copy that was left behind is there.
std::string fateOf(const RetiredCopy& copy, std::optional<TimePoint> now,
                   std::optional<Duration> grace)
{
    if (copy.purgeCommitted)
        return "being destroyed";
    if (!grace)
        return "kept for now";
    const TimePoint end = copy.since.wall + *grace;
    if (now && *now > end)
        return "destroyed as soon as that is safe";
    return "kept until " + moment(end, now);
}

} // namespace

void showDataset(const Terminal& terminal, const DatasetView& view, const NodeNames& names,
                 std::optional<TimePoint> now, std::optional<Duration> retiredGrace)
{
    const DatasetRecord& record = view.record;
    Sheet sheet(terminal);
    sheet.line("Dataset", record.header.name.empty() ? record.id.toString() : record.header.name);
    sheet.line("Id", record.id.toString());
    terminal.out << terminal.paint(Colour::Dim, "State:") << std::string(10, ' ')
                 << terminal.paint(cell(view.status.sync).colour.value_or(Colour::Bold),
                                   word(view.status.sync))
                 << ", "
                 << terminal.paint(cell(view.status.health).colour.value_or(Colour::Bold),
                                   word(view.status.health))
                 << '\n';
    sheet.line("Node", whereabouts(view, names));
    sheet.line("Path", view.status.path);
    sheet.line("Size", sizes(view));
    sheet.line("Filesystem", record.spec.filesystem);
    sheet.line("Wanted", wish(record, names));
    sheet.line("Labels", labelsWord(record.header.labels));
    sheet.line("Metadata", labelsWord(record.spec.metadata));
    sheet.line("Created",
               moment(record.header.createdAt, now) +
                   (record.header.createdBy.empty() ? "" : " by " + record.header.createdBy));
    sheet.line("Revision", std::to_string(record.header.modRevision) + ", generation " +
                               std::to_string(record.header.generation));
    const bool purged = view.ledger && view.ledger->purgeCommitted;
    if (record.deletion) {
        sheet.line("Deleted",
                   moment(record.deletion->at.wall, now) +
                       (record.deletion->by.empty() ? "" : " by " + record.deletion->by));
        if (!purged) {
            sheet.line("Purged", moment(record.deletion->at.wall + record.deletion->grace, now));
            sheet.line("Restore", "drover dataset undelete " + record.header.name);
        }
    }
    if (purged)
        sheet.line("Purged", "its copies are being destroyed; it cannot be had back");
    if (view.ledger) {
        const DatasetLedger& ledger = *view.ledger;
        if (ledger.epoch > 0)
            sheet.line("Owner", names(ledger.owner) + (ledger.owner ? ", " : "") + "epoch " +
                                    std::to_string(ledger.epoch));
        if (ledger.handover)
            sheet.line("Moving", names(ledger.handover->source) + " -> " +
                                     names(ledger.handover->target) + ": " +
                                     toString(ledger.handover->phase) + " since " +
                                     moment(ledger.handover->phaseSince, now));
        if (view.status.transfer)
            sheet.line("Transfer", progressWord(*view.status.transfer));
        std::vector<RetiredCopy> retired = ledger.retired;
        std::stable_sort(retired.begin(), retired.end(), [](const auto& a, const auto& b) {
            return a.since.wall < b.since.wall; // as they end
        });
        for (const RetiredCopy& copy : retired)
            sheet.line("Old copy", std::string(toString(copy.role)) + " on " + names(copy.node) +
                                       " since " + moment(copy.since.wall, now) + ", " +
                                       fateOf(copy, now, retiredGrace));
    }
    showLeases(terminal, view, names, now);
    showConditions(terminal, view.status.conditions, now);
}

void tableLeases(const Terminal& terminal, const std::vector<LeaseView>& leases,
                 const std::vector<DatasetView>& datasets, const NodeNames& names,
                 std::optional<TimePoint> now)
{
    Table table({"TOKEN", "DATASET", "NODE", "HOLDER", "LEFT", "AGE"}, {}, {3, 1});
    for (const LeaseView& lease : leases) {
        std::string dataset = shortId(lease.record.dataset);
        for (const DatasetView& view : datasets)
            if (view.record.id == lease.record.dataset)
                dataset = view.record.header.name;
        table.add({shortId(lease.record.token), dataset, names(lease.record.node),
                   lease.record.holder, lease.remaining ? span(*lease.remaining) : "until released",
                   age(lease.record.acquiredAt, now)});
    }
    table.print(terminal);
}

} // namespace drover::cli
