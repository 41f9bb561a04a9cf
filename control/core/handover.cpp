#include "control/core/handover.h"

#include "control/core/assignments.h"
#include "control/core/facts.h"
#include "control/core/placement.h"
#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

Result<std::optional<Place>> wishedPlace(const ClusterState& state, const DatasetRecord& record,
                                         const DatasetLedger& ledger)
{
    const auto& wish = record.spec.placement;
    if (!wish.node)
        return std::optional<Place>{};
    const auto pool = PlacementPlanner(state).poolOn(*wish.node, wish.pool, &ledger.pool);
    if (!pool)
        return pool.error();
    const Place place{*wish.node, *pool};
    if (ledger.owner == place.node && ledger.pool == place.pool)
        return std::optional<Place>{};
    return std::optional<Place>{place};
}

Result<void> canHandOver(const ClusterState& state, const DatasetLedger& ledger, const Place& to)
{
    if (ledger.pool == to.pool)
        return {};
    const auto* source = state.pool(ledger.pool);
    const auto* target = state.pool(to.pool);
    const std::string subject = subjectOf(state, ledger.id);
    const auto refuse = [&](std::string message, std::string hint) {
        return Error{ErrorCode::Unsupported, std::move(message), subject, std::move(hint)};
    };
    if (source == nullptr || target == nullptr)
        return Error{ErrorCode::NotFound, "one of the pools is not known", subject,
                     "see `drover node list`"};
    if (ledger.owner == to.node)
        return refuse("a move between two pools of one node is not supported",
                      "move it by way of another node");
    if (source->shared || target->shared)
        return refuse("a move between pool " + source->name + " and pool " + target->name +
                          " is not supported: a dataset of a shared pool stays in it",
                      "create a new dataset there and copy what is in it");
    for (const auto& [node, pool] :
         {std::pair{*ledger.owner, ledger.pool}, std::pair{to.node, to.pool}}) {
        const auto* reported = state.poolState(node, pool);
        if (reported != nullptr && !reported->capabilities.transfer)
            return refuse("pool " + reported->name + " on node " + nodeName(state, node) +
                              " cannot send or receive datasets",
                          "choose another place");
    }
    return {};
}

namespace {

const TransferProgress* transferAt(const ClusterState& state, const Handover& handover,
                                   const NodeId& node, const CopyId& copy)
{
    const auto* reported = state.copyState(node, copy);
    if (reported == nullptr || !reported->transfer || reported->transfer->id != handover.transfer)
        return nullptr;
    return &*reported->transfer;
}

} // namespace

const TransferProgress* sentBySource(const ClusterState& state, const Handover& handover)
{
    return transferAt(state, handover, handover.source, handover.sourceCopy);
}

const TransferProgress* takenByTarget(const ClusterState& state, const Handover& handover)
{
    return transferAt(state, handover, handover.target, handover.targetCopy);
}

bool hasReleased(const ClusterState& state, const DatasetLedger& ledger)
{
    const auto& handover = *ledger.handover;
    const auto* copy = state.copyState(handover.source, handover.sourceCopy);
    return copy != nullptr && copy->role == CopyRole::Released &&
           (copy->epoch == ledger.epoch || DROVER_MUTATION("skip-epoch-check"));
}

std::optional<NodeId> conflictingClaim(const ClusterState& state, const DatasetLedger& ledger)
{
    if (!ledger.owner)
        return std::nullopt;
    const bool shared = isShared(state, ledger.pool);
    for (const auto& key : state.copiesOf(ledger.id)) {
        const auto* copy = state.copyState(key.node, key.copy);
        if (copy->role != CopyRole::Primary || state.isLost(key.node))
            continue;
        if (copy->epoch > ledger.epoch)
            return key.node;
        if (copy->epoch < ledger.epoch)
            continue;
        if (key.node == *ledger.owner && key.copy == ledger.copy)
            continue;
        // Whoever can look into a shared pool sees the one image there; only who has it attached
        // claims it.
        const bool sameImage = shared && key.copy == ledger.copy && copy->pool == ledger.pool;
        if (sameImage && copy->phase == CopyPhase::Created)
            continue;
        return key.node;
    }
    return std::nullopt;
}

std::optional<std::string> whyCancel(const ClusterState& state, const DatasetRecord& record,
                                     const DatasetLedger& ledger)
{
    const auto& handover = *ledger.handover;
    if (isOutOfUse(state, record))
        return "the dataset was deleted";
    if (state.isLost(handover.target))
        return "the target was declared lost";
    // Shared: whoever is next is granted at once. Local: the source's copy is the only one.
    if (state.isLost(handover.source) && isByDetach(handover))
        return "the source was declared lost";
    const auto wish = wishedPlace(state, record, ledger);
    if (!wish)
        return std::nullopt;
    const Place target{handover.target, handover.targetPool};
    if (*wish == std::optional(target))
        return std::nullopt;
    return *wish ? "it is wished on node " + nodeName(state, (*wish)->node) + " now"
                 : std::string("it is wished where it is");
}

std::string leaseHolders(const ClusterState& state, const DatasetId& id)
{
    std::string text;
    for (const auto& token : state.leasesOf(id)) {
        const auto* lease = state.lease(token);
        text += (text.empty() ? "" : ", ") + nodeName(state, lease->node) + "/" + lease->holder;
    }
    return text;
}

void adoptStale(DatasetLedger& ledger)
{
    Handover& handover = *ledger.handover;
    const auto stale =
        std::find_if(ledger.retired.begin(), ledger.retired.end(), [&](const RetiredCopy& r) {
            return r.node == handover.target && r.pool == handover.targetPool &&
                   r.role == CopyRole::Stale && !r.purgeCommitted;
        });
    if (stale == ledger.retired.end())
        return;
    handover.targetCopy = stale->copy;
    handover.phase = HandoverPhase::Verified;
    handover.digest = "not looked at";
    ledger.retired.erase(stale);
}

std::set<NodeId> concernedNodes(const ClusterState& state, const DatasetId& id)
{
    std::set<NodeId> nodes;
    const auto* ledger = state.ledger(id);
    if (ledger == nullptr)
        return nodes;
    if (ledger->owner)
        nodes.insert(*ledger->owner);
    if (ledger->handover)
        nodes.insert({ledger->handover->source, ledger->handover->target});
    for (const auto& retired : ledger->retired)
        nodes.insert(retired.node);
    if (const auto* pool = state.pool(ledger->pool); pool != nullptr && pool->agentNode)
        nodes.insert(*pool->agentNode);
    std::erase_if(nodes,
                  [&](const NodeId& node) { return assignmentsOf(state, id, node).empty(); });
    return nodes;
}

} // namespace drover::control::core
