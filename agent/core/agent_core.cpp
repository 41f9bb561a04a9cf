#include "agent/core/agent_core.h"

#include "agent/core/view.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace drover::agent::core {

namespace {

void keepEarlier(std::optional<model::Duration>& wake, model::Duration at)
{
    if (!wake || at < *wake)
        wake = at;
}

} // namespace

AgentCore::AgentCore(CoreSetup setup) : m_setup(std::move(setup))
{
    for (const auto& pool : m_setup.pools) {
        PoolFacts facts;
        facts.shared = pool.shared;
        facts.state.id = pool.id;
        facts.state.name = pool.name;
        facts.state.kind = pool.kind;
        facts.state.shared = pool.shared;
        facts.state.fence = pool.fence;
        m_state.pools.emplace(pool.id, std::move(facts));
    }
}

Output AgentCore::handle(const Input& input, model::Now now)
{
    ++m_iterations;
    Output out;
    std::visit([&](const auto& in) { take(in, now); }, input);
    planPools(out, now);
    planDatasets(out, now);
    for (const auto& id : m_poolsToSay) {
        const auto& state = m_state.pools.at(id).state;
        const auto said = m_said.pools.find(id);
        if (said != m_said.pools.end() && said->second == state)
            continue;
        m_said.pools.insert_or_assign(id, state);
        out.report.pools.insert_or_assign(id, state);
    }
    m_poolsToSay.clear();
    for (const auto& [dataset, at] : m_wakes)
        keepEarlier(out.wake, at);
    out.notesChanged = std::exchange(m_notesChanged, false);
    return out;
}

bool AgentCore::discoveredAll() const
{
    return std::all_of(m_state.pools.begin(), m_state.pools.end(),
                       [](const auto& entry) { return entry.second.attempted; });
}

ReportChanges AgentCore::fullReport(model::Now)
{
    for (const auto& [id, pool] : m_state.pools)
        m_said.pools.insert_or_assign(id, pool.state);
    return m_said;
}

std::vector<std::pair<CopyPlace, model::TransferProgress>> AgentCore::notes() const
{
    std::vector<std::pair<CopyPlace, model::TransferProgress>> result;
    for (const auto& [place, copy] : m_state.copies) {
        if (copy.transfer && copy.transfer->finalDone)
            result.emplace_back(place, *copy.transfer);
    }
    return result;
}

void AgentCore::markAll()
{
    for (const auto& dataset : datasetsOf(m_state, m_assignments))
        m_dirty.insert(dataset);
}

void AgentCore::markPool(const model::PoolId& pool)
{
    for (const auto& [place, copy] : m_state.copies) {
        if (place.pool == pool)
            m_dirty.insert(copy.dataset);
    }
    for (const auto& [dataset, of] : m_assignments.byDataset) {
        for (const auto& [key, a] : of) {
            if (a.pool == pool)
                m_dirty.insert(dataset);
        }
    }
}

void AgentCore::planPools(Output& out, model::Now now)
{
    for (auto& [id, pool] : m_state.pools) {
        const bool agent = m_assignments.clusterAgentFor.contains(id);
        if (agent != pool.clusterAgent) {
            pool.clusterAgent = agent;
            pool.wantDiscover = pool.wantDiscover || pool.shared;
            // A full report of the cluster agent lists every image; until it did, what is not in it
            // would seem to be gone.
            if (agent && pool.shared)
                pool.attempted = false;
        }
        if (pool.running)
            continue;
        Step step;
        step.pool = id;
        if (pool.wantDiscover || now.running >= pool.nextDiscover) {
            step.kind = StepKind::Discover;
            step.mineOnly = pool.shared && !pool.clusterAgent;
            pool.wantDiscover = false;
        } else if (pool.wantProbe || now.running >= pool.nextProbe) {
            step.kind = StepKind::Probe;
        } else {
            keepEarlier(out.wake, std::min(pool.nextDiscover, pool.nextProbe));
            continue;
        }
        pool.wantProbe = false;
        pool.runningSince = ++m_counter;
        const StepId stepId = m_nextStep++;
        pool.running = RunningStep{stepId, step, now.wall, /*cancelled=*/false, /*hung=*/false};
        m_runningPools.emplace(stepId, id);
        out.start.emplace_back(stepId, std::move(step));
    }
}

