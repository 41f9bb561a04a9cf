// What each input changes in the local state; what follows from it is planned afterwards.

#include "agent/core/agent_core.h"

#include "agent/core/view.h"

#include <algorithm>

namespace drover::agent::core {

using model::ErrorCode;

namespace {

// Steps after which something must be different; one that "worked" and changed nothing would be
// planned again at once, for ever.
bool mustChange(StepKind kind)
{
    switch (kind) {
    case StepKind::Create:
    case StepKind::SetIdentity:
    case StepKind::Attach:
    case StepKind::Format:
    case StepKind::Mount:
    case StepKind::Unmount:
    case StepKind::Detach:
    case StepKind::Grow:
    case StepKind::Destroy:
        return true;
    case StepKind::Discover:
    case StepKind::Probe:
    case StepKind::Inspect:
    case StepKind::ProveReleased:
    case StepKind::SendPass:
    case StepKind::ReceivePass:
        return false;
    }
    return false;
}

std::uint64_t seedOf(const model::CopyId& copy)
{
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i < 8; ++i)
        seed = (seed << 8U) | copy.value.bytes[i];
    return seed;
}

bool sameButUsed(const std::optional<model::LocalCopy>& a, const std::optional<model::LocalCopy>& b)
{
    if (!a || !b)
        return a.has_value() == b.has_value();
    auto left = *a;
    left.used = b->used;
    return left == *b;
}

std::set<std::string> reasonsOf(const std::vector<model::Condition>& conditions)
{
    std::set<std::string> reasons;
    for (const auto& condition : conditions)
        reasons.insert(condition.reason);
    return reasons;
}

} // namespace

void AgentCore::take(const AssignmentsSaved& in, model::Now)
{
    const auto agentsBefore = m_assignments.clusterAgentFor;
    const auto changed = m_assignments.apply(in.changes);
    for (const auto& dataset : changed) {
        m_dirty.insert(dataset);
        seeEpochs(dataset);
    }
    for (auto& [place, copy] : m_state.copies) {
        if (changed.empty())
            break;
        if (!changed.contains(copy.dataset))
            continue;
        copy.tries = {};
        copy.growRefused.clear();
        copy.provenQuiet = false; // proven for one order is not proven for the next
        copy.lookOnceMore =
            !m_assignments.find(copy.dataset, {place.copy, /*clusterAgent=*/false}) &&
            !m_assignments.find(copy.dataset, {place.copy, /*clusterAgent=*/true});
        m_said.gone.erase(place.copy);
    }
    const bool first = in.current && !m_state.contact.snapshot;
    if (in.current) {
        m_state.contact.snapshot = true;
        if (m_state.wordBeforeSnapshot) {
            m_state.contact.lastWord =
                std::max(m_state.contact.lastWord, *m_state.wordBeforeSnapshot);
            m_state.contact.everSpoke = true;
            m_state.wordBeforeSnapshot.reset();
        }
    }
    if (first || m_assignments.clusterAgentFor != agentsBefore)
        markAll();
}

void AgentCore::seeEpochs(const model::DatasetId& dataset)
{
    const auto of = m_assignments.byDataset.find(dataset);
    if (of == m_assignments.byDataset.end())
        return;
    for (const auto& [key, a] : of->second) {
        if (a.goal != model::Goal::Mounted)
            continue;
        auto& seen = m_state.seenEpoch[dataset];
        seen = std::max(seen, a.epoch);
    }
}

void AgentCore::take(const NotesLoaded& in, model::Now)
{
    for (const auto& [place, progress] : in.transfers) {
        m_state.rememberedTransfers.insert_or_assign(place, progress);
        const auto copy = m_state.copies.find(place);
        if (copy != m_state.copies.end() && !copy->second.transfer)
            copy->second.transfer = progress;
    }
    markAll();
}

void AgentCore::take(const StepDone& in, model::Now now)
{
    if (const auto pool = m_runningPools.find(in.id); pool != m_runningPools.end()) {
        const auto id = pool->second;
        if (!in.outcome.hung)
            m_runningPools.erase(pool);
        poolDone(id, in.outcome, now);
        return;
    }
    const auto running = m_runningCopies.find(in.id);
    if (running == m_runningCopies.end())
        return; // not of this core, or answered already
    const auto place = running->second;
    if (!in.outcome.hung)
        m_runningCopies.erase(running);
    copyDone(place, in.outcome, now);
}

