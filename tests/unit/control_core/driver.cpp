#include "tests/unit/control_core/driver.h"

#include "control/core/assignments.h"
#include "control/core/invariants.h"
#include "control/core/liveness.h"
#include "control/core/status.h"

#include <QtTest/QtTest>

namespace drover::control::core::test {

using namespace model;

namespace {

[[noreturn]] void qFatalText(const std::string& text) { qFatal("%s", text.c_str()); }

} // namespace

Uuid CountingIds::next()
{
    Uuid id;
    std::uint64_t value = ++m_count * 0x9E3779B97F4A7C15ULL ^ m_seed;
    for (std::size_t i = 0; i < 8; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    for (std::size_t i = 0; i < 8; ++i)
        id.bytes[8 + i] = static_cast<std::uint8_t>((m_count + (m_seed << 40)) >> (8 * i));
    return id;
}

PoolState localPool(std::uint8_t number, const std::string& name, const std::string& kind)
{
    PoolState pool;
    pool.id = numbered<PoolId>(number);
    pool.name = name;
    pool.kind = kind;
    pool.fence = Fence::None;
    pool.capabilities.sizes = kind == "loopback";
    pool.capabilities.growOnline = true;
    pool.capabilities.growOffline = true;
    pool.capabilities.provenRelease = true;
    pool.capabilities.transfer = true;
    if (kind == "loopback")
        pool.capabilities.filesystems = {"ext4", "xfs"};
    pool.capacity = ByteCount{100ULL << 30};
    pool.free = ByteCount{90ULL << 30};
    pool.available = true;
    return pool;
}

PoolState sharedPool(std::uint8_t number, const std::string& name, Fence fence)
{
    PoolState pool = localPool(number, name);
    pool.shared = true;
    pool.fence = fence;
    return pool;
}

Driver::Driver()
{
    now.wall = TimePoint{std::chrono::hours{24 * 365 * 50}};
    now.running = Duration{1000};
    m_lastTick = now;
    state.observe(now);
    ClusterRecord cluster;
    cluster.id = numbered<ClusterId>(1);
    cluster.header.name = "test";
    HistoryRecord history;
    history.history = numbered<HistoryId>(1);
    history.term = 1;
    Decision begin;
    begin.changes.emplace_back(RecordPut{cluster});
    begin.changes.emplace_back(RecordPut{history});
    commit(begin);
}

void Driver::commit(const Decision& decision)
{
    for (const auto& token : decision.renewed)
        state.renew(token);
    if (decision.changes.empty() && decision.log.empty())
        return;
    for (const auto& change : decision.changes)
        touch(m_touched, state, change);
    const Commit commit{state.revision() + 1, 1, now.wall, decision.changes, decision.log};
    const auto former = checkUndo ? std::optional<ClusterState>(state) : std::nullopt;
    const auto inverses = core::apply(state, commit);
    if (former) {
        ClusterState back = state;
        undo(back, inverses);
        if (!back.sameRecords(*former))
            broken.push_back("the inverses of a commit give another state");
        for (const auto& wrong : back.checkIndexes())
            broken.push_back("after an undo: " + wrong);
    }
    commits.push_back(commit);
    for (const auto& change : decision.changes)
        for (const auto& fact : factsEndedBy(state, change))
            core::apply(state, fact);
}

void Driver::apply(const std::vector<StateChange>& changes)
{
    for (const auto& change : changes) {
        touch(m_touched, state, change);
        core::apply(state, change);
    }
}

void Driver::settle()
{
    std::set<DatasetId> changed;
    for (int round = 0; !m_touched.empty(); ++round) {
        if (round > 10'000) {
            broken.push_back("advance() comes to no end");
            return;
        }
        const Touched touched = std::exchange(m_touched, {});
        for (const auto& id : touched.nodes)
            commit(advanceNode(state, id, now));
        for (const auto& id : touched.pools)
            commit(advancePool(state, id, now, ids));
        for (const auto& id : touched.datasets) {
            commit(advance(state, id, now, ids));
            changed.insert(id);
        }
    }
    for (const auto& id : changed)
        if (const auto change = statusChange(state, id, now))
            core::apply(state, *change);
}

void Driver::check(const std::string& where)
{
    if (!checkAlways)
        return;
    for (const auto& wrong : checkInvariants(state))
        broken.push_back(where + ": " + wrong);
}

Result<Decision> Driver::write(const Write& write)
{
    state.observe(now);
    auto decision = decide(state, write, Actor{"ann", KeyRole::Admin, std::nullopt}, now, ids);
    if (!decision)
        return decision;
    commit(*decision);
    settle();
    check(verbName(write.operations.front().verb));
    return decision;
}

Result<Decision> Driver::write(const WriteVerb& verb)
{
    Write one;
    one.operations.push_back({verb, {}});
    return write(one);
}

DatasetId Driver::create(const DatasetCreate& verb)
{
    const auto decision = write(verb);
    if (!decision)
        qFatalText("create was refused: " + decision.error().message);
    return *decision->results.front().dataset;
}

HelloResult Driver::hello(std::uint8_t number, const std::vector<PoolState>& pools)
{
    state.observe(now);
    Hello hello;
    hello.node = nodeId(number);
    hello.machine = numbered<MachineId>(number);
    hello.incarnation = ids.next();
    hello.hostname = "n" + std::to_string(number);
    hello.bulkEndpoint = "tcp://n" + std::to_string(number) + ":4525";
    hello.pools = pools;
    const Actor actor{"node-" + std::to_string(number), KeyRole::Node, nodeId(number)};
    auto result = acceptHello(state, hello, actor, std::nullopt, now, ids);
    if (result.verdict != HelloVerdict::Accept)
        return result;
    commit(result.decision);
    apply(result.facts);
    m_sessions[number] = result.welcome.session;
    settle();
    check("hello");
    return result;
}

void Driver::join(std::uint8_t number, const std::vector<PoolState>& pools,
                  const std::vector<CopyState>& copies)
{
    const auto result = hello(number, pools);
    if (result.verdict != HelloVerdict::Accept)
        qFatalText("a hello was refused: " + result.error.message);
    report(number, copies, {}, /*complete=*/true);
}

void Driver::report(std::uint8_t number, const std::vector<CopyState>& copies,
                    const std::vector<CopyId>& gone, bool complete)
{
    state.observe(now);
    Report report;
    report.session = m_sessions[number];
    report.copies = copies;
    report.gone = gone;
    report.complete = complete;
    state.heard(nodeId(number), now);
    apply(onReport(state, nodeId(number), report, now));
    settle();
    check("report of n" + std::to_string(number));
}

void Driver::reportPools(std::uint8_t number, const std::vector<PoolState>& pools)
{
    state.observe(now);
    Report report;
    report.session = m_sessions[number];
    report.pools = pools;
    state.heard(nodeId(number), now);
    apply(onReport(state, nodeId(number), report, now));
    settle();
    check("report of pools");
}

void Driver::pass(Duration time, bool heartbeats)
{
    // In steps, as timers would: nothing is due between two wakes.
    const Duration end = now.running + time;
    while (now.running < end) {
        const Duration step = std::min(nextWake(state, now).value_or(time), end - now.running);
        const Duration move = std::max(step, Duration{1});
        now.running += move;
        now.wall += move;
        state.observe(now);
        if (heartbeats)
            for (const auto& [number, session] : m_sessions)
                state.heard(nodeId(number), now);
        apply(onTick(state, now));
        commit(expireLeases(state, now));
        for (const auto& id : dueDatasets(state, m_lastTick, now))
            m_touched.datasets.insert(id);
        for (const auto& id : duePools(state, m_lastTick, now))
            m_touched.pools.insert(id);
        m_lastTick = now;
        settle();
    }
    check("time passed");
}

void Driver::restart()
{
    ClusterState fresh;
    fresh.observe(now);
    for (const auto& commit : commits)
        core::apply(fresh, commit);
    if (!fresh.sameRecords(state))
        broken.push_back("replay gives another state");
    const auto records = fresh.recordsAfter(std::nullopt, 1'000'000);
    state = stateOf(records, fresh.revision(), now);
    if (!fresh.sameRecords(state))
        broken.push_back("the records of the state give another state");
    m_sessions.clear();
    m_lastTick = Now{};
    apply(initialState(state, now));
    settle();
    check("restart");
}

const DatasetLedger& Driver::ledger(const DatasetId& id) const
{
    const auto* ledger = state.ledger(id);
    if (ledger == nullptr)
        qFatalText("the dataset has no ledger");
    return *ledger;
}

DatasetStatus Driver::status(const DatasetId& id) const { return statusOf(state, id, now); }

bool Driver::says(const DatasetId& id, const std::string& reason) const
{
    for (const auto& condition : status(id).conditions)
        if (condition.reason == reason)
            return true;
    return false;
}

std::vector<Assignment> Driver::orders(const DatasetId& id, std::uint8_t node) const
{
    return assignmentsOf(state, id, nodeId(node));
}

std::optional<Goal> Driver::goal(const DatasetId& id, std::uint8_t node) const
{
    const auto all = orders(id, node);
    if (all.size() != 1)
        return std::nullopt;
    return all.front().goal;
}

void Driver::converge()
{
    for (int round = 0; convergeOnce(); ++round)
        if (round > 1000) {
            broken.push_back("the ideal agents come to no end");
            return;
        }
}

// Every alive node reports what its orders ask for as done. True when a report changed anything.
bool Driver::convergeOnce()
{
    bool changed = false;
    for (const auto& [number, session] : m_sessions) {
        const NodeId id = nodeId(number);
        if (!state.isUsable(id) && !state.isLost(id))
            continue;
        std::vector<CopyState> copies;
        std::vector<CopyId> gone;
        for (const auto& dataset : datasetsConcerning(state, id)) {
            for (const auto& order : assignmentsOf(state, dataset, id)) {
                const auto* known = state.copyState(id, order.copy);
                CopyState copy = known != nullptr ? *known : CopyState{};
                copy.dataset = order.dataset;
                copy.copy = order.copy;
                copy.pool = order.pool;
                copy.datasetName = order.name;
                copy.observedGeneration = order.generation;
                copy.frozen = false;
                if (!order.transfer)
                    copy.transfer.reset();
                TransferProgress progress;
                if (order.transfer) {
                    progress.id = order.transfer->id;
                    progress.pass = 1;
                    progress.passDone = true;
                }
                bool keep = true;
                switch (order.goal) {
                case Goal::Mounted:
                    if (known == nullptr && !order.mayCreate)
                        keep = false;
                    copy.role = CopyRole::Primary;
                    copy.epoch = order.epoch;
                    copy.phase = CopyPhase::Mounted;
                    copy.path = "/srv/" + order.name;
                    if (order.transfer)
                        copy.transfer = progress;
                    break;
                case Goal::Frozen:
                    copy.phase = CopyPhase::Created;
                    copy.frozen = true;
                    if (order.transfer) {
                        progress.finalDone = true;
                        progress.digest = "d1";
                        copy.transfer = progress;
                    }
                    break;
                case Goal::Released:
                    copy.phase = CopyPhase::Created;
                    copy.role = CopyRole::Released;
                    copy.epoch = order.epoch;
                    break;
                case Goal::Receive:
                    copy.role = CopyRole::Receiving;
                    copy.epoch = order.epoch;
                    copy.phase = CopyPhase::Created;
                    progress.finalDone = true;
                    progress.digest = "d1";
                    progress.sealed = !order.transfer->digest.empty();
                    copy.transfer = progress;
                    break;
                case Goal::Retired:
                    if (known == nullptr)
                        keep = false;
                    copy.phase = CopyPhase::Created;
                    copy.role = order.retiredRole;
                    break;
                case Goal::Destroyed:
                    keep = false;
                    if (state.pool(order.pool)->shared && !order.clusterAgent) {
                        keep = known != nullptr;
                        copy.phase = CopyPhase::Created;
                    } else if (!state.isProvenGone(id, order.copy)) {
                        gone.push_back(order.copy);
                    }
                    break;
                case Goal::Present:
                    if (known != nullptr && !copy.datasetName.empty())
                        continue; // the node's own agent says more
                    copy.role = CopyRole::Primary;
                    copy.epoch = order.epoch;
                    break;
                }
                if (!keep)
                    continue;
                if (known == nullptr || *known != copy)
                    copies.push_back(copy);
            }
        }
        if (copies.empty() && gone.empty())
            continue;
        changed = true;
        report(number, copies, gone);
    }
    return changed;
}

} // namespace drover::control::core::test
