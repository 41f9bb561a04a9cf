#include "control/service/decision_loop.h"

#include "control/core/handover.h"
#include "control/core/liveness.h"
#include "control/core/status.h"
#include "proto/model/crash_point.h"
#include "proto/model/mutation.h"

#include <algorithm>
#include <map>
#include <utility>

namespace drover::control::service {

using namespace model;

namespace {

constexpr bus::Duration kProbeInterval{1000};
// The wall clock may step; so the queues are looked at this often whatever they say.
constexpr Duration kLongestSleep{10'000};
constexpr Duration kShortestSleep{10};
constexpr std::uint32_t kCompactionStep = 256;
// A dataset that is not settled after so many facts in one round shows a bug in core; the round
// goes on without it.
constexpr int kMostFactsPerRound = 64;

void merge(core::Touched& into, const core::Touched& from)
{
    into.datasets.insert(from.datasets.begin(), from.datasets.end());
    into.pools.insert(from.pools.begin(), from.pools.end());
    into.nodes.insert(from.nodes.begin(), from.nodes.end());
}

} // namespace

DecisionLoop::DecisionLoop(const Environment& environment)
    : m_environment(environment), m_clock(environment.executor, environment.clock),
      m_queue(m_state, environment.store, m_clock), m_streams(environment.publisher)
{}

Result<void> DecisionLoop::start(store::Loaded loaded)
{
    for (const Record& record : loaded.records)
        if (const auto* history = std::get_if<HistoryRecord>(&record))
            m_clock.startFrom(history->running);
    m_now = m_clock.now();
    if (DROVER_MUTATION("forget-ledger"))
        std::erase_if(loaded.records, [](const Record& record) {
            return std::holds_alternative<DatasetLedger>(record);
        });
    m_state = core::stateOf(loaded.records, loaded.revision, m_now);

    m_safeMode = loaded.safeMode.value_or(store::SafeModeMark{});
    m_safeFrom = m_now.running;
    if (m_safeMode.reason.empty() && !loaded.behind.empty()) {
        m_safeMode = {loaded.behind, m_now.wall};
        // Before anything is written: later the store may not look old any more.
        if (auto noted = m_environment.store.markSafeMode(m_safeMode); !noted)
            return noted.error();
    }
    const Uuid nonce = m_environment.ids.next();
    auto raised = m_environment.store.raiseTerm(nonce, m_now.wall);
    if (!raised)
        return raised.error();
    static_cast<void>(core::apply(m_state, *raised));
    m_lineage = std::move(loaded.terms);
    m_lineage.push_back({raised->term, nonce, raised->revision});
    m_heardEnough = false;
    m_streams.start(m_state.history(), m_state.revision(), m_environment.ids.make<StreamId>());
    for (const auto& [publicKey, key] : m_state.keys())
        m_environment.door.admit(publicKey, key.name);
    apply(core::initialState(m_state, m_now));
    // Whatever could be next is looked at once; from then on only what changes.
    for (const auto& [id, record] : m_state.datasets())
        m_touched.datasets.insert(id);
    for (const auto& [id, ledger] : m_state.ledgers())
        m_touched.datasets.insert(id);
    for (const auto& [id, pool] : m_state.pools())
        m_touched.pools.insert(id);
    m_environment.log(LogLevel::Info, "control.start", "cluster " + m_state.cluster().header.name,
                      "revision " + std::to_string(m_state.revision()) + ", term " +
                          std::to_string(m_state.history().term));
    if (!m_safeMode.reason.empty())
        m_environment.log(LogLevel::Error, "control.safe-mode", "control", m_safeMode.reason);
    flush();
    return {};
}

Now DecisionLoop::beginTurn()
{
    m_now = m_clock.now();
    if (m_state.observe(m_now))
        m_environment.log(LogLevel::Warning, "clock.step", "control",
                          "the wall clock stepped; no grace period ends by time for a while");
    return m_now;
}

Result<void> DecisionLoop::mayDecide() const
{
    if (!m_safeMode.reason.empty())
        return Error{ErrorCode::SafeMode, "control is in safe mode: " + m_safeMode.reason,
                     "control",
                     "bring back the newest copy of the store and start control on it; if there is "
                     "none, `drover recover plan`"};
    return hasRoom();
}

Result<void> DecisionLoop::hasRoom() const
{
    if (m_fullSince)
        return Error{ErrorCode::StoreFull, "the disk under the store is full; nothing was changed",
                     "store", "free some space; control goes on by itself"};
    return {};
}

std::optional<TimePoint> DecisionLoop::safeModeSince() const
{
    return m_safeMode.reason.empty() ? std::nullopt : std::optional(m_safeMode.since);
}

void DecisionLoop::enterSafeMode(const std::string& reason)
{
    if (!m_safeMode.reason.empty())
        return;
    m_safeMode = {reason, m_now.wall};
    m_safeFrom = m_now.running;
    m_abandonRound = true;
    m_environment.log(LogLevel::Error, "control.safe-mode", "control", reason);
    if (auto noted = noteSafeMode(); !noted) {
        fail(noted.error());
        return;
    }
    if (m_hooks.sessionsEnd)
        m_hooks.sessionsEnd();
    schedule();
}

Result<void> DecisionLoop::noteSafeMode()
{
    auto noted = m_environment.store.markSafeMode(m_safeMode);
    m_safeModeOwed = !noted && noted.error().code == ErrorCode::StoreFull;
    if (m_safeModeOwed)
        return {};
    return noted;
}

Result<void> DecisionLoop::recover(const std::vector<Commit>& commits,
                                   const store::Outcome& outcome)
{
    flush(); // what came before it in this round
    if (m_dead || commits.empty() || commits.front().revision != m_state.revision() + 1)
        return Error{ErrorCode::Unavailable, "something else was changed meanwhile", "control",
                     "try again"};
    if (auto written = m_environment.store.recover(commits, {outcome}); !written) {
        if (written.error().code != ErrorCode::StoreFull)
            fail(written.error());
        return written;
    }
    for (const Commit& commit : commits)
        for (const LogEntry& line : commit.log)
            m_environment.log(LogLevel::Info, line.verb, line.subject,
                              line.message + " (by " + line.actor + ")");
    if (m_hooks.sessionsEnd)
        m_hooks.sessionsEnd();
    m_touched = m_refresh = m_postponed = {};
    m_facts.clear();
    m_lastDue = {};
    auto loaded = m_environment.store.load();
    auto begun = loaded ? start(std::move(*loaded)) : Result<void>{loaded.error()};
    // It is durable; the next start of the process goes on from there.
    if (!begun)
        fail(begun.error());
    return begun;
}

Revision DecisionLoop::commit(core::Decision decision)
{
    const Revision revision = m_queue.commit(std::move(decision), m_touched);
    schedule();
    return revision;
}

void DecisionLoop::whenDurable(CommitQueue::Done done)
{
    m_queue.whenDurable(std::move(done));
    schedule();
}

void DecisionLoop::apply(const std::vector<StateChange>& facts)
{
    for (const StateChange& fact : facts) {
        core::touch(m_touched, m_state, fact);
        core::apply(m_state, fact);
    }
    m_facts.insert(m_facts.end(), facts.begin(), facts.end());
    if (!facts.empty())
        schedule();
}

void DecisionLoop::schedule()
{
    if (m_scheduled || m_dead)
        return;
    m_scheduled = true;
    m_environment.executor.whenIdle([this, alive = std::weak_ptr{m_alive}] {
        if (alive.lock())
            flush();
    });
}

void DecisionLoop::flushNow()
{
    if (!m_dead)
        flush();
}

void DecisionLoop::flush()
{
    if (m_dead)
        return;
    beginTurn();
    settle();
    if (DROVER_MUTATION("publish-before-append"))
        for (const CommitQueue::Entry& entry : m_queue.entries())
            m_streams.publish(entry.commit);
    auto appended = std::exchange(m_abandonRound, false) ? m_queue.abandon(mayDecide().error())
                                                         : m_queue.append();
    if (!appended.result) {
        switch (appended.result.error().code) {
        case ErrorCode::SafeMode:
            break;
        case ErrorCode::StoreFull:
            becomeFull(appended.result.error());
            appended.result = mayDecide(); // says that nothing was changed
            break;
        default:
            fail(appended.result.error());
            return;
        }
    }
    for (const CommitQueue::Entry& entry : appended.entries)
        announce(entry);
    if (appended.result)
        m_state.forgetSpentProofs();
    for (const CommitQueue::Done& done : appended.waiting)
        done(appended.result);
    const core::Touched refreshed = std::exchange(m_refresh, {});
    refreshStatuses(refreshed);
    if (!m_facts.empty())
        m_streams.publish(std::exchange(m_facts, {}), m_state.revision());
    if (m_hooks.refreshed)
        m_hooks.refreshed(refreshed);
    // Those who waited may have left something to do; it is the next round's.
    m_scheduled = false;
    const bool more = !m_queue.empty() || !m_touched.empty() || !m_facts.empty();
    if (!more && m_hooks.committed)
        m_hooks.committed();
    if (more)
        schedule();
    armWake();
}

void DecisionLoop::settle()
{
    // Counts first: the exact answer looks at every node.
    const core::LivenessCounts& counts = m_state.livenessCounts();
    const bool may =
        2 * (counts.alive + counts.syncing + counts.evasive) + 2 * counts.lost >= counts.total();
    if (!m_heardEnough && may && core::heardSinceStart(m_state).isEnough()) {
        m_heardEnough = true;
        merge(m_touched, std::exchange(m_postponed, {}));
    }
    const bool decides = mayDecide().ok() && m_heardEnough;
    std::map<DatasetId, int> facts;
    while (!m_touched.empty()) {
        core::Touched touched = std::exchange(m_touched, {});
        merge(m_refresh, touched);
        if (!decides) {
            merge(m_postponed, touched);
            continue;
        }
        std::erase_if(touched.datasets, [&](const DatasetId& id) {
            if (++facts[id] <= kMostFactsPerRound)
                return false;
            m_environment.log(LogLevel::Error, "advance.unsettled", "dataset " + id.toString(),
                              "no end of next steps; left for later");
            return true;
        });
        settleOnce(touched);
    }
}

void DecisionLoop::settleOnce(const core::Touched& touched)
{
    for (const PoolId& id : touched.pools)
        decide(core::advancePool(m_state, id, m_now, m_environment.ids));
    for (const NodeId& id : touched.nodes)
        decide(core::advanceNode(m_state, id, m_now));
    for (const DatasetId& id : touched.datasets)
        decide(core::advance(m_state, id, m_now, m_environment.ids));
}

void DecisionLoop::decide(core::Decision decision)
{
    if (!decision.changes.empty())
        m_queue.commit(std::move(decision), m_touched);
}

void DecisionLoop::refreshStatuses(const core::Touched& touched)
{
    for (const DatasetId& id : touched.datasets) {
        const DatasetStatus* published = m_state.publishedStatus(id);
        std::optional<StateChange> fact;
        if (core::hasStatus(m_state, id)) {
            DatasetStatus status = core::statusOf(m_state, id, m_now);
            if (published == nullptr || *published != status)
                fact = DatasetStatusPut{std::move(status)};
        } else if (published != nullptr) {
            fact = DatasetStatusRemoved{id};
        }
        if (!fact)
            continue;
        core::apply(m_state, *fact);
        m_facts.push_back(std::move(*fact));
    }
}

void DecisionLoop::announce(const CommitQueue::Entry& entry)
{
    for (const Change& change : entry.commit.changes)
        if (keyOf(change).kind == RecordKind::Key)
            applyKeyChange(change, entry.inverses);
    for (const Change& change : entry.commit.changes)
        apply(core::factsEndedBy(m_state, change));
    DROVER_CRASH_POINT("publish.before");
    m_streams.publish(entry.commit);
    DROVER_CRASH_POINT("publish.after");
    for (const LogEntry& line : entry.commit.log)
        m_environment.log(LogLevel::Info, line.verb, line.subject,
                          line.message + " (by " + line.actor + ")");
}

void DecisionLoop::applyKeyChange(const Change& change, const std::vector<Change>& inverses)
{
    const RecordKey key = keyOf(change);
    const auto inverse = std::find_if(inverses.begin(), inverses.end(),
                                      [&](const Change& c) { return keyOf(c) == key; });
    const auto* formerPut = inverse != inverses.end() ? std::get_if<RecordPut>(&*inverse) : nullptr;
    const auto* former = formerPut != nullptr ? &std::get<KeyRecord>(formerPut->record) : nullptr;
    const auto* put = std::get_if<RecordPut>(&change);
    const auto* now = put != nullptr ? &std::get<KeyRecord>(put->record) : nullptr;
    if (former != nullptr && (now == nullptr || now->name != former->name ||
                              now->role != former->role || now->node != former->node)) {
        // Denied first, cut second: a connection that is cut comes back at once.
        m_environment.door.deny(former->publicKey);
        m_environment.server.cutUser(former->name);
        m_environment.publisher.cutUser(former->name);
    }
    if (now != nullptr)
        m_environment.door.admit(now->publicKey, now->name);
}

void DecisionLoop::becomeFull(const Error& error)
{
    merge(m_postponed, m_refresh);
    if (m_fullSince)
        return;
    m_fullSince = m_now.wall;
    m_environment.log(LogLevel::Error, "store.full", "store", error.message);
    m_probe = m_environment.executor.after(kProbeInterval, [this] { probe(); });
}

void DecisionLoop::probe()
{
    if (m_dead)
        return;
    if (auto written = m_environment.store.append({}, {}); !written) {
        if (written.error().code != ErrorCode::StoreFull) {
            fail(written.error());
            return;
        }
        m_probe = m_environment.executor.after(kProbeInterval, [this] { probe(); });
        return;
    }
    m_fullSince.reset();
    m_environment.log(LogLevel::Info, "store.room", "store", "there is room again");
    merge(m_touched, std::exchange(m_postponed, {}));
    wake();
    schedule();
}

void DecisionLoop::fail(const Error& error)
{
    m_dead = true;
    m_environment.log(LogLevel::Error, "store.failed", error.subject, error.message);
    m_environment.fatal(error);
}

void DecisionLoop::wake()
{
    if (m_dead)
        return;
    beginTurn();
    apply(core::onTick(m_state, m_now));
    if (m_safeModeOwed)
        if (auto noted = noteSafeMode(); !noted)
            return fail(noted.error());
    if (mayDecide()) {
        if (auto expired = core::expireLeases(m_state, m_now); !expired.changes.empty())
            commit(std::move(expired));
        const auto datasets = core::dueDatasets(m_state, m_lastDue, m_now);
        const auto pools = core::duePools(m_state, m_lastDue, m_now);
        m_lastDue = m_now;
        m_touched.datasets.insert(datasets.begin(), datasets.end());
        m_touched.pools.insert(pools.begin(), pools.end());
        if (!m_touched.empty())
            schedule();
    }
    armWake();
}

void DecisionLoop::armWake()
{
    // While nothing may be decided, what is due stays due: then only the silence of nodes is looked
    // at.
    Duration delay = kLongestSleep;
    if (const auto next = core::nextWake(m_state, m_now))
        delay = std::clamp(*next, kShortestSleep, kLongestSleep);
    if (!mayDecide() || !m_heardEnough)
        delay = std::max(delay, std::chrono::duration_cast<Duration>(kProbeInterval));
    m_wake = m_environment.executor.after(delay, [this] { wake(); });
}

bool DecisionLoop::compact()
{
    if (m_dead || !mayDecide())
        return false;
    beginTurn();
    // A wall clock that is not trusted with graces is not trusted with the history's age either.
    if (m_state.purgesHeld())
        return false;
    const ClusterRecord& cluster = m_state.cluster();
    const Revision head = committedRevision();
    const Revision keepFrom =
        head > cluster.historyRevisions ? head - cluster.historyRevisions + 1 : 0;
    const auto more = m_environment.store.compact(keepFrom, m_now.wall - cluster.historyAge,
                                                  m_now.wall - kOutcomeKept, kCompactionStep);
    if (more)
        return *more;
    if (more.error().code != ErrorCode::StoreFull)
        fail(more.error());
    return false;
}

void DecisionLoop::storeRunningTime(bool always)
{
    if (m_dead || !mayDecide())
        return;
    beginTurn();
    const Duration lag = m_now.running - m_state.history().running;
    const bool awaited = m_state.deletionQueue().next({}, {}).has_value() ||
                         m_state.retiredQueue().next({}, {}).has_value();
    if (!always && (!awaited || lag < kRunningTimeLag))
        return;
    HistoryRecord history = m_state.history();
    history.running = m_now.running;
    core::Decision decision;
    decision.changes.emplace_back(RecordPut{history});
    commit(std::move(decision));
}

} // namespace drover::control::service
