#include "bus/client/cluster_mirror.h"
#include "cli/commands/commands.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"
#include "cli/output/watch_page.h"
#include "cli/screen.h"

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <set>

#include <unistd.h>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

constexpr bus::Duration kFrame{100};    // the screen is drawn at most so often
constexpr bus::Duration kSecond{1'000}; // and at least so often: the ages on it move on

// Remembers what changed since it was last asked.
class Changes final : public client::MirrorObserver
{
public:
    void onRecord(const Change& change) override
    {
        const RecordKey key = keyOf(change);
        if (key.kind == RecordKind::Dataset || key.kind == RecordKind::DatasetLedger) {
            DatasetId id;
            if (key.id.size() == id.value.bytes.size())
                std::copy(key.id.begin(), key.id.end(), id.value.bytes.begin());
            datasets.insert(id);
        }
        any = true;
    }
    void onFact(const StateChange& fact) override
    {
        if (const auto* put = std::get_if<DatasetStatusPut>(&fact))
            datasets.insert(put->status.id);
        if (const auto* put = std::get_if<NodeStatePut>(&fact))
            nodes.insert(put->node.id);
        any = true;
    }
    void onLive() override { any = true; }
    void onStale(const std::string&, std::optional<TimePoint>) override { any = true; }

    std::set<DatasetId> datasets;
    std::set<NodeId> nodes;
    bool any = false;
};

// Where there is no screen: a line for each change that a person would see.
class Lines
{
public:
    Lines(Shell& shell, Cluster& cluster, const client::ClusterMirror& mirror)
        : m_shell(shell), m_cluster(cluster), m_mirror(mirror)
    {}

    void print(Changes& changes)
    {
        if (!m_mirror.complete())
            return;
        if (m_mirror.staleReason() != m_stale) {
            m_stale = m_mirror.staleReason();
            m_shell.warn(m_stale.empty() ? "current again" : "not current: " + m_stale);
        }
        const NodeNames names = namesOf(m_mirror.tables());
        if (m_shell.globals.output == Format::Table)
            for (const NodeId& id : std::exchange(changes.nodes, {}))
                printNode(id, names);
        std::vector<const DatasetRecord*> records;
        for (const DatasetId& id : std::exchange(changes.datasets, {})) {
            const auto it = m_mirror.tables().datasets().find(id);
            if (it != m_mirror.tables().datasets().end())
                records.push_back(&it->second);
            else if (m_shell.globals.output == Format::Table)
                tell("dataset " + (m_names.contains(id) ? m_names.at(id) : shortId(id)), "gone");
        }
        std::sort(records.begin(), records.end(),
                  [](const auto* a, const auto* b) { return a->header.name < b->header.name; });
        for (const DatasetRecord* record : records)
            printDataset(*record, names);
        m_shell.out().flush();
    }

private:
    void printDataset(const DatasetRecord& record, const NodeNames& names)
    {
        const DatasetView view = viewOf(m_mirror.tables(), record);
        m_names.insert_or_assign(record.id, record.header.name);
        if (isStructured(m_shell.globals.output))
            return printMessage(m_shell.terminal(), m_shell.globals.output, view);
        const std::string note = remark(view, m_cluster.now());
        const std::string state = whereabouts(view, names) + "  " + word(view.status.sync) + ", " +
                                  word(view.status.health) + (note.empty() ? "" : ": " + note);
        if (m_shell.globals.output == Format::Name)
            m_shell.out() << harmless(record.header.name) << '\n';
        else
            tell("dataset " + record.header.name, state);
    }
    void printNode(const NodeId& id, const NodeNames& names)
    {
        const auto it = m_mirror.tables().nodeStates().find(id);
        if (it != m_mirror.tables().nodeStates().end())
            tell("node " + names(id), word(it->second.liveness));
    }
    // Only what differs from the last time.
    void tell(const std::string& subject, const std::string& state)
    {
        std::string& last = m_told[subject];
        if (last == state)
            return;
        last = state;
        const auto now = m_cluster.now();
        m_shell.out() << (now ? moment(*now, std::nullopt) + "  " : std::string())
                      << harmless(subject) << "  " << harmless(state) << '\n';
    }

    Shell& m_shell;
    Cluster& m_cluster;
    const client::ClusterMirror& m_mirror;
    std::string m_stale;
    std::map<DatasetId, std::string> m_names; // for those that are gone
    std::map<std::string, std::string> m_told;
};

// One live look, on a screen or as lines, until the time is over or somebody ends it.
class Watch
{
public:
    Watch(Shell& shell, Cluster& cluster)
        : m_shell(shell), m_cluster(cluster),
          m_mirror(cluster.executor(), cluster.client(), cluster.subscriber(), {})
    {
        m_mirror.addObserver(&m_changes);
        m_cluster.heed(&m_interrupt);
    }
    ~Watch()
    {
        m_cluster.heed(nullptr);
        m_mirror.removeObserver(&m_changes);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    ExitClass run(std::optional<Duration> timeout)
    {
        m_end = m_cluster.executor().now() + timeout.value_or(std::chrono::years{10});
        if (m_shell.terminal().outIsTerminal && m_shell.globals.output == Format::Table)
            onScreen();
        else
            asLines();
        return m_interrupt.signal() != 0 ? m_shell.interrupted(m_interrupt.signal())
                                         : ExitClass::Ok;
    }

private:
    void onScreen()
    {
        Screen screen(m_shell.terminal());
        bus::Subscription typing;
        if (screen.hasKeys())
            typing = m_cluster.onReadable(STDIN_FILENO, [&] {
                for (const Key key : screen.keys())
                    take(key, screen);
            });
        while (goesOn()) {
            m_changes.any = false;
            m_typed = false;
            m_page = watchPage(
                m_shell.terminal(),
                {m_mirror.tables(), m_mirror.revision(), m_mirror.staleReason(), m_cluster.now()},
                screen.rows(), m_page.first, screen.hasKeys());
            screen.draw(m_page.lines);
            // A person is answered at once, the cluster at most ten times a second.
            (void)m_cluster.runUntil([this] { return m_typed || !goesOn(); }, kFrame);
            (void)m_cluster.runUntil([this] { return m_typed || m_changes.any || !goesOn(); },
                                     std::min(left(), kSecond));
        }
    }
    void asLines()
    {
        Lines lines(m_shell, m_cluster, m_mirror);
        while (goesOn()) {
            // Many changes in a row make one line, not many.
            if (m_cluster.runUntil([this] { return m_changes.any || !goesOn(); }, left()))
                (void)m_cluster.runUntil([this] { return !goesOn(); }, std::min(left(), kFrame));
            m_changes.any = false;
            lines.print(m_changes);
        }
    }
    void take(Key key, Screen& screen)
    {
        m_typed = true;
        std::size_t& first = m_page.first; // too far down is mended by the page
        switch (key) {
        case Key::Up:
            first -= std::min<std::size_t>(first, 1);
            break;
        case Key::Down:
            ++first;
            break;
        case Key::PageUp:
            first -= std::min(first, m_page.room);
            break;
        case Key::PageDown:
            first += m_page.room;
            break;
        case Key::Home:
            first = 0;
            break;
        case Key::End:
            first = m_page.total;
            break;
        case Key::Suspend:
            screen.suspend();
            break;
        case Key::Quit:
            m_quit = true;
            break;
        }
    }
    [[nodiscard]] bus::Duration left() const
    {
        return std::clamp<bus::Duration>(m_end - m_cluster.executor().now(), bus::Duration::zero(),
                                         std::chrono::minutes{1});
    }
    [[nodiscard]] bool goesOn() const
    {
        return !m_quit && m_interrupt.signal() == 0 && m_shell.out().good() &&
               left() > bus::Duration::zero();
    }

    Shell& m_shell;
    Cluster& m_cluster;
    client::ClusterMirror m_mirror;
    Changes m_changes;
    Interrupt m_interrupt;
    bus::MonotonicTime m_end{};
    WatchPage m_page;
    bool m_typed = false;
    bool m_quit = false;
};

ExitClass watch(Shell& shell, std::optional<Duration> timeout)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    // A first call, so that what stands in the way is said at once.
    const auto status = (*cluster)->read<StatusResult>(StatusGet{});
    if (!status)
        return shell.fail(status.error());
    return Watch(shell, **cluster).run(timeout);
}

} // namespace

void addWatch(CLI::App& root, Shell& shell)
{
    CLI::App* app =
        addCommand(root, "watch", "The cluster, live, what is wrong first; in a pipe: changes");
    // shared by the parser and the callback
    const auto timeout = std::make_shared<std::optional<Duration>>();
    addDuration(app, "--timeout", *timeout, "End after this time; default: never");
    shell.command(app, [&shell, timeout] { return watch(shell, *timeout); });
}

} // namespace drover::cli
