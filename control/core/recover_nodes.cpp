#include "control/core/recover_nodes.h"

#include "control/core/decide_ops.h"
#include "control/core/facts.h"
#include "control/core/handover.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

bool RecoveryNodes::hasReported(const NodeId& node) const
{
    const auto witness = m_witnesses.find(node);
    const auto* state = m_state.nodeState(node);
    return witness != m_witnesses.end() && witness->second.complete && state != nullptr &&
           state->liveness == Liveness::Alive;
}

std::map<NodeId, std::string> RecoveryNodes::nodesByKey() const
{
    std::map<NodeId, std::string> nodes;
    if (m_state.nodeLedgers().empty())
        for (const auto& [publicKey, key] : m_state.keys())
            if (key.role == KeyRole::Node && key.node)
                nodes[*key.node] = key.name;
    return nodes;
}

Result<NodeId> RecoveryNodes::find(const NodeRef& ref) const
{
    for (const auto& [id, keyName] : nodesByKey())
        if (ref.id ? *ref.id == id : ref.name == keyName)
            return id;
    return resolve(m_state, ref);
}

Result<void> RecoveryNodes::resolveLost()
{
    for (const NodeRef& ref : m_request.lost) {
        const auto node = find(ref);
        if (!node)
            return node.error();
        const auto* state = m_state.nodeState(*node);
        const bool speaks = state != nullptr && (state->liveness == Liveness::Alive ||
                                                 state->liveness == Liveness::Syncing);
        if (speaks)
            return refuse(ErrorCode::FailedState, "node " + name(*node) + " is alive",
                          "node " + name(*node), "leave it out; it reports what it has");
        m_newlyLost.insert(*node);
        m_lost.insert(*node);
    }
    for (const auto& [id, ledger] : m_state.nodeLedgers())
        if (ledger.lost && !hasReported(id))
            m_lost.insert(id);
    return {};
}

void RecoveryNodes::look(RecoveryPlan& out)
{
    const auto obstruct = [&](const NodeId& node, const std::string& action,
                              const std::string& message, const std::string& hint) {
        const std::string subject = "node " + name(node);
        out.plan.steps.push_back({name(node), subject, action, hint});
        out.obstacles.push_back(refuse(ErrorCode::FailedState, message, subject, hint));
    };
    std::set<NodeId> nodes;
    for (const auto& [id, ledger] : m_state.nodeLedgers())
        nodes.insert(id);
    for (const auto& [id, keyName] : nodesByKey())
        nodes.insert(id);
    for (const auto& [id, witness] : m_witnesses)
        nodes.insert(id);
    for (const NodeId& node : nodes) {
        if (m_newlyLost.contains(node)) {
            out.plan.steps.push_back(
                {name(node), "node " + name(node), "take it as lost", m_request.statement});
            continue;
        }
        if (m_lost.contains(node))
            continue;
        if (!hasReported(node)) {
            obstruct(node, "wait until it has reported all its copies",
                     "node " + name(node) + " has not reported what it has",
                     "start its agent; if the machine is gone for good: --lost " + name(node));
            continue;
        }
        const NodeState* state = m_state.nodeState(node);
        if (state == nullptr || state->liveness != Liveness::Alive) {
            obstruct(node, "wait until it is heard again",
                     "node " + name(node) +
                         " is not heard any more; what it does with its copies "
                         "is not known",
                     "start its agent; if the machine is gone for good: --lost " + name(node));
            continue;
        }
        // It has seen the copy in use and cannot look at it now: a call that hangs, a disk that fails.
        for (const CopyKey& key : m_state.copiesOn(node)) {
            const CopyState& copy = *m_state.copyState(node, key.copy);
            if (isUp(copy.phase) && !m_witnesses.at(node).copies.contains({copy.pool, key.copy}))
                obstruct(node, "wait until it knows what became of copy " + key.copy.toString(),
                         "node " + name(node) + " had copy " + key.copy.toString() +
                             " in use and cannot tell whether it still has",
                         "look at its pool's disk, or restart the machine");
        }
        for (const PoolState& pool : state->pools)
            if (!pool.available)
                obstruct(node, "wait until its pool " + pool.name + " can be read",
                         "pool " + pool.name + " of node " + name(node) +
                             " is unavailable, so that its copies are not known",
                         "mount its disk; if it is gone for good, take the pool out of the agent's "
                         "configuration");
    }
    if (m_newlyLost.empty())
        return;
    if (m_request.statement.empty())
        obstruct(*m_newlyLost.begin(), "say how it is known that it is off",
                 "a node is taken as lost by somebody's word",
                 "make sure that the machine is off, "
                 "then say so with --statement");
    const Duration fence = m_state.cluster().ownershipTerm + kFenceMargin;
    if (m_safeFor < fence)
        obstruct(*m_newlyLost.begin(), "wait until it has stopped writing to shared pools",
                 "a lost node may write to shared pools for another " + toString(fence - m_safeFor),
                 "try again then");
}

bool RecoveryNodes::isKnown(const NodeId& node) const
{
    return m_state.nodeLedger(node) != nullptr || m_witnesses.contains(node);
}

