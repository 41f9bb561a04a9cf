#include "agent/core/plan.h"

#include <algorithm>

namespace drover::agent::core {

using model::ConditionSeverity;
using model::ConditionType;

namespace {

const CopyFacts kNothingKnown;

class DatasetPlanner
{
public:
    DatasetPlanner(const LocalState& state, const Assignments& assignments,
                   const model::DatasetId& dataset, model::Now now)
        : m_state(state), m_assignments(assignments), m_dataset(dataset), m_now(now)
    {
        for (const auto& [place, copy] : state.copies) {
            if (copy.dataset != dataset || !copy.running)
                continue;
            m_busy = m_busy || !isTransfer(copy.running->step.kind);
            m_quarantined = m_quarantined || copy.running->hung;
        }
    }

    Plan run()
    {
        const auto assigned = m_assignments.byDataset.find(m_dataset);
        if (assigned != m_assignments.byDataset.end()) {
            // The node's own agent before the cluster agent: what is up here comes down before the
            // image is touched.
            for (const bool clusterAgent : {false, true}) {
                for (const auto& [key, a] : assigned->second) {
                    if (key.clusterAgent == clusterAgent)
                        forAssignment(a);
                }
            }
        }
        for (const auto& [place, copy] : m_state.copies) {
            if (copy.dataset == m_dataset && !m_plan.explanations.contains(place))
                forUnassigned(place, copy);
        }
        return std::move(m_plan);
    }

private:
    void wakeAt(model::Duration at)
    {
        if (!m_plan.wake || at < *m_plan.wake)
            m_plan.wake = at;
    }

    void forAssignment(const model::Assignment& a)
    {
        const CopyPlace place{a.pool, a.copy};
        auto& explanation = m_plan.explanations[place];
        const bool first = !explanation.assigned;
        explanation.assigned = true;
        const auto* pool = findPool(m_state, a.pool);
        const auto* known = findCopy(m_state, a.pool, a.copy);
        const CopyFacts& copy = known != nullptr ? *known : kNothingKnown;

        if (pool == nullptr) {
            explanation.waiting =
                Refusal{ConditionType::WaitingForPool, ConditionSeverity::Error, "UnknownPool",
                        "pool " + a.pool.toString() + " is not one of this node's",
                        "add the pool to the agent's configuration"};
            return;
        }
        if (copy.running && copy.running->hung) {
            explanation.waiting =
                Refusal{ConditionType::Quarantined, ConditionSeverity::Error, "CallHangs",
                        describe(copy.running->step.kind) +
                            " does not come back; nothing else is tried until it does",
                        "look at the pool's disk and the kernel's log"};
            cancelRunning(copy);
            return;
        }
        if (!pool->state.available) {
            if (pool->probed)
                explanation.waiting = Refusal{
                    ConditionType::PoolUnavailable, ConditionSeverity::Error, "PoolUnavailable",
                    "pool " + pool->state.name + " is unavailable; nothing is done in it",
                    "mount the pool's disk"};
            return;
        }
        if (!pool->discovered)
            return; // its discovery is under way
        if (copy.presence == Presence::Unknown)
            return offer(inspect(place), &a, *pool, copy, explanation);

        // The cluster agent beside us was ordered to destroy it, and has: whatever else was wanted
        // of it is over.
        const auto* image = m_assignments.find(a.dataset, {a.copy, /*clusterAgent=*/true});
        if (copy.presence == Presence::Absent && image != nullptr &&
            image->goal == model::Goal::Destroyed) {
            explanation.reached = explanation.settled = true;
            return;
        }
        if (watchOwnershipTerm(*pool, place, copy, explanation))
            return;
        auto proposal = propose(a, *pool, copy, m_state);
        explanation.reached = proposal.reached && (first || explanation.reached);
        explanation.settled = !proposal.step && (first || explanation.settled);
        if (proposal.waiting && !explanation.waiting)
            explanation.waiting = proposal.waiting;
        // What the cluster agent beside us is about to make or destroy is not looked for: each look
        // would go before the deed.
        const bool ours =
            image != nullptr && (image->goal == model::Goal::Destroyed || image->mayCreate);
        if (proposal.waitForPeer && ours)
            return;
        if (proposal.step)
            return offer(*proposal.step, &a, *pool, copy, explanation);
        if (!a.clusterAgent)
            cancelRunning(copy);
    }

    // Keeping a mount needs no control, except where only this agent's word keeps two writers
    // apart. True: it decided.
    bool watchOwnershipTerm(const PoolFacts& pool, const CopyPlace& place, const CopyFacts& copy,
                            Explanation& explanation)
    {
        if (isDown(pool, copy))
            return false;
        const auto at = writersStopAt(pool, m_state.contact);
        if (!at)
            return false;
        if (m_now.running < *at) {
            wakeAt(*at);
            return false;
        }
        explanation.waiting =
            Refusal{ConditionType::Converging, ConditionSeverity::Warning, "OwnershipTermEnded",
                    "control was not heard within the ownership term; writers of this shared pool "
                    "are stopped",
                    "check that control runs and that this node reaches it"};
        if (auto step = takeDown(pool, place, copy))
            offer(*step, nullptr, pool, copy, explanation);
        return true;
    }

