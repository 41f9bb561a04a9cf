// advancePool() and advanceNode(): who runs cluster agents, and who is lost no more.

#include "control/core/handover.h"
#include "control/core/liveness.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

Decision advancePool(const ClusterState& state, const PoolId& id, const Now& now, IdSource&)
{
    const auto* pool = state.pool(id);
    if (pool == nullptr || !pool->shared)
        return {};
    const bool present = pool->agentNode && std::find(pool->nodes.begin(), pool->nodes.end(),
                                                      *pool->agentNode) != pool->nodes.end();
    if (present && !state.isLost(*pool->agentNode))
        return {};
    if (present && fenceRemaining(state, *pool->agentNode, id, now) > Duration{0})
        return {};
    // Spread: the node that runs fewest of them.
    std::optional<NodeId> chosen;
    std::size_t fewest = 0;
    for (const auto& node : pool->nodes) {
        if (!state.isUsable(node, id))
            continue;
        std::size_t runs = 0;
        for (const auto& other : state.poolsOfNode(node))
            runs += state.pool(other)->agentNode == node ? 1 : 0;
        if (chosen && runs >= fewest)
            continue;
        chosen = node;
        fewest = runs;
    }
    if (!chosen)
        return {};
    PoolLedger ledger = *pool;
    ledger.agentNode = chosen;
    ++ledger.agentEpoch;
    Decision decision;
    decision.changes.emplace_back(RecordPut{ledger});
    decision.log.push_back({now.wall, "control", "pool.agent", "pool " + pool->name, std::nullopt,
                            chosen, "its cluster agent runs on node " + nodeName(state, *chosen)});
    return decision;
}

Decision advanceNode(const ClusterState& state, const NodeId& id, const Now& now)
{
    const auto* known = state.nodeLedger(id);
    const auto* reported = state.nodeState(id);
    if (known == nullptr || !known->lost || reported == nullptr ||
        reported->liveness != Liveness::Alive)
        return {};
    for (const auto& key : state.copiesOn(id)) {
        const auto* copy = state.copyState(key.node, key.copy);
        if (copy->phase == CopyPhase::Created)
            continue;
        const auto* ledger = state.ledger(copy->dataset);
        const bool holds = ledger != nullptr && ledger->owner == id && ledger->copy == copy->copy &&
                           ledger->epoch == copy->epoch;
        if (!holds)
            return {};
    }
    NodeLedger ledger = *known;
    ledger.lost.reset();
    Decision decision;
    decision.changes.emplace_back(RecordPut{ledger});
    decision.log.push_back({now.wall, "control", "node.returned", "node " + known->hostname,
                            std::nullopt, id,
                            "it is back and holds nothing that was granted elsewhere"});
    return decision;
}

} // namespace drover::control::core
