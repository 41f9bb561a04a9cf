#include "agent/core/safety.h"

#include "proto/model/mutation.h"

namespace drover::agent::core {

using model::ConditionSeverity;
using model::ConditionType;
using model::CopyPhase;
using model::CopyRole;
using model::Goal;

namespace {

using Refused = std::optional<Refusal>;

Refusal conflict(std::string reason, std::string message, std::string suggestion = {})
{
    return {ConditionType::OrphanCopy, ConditionSeverity::Error, std::move(reason),
            std::move(message), std::move(suggestion)};
}

Refusal notYet(std::string reason, std::string message)
{
    return {ConditionType::Converging,
            ConditionSeverity::Info,
            std::move(reason),
            std::move(message),
            {}};
}

Refusal missing(const std::string& what)
{
    return {ConditionType::DataMissing, ConditionSeverity::Error, "DataMissing", what,
            "bring the pool's data back, or delete the dataset; Drover does not put an empty "
            "volume in its place"};
}

std::string epochText(model::Epoch epoch) { return std::to_string(epoch); }

Refused refuseEpochSeen(const LocalState& state, const model::Assignment& a)
{
    const auto seen = state.seenEpoch.find(a.dataset);
    if (seen == state.seenEpoch.end() || seen->second <= a.epoch ||
        DROVER_MUTATION("skip-epoch-check"))
        return std::nullopt;
    return conflict("HigherEpochSeen",
                    "epoch " + epochText(seen->second) +
                        " of this dataset was seen here; the assignment is for epoch " +
                        epochText(a.epoch) + " and is not followed");
}

Refused vetCreate(const Step& step, const model::Assignment& a, const PoolFacts& pool,
                  const CopyFacts& copy, const LocalState& state, const Assignments& assignments)
{
    if (copy.presence != Presence::Absent)
        return notYet("NotProvenAbsent",
                      "a complete look has not yet proved that the copy is absent");
    if (!step.identity || step.identity->dataset != a.dataset || step.identity->copy != a.copy)
        return conflict("WrongIdentity", "the identity to write is not that of the assignment");
    // What is remembered of orders may be over, and then its copy would be in no record.
    const bool told = state.contact.session && state.contact.snapshot;
    const auto needControl = [&]() -> Refused {
        if (told)
            return std::nullopt;
        return notYet("WaitingForControl", "a new copy is made only while control is there");
    };
    if (a.goal == Goal::Receive) {
        if (step.identity->role != CopyRole::Receiving)
            return conflict("WrongRole", "a transfer fills a receiving copy only");
        return needControl();
    }
    if (a.goal != Goal::Mounted && a.goal != Goal::Present)
        return conflict("WrongGoal", "nothing is made for this goal");
    if (step.identity->role != CopyRole::Primary || step.identity->epoch != a.epoch)
        return conflict("WrongRole", "a new volume is primary at the granted epoch");
    if (pool.shared && !(a.clusterAgent && assignments.clusterAgentFor.contains(a.pool)))
        return conflict("NotClusterAgent",
                        "only the pool's cluster agent makes images of a shared pool");
    if (!a.mayCreate)
        return missing("copy " + a.copy.toString() + " existed once and is not in the pool");
    if (copy.everSeen && !DROVER_MUTATION("forget-ever-created"))
        return missing("copy " + a.copy.toString() + " was in the pool before and is gone");
    if (auto refusal = refuseEpochSeen(state, a))
        return refusal;
    return needControl();
}

Refused vetIdentity(const Step& step, const model::Assignment& a, const PoolFacts& pool,
                    const CopyFacts& copy, const LocalState& state)
{
    if (!step.identity)
        return conflict("WrongIdentity", "no identity to write");
    const auto& was = copy.found->identity;
    const auto& will = *step.identity;
    if (will.cluster != was.cluster || will.dataset != was.dataset || will.copy != was.copy)
        return conflict("WrongIdentity", "a copy never becomes another dataset's or another copy");
    if (will.epoch < was.epoch && !DROVER_MUTATION("skip-epoch-check"))
        return conflict("EpochWouldFall", "the copy is at epoch " + epochText(was.epoch) +
                                              ", above " + epochText(will.epoch));
    switch (will.role) {
    case CopyRole::Primary:
        if ((a.goal != Goal::Mounted && a.goal != Goal::Frozen && a.goal != Goal::Released) ||
            will.epoch != a.epoch)
            return conflict("WrongRole", "primary only by a grant of exactly this epoch");
        if (auto refusal = refuseEpochSeen(state, a))
            return refusal;
        if (was.role == CopyRole::Receiving && a.transfer && copy.transfer &&
            copy.transfer->id == a.transfer->id && copy.transfer->finalDone &&
            copy.transfer->digest != a.transfer->digest && !DROVER_MUTATION("skip-digest-check"))
            return conflict("NotVerified",
                            "what was received here is not what control verified for the grant");
        return refusePrimary(was, will.epoch, copy.found->createdWhole);
    case CopyRole::Released:
        if (a.goal != Goal::Released || will.epoch != a.epoch || was.epoch != a.epoch)
            return conflict("WrongRole", "a copy is released at exactly its own epoch, by order");
        if (was.role != CopyRole::Primary && was.role != CopyRole::Released)
            return conflict("WrongRole", std::string("a copy with role ") + toString(was.role) +
                                             " has nothing to release");
        if (copy.found->phase == CopyPhase::Mounted ||
            (isBlockKind(pool) && copy.found->phase != CopyPhase::Created))
            return notYet("StillUp", "the copy is still mounted or attached");
        if (!copy.provenQuiet)
            return notYet("NotProvenReleased", "it is not yet proven that nobody can still write");
        return std::nullopt;
    case CopyRole::Stale:
    case CopyRole::Trash:
    case CopyRole::Orphan:
        if (a.goal != Goal::Retired || will.role != a.retiredRole)
            return conflict("WrongRole", "a copy is retired by order only");
        if (was.role == CopyRole::Orphan && will.role != CopyRole::Orphan)
            return conflict("Orphan", "an orphan is kept for a person to look at");
        if (will.role == CopyRole::Trash && was.role != CopyRole::Primary &&
            was.role != CopyRole::Trash)
            return conflict("OneWay", std::string("a copy with role ") + toString(was.role) +
                                          " does not become trash");
        if (copy.found->phase == CopyPhase::Mounted)
            return notYet("StillUp", "the copy is still mounted");
        return std::nullopt;
    case CopyRole::Receiving:
        return conflict("WrongRole", "an existing copy never becomes a receiving one");
    }
    return conflict("WrongRole", "unknown role");
}

Refused vetMount(const Step& step, const model::Assignment& a, const CopyFacts& copy,
                 const LocalState& state, model::Now now)
{
    const auto& identity = copy.found->identity;
    if (a.goal != Goal::Mounted || a.clusterAgent)
        return conflict("WrongGoal", "mounted only by order to this node");
    if (identity.role != CopyRole::Primary || identity.epoch != a.epoch || step.epoch != a.epoch)
        return conflict("NotGranted", std::string("the copy is ") + toString(identity.role) +
                                          " at epoch " + epochText(identity.epoch) +
                                          "; only a primary at the granted epoch " +
                                          epochText(a.epoch) + " is mounted");
    if (!copy.found->createdWhole)
        return conflict("NotWhole", "its creation or reception never finished");
    if (auto refusal = refuseEpochSeen(state, a))
        return refusal;
    // publishes a name again; makes no mount
    if (copy.found->phase == CopyPhase::Mounted)
        return std::nullopt;
    if (!mayMakeMounts(state.contact, now))
        return Refusal{
            ConditionType::Converging, ConditionSeverity::Warning, "WaitingForControl",
            "control is away for longer than the ownership term; mounts are kept but none is made",
            "check that control runs"};
    return std::nullopt;
}

Refused vetDestroy(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy,
                   const Assignments& assignments)
{
    const auto& identity = copy.found->identity;
    if (a.goal != Goal::Destroyed && !DROVER_MUTATION("purge-by-agents-clock"))
        return conflict("WrongGoal", "destroyed only by control's order that names the copy");
    if (identity.epoch > a.epoch && !DROVER_MUTATION("skip-epoch-check"))
        return conflict("HigherEpochSeen", "the copy is at epoch " + epochText(identity.epoch) +
                                               ", above that of the order, " + epochText(a.epoch));
    if (pool.shared && !(a.clusterAgent && assignments.clusterAgentFor.contains(a.pool)))
        return conflict("NotClusterAgent",
                        "only the pool's cluster agent destroys images of a shared pool");
    if (copy.found->phase != CopyPhase::Created &&
        (copy.found->phase == CopyPhase::Mounted || isBlockKind(pool)))
        return notYet("StillUp", "the copy is still mounted or attached");
    return std::nullopt;
}

Refused vetSend(const Step& step, const model::Assignment& a, const PoolFacts& pool,
                const CopyFacts& copy)
{
    const auto& identity = copy.found->identity;
    if (!a.transfer || !step.transfer || a.transfer->id != step.transfer->id ||
        a.transfer->direction != model::TransferDirection::Send)
        return conflict("NoOrder", "data is sent only while the transfer's order stands");
    if (identity.role != CopyRole::Primary || identity.epoch != a.epoch)
        return conflict("NotGranted", "only the primary at the granted epoch is sent");
    if (!step.final)
        return std::nullopt;
    if (a.goal != Goal::Frozen)
        return conflict("WrongGoal", "the final pass is sent by order only");
    if (copy.found->phase == CopyPhase::Mounted ||
        (isBlockKind(pool) && copy.found->phase != CopyPhase::Created) || !copy.provenQuiet)
        return notYet("NotQuiet", "the final pass waits until it is proven that nobody writes");
    return std::nullopt;
}

Refused vetReceive(const Step& step, const model::Assignment& a, const CopyFacts& copy)
{
    if (a.goal != Goal::Receive || !a.transfer || !step.transfer ||
        a.transfer->id != step.transfer->id)
        return conflict("NoOrder", "data is taken only while the transfer's order stands");
    if (copy.found->identity.role != CopyRole::Receiving)
        return conflict("WrongRole", "data is taken by a receiving copy only");
    return std::nullopt;
}

// Attach, Format, Grow: what brings a primary up.
Refused vetRaise(const Step& step, const model::Assignment& a, const CopyFacts& copy,
                 const LocalState& state, model::Now now)
{
    const auto& identity = copy.found->identity;
    if (a.goal != Goal::Mounted || a.clusterAgent || identity.role != CopyRole::Primary ||
        identity.epoch != a.epoch || !copy.found->createdWhole)
        return conflict(
            "NotGranted",
            "only a whole primary at the granted epoch is attached, formatted or grown");
    if (auto refusal = refuseEpochSeen(state, a))
        return refusal;
    if (step.kind != StepKind::Grow && !mayMakeMounts(state.contact, now))
        return notYet("WaitingForControl",
                      "control is away for longer than the ownership term; nothing is attached");
    if (step.kind != StepKind::Format)
        return std::nullopt;
    if (!a.mayCreate || copy.everFormatted || !copy.found->filesystem.empty())
        return missing("copy " + a.copy.toString() +
                       " holds no filesystem that can be recognised, though it had one");
    if (!state.contact.session || !state.contact.snapshot)
        return notYet("WaitingForControl", "a new filesystem is made only while control is there");
    return std::nullopt;
}

} // namespace

bool mayMakeMounts(const Contact& contact, model::Now now)
{
    const bool recent = contact.everSpoke && now.running < contact.lastWord + contact.ownershipTerm;
    const bool inSession = contact.session && contact.snapshot;
    if (DROVER_MUTATION("mount-without-control"))
        return true;
    // A cluster without ownership terms (zero) trusts the session alone.
    return recent || (inSession && contact.ownershipTerm.count() == 0);
}

bool mustStopWriters(const PoolFacts& pool, const Contact& contact, model::Now now)
{
    const auto at = writersStopAt(pool, contact);
    return at && now.running >= *at;
}

std::optional<model::Duration> writersStopAt(const PoolFacts& pool, const Contact& contact)
{
    if (!pool.shared || pool.state.fence != model::Fence::Self)
        return std::nullopt;
    // Never heard in this boot: whatever is mounted, nothing vouches for it.
    if (!contact.everSpoke)
        return model::Duration{0};
    if (contact.ownershipTerm.count() == 0)
        return std::nullopt;
    return contact.lastWord + contact.ownershipTerm;
}

std::optional<Refusal> refusePrimary(const model::CopyIdentity& identity, model::Epoch epoch,
                                     bool whole)
{
    const std::string at = "the copy is " + std::string(toString(identity.role)) + " at epoch " +
                           epochText(identity.epoch);
    if (identity.epoch > epoch && !DROVER_MUTATION("skip-epoch-check"))
        return conflict("HigherEpochSeen",
                        at + "; the assignment's epoch " + epochText(epoch) + " is lower");
    if (!whole)
        return conflict("NotWhole", "its creation or reception never finished");
    switch (identity.role) {
    case CopyRole::Primary:
    case CopyRole::Trash:
        return std::nullopt;
    case CopyRole::Released:
    case CopyRole::Stale:
    case CopyRole::Receiving:
        if (epoch > identity.epoch)
            return std::nullopt;
        return conflict("OneWay", at + "; it becomes primary only by a grant of a higher epoch");
    case CopyRole::Orphan:
        return conflict("Orphan", at + "; it is kept for a person to look at");
    }
    return conflict("Orphan", at);
}

std::optional<Refusal> refuseForeign(const LocalState& state, const model::CopyIdentity& identity,
                                     const model::Assignment& a)
{
    if (state.cluster && identity.cluster != *state.cluster)
        return conflict("OtherCluster", "the copy belongs to cluster " +
                                            identity.cluster.toString() +
                                            "; it is kept and not touched");
    if (identity.dataset != a.dataset || identity.copy != a.copy)
        return conflict("OtherDataset", "the copy belongs to dataset " +
                                            identity.dataset.toString() +
                                            "; it is kept and not touched");
    return std::nullopt;
}

std::optional<Refusal> vet(const Step& step, const model::Assignment* a, const LocalState& state,
                           const Assignments& assignments, model::Now now)
{
    const auto* pool = findPool(state, step.pool);
    if (pool == nullptr)
        return conflict("UnknownPool", "the pool is not one of this node's");
    if (isPoolStep(step.kind))
        return std::nullopt;
    if (!pool->state.available)
        return Refusal{ConditionType::PoolUnavailable, ConditionSeverity::Error, "PoolUnavailable",
                       "pool " + pool->state.name + " is unavailable; nothing is done in it",
                       "mount the pool's disk"};
    if (step.kind == StepKind::Inspect)
        return std::nullopt;
    const auto* copy = findCopy(state, step.pool, step.copy);
    if (copy == nullptr || copy->presence == Presence::Unknown)
        return notYet("NotLookedAt", "the copy was not looked at yet");

    if (step.kind == StepKind::Create)
        return a == nullptr ? conflict("NoOrder", "nothing is made without an order")
                            : vetCreate(step, *a, *pool, *copy, state, assignments);
    if (copy->presence != Presence::Present || !copy->found)
        return notYet("Absent", "the copy is not there");

    // Taking down is always allowed: it destroys nothing and is never forced.
    if (step.kind == StepKind::Unmount || step.kind == StepKind::Detach ||
        step.kind == StepKind::ProveReleased)
        return std::nullopt;
    if (a == nullptr)
        return conflict("NoOrder", "an unassigned copy is kept as it is");
    if (auto foreign = refuseForeign(state, copy->found->identity, *a))
        return foreign;
    if (step.kind == StepKind::SetIdentity)
        return vetIdentity(step, *a, *pool, *copy, state);
    if (step.kind == StepKind::Mount)
        return vetMount(step, *a, *copy, state, now);
    if (step.kind == StepKind::Destroy)
        return vetDestroy(*a, *pool, *copy, assignments);
    if (step.kind == StepKind::SendPass)
        return vetSend(step, *a, *pool, *copy);
    if (step.kind == StepKind::ReceivePass)
        return vetReceive(step, *a, *copy);
    return vetRaise(step, *a, *copy, state, now);
}

} // namespace drover::agent::core