std::string RecoveryNodes::name(const NodeId& node) const
{
    const auto witness = m_witnesses.find(node);
    if (witness != m_witnesses.end())
        return witness->second.hello.hostname;
    const auto keys = nodesByKey();
    const auto key = keys.find(node);
    return key != keys.end() ? key->second : nodeName(m_state, node);
}

std::string RecoveryNodes::pool(const NodeId& node, const PoolId& pool) const
{
    const auto* reported = m_state.poolState(node, pool);
    return reported != nullptr ? reported->name : poolName(m_state, pool);
}

std::optional<NodeId> RecoveryNodes::ownerOf(const Claim& chosen, const std::vector<Claim>& claims,
                                             const DatasetLedger* known) const
{
    std::set<NodeId> users;
    std::set<NodeId> seers;
    for (const Claim& claim : claims) {
        if (claim.found.identity.copy != chosen.found.identity.copy ||
            claim.found.pool != chosen.found.pool || !claim.seen)
            continue;
        seers.insert(claim.node);
        if (claim.found.phase != CopyPhase::Created)
            users.insert(claim.node);
    }
    if (users.size() > 1)
        return std::nullopt;
    if (users.size() == 1)
        return *users.begin();
    if (seers.size() == 1 && !isShared(m_state, chosen.found.pool)) {
        const auto* reported = m_state.poolState(chosen.node, chosen.found.pool);
        if (reported == nullptr || !reported->shared)
            return chosen.node;
    }
    // An image that nobody uses: whom the store names, so that the fence of a lost owner is waited
    // out; else whom the wish names, else any that sees it.
    const bool granted = known != nullptr && known->copy == chosen.found.identity.copy &&
                         known->epoch >= chosen.found.identity.epoch;
    if (granted && (m_lost.contains(*known->owner) ||
                    m_state.poolState(*known->owner, chosen.found.pool) != nullptr))
        return *known->owner;
    const auto& wish = chosen.found.identity.spec.placement.node;
    if (wish && m_state.poolState(*wish, chosen.found.pool) != nullptr)
        return *wish;
    return seers.empty() ? chosen.node : *seers.begin();
}

std::vector<Change> RecoveryNodes::changes() const
{
    std::vector<Change> changes;
    std::map<PoolId, PoolLedger> pools(m_state.pools().begin(), m_state.pools().end());
    for (const auto& [id, witness] : m_witnesses) {
        const Hello& hello = witness.hello;
        const auto* known = m_state.nodeLedger(id);
        NodeLedger ledger = known != nullptr ? *known : NodeLedger{};
        ledger.id = id;
        if (known == nullptr)
            ledger.firstSeen = m_now.wall;
        ledger.machine = hello.machine;
        ledger.hostname = hello.hostname;
        ledger.address = hello.address;
        ledger.bulkEndpoint = hello.bulkEndpoint;
        ledger.lost.reset(); // it is here, with what it has
        for (const auto& [publicKey, key] : m_state.keys())
            if (key.role == KeyRole::Node && key.node == id)
                ledger.publicKey = publicKey;
        changes.emplace_back(RecordPut{ledger});
        const auto* state = m_state.nodeState(id);
        for (const PoolState& pool : state != nullptr ? state->pools : hello.pools) {
            const auto [at, fresh] = pools.try_emplace(
                pool.id,
                PoolLedger{
                    pool.id, pool.name, pool.kind, pool.shared, pool.fence, {id}, std::nullopt, 0});
            PoolLedger& entry = at->second;
            const bool there =
                std::find(entry.nodes.begin(), entry.nodes.end(), id) != entry.nodes.end();
            if (fresh || there || !entry.shared || !pool.shared)
                continue;
            entry.nodes.push_back(id);
            std::sort(entry.nodes.begin(), entry.nodes.end());
        }
    }
    for (const NodeId& id : m_newlyLost) {
        if (m_state.nodeLedger(id) == nullptr)
            continue; // nothing is remembered of it but its key
        NodeLedger ledger = *m_state.nodeLedger(id);
        ledger.lost = LostMark{m_now.wall, m_actor.user, m_request.statement};
        changes.emplace_back(RecordPut{ledger});
    }
    for (auto& [id, pool] : pools) {
        pool.agentEpoch =
            pool.shared ? aboveAll(std::max(pool.agentEpoch, highestTerm())) : pool.agentEpoch;
        changes.emplace_back(RecordPut{pool});
    }
    return changes;
}

Term RecoveryNodes::highestTerm() const
{
    Term highest = m_state.history().term;
    for (const auto& [id, witness] : m_witnesses)
        highest = std::max(highest, witness.hello.highestTerm);
    return highest;
}

HistoryRecord RecoveryNodes::historyAfter(IdSource& ids) const
{
    HistoryRecord history = m_state.history();
    std::vector<HistoryId> former = history.superseded;
    former.push_back(history.history);
    for (const auto& [id, witness] : m_witnesses) {
        const HistoryId& other = witness.hello.highestHistory;
        if (!other.isNil() && std::find(former.begin(), former.end(), other) == former.end())
            former.push_back(other);
    }
    history.history = ids.make<HistoryId>();
    history.term = aboveAll(highestTerm());
    history.nonce = ids.next();
    history.superseded = std::move(former);
    return history;
}

} // namespace drover::control::core
