#include "gui/models/node_concerns.h"

#include "gui/models/node_row.h"
#include "gui/models/words.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::Concerns)
};

std::vector<Condition> conditionsOf(const NodeState& state)
{
    std::vector<Condition> conditions = state.conditions;
    for (const PoolState& pool : state.pools)
        conditions.insert(conditions.end(), pool.conditions.begin(), pool.conditions.end());
    return conditions;
}

void take(ConcernRow& row, const Condition* condition)
{
    if (!condition)
        return;
    row.suggestion = Words::text(condition->suggestion);
    row.since = condition->since;
}

void tellSilent(ConcernRow& row, const ClusterData& data, const NodeLedger& ledger,
                std::size_t datasets)
{
    const NodeState* state = data.nodeState(ledger.id);
    const NodeRow node = rowOf(data, ledger);
    row.urgency = datasets > 0 ? 0 : 3;
    row.sign = node.isSilent() ? signOf(node.liveness) : Sign::Warning;
    if (state)
        take(row, worst(state->conditions));
    row.since = node.since;
    if (!node.isSilent())
        row.reason = Text::tr("datasets wait for it");
    else if (ledger.lost)
        row.reason = node.reason;
    else if (state && state->lastHeard != TimePoint{})
        row.reason = Text::tr("%1, last heard of %2")
                         .arg(Words::of(node.liveness), Words::moment(state->lastHeard));
    else
        row.reason = Text::tr("%1 since control started").arg(Words::of(node.liveness));
}

bool tellTrouble(ConcernRow& row, const NodeState& state)
{
    std::vector<Condition> conditions = conditionsOf(state);
    conditions.erase(std::remove_if(conditions.begin(), conditions.end(),
                                    [](const Condition& condition) {
                                        return condition.severity < ConditionSeverity::Warning ||
                                               condition.type == ConditionType::PoolNearlyFull;
                                    }),
                     conditions.end());
    const Condition* condition = worst(conditions);
    if (!condition)
        return false;
    row.urgency = 2;
    row.sign = signOf(condition->severity);
    row.reason = condition->message.empty() ? QString::fromLatin1(toString(condition->type))
                                            : Words::text(condition->message);
    take(row, condition);
    return true;
}

bool tellNearlyFull(ConcernRow& row, const NodeState& state)
{
    QStringList pools;
    for (const PoolState& pool : state.pools)
        if (isNearlyFull(pool)) {
            pools << Text::tr("pool %1: %2 of %3 free")
                         .arg(Words::text(pool.name), Words::size(pool.free),
                              Words::size(pool.capacity));
            take(row, worst(pool.conditions));
        }
    row.urgency = 4;
    row.sign = Sign::Warning;
    row.reason = pools.join(QStringLiteral("; "));
    row.remedy = Remedy::ShowDatasets; // one of them can be moved
    row.filter = QStringLiteral("node:") + row.what;
    return !pools.isEmpty();
}

} // namespace

std::string lineId(NodeConcern concern, const NodeId& node)
{
    return std::to_string(static_cast<int>(concern)) + "/" + node.toString();
}

bool isSilent(const ClusterData& data, const NodeId& node)
{
    const NodeLedger* ledger = data.nodeLedger(node);
    if (!ledger)
        return false;
    const Liveness liveness = livenessOf(data, *ledger);
    return liveness != Liveness::Alive && liveness != Liveness::Syncing;
}

std::optional<ConcernRow> nodeConcern(const ClusterData& data, NodeConcern concern,
                                      const NodeId& node, std::size_t datasets)
{
    const NodeLedger* ledger = data.nodeLedger(node);
    if (!ledger)
        return std::nullopt;
    const bool silent = isSilent(data, node);
    const NodeState* state = data.nodeState(node);
    ConcernRow row;
    row.id = lineId(concern, node);
    row.node = node;
    row.what = data.nodeName(node);
    row.datasets = datasets;
    switch (concern) {
    case NodeConcern::Silent:
        if (!silent && datasets == 0)
            return std::nullopt;
        tellSilent(row, data, *ledger, datasets);
        return row;
    case NodeConcern::Trouble: // what a silent one said is old
        return !silent && state && tellTrouble(row, *state) ? std::optional(row) : std::nullopt;
    case NodeConcern::NearlyFull:
        row.datasets = data.ownedBy(node);
        return !silent && state && tellNearlyFull(row, *state) ? std::optional(row) : std::nullopt;
    case NodeConcern::Cordoned:
        break;
    }
    const NodeRecord* record = data.node(node);
    if (!record || !record->cordoned)
        return std::nullopt;
    row.urgency = 5;
    row.sign = Sign::Info;
    row.reason = Text::tr("cordoned: nothing new is placed on it");
    row.remedy = Remedy::Uncordon;
    return row;
}

} // namespace drover::gui::models