void AgentCore::take(const StepReturned& in, model::Now)
{
    if (const auto pool = m_runningPools.find(in.id); pool != m_runningPools.end()) {
        auto& facts = m_state.pools.at(pool->second);
        facts.running.reset();
        facts.wantDiscover = true;
        m_runningPools.erase(pool);
        return;
    }
    const auto running = m_runningCopies.find(in.id);
    if (running == m_runningCopies.end())
        return;
    auto& copy = m_state.copies.at(running->second);
    copy.running.reset();
    copy.touched = ++m_counter;
    copy.presence = Presence::Unknown; // whatever the late call did is found by looking
    copy.provenQuiet = false;
    m_dirty.insert(copy.dataset);
    m_runningCopies.erase(running);
}

void AgentCore::take(const StepProgress& in, model::Now)
{
    const auto running = m_runningCopies.find(in.id);
    if (running == m_runningCopies.end())
        return;
    auto& copy = m_state.copies.at(running->second);
    if (!copy.running || !isTransfer(copy.running->step.kind) || !copy.running->step.transfer)
        return;
    const auto& step = copy.running->step;
    auto progress = in.progress;
    progress.id = step.transfer->id;
    if (copy.transfer && copy.transfer->id == progress.id)
        progress.lastPassBytes = copy.transfer->lastPassBytes;
    if (step.kind == StepKind::SendPass)
        progress.pass = step.pass;
    progress.passDone = false;
    progress.finalDone = false;
    progress.digest.clear();
    copy.transfer = progress;
    m_dirty.insert(copy.dataset);
}

void AgentCore::take(const SessionOpened& in, model::Now)
{
    m_state.cluster = in.cluster;
    m_state.contact.session = true;
    m_state.contact.snapshot = false;
    m_state.contact.ownershipTerm = in.ownershipTerm;
    m_state.wordBeforeSnapshot.reset();
    markAll();
}

void AgentCore::take(const SessionLost&, model::Now)
{
    m_state.contact.session = false;
    m_state.contact.snapshot = false;
    m_state.wordBeforeSnapshot.reset();
    markAll();
}

void AgentCore::take(const ControlHeard& in, model::Now now)
{
    auto& contact = m_state.contact;
    if (!contact.session)
        return;
    if (!contact.snapshot) {
        m_state.wordBeforeSnapshot =
            std::max(m_state.wordBeforeSnapshot.value_or(in.sentAt), in.sentAt);
        return;
    }
    const bool could = mayMakeMounts(contact, now);
    contact.lastWord = std::max(contact.lastWord, in.sentAt);
    contact.everSpoke = true;
    if (mayMakeMounts(contact, now) != could)
        markAll();
}

void AgentCore::take(const ContactRemembered& in, model::Now now)
{
    if (in.lastWord > now.running)
        return; // of a damaged note: control would vouch for mounts that it never heard of
    m_state.contact.everSpoke = true;
    m_state.contact.lastWord = std::max(m_state.contact.lastWord, in.lastWord);
    m_state.contact.ownershipTerm = in.ownershipTerm;
    markAll();
}

void AgentCore::take(const LookAgain&, model::Now)
{
    for (auto& [id, pool] : m_state.pools) {
        pool.wantDiscover = true;
        pool.attempted = false;
    }
}

void AgentCore::take(const ClusterKnown& in, model::Now)
{
    m_state.cluster = in.cluster;
    markAll();
}

void AgentCore::take(const Tick&, model::Now) {}

