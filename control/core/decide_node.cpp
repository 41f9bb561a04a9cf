// Verbs about nodes.

#include "control/core/decide_ops.h"
#include "control/core/diff.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

// The record of what is wished of a node; a fresh one if nothing was so far.
NodeRecord wishedOf(const DecideContext& context, const NodeId& id)
{
    if (const auto* known = context.view.node(id))
        return *known;
    NodeRecord record;
    record.id = id;
    record.header.name = nodeName(context.state, id);
    record.header.generation = 0;
    record.header.createdAt = context.now.wall;
    record.header.createdBy = context.actor.user;
    return record;
}

// Datasets that may be written to by this node although others get the grant, in pools that nothing
// fences.
std::vector<std::string> unfenced(const ClusterState& state, const NodeId& id)
{
    std::vector<std::string> names;
    for (const auto& dataset : state.datasetsOfNode(id)) {
        const auto* ledger = state.ledger(dataset);
        if (ledger == nullptr || ledger->owner != id)
            continue;
        const auto* pool = state.pool(ledger->pool);
        const bool takenOver = (pool != nullptr && pool->shared) || ledger->handover;
        if (takenOver && (pool == nullptr || pool->fence == Fence::None))
            names.push_back(subjectOf(state, dataset));
    }
    return names;
}

} // namespace

OperationOutcome decideOne(DecideContext& context, const NodeLabel& verb)
{
    const auto node = resolve(context.state, verb.node);
    if (!node)
        return node.error();
    if (const auto valid = checkLabels(verb.labels); !valid)
        return about(valid.error(), "node " + nodeName(context.state, *node));
    NodeRecord record = wishedOf(context, *node);
    if (record.header.labels == verb.labels)
        return OperationResult{{}, *node, {}, "it has those labels already"};
    const NodeRecord before = record;
    record.header.labels = verb.labels;
    context.bump(record.header);
    context.view.put(record);
    context.log("node.label", "node " + record.header.name,
                changesOf(before, record, context.state), {}, *node);
    return OperationResult{{}, *node, {}, {}};
}

OperationOutcome decideOne(DecideContext& context, const NodeCordon& verb)
{
    const auto node = resolve(context.state, verb.node);
    if (!node)
        return node.error();
    NodeRecord record = wishedOf(context, *node);
    if (record.cordoned == verb.cordoned)
        return OperationResult{
            {}, *node, {}, verb.cordoned ? "it is cordoned already" : "it is not cordoned"};
    record.cordoned = verb.cordoned;
    context.bump(record.header);
    context.view.put(record);
    context.log(verb.cordoned ? "node.cordon" : "node.uncordon", "node " + record.header.name,
                verb.cordoned ? "nothing new is placed there" : "open again", {}, *node);
    return OperationResult{{}, *node, {}, {}};
}

OperationOutcome decideOne(DecideContext& context, const NodeDeclareLost& verb)
{
    const auto node = resolve(context.state, verb.node);
    if (!node)
        return node.error();
    const auto* known = context.view.nodeLedger(*node);
    const std::string name = nodeName(context.state, *node);
    if (known == nullptr)
        return refuse(ErrorCode::NotFound, "node " + name + " is forgotten", "node " + name,
                      "nothing is left to declare; see `drover node list`");
    if (known->lost)
        return OperationResult{{}, *node, {}, "it is declared lost already"};
    const auto* state = context.state.nodeState(*node);
    if (state != nullptr &&
        (state->liveness == Liveness::Alive || state->liveness == Liveness::Syncing))
        return refuse(ErrorCode::FailedState, "node " + name + " is alive", "node " + name,
                      "move its datasets away, or stop its machine first");
    if (verb.statement.size() > 1024 || !isValidUtf8(verb.statement))
        return refuse(ErrorCode::InvalidArgument, "the statement is at most 1024 bytes of UTF-8",
                      "node " + name, "make it shorter");
    const auto datasets = unfenced(context.state, *node);
    if (!datasets.empty() && verb.statement.empty())
        return refuse(ErrorCode::FailedState,
                      "nothing proves that node " + name + " does not write to " +
                          listed(datasets) + " any more",
                      "node " + name,
                      "make sure that the machine is off, then say so with --statement");
    NodeLedger ledger = *known;
    ledger.lost = LostMark{context.now.wall, context.actor.user, verb.statement};
    context.view.put(ledger);
    std::size_t voided = 0;
    for (const auto& token : context.view.leasesOn(*node)) {
        const DatasetId dataset = context.view.lease(token)->dataset;
        context.view.remove(keyOf(token));
        restartGraceWhenFree(context.view, dataset, context.now);
        ++voided;
    }
    std::string message = "declared lost";
    if (!verb.statement.empty())
        message += ": " + verb.statement;
    if (voided != 0)
        message += "; " + std::to_string(voided) + " leases there are void";
    context.log("node.declare-lost", "node " + name, message, {}, *node);
    return OperationResult{{}, *node, {}, {}};
}

