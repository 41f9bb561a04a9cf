#pragma once

// Small questions about the state that decisions, assignments and statuses share, so that they
// cannot answer them differently.

#include "control/core/cluster_state.h"

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

// The owner's report of the primary at the granted epoch; null when there is none such.
[[nodiscard]] inline const model::CopyState* reportedPrimary(const ClusterState& state,
                                                             const model::DatasetLedger& ledger)
{
    if (!ledger.owner)
        return nullptr;
    const auto* copy = state.copyState(*ledger.owner, ledger.copy);
    const bool right = copy != nullptr && copy->dataset == ledger.id &&
                       copy->role == model::CopyRole::Primary && copy->epoch == ledger.epoch;
    return right ? copy : nullptr;
}

[[nodiscard]] inline bool isReportedMounted(const ClusterState& state,
                                            const model::DatasetLedger& ledger)
{
    const auto* copy = reportedPrimary(state, ledger);
    return copy != nullptr && copy->phase == model::CopyPhase::Mounted;
}

// The owner of a shared image has it neither mounted nor attached any more, or is declared lost.
[[nodiscard]] inline bool ownerLetGo(const ClusterState& state, const model::DatasetLedger& ledger)
{
    if (!ledger.owner || state.isLost(*ledger.owner))
        return true;
    if (!state.isUsable(*ledger.owner))
        return false;
    const auto* copy = state.copyState(*ledger.owner, ledger.copy);
    return copy == nullptr || copy->phase == model::CopyPhase::Created;
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