void AgentCore::poolDone(const model::PoolId& id, const StepOutcome& outcome, model::Now now)
{
    auto& pool = m_state.pools.at(id);
    const bool discover = pool.running && pool.running->step.kind == StepKind::Discover;
    const bool listedAll = pool.running && !pool.running->step.mineOnly;
    const bool wasAvailable = pool.state.available;
    const auto before = reasonsOf(pool.state.conditions);
    pool.attempted = pool.attempted || (discover && (listedAll || !pool.clusterAgent));
    m_poolsToSay.insert(id);
    if (outcome.hung) {
        if (pool.running)
            pool.running->hung = true;
        model::Condition c;
        c.type = model::ConditionType::Quarantined;
        c.severity = model::ConditionSeverity::Error;
        c.reason = "CallHangs";
        c.message =
            "looking at the pool does not come back; nothing new is found there until it does";
        c.suggestion = "look at the pool's disk and the kernel's log";
        c.since = now.wall;
        pool.state.conditions = {c};
        return;
    }
    pool.running.reset();
    if (outcome.pool) {
        auto state = *outcome.pool;
        state.id = id;
        if (state.name.empty())
            state.name = pool.state.name;
        if (state.kind.empty())
            state.kind = pool.state.kind;
        for (auto& condition : state.conditions)
            condition.since = now.wall;
        keepSince(state.conditions, pool.state.conditions);
        pool.shared = pool.shared || state.shared;
        pool.state = std::move(state);
        pool.probed = true;
    } else if (outcome.error) {
        pool.state.available = false;
    }
    // What a full report does not name in an available pool is gone. So a pool is available, to whoever asks, when it was listed since
    // its marker was there; a probe lists nothing, and a list can fail.
    if (pool.state.available && !pool.discovered && !outcome.copies) {
        pool.state.available = false;
        pool.state.conditions.push_back(notListed(now));
        pool.wantDiscover = pool.wantDiscover || !discover;
    }
    if (!pool.state.available) {
        pool.discovered = false;
        for (auto& [place, copy] : m_state.copies) {
            if (place.pool == id)
                copy.presence = Presence::Unknown;
        }
        ++pool.failures;
        pool.nextProbe =
            now.running + std::min(m_setup.probe, backoff(pool.failures, m_setup.seed,
                                                          kBackoffFirst, kLookBackoffLast));
        pool.nextDiscover = now.running + m_setup.rescan;
        if (wasAvailable || !discover)
            markPool(id);
        return;
    }
    pool.nextProbe = now.running + m_setup.probe;
    if (!discover) {
        // What happened to the pool (it became read-only, say) happened to its copies too.
        if (!wasAvailable || !pool.discovered || reasonsOf(pool.state.conditions) != before)
            pool.wantDiscover = true;
        return;
    }
    if (!outcome.copies) {
        ++pool.failures;
        pool.nextDiscover = now.running + backoff(pool.failures, m_setup.seed);
        return;
    }
    pool.failures = 0;
    pool.nextDiscover = now.running + m_setup.rescan;
    pool.discovered = true;
    pool.listedAll = listedAll;
    takeList(id, pool, *outcome.copies);
    markPool(id);
}

void AgentCore::takeList(const model::PoolId& id, PoolFacts& pool,
                         const std::vector<model::LocalCopy>& list)
{
    // What a step touched since the look began is newer than the look.
    const auto newer = [&](const CopyFacts& copy) {
        return copy.running.has_value() || copy.touched > pool.runningSince;
    };
    std::set<model::CopyId> listed;
    for (const auto& found : list) {
        listed.insert(found.identity.copy);
        const CopyPlace place{id, found.identity.copy};
        const auto known = m_state.copies.find(place);
        if (known != m_state.copies.end() && newer(known->second))
            continue;
        learn(place, found);
    }
    for (auto it = m_state.copies.begin(); it != m_state.copies.end(); ++it) {
        auto& [place, copy] = *it;
        if (place.pool != id || listed.contains(place.copy) || newer(copy))
            continue;
        if (pool.listedAll) {
            copy.presence = Presence::Absent;
            copy.found.reset();
            copy.provenQuiet = false;
        } else {
            // not one of this machine's own any more; a look at it tells
            copy.presence = Presence::Unknown;
        }
    }
}

void AgentCore::learn(const CopyPlace& place, const model::LocalCopy& found)
{
    auto& copy = m_state.copies[place];
    if (copy.found && copy.found->phase != found.phase)
        copy.growRefused.clear();
    copy.dataset = found.identity.dataset;
    copy.presence = Presence::Present;
    copy.found = found;
    copy.everSeen = true;
    copy.everFormatted = copy.everFormatted || !found.filesystem.empty();
    const auto pool = m_state.pools.find(place.pool);
    if (pool != m_state.pools.end() && !isDown(pool->second, copy))
        copy.provenQuiet = false;
    if (!copy.transfer) {
        const auto remembered = m_state.rememberedTransfers.find(place);
        if (remembered != m_state.rememberedTransfers.end())
            copy.transfer = remembered->second;
    }
    const bool ours = !m_state.cluster || found.identity.cluster == *m_state.cluster;
    if (ours && found.identity.role == model::CopyRole::Primary) {
        auto& seen = m_state.seenEpoch[copy.dataset];
        seen = std::max(seen, found.identity.epoch);
    }
    m_dirty.insert(copy.dataset);
}