OperationOutcome decideOne(DecideContext& context, const NodeForget& verb)
{
    const auto node = resolve(context.state, verb.node);
    if (!node)
        return node.error();
    const std::string name = nodeName(context.state, *node);
    const std::string subject = "node " + name;
    const auto* known = context.view.nodeLedger(*node);
    if (known == nullptr)
        return OperationResult{{}, *node, {}, "it is forgotten already"};
    const bool lost = known->lost.has_value();
    const auto* state = context.state.nodeState(*node);
    if (state != nullptr &&
        (state->liveness == Liveness::Alive || state->liveness == Liveness::Syncing))
        return refuse(ErrorCode::FailedState, subject + " is alive", subject,
                      "stop its agent first");
    if (!lost && !context.state.copiesOn(*node).empty())
        return refuse(ErrorCode::InUse, subject + " held copies when it last spoke", subject,
                      "move or delete them; if the machine is gone, declare it lost first");

    // Of a lost node, orders to destroy what it has are dropped: nobody is there to carry them out.
    // An image in a pool that others share is still to be destroyed by one of those.
    const auto isOthersToo = [&](const PoolId& id) {
        const PoolLedger* pool = context.view.pool(id);
        return pool != nullptr && pool->shared && pool->nodes != std::vector<NodeId>{*node};
    };
    const auto isDropped = [&](bool purgeCommitted, const PoolId& pool) {
        return lost && purgeCommitted && !isOthersToo(pool);
    };
    std::vector<std::string> standing;
    std::vector<DatasetLedger> without;
    for (const auto& id : context.state.datasetsOfNode(*node)) {
        const auto* record = context.view.dataset(id);
        const auto* ledger = context.view.ledger(id);
        const bool wished =
            record != nullptr && !record->deletion && record->spec.placement.node == *node;
        const bool owned = ledger != nullptr && ledger->owner == *node &&
                           !isDropped(ledger->purgeCommitted, ledger->pool);
        const bool moving =
            ledger != nullptr && ledger->handover &&
            (ledger->handover->source == *node || ledger->handover->target == *node);
        const bool keeps =
            ledger != nullptr &&
            std::any_of(ledger->retired.begin(), ledger->retired.end(), [&](const auto& r) {
                return r.node == *node && !isDropped(r.purgeCommitted, r.pool);
            });
        if (wished || owned || moving || keeps)
            standing.push_back(subjectOf(context.state, id));
        else if (ledger != nullptr)
            without.push_back(*ledger);
    }
    if (!standing.empty())
        return refuse(ErrorCode::InUse, subject + " is needed by " + listed(standing), subject,
                      lost ? "move them to other nodes, or delete and purge them"
                           : "move them to other nodes first");
    for (auto& ledger : without) {
        std::erase_if(ledger.retired, [&](const auto& r) { return r.node == *node; });
        const bool primaryGone = ledger.purgeCommitted && ledger.owner == *node;
        if (primaryGone && ledger.retired.empty()) {
            context.view.remove(keyOf(ledger.id, RecordKind::DatasetLedger));
            context.view.put(Tombstone{ledger.id});
            continue;
        }
        if (primaryGone) { // the others' copies still go
            const RetiredCopy next = ledger.retired.front();
            ledger.retired.erase(ledger.retired.begin());
            ledger.owner = next.node;
            ledger.pool = next.pool;
            ledger.copy = next.copy;
        }
        context.view.put(ledger);
    }
    for (const auto& id : context.state.poolsOfNode(*node)) {
        PoolLedger pool = *context.view.pool(id);
        std::erase(pool.nodes, *node);
        if (pool.agentNode == *node)
            pool.agentNode.reset();
        if (pool.nodes.empty())
            context.view.remove(keyOf(id));
        else
            context.view.put(pool);
    }
    for (const auto& token : context.view.leasesOn(*node))
        context.view.remove(keyOf(token));
    if (context.view.node(*node) != nullptr)
        context.view.remove(keyOf(*node, RecordKind::Node));
    context.view.remove(keyOf(*node, RecordKind::NodeLedger));
    context.log("node.forget", subject, "forgotten", {}, *node);
    return OperationResult{{}, *node, {}, {}};
}

} // namespace drover::control::core
