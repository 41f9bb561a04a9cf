#include "gui/models/node_row.h"

#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

#include <vector>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::NodeRow)
};

constexpr unsigned kNearlyFull = 10; // per cent that are left

QString reasonOf(const NodeLedger& ledger, const NodeState* state, Liveness liveness)
{
    if (ledger.lost)
        return Text::tr("declared lost by %1: %2")
            .arg(Words::text(ledger.lost->by), Words::text(ledger.lost->statement));
    if (!state || (state->lastHeard == TimePoint{} && liveness == Liveness::Unreachable))
        return Text::tr("no word from it since control started");
    std::vector<Condition> conditions = state->conditions;
    for (const PoolState& pool : state->pools)
        conditions.insert(conditions.end(), pool.conditions.begin(), pool.conditions.end());
    if (const Condition* condition = worst(conditions))
        return condition->message.empty() ? QString::fromLatin1(toString(condition->type))
                                          : Words::text(condition->message);
    if (liveness == Liveness::Evasive || liveness == Liveness::Unreachable)
        return Text::tr("last heard of %1; all below is as of then")
            .arg(Words::moment(state->lastHeard));
    return {};
}

} // namespace

bool isNearlyFull(const PoolState& pool)
{
    return pool.available && pool.capacity.value > 0 &&
           pool.free.value < pool.capacity.value / 100 * kNearlyFull;
}

Liveness livenessOf(const ClusterData& data, const NodeLedger& ledger)
{
    if (ledger.lost)
        return Liveness::Lost;
    const NodeState* state = data.nodeState(ledger.id);
    return state ? state->liveness : Liveness::Unreachable;
}

NodeRow rowOf(const ClusterData& data, const NodeLedger& ledger)
{
    const NodeRecord* record = data.node(ledger.id);
    const NodeState* state = data.nodeState(ledger.id);
    NodeRow row;
    row.id = ledger.id;
    row.name = data.nodeName(ledger.id);
    row.liveness = livenessOf(data, ledger);
    row.cordoned = record && record->cordoned;
    row.datasets = data.ownedBy(ledger.id);
    row.address = Words::text(ledger.address);
    row.reason = reasonOf(ledger, state, row.liveness);
    Labels labels = record ? record->header.labels : Labels{};
    if (state) {
        row.since = state->since;
        row.version = Words::text(state->version);
        labels.insert(state->labels.begin(), state->labels.end());
        QStringList pools;
        for (const PoolState& pool : state->pools) {
            const QString name = Words::text(pool.name) + QStringLiteral(" (") +
                                 Words::text(pool.kind) + QLatin1Char(')');
            pools << (pool.available ? Text::tr("%1 %2 free").arg(name, Words::size(pool.free))
                                     : Text::tr("%1 unavailable").arg(name));
            if (!pool.available)
                continue;
            row.capacity.value += pool.capacity.value;
            row.free.value += pool.free.value;
        }
        row.pools = pools.join(QStringLiteral("; "));
    }
    row.labels = Words::labels(labels);
    return row;
}

} // namespace drover::gui::models
