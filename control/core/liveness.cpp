#include "control/core/liveness.h"

#include "control/core/decide_ops.h"
#include "control/core/facts.h"
#include "control/core/handover.h"
#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

NodeStatePut withLiveness(NodeState node, Liveness liveness, const Now& now)
{
    node.liveness = liveness;
    node.since = now.wall;
    return NodeStatePut{std::move(node)};
}

} // namespace

std::vector<StateChange> initialState(const ClusterState& state, const Now& now)
{
    std::vector<StateChange> changes;
    for (const auto& [id, ledger] : state.nodeLedgers()) {
        if (state.nodeState(id) != nullptr)
            continue;
        NodeState node;
        node.id = id;
        node.liveness = ledger.lost ? Liveness::Lost : Liveness::Unreachable;
        node.since = now.wall;
        changes.emplace_back(NodeStatePut{node});
    }
    return changes;
}

std::vector<StateChange> onTick(const ClusterState& state, const Now& now)
{
    std::vector<StateChange> changes;
    for (const auto& [at, id] : state.livenessQueue()) {
        if (at > now.running)
            break;
        const auto* node = state.nodeState(id);
        const auto heard = state.lastHeard(id);
        if (node == nullptr || !heard)
            continue;
        const bool tooLong = now.running >= *heard + state.cluster().unreachableAfter;
        const Liveness silent = state.isLost(id) ? Liveness::Lost
                                : tooLong        ? Liveness::Unreachable
                                                 : Liveness::Evasive;
        if (node->liveness != silent)
            changes.emplace_back(withLiveness(*node, silent, now));
    }
    for (const auto& [id, since] : state.lostNodes()) {
        const auto* node = state.nodeState(id);
        const bool silent = node != nullptr && (node->liveness == Liveness::Unreachable ||
                                                node->liveness == Liveness::Evasive);
        const bool done =
            std::any_of(changes.begin(), changes.end(), [&id = id](const StateChange& c) {
                return std::get<NodeStatePut>(c).node.id == id;
            });
        if (silent && !done)
            changes.emplace_back(withLiveness(*node, Liveness::Lost, now));
    }
    return changes;
}

Decision expireLeases(const ClusterState& state, const Now& now)
{
    Decision decision;
    Overlay view(state);
    for (const auto& [at, token] : state.leaseQueue()) {
        if (at > now.running)
            break;
        const LeaseRecord lease = *state.lease(token);
        view.remove(keyOf(token));
        decision.log.push_back(
            {now.wall, "control", "lease.expire", subjectOf(state, lease.dataset), lease.dataset,
             lease.node,
             "the lease of " + lease.holder + " ended: its time passed without renewal"});
        restartGraceWhenFree(view, lease.dataset, now);
    }
    decision.changes = view.changes();
    return decision;
}

std::vector<DatasetId> dueDatasets(const ClusterState& state, const Now& since, const Now& now)
{
    const Duration held = state.purgesHeldUntil();
    // What became due while graces were not trusted to the clocks is looked at when they are again.
    Now from = since.running < held && now.running >= held ? Now{} : since;
    // A wall clock that was set back meanwhile has gone through some time again.
    from.wall = std::min(from.wall, now.wall - (now.running - from.running));
    std::set<DatasetId> due;
    for (const auto& id : state.deletionQueue().reached(from, now, Duration{0}))
        due.insert(id);
    for (const auto& id : state.retiredQueue().reached(from, now, state.cluster().retiredCopyGrace))
        due.insert(id);
    const Duration fence = state.cluster().ownershipTerm + kFenceMargin;
    for (const auto& [node, lost] : state.lostNodes()) {
        const Duration at = lost + fence;
        if (at <= since.running || at > now.running)
            continue;
        for (const auto& id : state.datasetsOfNode(node))
            due.insert(id);
    }
    return {due.begin(), due.end()};
}

std::vector<PoolId> duePools(const ClusterState& state, const Now& since, const Now& now)
{
    std::set<PoolId> due;
    const Duration fence = state.cluster().ownershipTerm + kFenceMargin;
    for (const auto& [node, lost] : state.lostNodes()) {
        const Duration at = lost + fence;
        if (at <= since.running || at > now.running)
            continue;
        for (const auto& id : state.poolsOfNode(node))
            if (isShared(state, id))
                due.insert(id);
    }
    return {due.begin(), due.end()};
}

std::optional<Duration> nextWake(const ClusterState& state, const Now& now)
{
    std::optional<Duration> wait;
    const auto take = [&](std::optional<Duration> d) {
        if (!d)
            return;
        const Duration wanted = std::max(*d, Duration{0});
        wait = wait ? std::min(*wait, wanted) : wanted;
    };
    take(state.deletionQueue().next(now, Duration{0}));
    take(state.retiredQueue().next(now, state.cluster().retiredCopyGrace));
    if (!state.leaseQueue().empty())
        take(state.leaseQueue().begin()->first - now.running);
    if (!state.livenessQueue().empty())
        take(state.livenessQueue().begin()->first - now.running);
    const Duration fence = state.cluster().ownershipTerm + kFenceMargin;
    for (const auto& [node, lost] : state.lostNodes())
        if (lost + fence > now.running)
            take(lost + fence - now.running);
    if (state.purgesHeld())
        take(state.purgesHeldUntil() - now.running);
    return wait;
}

bool hasSpoken(const ClusterState& state, const NodeId& node)
{
    const auto* known = state.nodeState(node);
    return known != nullptr && known->session.has_value();
}

Heard heardSinceStart(const ClusterState& state)
{
    Heard heard;
    for (const auto& [id, ledger] : state.nodeLedgers()) {
        const bool spoken = hasSpoken(state, id);
        if (ledger.lost && !spoken)
            continue;
        ++heard.known;
        heard.spoken += spoken ? 1 : 0;
    }
    return heard;
}

Duration fenceRemaining(const ClusterState& state, const NodeId& node, const PoolId& id,
                        const Now& now)
{
    const auto* pool = state.pool(id);
    const auto lost = state.lostSince(node);
    if (DROVER_MUTATION("take-over-silent-node"))
        return Duration{0};
    if (pool == nullptr || !lost)
        return Duration::max();
    switch (pool->fence) {
    case Fence::None:    // the statement of a person that the machine is off
    case Fence::Storage: // attaching proves it
        return Duration{0};
    case Fence::Self:
        break;
    }
    const Duration end = *lost + state.cluster().ownershipTerm + kFenceMargin;
    return end > now.running ? end - now.running : Duration{0};
}

} // namespace drover::control::core
