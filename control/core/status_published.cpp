// Which statuses there are and which of them changed, and what is said of the whole cluster.

#include "control/core/status.h"

#include "control/core/decide.h"
#include "control/core/facts.h"
#include "control/core/liveness.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

bool hasStatus(const ClusterState& state, const DatasetId& id)
{
    if (state.dataset(id) != nullptr || state.ledger(id) != nullptr)
        return true;
    const auto& copies = state.copiesOf(id);
    return std::any_of(copies.begin(), copies.end(), [&](const CopyKey& key) {
        return !isStaleReport(state, key, *state.copyState(key.node, key.copy));
    });
}

std::optional<StateChange> statusChange(const ClusterState& state, const DatasetId& id,
                                        const Now& now)
{
    const auto* published = state.publishedStatus(id);
    if (!hasStatus(state, id))
        return published != nullptr ? std::optional<StateChange>(DatasetStatusRemoved{id})
                                    : std::nullopt;
    DatasetStatus status = statusOf(state, id, now);
    if (published != nullptr && *published == status)
        return std::nullopt;
    return DatasetStatusPut{std::move(status)};
}

namespace {

// What nodes that are there say of themselves and their pools; a summary when it is much.
void addTroublesOfNodes(std::vector<Condition>& conditions, const ClusterState& state)
{
    constexpr std::size_t kMostToldOneByOne = 5;
    std::size_t troubles = 0;
    const auto tell = [&](const NodeId& node, const std::string& of, const Condition& told) {
        if (told.severity == ConditionSeverity::Info || ++troubles > kMostToldOneByOne)
            return;
        conditions.push_back(told);
        conditions.back().message = of + "node " + nodeName(state, node) + ": " + told.message;
    };
    for (const auto& [id, node] : state.nodeStates()) {
        if (node.liveness != Liveness::Alive)
            continue;
        for (const Condition& condition : node.conditions)
            tell(id, {}, condition);
        for (const PoolState& pool : node.pools)
            for (const Condition& condition : pool.conditions)
                tell(id, "pool " + pool.name + " on ", condition);
    }
    if (troubles <= kMostToldOneByOne)
        return;
    Condition more;
    more.type = ConditionType::PoolUnavailable;
    more.severity = ConditionSeverity::Warning;
    more.reason = "MoreTroubles";
    more.message = std::to_string(troubles - kMostToldOneByOne) +
                   " more conditions of nodes and pools are not shown here";
    more.suggestion = "drover node list, drover node show NODE";
    more.since = conditions.back().since;
    conditions.push_back(std::move(more));
}

} // namespace

std::vector<Condition> clusterConditions(const ClusterState& state, const Now& now)
{
    std::vector<Condition> conditions;
    const auto& counts = state.livenessCounts();
    const std::size_t silent = counts.evasive + counts.unreachable;
    const std::size_t counted = counts.total() - counts.lost;
    if (counted >= 3 && silent * 3 > counted) {
        Condition condition;
        condition.type = ConditionType::NodeUnreachable;
        condition.severity = ConditionSeverity::Error;
        condition.reason = "ControlSuspectsItself";
        condition.message =
            std::to_string(silent) + " of " + std::to_string(counted) +
            " nodes are silent at once; control's own network or machine may be the cause";
        condition.suggestion =
            "look at control's machine and network before declaring any node lost";
        condition.since = now.wall;
        conditions.push_back(std::move(condition));
    }
    if (const Heard heard = heardSinceStart(state); !heard.isEnough()) {
        Condition condition;
        condition.type = ConditionType::WaitingForNode;
        condition.severity = ConditionSeverity::Warning;
        condition.reason = "TooFewHeard";
        condition.message = std::to_string(heard.spoken) + " of " + std::to_string(heard.known) +
                            " known nodes have spoken since control started; until half of them "
                            "have, nothing is granted, moved or purged";
        condition.suggestion = "start the agents; `drover node list` says which are silent";
        condition.since = now.wall;
        conditions.push_back(std::move(condition));
    }
    if (state.purgesHeld()) {
        Condition condition;
        condition.type = ConditionType::DeletePending;
        condition.severity = ConditionSeverity::Warning;
        condition.reason = "PurgesHeld";
        condition.message = "the wall clock stepped; grace periods do not end by time for " +
                            toString(state.purgesHeldUntil() - now.running);
        condition.suggestion =
            "look at the clock of control's machine; `drover dataset purge` still works";
        condition.since = now.wall;
        conditions.push_back(std::move(condition));
    }
    addTroublesOfNodes(conditions, state);
    return conditions;
}

} // namespace drover::control::core
