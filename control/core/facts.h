#pragma once

// Small questions about the state that decisions, assignments and statuses share, so that they
// cannot answer them differently.

#include "control/core/cluster_state.h"
#include "control/core/liveness.h"
#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::control::core {

[[nodiscard]] inline bool isShared(const ClusterState& state, const model::PoolId& id)
{
    const auto* pool = state.pool(id);
    return pool != nullptr && pool->shared;
}

// Deleted, and free: a leased dataset that was deleted stays in use until its last lease ends.
[[nodiscard]] inline bool isOutOfUse(const ClusterState& state, const model::DatasetRecord& record)
{
    return record.deletion.has_value() && state.leasesOf(record.id).empty();
}

// The hand-over moves one image between nodes, not bytes between pools.
[[nodiscard]] inline bool isByDetach(const model::Handover& handover)
{
    return handover.sourceCopy == handover.targetCopy;
}

// The node that lists, makes and destroys copies of the pool: its only one, or where the shared
// pool's cluster agent runs.
[[nodiscard]] inline std::optional<model::NodeId>
keeperOf(const ClusterState& state, const model::PoolId& pool, const model::NodeId& holder)
{
    const auto* ledger = state.pool(pool);
    return ledger != nullptr && ledger->shared ? ledger->agentNode : std::optional(holder);
}

// Whether somebody may be writing to a copy in this phase.
[[nodiscard]] inline bool isUp(model::CopyPhase phase)
{
    return phase == model::CopyPhase::Attached || phase == model::CopyPhase::Formatted ||
           phase == model::CopyPhase::Mounted;
}

// Whether the report is of a copy that is there: one that only says why it is not has no epoch.
[[nodiscard]] inline bool isThere(const model::CopyState& copy) { return copy.epoch != 0; }

// The owner's report of the primary at the granted epoch; null when there is none such.
[[nodiscard]] inline const model::CopyState* reportedPrimary(const ClusterState& state,
                                                             const model::DatasetLedger& ledger)
{
    if (!ledger.owner)
        return nullptr;
    const auto* copy = state.copyState(*ledger.owner, ledger.copy);
    const bool right = copy != nullptr && copy->dataset == ledger.id &&
                       copy->role == model::CopyRole::Primary &&
                       (copy->epoch == ledger.epoch || DROVER_MUTATION("skip-epoch-check"));
    return right ? copy : nullptr;
}

// Its agent says that it is smaller than wished until it is unmounted.
[[nodiscard]] inline bool growsLater(const model::CopyState& primary)
{
    for (const auto& condition : primary.conditions)
        if (condition.type == model::ConditionType::GrowAtNextUnmount)
            return true;
    return false;
}

// Its users have less than is wished, whatever its agent takes for done.
[[nodiscard]] inline bool isSmall(const ClusterState& state, const model::DatasetLedger& ledger,
                                  const model::DatasetRecord& record,
                                  const model::CopyState& primary)
{
    const auto* pool = state.poolState(*ledger.owner, ledger.pool);
    return pool != nullptr && pool->capabilities.sizes && primary.size && record.spec.size &&
           *primary.size < *record.spec.size;
}

[[nodiscard]] inline bool isReportedMounted(const ClusterState& state,
                                            const model::DatasetLedger& ledger)
{
    const auto* copy = reportedPrimary(state, ledger);
    return copy != nullptr && copy->phase == model::CopyPhase::Mounted;
}

// The owner of a purged shared image is off it for good: it proved its release at the granted
// epoch, which is one-way, or that it sees no such image; or it was declared lost and the fence has
// done its part. That a report shows it unmounted proves nothing: an older order to mount it may
// have been carried out since.
[[nodiscard]] inline bool ownerLetGo(const ClusterState& state, const model::DatasetLedger& ledger)
{
    if (!ledger.owner || state.isProvenGone(*ledger.owner, ledger.copy))
        return true;
    if (state.isLost(*ledger.owner))
        return fenceRemaining(state, *ledger.owner, ledger.pool, state.now()) == model::Duration{0};
    const auto* copy = state.copyState(*ledger.owner, ledger.copy);
    return copy != nullptr && copy->role == model::CopyRole::Released &&
           copy->epoch == ledger.epoch;
}

// A shared image that is not in use where it is reported, and that the cluster agent, which lists
// all of the pool, does not have: the reporter just did not look again.
[[nodiscard]] inline bool isStaleReport(const ClusterState& state, const model::CopyKey& key,
                                        const model::CopyState& copy)
{
    if (!isShared(state, copy.pool) || isUp(copy.phase))
        return false;
    const auto keeper = keeperOf(state, copy.pool, key.node);
    return keeper && *keeper != key.node && state.copyState(*keeper, key.copy) == nullptr;
}

// The holder of a copy left behind is there and does not say that it has become an orphan.
[[nodiscard]] inline bool isKnownToBeOld(const ClusterState& state,
                                         const model::RetiredCopy& retired)
{
    if (!state.isUsable(retired.node, retired.pool))
        return false;
    const auto* copy = state.copyState(retired.node, retired.copy);
    return copy == nullptr || copy->role != model::CopyRole::Orphan;
}

// Whether the dataset's ledger knows of a copy that is reported. Null: there is no ledger.
[[nodiscard]] inline bool isAccountedFor(const ClusterState& state,
                                         const model::DatasetLedger* ledger,
                                         const model::CopyKey& key, const model::CopyState& copy)
{
    if (ledger == nullptr)
        return false;
    const bool image = isShared(state, copy.pool) && key.copy == ledger->copy;
    if (image || (ledger->owner == key.node && ledger->copy == key.copy))
        return true;
    if (const auto& handover = ledger->handover) {
        if (handover->source == key.node && handover->sourceCopy == key.copy)
            return true;
        if (handover->target == key.node && handover->targetCopy == key.copy)
            return true;
    }
    return std::any_of(ledger->retired.begin(), ledger->retired.end(),
                       [&](const auto& r) { return r.node == key.node && r.copy == key.copy; });
}

// Both clocks have passed `since` by `grace`, and the wall clock is trusted.
[[nodiscard]] inline bool gracePassed(const ClusterState& state, const model::Now& since,
                                      model::Duration grace, const model::Now& now)
{
    if (grace == model::Duration{0})
        return true;
    return now.wall >= since.wall + grace && now.running >= since.running + grace &&
           !state.purgesHeld();
}

} // namespace drover::control::core