void AgentCore::copyDone(const CopyPlace& place, const StepOutcome& outcome, model::Now now)
{
    auto& copy = m_state.copies.at(place);
    copy.touched = ++m_counter;
    m_dirty.insert(copy.dataset);
    if (!copy.running)
        return;
    if (outcome.hung) {
        copy.running->hung = true;
        return;
    }
    const auto running = *copy.running;
    const auto& step = running.step;
    const auto wasPresence = copy.presence;
    const auto wasFound = copy.found;
    copy.running.reset();

    if (outcome.found && outcome.found->identity.copy == place.copy) {
        learn(place, *outcome.found);
    } else if (outcome.absent) {
        copy.presence = Presence::Absent;
        copy.found.reset();
        copy.provenQuiet = false;
        copy.transfer.reset();
    } else {
        copy.presence = Presence::Unknown;
    }

    if (outcome.error) {
        if (outcome.error->code != ErrorCode::FailedState)
            m_state.pools.at(place.pool).wantProbe = true;
        if (running.cancelled)
            return; // it was asked to end
        if (step.kind == StepKind::Grow && outcome.error->code == ErrorCode::Unsupported) {
            copy.growRefused =
                outcome.error->message.empty() ? "it cannot grow in use" : outcome.error->message;
            copy.tries = {};
            return;
        }
        failed(place, copy, step, outcome.error, now);
        return;
    }
    const bool same = copy.presence == wasPresence && sameButUsed(copy.found, wasFound);
    if (step.kind == StepKind::Inspect) {
        const bool once = std::exchange(copy.lookOnceMore, false);
        if (copy.presence == Presence::Unknown) {
            failed(place, copy, step,
                   model::Error{ErrorCode::Io,
                                "the copy could not be looked at",
                                "copy " + place.copy.toString(),
                                {}},
                   now);
        } else if (same && !once) {
            // a look for what another agent is about to do
            failed(place, copy, step, std::nullopt, now);
        } else {
            copy.tries = {};
        }
        return;
    }
    if (mustChange(step.kind) && same && copy.presence != Presence::Unknown) {
        failed(place, copy, step,
               model::Error{ErrorCode::Internal,
                            "it was reported as done but nothing changed",
                            "copy " + place.copy.toString(),
                            {}},
               now);
        return;
    }
    copy.tries = {};
    if (step.kind == StepKind::ProveReleased)
        copy.provenQuiet = isDown(m_state.pools.at(place.pool), copy);
    if (isTransfer(step.kind) && outcome.pass)
        passDone(copy, step, *outcome.pass);
}

void AgentCore::passDone(CopyFacts& copy, const Step& step, const model::TransferProgress& pass)
{
    if (!step.transfer)
        return;
    const bool wasFinal = copy.transfer && copy.transfer->finalDone;
    auto progress = pass;
    progress.id = step.transfer->id;
    progress.passDone = true;
    if (step.kind == StepKind::SendPass)
        progress.pass = step.pass;
    copy.transfer = progress;
    m_notesChanged = m_notesChanged || progress.finalDone || wasFinal;
}

void AgentCore::failed(const CopyPlace& place, CopyFacts& copy, const Step& step,
                       std::optional<model::Error> error, model::Now now)
{
    auto& tries = copy.tries;
    const bool peer = !error || (isTransfer(step.kind) && error->code == ErrorCode::Unavailable);
    ++tries.failures;
    tries.kind = step.kind;
    tries.error = std::move(error);
    const auto seed = m_setup.seed ^ seedOf(place.copy);
    const bool inUse = tries.error && isInUse(step.kind, *tries.error);
    const auto pause = peer    ? backoff(tries.failures, seed, kPeerBackoffFirst, kPeerBackoffLast)
                       : inUse ? backoff(tries.failures, seed, kBackoffFirst, kLookBackoffLast)
                               : backoff(tries.failures, seed);
    tries.lastTry = now.running;
    tries.nextTry = now.running + pause;
    tries.nextTryWall = now.wall + pause;
}

} // namespace drover::agent::core
