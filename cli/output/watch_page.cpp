#include "cli/output/watch_page.h"

#include "cli/output/views.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

// How much a dataset needs somebody's attention: 0 is the most.
int urgency(const DatasetStatus& status)
{
    if (status.health == Health::Unavailable)
        return 0;
    if (status.sync == Sync::Blocked)
        return 1;
    if (status.health == Health::Unknown)
        return 2;
    if (status.health == Health::Degraded)
        return 3;
    return status.sync == Sync::Converging ? 4 : 5;
}

struct Row
{
    int urgency;
    const DatasetRecord* record;
};

// The living datasets, what is wrong first, then by name; and how many there are of each kind.
struct Rows
{
    std::vector<Row> rows;
    StatusResult counts;
};

Rows rowsOf(const client::Tables& tables)
{
    Rows result;
    const DatasetStatus unknown;
    for (const auto& [id, record] : tables.datasets()) {
        if (record.deletion)
            continue;
        const auto it = tables.datasetStatuses().find(id);
        const DatasetStatus& status = it == tables.datasetStatuses().end() ? unknown : it->second;
        result.rows.push_back({urgency(status), &record});
        StatusResult& counts = result.counts;
        ++counts.datasets;
        ++(status.sync == Sync::InSync       ? counts.inSync
           : status.sync == Sync::Converging ? counts.converging
                                             : counts.blocked);
    }
    std::sort(result.rows.begin(), result.rows.end(), [](const Row& a, const Row& b) {
        return std::tie(a.urgency, a.record->header.name) <
               std::tie(b.urgency, b.record->header.name);
    });
    return result;
}

// `3: 2 alive, 1 unreachable (n2)`: those that are not alive by name, as far as they fit.
std::string nodesLine(const client::Tables& tables, const NodeNames& names)
{
    std::map<Liveness, std::vector<std::string>> kinds;
    for (const auto& [id, ledger] : tables.nodeLedgers()) {
        const auto it = tables.nodeStates().find(id);
        const Liveness liveness = ledger.lost                       ? Liveness::Lost
                                  : it == tables.nodeStates().end() ? Liveness::Unreachable
                                                                    : it->second.liveness;
        kinds[liveness].push_back(names(id));
    }
    std::string text = std::to_string(tables.nodeLedgers().size());
    const char* separator = ": ";
    for (const Liveness liveness : {Liveness::Lost, Liveness::Unreachable, Liveness::Evasive,
                                    Liveness::Syncing, Liveness::Alive}) {
        const auto it = kinds.find(liveness);
        if (it == kinds.end())
            continue;
        text += separator + std::to_string(it->second.size()) + " " + word(liveness);
        separator = ", ";
        if (liveness == Liveness::Alive)
            continue;
        text += " (";
        for (std::size_t i = 0; i < it->second.size() && i < 3; ++i)
            text += (i > 0 ? ", " : "") + it->second[i];
        text += it->second.size() > 3 ? ", …)" : ")";
    }
    return text;
}

} // namespace

NodeNames namesOf(const client::Tables& tables)
{
    std::vector<NodeView> nodes;
    for (const auto& [id, ledger] : tables.nodeLedgers())
        nodes.push_back({.ledger = ledger, .record = {}, .state = {}, .datasets = 0});
    return NodeNames(nodes);
}

DatasetView viewOf(const client::Tables& tables, const DatasetRecord& record)
{
    DatasetView view;
    view.record = record;
    if (const auto it = tables.datasetLedgers().find(record.id);
        it != tables.datasetLedgers().end())
        view.ledger = it->second;
    if (const auto it = tables.datasetStatuses().find(record.id);
        it != tables.datasetStatuses().end())
        view.status = it->second;
    view.status.id = record.id;
    for (const auto& [token, lease] : tables.leases())
        if (lease.dataset == record.id)
            view.leases.push_back(lease);
    return view;
}

WatchPage watchPage(const Terminal& terminal, const WatchMoment& moment, std::size_t rows,
                    std::size_t first, bool hasKeys)
{
    const client::Tables& tables = moment.tables;
    const NodeNames names = namesOf(tables);
    const Rows all = rowsOf(tables);
    WatchPage page;
    page.total = all.rows.size();
    const auto add = [&](const std::string& text, std::optional<Colour> colour = {}) {
        const std::string line = cutTo(harmless(text), terminal.width);
        page.lines.push_back(colour ? terminal.paint(*colour, line) : line);
    };
    add((tables.cluster() ? tables.cluster()->header.name : std::string("cluster")) +
            ", revision " + std::to_string(moment.revision) +
            (moment.now ? ", " + cli::moment(*moment.now, std::nullopt) : std::string()),
        Colour::Bold);
    if (!moment.stale.empty())
        add("NOT CURRENT: " + moment.stale, Colour::Red);
    add("Nodes:    " + nodesLine(tables, names));
    add("Datasets: " + datasetCounts(all.counts));
    // A line of titles and one at the bottom.
    page.room = rows > page.lines.size() + 3 ? rows - page.lines.size() - 2 : 1;
    page.first = std::min(first, page.total > page.room ? page.total - page.room : 0);
    const std::size_t end = std::min(page.first + page.room, page.total);
    std::vector<DatasetView> shown;
    for (std::size_t i = page.first; i < end; ++i)
        shown.push_back(viewOf(tables, *all.rows[i].record));
    for (std::string& line : datasetsTable(shown, names, moment.now).lines(terminal))
        page.lines.push_back(std::move(line));
    std::string foot;
    if (shown.size() < page.total)
        foot = std::to_string(page.first + 1) + "-" + std::to_string(end) + " of " +
               std::to_string(page.total) + ", " + std::to_string(page.total - end) +
               " more below" + (hasKeys ? "   arrows, space, b: scroll   q: quit" : "");
    else if (hasKeys)
        foot = "q: quit";
    add(foot, Colour::Dim);
    return page;
}

} // namespace drover::cli