    void forUnassigned(const CopyPlace& place, const CopyFacts& copy)
    {
        const auto* pool = findPool(m_state, place.pool);
        if (pool == nullptr || !pool->state.available || !pool->discovered)
            return;
        auto& explanation = m_plan.explanations[place];
        if (copy.running && copy.running->hung)
            return;
        if (copy.presence == Presence::Unknown)
            return offer(inspect(place), nullptr, *pool, copy, explanation);
        explanation.settled = copy.presence == Presence::Absent || isDown(*pool, copy);
        if (copy.presence == Presence::Absent)
            return;
        if (watchOwnershipTerm(*pool, place, copy, explanation))
            return;
        // An image of a shared pool that is not up here is somebody else's affair.
        const bool elsewhere = pool->shared && !pool->clusterAgent && isDown(*pool, copy);
        // The cluster agent may have destroyed it; it would be reported until the next slow look.
        if (elsewhere && copy.lookOnceMore)
            return offer(inspect(place), nullptr, *pool, copy, explanation);
        const bool told = m_state.contact.session && m_state.contact.snapshot;
        if (told && !elsewhere)
            explanation.waiting = Refusal{ConditionType::OrphanCopy,
                                          ConditionSeverity::Warning,
                                          "Unassigned",
                                          "control has no use for this copy here; it is kept",
                                          {}};
        const auto step = told ? takeDown(*pool, place, copy) : std::nullopt;
        if (step)
            return offer(*step, nullptr, *pool, copy, explanation);
        if (told)
            cancelRunning(copy);
    }

    Step inspect(const CopyPlace& place) const
    {
        Step step;
        step.kind = StepKind::Inspect;
        step.pool = place.pool;
        step.copy = place.copy;
        step.dataset = m_dataset;
        return step;
    }

    void cancelRunning(const CopyFacts& copy)
    {
        if (copy.running && isTransfer(copy.running->step.kind) && !copy.running->cancelled)
            m_plan.cancels.push_back(copy.running->id);
    }

    static bool sameTransfer(const Step& running, const Step& wanted)
    {
        return running.kind == wanted.kind && running.final == wanted.final && running.transfer &&
               wanted.transfer && running.transfer->id == wanted.transfer->id &&
               running.transfer->peerEndpoint == wanted.transfer->peerEndpoint &&
               running.transfer->peerKey == wanted.transfer->peerKey;
    }

    void offer(const Step& step, const model::Assignment* a, const PoolFacts& pool,
               const CopyFacts& copy, Explanation& explanation)
    {
        if (auto refusal = vet(step, a, m_state, m_assignments, m_now)) {
            // What must not be done is not tried again: what failed before is over.
            explanation.settled =
                explanation.settled || refusal->severity == ConditionSeverity::Error;
            explanation.waiting = refusal;
            if (!mayRunOn(copy, a))
                cancelRunning(copy);
            return;
        }
        if (copy.running) {
            if (isTransfer(copy.running->step.kind) && !sameTransfer(copy.running->step, step))
                cancelRunning(copy);
            return; // after it, the copy is looked at again
        }
        if (m_quarantined)
            return;
        if (!isTransfer(step.kind) && m_busy)
            return;
        model::Duration at = copy.tries.nextTry;
        if (mustStopWriters(pool, m_state.contact, m_now))
            at = std::min(at, copy.tries.lastTry + kStopWritersRetry);
        if (at > m_now.running)
            return wakeAt(at);
        m_busy = m_busy || !isTransfer(step.kind);
        m_plan.steps.push_back(step);
    }

    // A refused step does not end a transfer whose own order still stands.
    static bool mayRunOn(const CopyFacts& copy, const model::Assignment* a)
    {
        return copy.running && a != nullptr && a->transfer && copy.running->step.transfer &&
               a->transfer->id == copy.running->step.transfer->id;
    }

    static constexpr model::Duration kStopWritersRetry{1000};

    const LocalState& m_state;
    const Assignments& m_assignments;
    const model::DatasetId& m_dataset;
    const model::Now m_now;
    bool m_busy = false;        // a step of the dataset that is not a transfer runs or was planned
    bool m_quarantined = false; // a call for one of its copies hangs
    Plan m_plan;
};

} // namespace

Plan planDataset(const LocalState& state, const Assignments& assignments,
                 const model::DatasetId& dataset, model::Now now)
{
    return DatasetPlanner(state, assignments, dataset, now).run();
}

std::set<model::DatasetId> datasetsOf(const LocalState& state, const Assignments& assignments)
{
    std::set<model::DatasetId> result;
    for (const auto& [dataset, of] : assignments.byDataset)
        result.insert(dataset);
    for (const auto& [place, copy] : state.copies)
        result.insert(copy.dataset);
    return result;
}

std::vector<Step> plan(const LocalState& state, const Assignments& assignments, model::Now now)
{
    std::vector<Step> result;
    for (const auto& dataset : datasetsOf(state, assignments)) {
        auto one = planDataset(state, assignments, dataset, now);
        std::move(one.steps.begin(), one.steps.end(), std::back_inserter(result));
    }
    return result;
}

} // namespace drover::agent::core
