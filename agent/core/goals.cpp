#include "agent/core/goals.h"

#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::agent::core {

using model::ConditionSeverity;
using model::ConditionType;
using model::CopyPhase;
using model::CopyRole;
using model::Goal;

namespace {

Step stepFor(StepKind kind, const model::Assignment& a)
{
    Step step;
    step.kind = kind;
    step.pool = a.pool;
    step.dataset = a.dataset;
    step.copy = a.copy;
    return step;
}

Proposal act(Step step)
{
    Proposal p;
    p.step = std::move(step);
    return p;
}

Proposal wait(ConditionType type, ConditionSeverity severity, std::string reason,
              std::string message)
{
    Proposal p;
    p.waiting = Refusal{type, severity, std::move(reason), std::move(message), {}};
    return p;
}

Proposal reached()
{
    Proposal p;
    p.reached = true;
    return p;
}

Step identityStep(const model::Assignment& a, model::CopyIdentity identity)
{
    Step step = stepFor(StepKind::SetIdentity, a);
    step.identity = std::move(identity);
    return step;
}

// What the copy's identity shall say when it is the dataset's primary (or receives it).
model::CopyIdentity wishedIdentity(const model::Assignment& a, const LocalState& state,
                                   CopyRole role)
{
    model::CopyIdentity identity;
    identity.cluster = state.cluster.value_or(model::ClusterId{});
    identity.dataset = a.dataset;
    identity.copy = a.copy;
    identity.role = role;
    identity.epoch = a.epoch;
    identity.generation = a.generation;
    identity.name = a.name;
    identity.spec = a.spec;
    return identity;
}

Step createStep(const model::Assignment& a, const LocalState& state, CopyRole role)
{
    Step step = stepFor(StepKind::Create, a);
    step.identity = wishedIdentity(a, state, role);
    return step;
}

bool mustGrow(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy)
{
    return pool.state.capabilities.sizes && a.spec.size && copy.found->size &&
           *copy.found->size < *a.spec.size;
}

Step growStep(const model::Assignment& a)
{
    Step step = stepFor(StepKind::Grow, a);
    step.size = a.spec.size.value_or(model::ByteCount{});
    return step;
}

Proposal peerMissing(const char* message)
{
    return wait(ConditionType::WaitingForPeer, ConditionSeverity::Info, "WaitingForPeer", message);
}

// The progress of the order in hand; a fresh one for another order.
model::TransferProgress progressOf(const CopyFacts& copy, const model::TransferOrder& order)
{
    if (copy.transfer && copy.transfer->id == order.id)
        return *copy.transfer;
    model::TransferProgress fresh;
    fresh.id = order.id;
    return fresh;
}

Step sendStep(const model::Assignment& a, const model::TransferProgress& progress, bool final)
{
    Step step = stepFor(StepKind::SendPass, a);
    step.transfer = a.transfer;
    step.pass = progress.passDone ? progress.pass + 1 : std::max<std::uint32_t>(progress.pass, 1);
    step.final = final;
    return step;
}

// Mounted, and the dataset is being copied away: passes run while it is in use, until the last one
// carried little.
Proposal sendLive(const model::Assignment& a, const CopyFacts& copy, Proposal otherwise)
{
    if (!a.transfer || a.transfer->direction != model::TransferDirection::Send)
        return otherwise;
    const auto progress = progressOf(copy, *a.transfer);
    if (progress.passDone &&
        (progress.lastPassBytes <= kSmallPass || progress.pass >= kLastLivePass))
        return otherwise;
    otherwise.step = sendStep(a, progress, /*final=*/false);
    return otherwise;
}

Proposal mountedAbsent(const model::Assignment& a, const PoolFacts& pool, const LocalState& state)
{
    // vet() turns it into DataMissing where it must not be
    if (!pool.shared)
        return act(createStep(a, state, CopyRole::Primary));
    if (!a.mayCreate) {
        auto p = act(stepFor(StepKind::Inspect, a));
        p.waitForPeer = true;
        p.waiting =
            Refusal{ConditionType::DataMissing, ConditionSeverity::Error, "DataMissing",
                    "image " + a.copy.toString() + " existed once and is not in the shared pool",
                    "bring the pool's data back, or delete the dataset"};
        return p;
    }
    auto p = act(stepFor(StepKind::Inspect, a));
    p.waitForPeer = true;
    p.waiting = Refusal{ConditionType::WaitingForPeer,
                        ConditionSeverity::Info,
                        "WaitingForImage",
                        "the pool's cluster agent has not made the image yet",
                        {}};
    return p;
}

// Its users have less than is wished for, so the goal is not reached; only an unmount brings it on.
Proposal growsLater(const model::Assignment& a, const CopyFacts& copy)
{
    auto p = wait(ConditionType::GrowAtNextUnmount, ConditionSeverity::Warning, "GrowAtNextUnmount",
                  copy.growRefused + "; it has " + toString(*copy.found->size) + " and grows to " +
                      toString(*a.spec.size) + " when it is next unmounted");
    p.waiting->suggestion = "move it: `drover dataset move " + a.name +
                            " --to NODE`; where no other node can take it: restart its machine, "
                            "or see the guide, Growing";
    return p;
}

Proposal proposeMounted(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy,
                        const LocalState& state)
{
    if (copy.presence == Presence::Absent)
        return mountedAbsent(a, pool, state);
    const auto& found = *copy.found;
    if (found.identity.epoch > a.epoch && !DROVER_MUTATION("skip-epoch-check")) {
        // On a shared pool a higher epoch means that another node owns it now: whoever is still up
        // here must go. On a local pool it means that control has forgotten something: keep what
        // is, and say so.
        if (pool.shared) {
            if (auto down = takeDown(pool, {a.pool, a.copy}, copy))
                return act(*down);
        }
        Proposal p;
        p.waiting = refusePrimary(found.identity, a.epoch, found.createdWhole);
        return p;
    }
    const auto wish = wishedIdentity(a, state, CopyRole::Primary);
    if (found.identity != wish) {
        // A copy that comes from another role was left down; what is unexpectedly up goes down
        // before it changes hands.
        const bool samePrimary =
            found.identity.role == CopyRole::Primary && found.identity.epoch == a.epoch;
        if (!samePrimary && found.identity.role != CopyRole::Primary) {
            if (auto down = takeDown(pool, {a.pool, a.copy}, copy))
                return act(*down);
        }
        return act(identityStep(a, wish));
    }
    if (found.phase == CopyPhase::Mounted) {
        if (found.publishedName != a.name) {
            Step mount = stepFor(StepKind::Mount, a);
            mount.epoch = a.epoch;
            return act(mount);
        }
        Proposal up = reached();
        if (mustGrow(a, pool, copy)) {
            // Tried whatever the pool can in general: it is the filesystem's affair.
            if (copy.growRefused.empty())
                return act(growStep(a));
            up = growsLater(a, copy);
        }
        return sendLive(a, copy, up);
    }
    // Down, or attached and not mounted yet.
    if (mustGrow(a, pool, copy) && pool.state.capabilities.growOffline &&
        copy.growRefused.empty() && found.phase != CopyPhase::Locked)
        return act(growStep(a));
    if (isBlockKind(pool)) {
        if (found.phase == CopyPhase::Created || found.phase == CopyPhase::Locked)
            return act(stepFor(StepKind::Attach, a));
        if (found.phase == CopyPhase::Attached && found.filesystem.empty())
            return act(stepFor(StepKind::Format, a));
    }
    Step mount = stepFor(StepKind::Mount, a);
    mount.epoch = a.epoch;
    return act(mount);
}

Proposal absentData(const model::Assignment& a)
{
    return wait(ConditionType::DataMissing, ConditionSeverity::Error, "DataMissing",
                "copy " + a.copy.toString() + " is not in the pool");
}

// A grant that came, and was followed by the next order, before the copy was made primary: it is
// made so first, while it is down.
std::optional<Step> claim(const model::Assignment& a, const CopyFacts& copy)
{
    auto identity = copy.found->identity;
    if (identity.role == CopyRole::Primary && identity.epoch == a.epoch)
        return std::nullopt;
    identity.role = CopyRole::Primary;
    identity.epoch = a.epoch;
    return identityStep(a, std::move(identity));
}

Proposal proposeFrozen(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy)
{
    if (copy.presence == Presence::Absent)
        return absentData(a);
    if (auto down = takeDown(pool, {a.pool, a.copy}, copy))
        return act(*down);
    if (auto first = claim(a, copy))
        return act(*first);
    if (!copy.provenQuiet)
        return act(stepFor(StepKind::ProveReleased, a));
    if (!a.transfer || a.transfer->direction != model::TransferDirection::Send)
        return reached();
    const auto progress = progressOf(copy, *a.transfer);
    if (progress.finalDone)
        return reached();
    return act(sendStep(a, progress, /*final=*/true));
}

Proposal proposeReleased(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy)
{
    if (copy.presence == Presence::Absent)
        return absentData(a);
    if (auto down = takeDown(pool, {a.pool, a.copy}, copy))
        return act(*down);
    if (copy.found->identity.role == CopyRole::Released && copy.found->identity.epoch >= a.epoch)
        return reached();
    if (auto first = claim(a, copy))
        return act(*first);
    // Proven first, then written: what the identity says must be true even if this process dies
    // right after it.
    if (!copy.provenQuiet)
        return act(stepFor(StepKind::ProveReleased, a));
    auto identity = copy.found->identity;
    identity.role = CopyRole::Released;
    identity.epoch = a.epoch;
    return act(identityStep(a, std::move(identity)));
}

Proposal proposeReceive(const model::Assignment& a, const CopyFacts& copy, const LocalState& state)
{
    if (!a.transfer || a.transfer->direction != model::TransferDirection::Receive)
        return peerMissing("the transfer is not ordered yet");
    if (copy.presence == Presence::Absent)
        return act(createStep(a, state, CopyRole::Receiving));
    // The order names what was taken. Who comes now with the sender's key, a clone of its machine
    // perhaps, has nothing to add; and if something else is here, control begins anew.
    if (!a.transfer->digest.empty())
        return isSealed(a, copy) ? reached() : peerMissing("the copy is not what was verified");
    Step step = stepFor(StepKind::ReceivePass, a);
    step.transfer = a.transfer;
    // Until then: a sender that lost its memory repeats the final pass. Nothing but that is taken
    // after a final one.
    step.final = progressOf(copy, *a.transfer).finalDone && copy.found->createdWhole;
    auto p = act(step);
    p.reached = step.final;
    return p;
}

Proposal proposeRetired(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy)
{
    if (copy.presence == Presence::Absent)
        return reached();
    if (auto down = takeDown(pool, {a.pool, a.copy}, copy))
        return act(*down);
    const auto role = copy.found->identity.role;
    if (role == CopyRole::Trash && DROVER_MUTATION("purge-by-agents-clock"))
        return act(stepFor(StepKind::Destroy, a));
    // A copy that was let go, superseded or never the dataset stays so: trash may become primary
    // again (undelete), these never. And what the backend made an orphan (late writes) stays one.
    if (role == a.retiredRole || role == CopyRole::Orphan ||
        (a.retiredRole == CopyRole::Trash && role != CopyRole::Primary))
        return reached();
    auto identity = copy.found->identity; // its own epoch, name and spec stay: it is what it was
    identity.role = a.retiredRole;
    return act(identityStep(a, std::move(identity)));
}

Proposal proposeDestroyed(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy)
{
    if (copy.presence == Presence::Absent)
        return reached();
    if (auto down = takeDown(pool, {a.pool, a.copy}, copy))
        return act(*down);
    // down here; destroying it is the cluster agent's affair, and then it is gone here too
    if (pool.shared && !a.clusterAgent) {
        auto p = act(stepFor(StepKind::Inspect, a));
        p.waitForPeer = true;
        p.waiting = Refusal{ConditionType::WaitingForPeer,
                            ConditionSeverity::Info,
                            "WaitingForDestroy",
                            "the pool's cluster agent has not destroyed the image yet",
                            {}};
        return p;
    }
    return act(stepFor(StepKind::Destroy, a));
}

Proposal proposePresent(const model::Assignment& a, const CopyFacts& copy, const LocalState& state)
{
    if (copy.presence == Presence::Absent)
        return act(createStep(a, state, CopyRole::Primary));
    return reached();
}

} // namespace

