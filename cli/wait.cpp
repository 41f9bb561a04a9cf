#include "cli/wait.h"

#include "bus/client/event_feed.h"
#include "cli/output/views.h"
#include "cli/progress.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <utility>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

constexpr Duration kGuard{2'000}; // without any event, look again after this
constexpr Duration kBreather{50}; // at most so often, however many events come

// What one look says.
struct Look
{
    bool reached = false;
    std::optional<Error> hopeless; // no waiting mends it
    std::string kind;              // changes when there is something new to say
    std::string text;
};

// Looks, waits to be told that something happened, looks again, until the end or the deadline.
// `look` returns the error of the call that failed.
template <class Id>
class Watcher
{
public:
    Watcher(Shell& shell, Cluster& cluster)
        : m_shell(shell), m_cluster(cluster),
          m_feed(cluster.subscriber(), {Stream::Config, Stream::State},
                 {[this](StreamMessage message) {
                      if (!m_id || client::concerns(message, *m_id))
                          m_stirred = true;
                  },
                  {},
                  {}})
    {
        m_cluster.heed(&m_interrupt);
    }
    ~Watcher() { m_cluster.heed(nullptr); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    void concern(const Id& id) { m_id = id; }

    // `late` makes the error for the deadline from what was seen last; `fail` tells an error with
    // all that is known; `next` is the command that shows how it goes on when nobody waits any
    // more.
    ExitClass run(Duration timeout, const std::function<Result<Look>()>& look,
                  const std::function<Error(const std::string&)>& late,
                  const std::function<ExitClass(const Error&)>& fail, const std::string& next)
    {
        const auto deadline = m_cluster.executor().now() + timeout;
        std::optional<Error> away;
        std::string last = "nothing is known yet";
        while (true) {
            m_stirred = false;
            const auto lookedAt = m_cluster.executor().now();
            const Result<Look> seen = look();
            if (m_interrupt.signal() != 0)
                break;
            if (!seen) {
                const ErrorCode code = seen.error().code;
                if (code != ErrorCode::Unavailable && code != ErrorCode::Timeout) {
                    m_progress.clear();
                    return m_shell.fail(seen.error());
                }
                away = seen.error();
                m_progress.show("away", seen.error().message + "; still waiting");
            } else {
                away.reset();
                if (seen->reached || seen->hopeless)
                    m_progress.clear();
                if (seen->hopeless)
                    return fail(*seen->hopeless);
                if (seen->reached) {
                    if (!seen->text.empty() && m_shell.globals.output == Format::Table)
                        m_shell.out() << harmless(seen->text) << std::endl;
                    return ExitClass::Ok;
                }
                last = seen->text;
                m_progress.show(seen->kind, seen->text);
            }
            const auto left =
                std::chrono::duration_cast<bus::Duration>(deadline - m_cluster.executor().now());
            if (left <= bus::Duration::zero())
                break;
            if (!m_cluster.runUntil([this] { return m_stirred || m_interrupt.signal() != 0; },
                                    std::min(left, kGuard)))
                continue;
            // Many events in a row are one reason to look.
            const auto rest = kBreather - (m_cluster.executor().now() - lookedAt);
            if (rest > bus::Duration::zero())
                (void)m_cluster.runUntil(
                    [this] { return m_interrupt.signal() != 0; },
                    std::min(left, std::chrono::duration_cast<bus::Duration>(rest)));
        }
        m_progress.clear();
        if (m_interrupt.signal() != 0)
            return m_shell.interrupted(m_interrupt.signal(), last + "; it goes on by itself", next);
        if (away)
            return m_shell.fail(*away);
        return fail(late(last));
    }

private:
    Shell& m_shell;
    Cluster& m_cluster;
    std::optional<Id> m_id;
    bool m_stirred = false;
    Interrupt m_interrupt;
    client::EventFeed m_feed;
    Progress m_progress{m_shell.terminal()};
};

const char* wordOf(DatasetGoal goal)
{
    switch (goal) {
    case DatasetGoal::InSync:
        return "in sync";
    case DatasetGoal::Mounted:
        return "mounted";
    case DatasetGoal::Deleted:
        return "deleted and unmounted";
    case DatasetGoal::Gone:
        return "gone";
    }
    return "";
}

const char* wordOf(NodeGoal goal)
{
    switch (goal) {
    case NodeGoal::Alive:
        return "alive";
    case NodeGoal::Unreachable:
        return "unreachable";
    case NodeGoal::Lost:
        return "lost";
    case NodeGoal::Gone:
        return "gone";
    }
    return "";
}

bool reached(DatasetGoal goal, const DatasetView& view)
{
    const bool inSync = view.status.sync == Sync::InSync;
    const bool moving = view.ledger && view.ledger->handover;
    switch (goal) {
    case DatasetGoal::InSync:
        return inSync && !moving;
    case DatasetGoal::Mounted:
        return inSync && !moving && !view.record.deletion && !view.status.path.empty();
    case DatasetGoal::Deleted:
        return view.record.deletion && inSync && view.status.path.empty() &&
               !(view.ledger && view.ledger->purgeCommitted);
    case DatasetGoal::Gone:
        return false;
    }
    return false;
}

Look lookAt(const DatasetView& view, const DatasetWait& wait)
{
    Look look;
    look.kind = std::string(word(view.status.sync));
    look.text = wait.name + ": ";
    if (view.ledger && view.ledger->handover && view.status.sync != Sync::Blocked) {
        const HandoverPhase phase = view.ledger->handover->phase;
        look.kind += std::string(toString(phase)) +
                     (view.status.transfer ? std::to_string(view.status.transfer->pass) : "");
        look.text += phase == HandoverPhase::Copying && view.status.transfer
                         ? progressWord(*view.status.transfer)
                         : std::string("moving: ") + toString(phase);
        return look;
    }
    const std::string why = briefly(view.status.conditions);
    look.kind += why;
    look.text += std::string(word(view.status.sync)) + (why.empty() ? "" : ": " + why);
    return look;
}

} // namespace

bool hopeless(const Condition& condition)
{
    switch (condition.type) {
    case ConditionType::DataMissing:
    case ConditionType::Quarantined:
    case ConditionType::SourceLost:
    case ConditionType::NodeLost:
        return true;
    default:
        return false; // nodes come back, pools get space, holders let go
    }
}

ExitClass waitForDataset(Shell& shell, Cluster& cluster, const DatasetWait& wait)
{
    Watcher<DatasetId> watcher(shell, cluster);
    DatasetRef ref = wait.dataset;
    std::optional<DatasetView> latest;
    const auto look = [&]() -> Result<Look> {
        auto found = cluster.read<DatasetListResult>(DatasetGet{ref}, wait.since);
        if (!found || found->datasets.empty()) {
            const bool absent = found || found.error().code == ErrorCode::NotFound;
            if (absent && (wait.goal == DatasetGoal::Gone || wait.goal == DatasetGoal::Deleted))
                return Look{true, {}, {}, wait.name + ": " + wordOf(wait.goal)};
            if (found)
                return Error{ErrorCode::NotFound, "there is no such dataset",
                             "dataset " + wait.name, "drover dataset list"};
            return found.error();
        }
        latest = std::move(found->datasets.front());
        if (!ref.id) {
            ref = {latest->record.id, {}}; // whoever takes the name meanwhile is not meant
            watcher.concern(latest->record.id);
        }
        Look seen = lookAt(*latest, wait);
        if (reached(wait.goal, *latest)) {
            seen.reached = true;
            // Said on the output: it is what was waited for.
            seen.text = wait.name + ": " + wordOf(wait.goal) +
                        (latest->status.path.empty() ? "" : " at " + latest->status.path);
        }
        const bool purged = latest->ledger && latest->ledger->purgeCommitted;
        if (purged && (wait.goal == DatasetGoal::Mounted || wait.goal == DatasetGoal::InSync))
            return Error{
                ErrorCode::FailedState, "it was purged, and its copies are being destroyed",
                "dataset " + wait.name, "drover wait dataset " + wait.name + " --for gone"};
        if (!seen.reached && latest->record.deletion && wait.goal == DatasetGoal::Mounted)
            return Error{ErrorCode::FailedState, "it was deleted meanwhile", "dataset " + wait.name,
                         "drover dataset undelete " + wait.name};
        const auto& conditions = latest->status.conditions;
        if (!seen.reached && latest->status.sync == Sync::Blocked &&
            std::any_of(conditions.begin(), conditions.end(), hopeless))
            seen.hopeless =
                Error{ErrorCode::FailedState, "it is blocked, and waiting does not mend that",
                      "dataset " + wait.name, "drover dataset show " + wait.name};
        return seen;
    };
    if (ref.id)
        watcher.concern(*ref.id);
    const auto late = [&](const std::string& last) {
        return Error{
            ErrorCode::Timeout,
            std::string("not ") + wordOf(wait.goal) + " after " + span(wait.timeout) + "; " + last,
            "dataset " + wait.name, "it goes on by itself: drover dataset show " + wait.name};
    };
    const auto fail = [&](const Error& error) {
        const ExitClass exit = shell.fail(error);
        if (latest)
            for (const Condition& condition : latest->status.conditions) {
                const char* indent = "  ";
                for (const std::string& line : fully(condition, cluster.now()))
                    shell.err() << std::exchange(indent, "    ") << harmless(line) << '\n';
            }
        return exit;
    };
    return watcher.run(wait.timeout, look, late, fail, "drover dataset show " + wait.name);
}

ExitClass waitForNode(Shell& shell, Cluster& cluster, const std::string& name, NodeGoal goal,
                      Duration timeout)
{
    Watcher<NodeId> watcher(shell, cluster);
    const auto look = [&]() -> Result<Look> {
        // A node that control has never heard of may be on its way.
        Look seen{false, {}, "unknown", "not known yet"};
        const auto nodes = listNodes(cluster);
        if (!nodes)
            return nodes.error();
        const NodeView* found = nullptr;
        for (const NodeView& node : *nodes)
            if (nameOf(node) == name || node.ledger.id.toString() == name ||
                (isIdPrefix(name) && node.ledger.id.toString().starts_with(name)))
                found = &node;
        if (!found) {
            if (goal == NodeGoal::Gone)
                seen = {true, {}, {}, "node " + name + ": gone"};
            return seen;
        }
        watcher.concern(found->ledger.id);
        const Liveness liveness = found->ledger.lost ? Liveness::Lost
                                  : found->state     ? found->state->liveness
                                                     : Liveness::Unreachable;
        if ((goal == NodeGoal::Alive && liveness == Liveness::Alive) ||
            (goal == NodeGoal::Unreachable && liveness == Liveness::Unreachable) ||
            (goal == NodeGoal::Lost && liveness == Liveness::Lost))
            seen.reached = true;
        seen.kind = word(liveness);
        seen.text = std::string("node ") + name + ": " + word(liveness);
        return seen;
    };
    const auto late = [&](const std::string& last) {
        return Error{ErrorCode::Timeout,
                     std::string("not ") + wordOf(goal) + " after " + span(timeout) + "; " + last,
                     "node " + name, "drover node list"};
    };
    return watcher.run(
        timeout, look, late, [&](const Error& error) { return shell.fail(error); },
        "drover node list");
}

} // namespace drover::cli
