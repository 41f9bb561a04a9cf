#include "control/core/assignments.h"

#include "control/core/facts.h"
#include "proto/model/mutation.h"

#include <algorithm>
#include <set>

namespace drover::control::core {

using namespace model;

namespace {

class DatasetAssignments
{
public:
    DatasetAssignments(const ClusterState& state, const DatasetLedger& ledger, const NodeId& node)
        : m_state(state), m_ledger(ledger), m_node(node), m_record(state.dataset(ledger.id)),
          m_outOfUse(m_record == nullptr || isOutOfUse(state, *m_record))
    {}

    std::vector<Assignment> all()
    {
        if (m_ledger.purgeCommitted)
            orderDestruction();
        else if (m_ledger.handover)
            orderHandover(*m_ledger.handover);
        else if (m_ledger.owner == m_node)
            orderPrimary();
        orderImage();
        for (const auto& retired : m_ledger.retired)
            if (retired.node == m_node)
                orderRetired(retired);
        std::sort(m_orders.begin(), m_orders.end(),
                  [](const auto& a, const auto& b) { return keyOf(a) < keyOf(b); });
        return std::move(m_orders);
    }

private:
    Assignment make(Goal goal, const CopyId& copy, const PoolId& pool, Epoch epoch) const
    {
        Assignment order;
        order.dataset = m_ledger.id;
        order.copy = copy;
        order.pool = pool;
        order.epoch = epoch;
        order.goal = goal;
        if (m_record != nullptr) {
            order.name = m_record->header.name;
            order.spec = m_record->spec;
            order.generation = m_record->header.generation;
        }
        return order;
    }

    Assignment primary(Goal goal) const
    {
        return make(goal, m_ledger.copy, m_ledger.pool, m_ledger.epoch);
    }

    // An empty volume may be made while none ever existed and one is wanted.
    bool mayCreate() const
    {
        return (!m_ledger.everCreated || DROVER_MUTATION("forget-ever-created")) &&
               !m_ledger.purgeCommitted && !m_outOfUse && !m_ledger.handover;
    }

    void orderPrimary()
    {
        Assignment order = primary(m_outOfUse ? Goal::Retired : Goal::Mounted);
        if (m_outOfUse && DROVER_MUTATION("destroy-before-commit"))
            order.goal = Goal::Destroyed;
        if (m_outOfUse)
            order.retiredRole = CopyRole::Trash;
        order.mayCreate = mayCreate();
        m_orders.push_back(std::move(order));
    }

    TransferOrder transfer(const Handover& handover, TransferDirection direction) const
    {
        TransferOrder order;
        order.id = handover.transfer;
        order.direction = direction;
        const bool send = direction == TransferDirection::Send;
        if (!send)
            order.digest = handover.digest;
        order.peer = send ? handover.target : handover.source;
        if (const auto* peer = m_state.nodeLedger(order.peer)) {
            order.peerKey = peer->publicKey;
            if (send)
                order.peerEndpoint = peer->bulkEndpoint;
        }
        return order;
    }

    void orderHandover(const Handover& handover)
    {
        if (m_node == handover.source)
            orderSource(handover);
        if (m_node == handover.target)
            orderTarget(handover);
    }

    void orderSource(const Handover& handover)
    {
        const bool granted = handover.phase == HandoverPhase::Granted;
        // A shared image is the target's from the grant on; the source has nothing there any more.
        if (granted && isByDetach(handover))
            return;
        Goal goal = Goal::Released;
        if (handover.phase == HandoverPhase::Copying)
            goal = Goal::Mounted;
        if (handover.phase == HandoverPhase::Frozen)
            goal = Goal::Frozen;
        // The ledger's epoch is the target's once it is granted; the source stays released at its
        // own.
        const Epoch epoch = granted ? m_ledger.epoch - 1 : m_ledger.epoch;
        Assignment order = make(goal, handover.sourceCopy, handover.sourcePool, epoch);
        if (!isByDetach(handover) && goal != Goal::Released)
            order.transfer = transfer(handover, TransferDirection::Send);
        m_orders.push_back(std::move(order));
    }

    void orderTarget(const Handover& handover)
    {
        if (handover.phase == HandoverPhase::Granted) {
            Assignment order = primary(Goal::Mounted);
            if (!isByDetach(handover)) // names the bytes that are granted
                order.transfer = transfer(handover, TransferDirection::Receive);
            m_orders.push_back(std::move(order));
            return;
        }
        if (isByDetach(handover))
            return;
        Assignment order =
            make(Goal::Receive, handover.targetCopy, handover.targetPool, m_ledger.epoch);
        order.transfer = transfer(handover, TransferDirection::Receive);
        m_orders.push_back(std::move(order));
    }

    void orderRetired(const RetiredCopy& retired)
    {
        Assignment order = make(retired.purgeCommitted ? Goal::Destroyed : Goal::Retired,
                                retired.copy, retired.pool, m_ledger.epoch);
        order.retiredRole = retired.role;
        m_orders.push_back(std::move(order));
    }

    // In a shared pool destroying is the cluster agent's; the owner lets go first, or proves that
    // there is nothing. Once it let go it only waits for the end: under the order to release, an
    // image that is gone would be missing data, and so it would be said for ever.
    void orderDestruction()
    {
        if (m_ledger.owner != m_node)
            return;
        const auto* copy = m_state.copyState(m_node, m_ledger.copy);
        const bool letsGo = isShared(m_state, m_ledger.pool) && copy != nullptr && isThere(*copy) &&
                            !ownerLetGo(m_state, m_ledger);
        m_orders.push_back(primary(letsGo ? Goal::Released : Goal::Destroyed));
    }

    void orderImage()
    {
        const auto* pool = m_state.pool(m_ledger.pool);
        if (pool == nullptr || !pool->shared || pool->agentNode != m_node)
            return;
        // The image is destroyed only after its last user has proven to be off it.
        const bool destroy = m_ledger.purgeCommitted && ownerLetGo(m_state, m_ledger);
        if (m_ledger.purgeCommitted && !destroy)
            return; // neither made nor destroyed until then
        Assignment order = primary(destroy ? Goal::Destroyed : Goal::Present);
        order.clusterAgent = true;
        order.mayCreate = mayCreate();
        m_orders.push_back(std::move(order));
    }

    const ClusterState& m_state;
    const DatasetLedger& m_ledger;
    const NodeId m_node;
    const DatasetRecord* m_record;
    const bool m_outOfUse;
    std::vector<Assignment> m_orders;
};

} // namespace

std::vector<Assignment> assignmentsOf(const ClusterState& state, const DatasetId& dataset,
                                      const NodeId& node)
{
    const auto* ledger = state.ledger(dataset);
    if (ledger == nullptr || !ledger->owner)
        return {};
    return DatasetAssignments(state, *ledger, node).all();
}

std::vector<DatasetId> datasetsConcerning(const ClusterState& state, const NodeId& node)
{
    std::set<DatasetId> ids;
    for (const auto& id : state.datasetsOfNode(node))
        ids.insert(id);
    for (const auto& pool : clusterAgentPools(state, node))
        for (const auto& id : state.datasetsOfPool(pool))
            ids.insert(id);
    return {ids.begin(), ids.end()};
}

std::vector<PoolId> clusterAgentPools(const ClusterState& state, const NodeId& node)
{
    std::vector<PoolId> pools;
    for (const auto& id : state.poolsOfNode(node)) {
        const auto* pool = state.pool(id);
        if (pool->shared && pool->agentNode == node)
            pools.push_back(id);
    }
    return pools;
}

} // namespace drover::control::core