bool AgentCore::hasSlot(const Step& step) const
{
    if (step.kind == StepKind::ReceivePass)
        return true; // waits for its peer; takes nobody's place
    const bool send = step.kind == StepKind::SendPass;
    std::size_t running = 0;
    for (const auto& [id, place] : m_runningCopies) {
        const auto& copy = m_state.copies.at(place);
        if (!copy.running || copy.running->hung)
            continue;
        const auto kind = copy.running->step.kind;
        if (send ? kind == StepKind::SendPass : (!isTransfer(kind) && place.pool == step.pool))
            ++running;
    }
    return running < (send ? m_setup.sendsAtOnce : m_setup.stepsPerPool);
}

StepId AgentCore::startStep(Output& out, const Step& step, model::Now now)
{
    const CopyPlace place{step.pool, step.copy};
    auto& copy = m_state.copies[place];
    assert(!copy.running);
    copy.dataset = step.dataset;
    copy.touched = ++m_counter;
    if (step.kind == StepKind::Mount || step.kind == StepKind::Attach)
        copy.provenQuiet = false;
    const StepId id = m_nextStep++;
    copy.running = RunningStep{id, step, now.wall, /*cancelled=*/false, /*hung=*/false};
    m_runningCopies.emplace(id, place);
    out.start.emplace_back(id, step);
    return id;
}

void AgentCore::planDatasets(Output& out, model::Now now)
{
    for (auto it = m_wakes.begin(); it != m_wakes.end();) {
        if (it->second <= now.running) {
            m_dirty.insert(it->first);
            it = m_wakes.erase(it);
        } else {
            ++it;
        }
    }
    // Who waits for a slot asks again in turn; whoever finds none goes back to waiting.
    auto waiting = std::exchange(m_forSlot, {});
    const auto planOne = [&](const model::DatasetId& dataset) {
        auto plan = planDataset(m_state, m_assignments, dataset, now);
        for (const auto id : plan.cancels) {
            const auto place = m_runningCopies.find(id);
            if (place == m_runningCopies.end())
                continue;
            m_state.copies.at(place->second).running->cancelled = true;
            out.cancel.push_back(id);
        }
        for (const auto& step : plan.steps) {
            if (hasSlot(step)) {
                startStep(out, step, now);
            } else {
                m_forSlot[step.pool].insert(dataset);
            }
        }
        if (plan.wake) {
            m_wakes.insert_or_assign(dataset, *plan.wake);
        } else {
            m_wakes.erase(dataset);
        }
        say(out, plan, now);
    };
    for (const auto& [pool, datasets] : waiting) {
        bool full = false;
        for (const auto& dataset : datasets) {
            if (m_dirty.contains(dataset))
                continue;
            if (!full)
                planOne(dataset);
            full = full || m_forSlot[pool].contains(dataset);
            if (full)
                m_forSlot[pool].insert(dataset);
        }
    }
    for (const auto& dataset : std::exchange(m_dirty, {}))
        planOne(dataset);
}

void AgentCore::say(Output& out, const Plan& plan, model::Now now)
{
    for (const auto& [place, explanation] : plan.explanations) {
        const auto known = m_state.copies.find(place);
        if (known == m_state.copies.end())
            continue;
        auto& copy = known->second;
        const auto* a = m_assignments.ofCopy(copy.dataset, place.copy);
        // A copied folder in a second pool must not speak for the copy that is assigned.
        if (a != nullptr && a->pool != place.pool)
            continue;
        if (a != nullptr && explanation.reached)
            copy.observedGeneration = a->generation;
        if (explanation.settled && !copy.running)
            copy.tries = {};
        auto view = viewOf(m_state, m_assignments, place, explanation, now);
        const auto said = m_said.copies.find(place.copy);
        if (view) {
            if (said != m_said.copies.end())
                keepSince(view->conditions, said->second.conditions);
            m_said.gone.erase(place.copy);
            if (said != m_said.copies.end() && said->second == *view)
                continue;
            m_said.copies.insert_or_assign(place.copy, *view);
            out.report.gone.erase(place.copy);
            out.report.copies.insert_or_assign(place.copy, std::move(*view));
            continue;
        }
        // A step that is still running, a creation that hangs above all, may bring it yet.
        if (copy.presence != Presence::Absent || copy.running)
            continue;
        // Gone is said of what was reported before, and of what control waits to see gone.
        const bool awaited = a != nullptr && explanation.reached;
        if (said == m_said.copies.end() && !(awaited && !m_said.gone.contains(place.copy)))
            continue;
        m_said.copies.erase(place.copy);
        m_said.gone.insert(place.copy);
        out.report.copies.erase(place.copy);
        out.report.gone.insert(place.copy);
    }
}

} // namespace drover::agent::core