bool isDown(const PoolFacts& pool, const CopyFacts& copy)
{
    if (copy.presence != Presence::Present || !copy.found)
        return true;
    if (copy.found->phase == CopyPhase::Mounted || !copy.found->publishedName.empty())
        return false;
    return !isBlockKind(pool) || copy.found->phase == CopyPhase::Created;
}

std::optional<Step> takeDown(const PoolFacts& pool, const CopyPlace& place, const CopyFacts& copy)
{
    if (isDown(pool, copy))
        return std::nullopt;
    Step step;
    step.pool = place.pool;
    step.copy = place.copy;
    step.dataset = copy.dataset;
    const bool mounted =
        copy.found->phase == CopyPhase::Mounted || !copy.found->publishedName.empty();
    step.kind = mounted ? StepKind::Unmount : StepKind::Detach;
    return step;
}

bool isSealed(const model::Assignment& a, const CopyFacts& copy)
{
    if (!a.transfer || a.transfer->digest.empty() || copy.presence != Presence::Present ||
        copy.running)
        return false;
    const auto taken = progressOf(copy, *a.transfer);
    return copy.found->createdWhole && taken.finalDone &&
           (taken.digest == a.transfer->digest || DROVER_MUTATION("skip-digest-check"));
}

Proposal propose(const model::Assignment& a, const PoolFacts& pool, const CopyFacts& copy,
                 const LocalState& state)
{
    if (copy.presence == Presence::Present) {
        if (auto foreign = refuseForeign(state, copy.found->identity, a)) {
            Proposal p;
            p.waiting = foreign;
            return p;
        }
    }
    switch (a.goal) {
    case Goal::Mounted:
        return proposeMounted(a, pool, copy, state);
    case Goal::Frozen:
        return proposeFrozen(a, pool, copy);
    case Goal::Released:
        return proposeReleased(a, pool, copy);
    case Goal::Receive:
        return proposeReceive(a, copy, state);
    case Goal::Retired:
        return proposeRetired(a, pool, copy);
    case Goal::Destroyed:
        return proposeDestroyed(a, pool, copy);
    case Goal::Present:
        return proposePresent(a, copy, state);
    }
    return wait(ConditionType::Converging, ConditionSeverity::Error, "UnknownGoal",
                "this agent does not know the goal; it may be too old");
}

} // namespace drover::agent::core
