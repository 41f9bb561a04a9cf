#include "bus/client/cluster_mirror.h"
#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>

#include <sys/ioctl.h>
#include <unistd.h>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

constexpr bus::Duration kFrame{100}; // the screen is drawn at most so often

// What of a mirror's tables people see as a dataset.
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

NodeNames namesOf(const client::Tables& tables)
{
    std::vector<NodeView> nodes;
    for (const auto& [id, ledger] : tables.nodeLedgers())
        nodes.push_back({.ledger = ledger, .record = {}, .state = {}, .datasets = 0});
    return NodeNames(nodes);
}

// Remembers which datasets changed since the last drawing.
class Changes final : public client::MirrorObserver
{
public:
    void onRecord(const Change& change) override
    {
        const RecordKey key = keyOf(change);
        if (key.kind == RecordKind::Dataset || key.kind == RecordKind::DatasetLedger)
            ids.insert(key.id);
        any = true;
    }
    void onFact(const StateChange& fact) override
    {
        if (const auto* put = std::get_if<DatasetStatusPut>(&fact))
            add(put->status.id);
        any = true;
    }
    void onLive() override { any = true; }
    void onStale(const std::string&, std::optional<TimePoint>) override { any = true; }

    std::set<std::string> ids; // raw bytes
    bool any = false;

private:
    void add(const DatasetId& id)
    {
        ids.emplace(reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size());
    }
};

std::vector<DatasetView> living(const client::Tables& tables)
{
    std::vector<DatasetView> views;
    for (const auto& [id, record] : tables.datasets())
        if (!record.deletion)
            views.push_back(viewOf(tables, record));
    std::sort(views.begin(), views.end(), [](const DatasetView& a, const DatasetView& b) {
        return a.record.header.name < b.record.header.name;
    });
    return views;
}

void draw(Shell& shell, Cluster& cluster, const client::ClusterMirror& mirror)
{
    const Terminal& terminal = shell.terminal();
    winsize size{};
    const std::size_t rows =
        ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 3 ? size.ws_row : 24U;
    const client::Tables& tables = mirror.tables();
    const auto views = living(tables);
    std::string head = (tables.cluster() ? tables.cluster()->header.name : std::string("cluster")) +
                       ", revision " + std::to_string(mirror.revision()) + ", " +
                       std::to_string(views.size()) + " datasets";
    if (!mirror.live())
        head = "not current: " + mirror.staleReason();
    std::vector<std::string> lines{terminal.paint(mirror.live() ? Colour::Bold : Colour::Red,
                                                  cutTo(harmless(head), terminal.width))};
    // Only as many rows as the screen shows: a cluster may have a hundred thousand.
    const std::size_t room = rows - 3;
    std::vector<DatasetView> shown(
        views.begin(), views.begin() + static_cast<std::ptrdiff_t>(std::min(room, views.size())));
    for (std::string& line : datasetsTable(shown, namesOf(tables), cluster.now()).lines(terminal))
        lines.push_back(std::move(line));
    if (views.size() > shown.size())
        lines.push_back("… and " + std::to_string(views.size() - shown.size()) + " more");
    std::string screen = "\x1b[H";
    for (const std::string& line : lines)
        screen += line + "\x1b[K\n";
    terminal.out << screen << "\x1b[J" << std::flush;
}

void printChanged(Shell& shell, Cluster& cluster, const client::ClusterMirror& mirror,
                  const std::set<std::string>& ids)
{
    const auto names = namesOf(mirror.tables());
    for (const std::string& raw : ids) {
        DatasetId id;
        std::copy(raw.begin(), raw.end(), id.value.bytes.begin());
        const auto it = mirror.tables().datasets().find(id);
        if (it == mirror.tables().datasets().end()) {
            if (shell.globals.output == Format::Table)
                shell.out() << shortId(id) << "  gone\n";
            continue;
        }
        const DatasetView view = viewOf(mirror.tables(), it->second);
        if (isStructured(shell.globals.output))
            printMessage(shell.terminal(), shell.globals.output, view);
        else if (shell.globals.output == Format::Name)
            shell.out() << harmless(view.record.header.name) << '\n';
        else {
            const std::string note = remark(view, cluster.now());
            shell.out() << harmless(view.record.header.name) << "  " << whereabouts(view, names)
                        << "  " << word(view.status.sync) << "  " << word(view.status.health)
                        << (note.empty() ? "" : "  ") << harmless(note) << '\n';
        }
    }
    shell.out().flush();
}

ExitClass watch(Shell& shell, std::optional<Duration> timeout)
{
    const auto opened = shell.cluster();
    if (!opened)
        return shell.fail(opened.error());
    Cluster& cluster = **opened;
    // A first call, so that what stands in the way is said at once.
    const auto status = cluster.read<StatusResult>(StatusGet{});
    if (!status)
        return shell.fail(status.error());

    client::ClusterMirror mirror(cluster.executor(), cluster.client(), cluster.subscriber(), {});
    Changes changes;
    mirror.addObserver(&changes);
    const bool screen = shell.terminal().outIsTerminal && shell.globals.output == Format::Table;
    if (screen)
        shell.out() << "\x1b[2J";
    const auto end = cluster.executor().now() + timeout.value_or(std::chrono::years{10});
    std::string told;
    while (cluster.executor().now() < end) {
        const auto left =
            std::min<bus::Duration>(end - cluster.executor().now(), std::chrono::minutes{1});
        // The ages on the screen move on by themselves.
        const bool changed = cluster.runUntil([&] { return changes.any; },
                                              screen ? std::min(left, bus::Duration{1'000}) : left);
        if (changed)
            (void)cluster.runUntil([] { return false; }, std::min(left, kFrame));
        changes.any = false;
        if (screen)
            draw(shell, cluster, mirror);
        else if (mirror.complete())
            printChanged(shell, cluster, mirror, std::exchange(changes.ids, {}));
        if (!screen && mirror.complete() && mirror.staleReason() != told) {
            told = mirror.staleReason();
            if (!told.empty())
                shell.warn("not current: " + told);
        }
    }
    mirror.removeObserver(&changes);
    return ExitClass::Ok;
}

} // namespace

void addWatch(CLI::App& root, Shell& shell)
{
    CLI::App* app = addCommand(root, "watch",
                               "The datasets, live; elsewhere than on a screen: a line per change");
    // shared by the parser and the callback
    const auto timeout = std::make_shared<std::optional<Duration>>();
    addDuration(app, "--timeout", *timeout, "End after this time; default: never");
    shell.command(app, [&shell, timeout] { return watch(shell, *timeout); });
}

} // namespace drover::cli
