#include "control/core/invariants.h"

#include "control/core/assignments.h"
#include "control/core/decide.h"
#include "control/core/facts.h"
#include "control/core/handover.h"

#include <algorithm>
#include <map>

namespace drover::control::core {

using namespace model;

namespace {

class Check
{
public:
    explicit Check(const ClusterState& state) : m_state(state), m_wrong(state.checkIndexes()) {}

    std::vector<std::string> all()
    {
        checkNames();
        for (const auto& [id, ledger] : m_state.ledgers()) {
            checkLedger(ledger);
            if (ledger.handover)
                checkHandover(ledger, *ledger.handover);
            checkRetired(ledger);
            checkOrders(ledger);
            checkWriters(ledger);
        }
        for (const auto& [id, record] : m_state.datasets())
            require(!m_state.isTombstone(id), subjectOf(m_state, id),
                    "has a record and a tombstone");
        for (const auto& [id, pool] : m_state.pools())
            checkPool(pool);
        for (const auto& [token, lease] : m_state.leases())
            require(m_state.dataset(lease.dataset) != nullptr, "lease " + token.toString(),
                    "is on a dataset without a record");
        return std::move(m_wrong);
    }

private:
    void require(bool holds, const std::string& subject, const std::string& otherwise)
    {
        if (!holds)
            m_wrong.push_back(subject + " " + otherwise);
    }

    void checkNames()
    {
        std::map<std::string, DatasetId> seen;
        for (const auto& [id, record] : m_state.datasets()) {
            if (record.deletion)
                continue;
            const bool first = seen.emplace(record.header.name, id).second;
            require(first, "dataset " + record.header.name,
                    "shares its name with another living one");
        }
    }

    void checkLedger(const DatasetLedger& ledger)
    {
        const std::string subject = subjectOf(m_state, ledger.id);
        require(!m_state.isTombstone(ledger.id), subject, "has a ledger and a tombstone");
        require(ledger.owner.has_value() && ledger.epoch > 0 && !ledger.copy.isNil(), subject,
                "has a ledger without a grant");
        const bool recorded = m_state.dataset(ledger.id) != nullptr;
        require(!ledger.purged || ledger.purgeCommitted, subject,
                "remembers a record as purged without a purge");
        require(recorded != ledger.purgeCommitted, subject,
                recorded ? "has a record although its purge is committed"
                         : "has no record although its purge is not committed");
        require(!ledger.purgeCommitted || !ledger.handover, subject,
                "is handed over although its purge is committed");
        require(!ledger.handover || ledger.everCreated, subject,
                "is handed over although it never existed");
    }

    void checkHandover(const DatasetLedger& ledger, const Handover& handover)
    {
        const std::string subject = subjectOf(m_state, ledger.id);
        const bool granted = handover.phase == HandoverPhase::Granted;
        require(ledger.owner == (granted ? handover.target : handover.source), subject,
                "is owned by the wrong end of its hand-over");
        require(ledger.copy == (granted ? handover.targetCopy : handover.sourceCopy), subject,
                "has the wrong end's copy as its primary");
        require(ledger.pool == (granted ? handover.targetPool : handover.sourcePool), subject,
                "has its primary in the wrong end's pool");
        require(handover.source != handover.target, subject, "is handed over to its own node");
        require(isByDetach(handover) == (handover.sourcePool == handover.targetPool), subject,
                "has one copy in two pools, or two in one");
        require(!isByDetach(handover) || handover.phase != HandoverPhase::Copying, subject,
                "is copied although it only has to be attached elsewhere");
        const bool verified = handover.phase >= HandoverPhase::Verified;
        require(isByDetach(handover) || !verified || !handover.digest.empty(), subject,
                "is verified by no digest");
        require(handover.phase >= HandoverPhase::Frozen || handover.digest.empty(), subject,
                "has a digest although it is being copied");
        require(!granted || ledger.epoch >= 2, subject, "was handed over without a new epoch");
    }

    void checkRetired(const DatasetLedger& ledger)
    {
        const std::string subject = subjectOf(m_state, ledger.id);
        const auto& retired = ledger.retired;
        const bool sorted =
            std::is_sorted(retired.begin(), retired.end(),
                           [](const auto& a, const auto& b) { return a.copy < b.copy; });
        require(sorted, subject, "has its retired copies out of order");
        for (std::size_t i = 0; i < retired.size(); ++i) {
            require(retired[i].copy != ledger.copy, subject,
                    "has its primary among the retired copies");
            require(i == 0 || retired[i - 1].copy != retired[i].copy, subject,
                    "has a retired copy twice");
            require(!ledger.purgeCommitted || retired[i].purgeCommitted, subject,
                    "is purged but keeps a retired copy");
            if (ledger.handover)
                require(retired[i].copy != ledger.handover->sourceCopy &&
                            retired[i].copy != ledger.handover->targetCopy,
                        subject, "retires a copy that is being handed over");
        }
    }

    // Of all that is ordered for a dataset, at most one node may open it for writing, and nobody
    // destroys what others may use.
    void checkOrders(const DatasetLedger& ledger)
    {
        const std::string subject = subjectOf(m_state, ledger.id);
        std::size_t writers = 0;
        for (const auto& node : concernedNodes(m_state, ledger.id))
            for (const auto& order : assignmentsOf(m_state, ledger.id, node)) {
                if (order.goal == Goal::Mounted) {
                    ++writers;
                    require(order.epoch == ledger.epoch && order.copy == ledger.copy &&
                                ledger.owner == node,
                            subject, "is to be mounted by a node that has no grant");
                }
                require(!order.mayCreate || !ledger.everCreated, subject,
                        "may be made anew although it existed");
                if (order.goal != Goal::Destroyed)
                    continue;
                const bool committed =
                    ledger.purgeCommitted ||
                    std::any_of(ledger.retired.begin(), ledger.retired.end(), [&](const auto& r) {
                        return r.copy == order.copy && r.purgeCommitted;
                    });
                require(committed, subject,
                        "has a copy ordered destroyed without a committed purge");
                require(ledger.purgeCommitted || order.copy != ledger.copy, subject,
                        "has its primary ordered destroyed");
            }
        require(writers <= 1, subject, "is to be mounted by two nodes");
    }

    // As far as control was told: one writer among the nodes that are not lost.
    void checkWriters(const DatasetLedger& ledger)
    {
        std::size_t mounted = 0;
        for (const auto& key : m_state.copiesOf(ledger.id)) {
            const auto* copy = m_state.copyState(key.node, key.copy);
            const bool writes = copy->role == CopyRole::Primary &&
                                copy->phase == CopyPhase::Mounted && copy->epoch == ledger.epoch;
            mounted += writes && !m_state.isLost(key.node) ? 1 : 0;
        }
        if (conflictingClaim(m_state, ledger))
            return; // said in its status; nothing is decided on it
        require(mounted <= 1, subjectOf(m_state, ledger.id),
                "is mounted by two nodes at its epoch");
    }

    void checkPool(const PoolLedger& pool)
    {
        const std::string subject = "pool " + pool.name;
        require(!pool.nodes.empty(), subject, "has no node");
        require(pool.shared || pool.nodes.size() <= 1, subject, "is local but has several nodes");
        require(std::is_sorted(pool.nodes.begin(), pool.nodes.end()), subject,
                "has its nodes out of order");
        require(!pool.agentNode || pool.shared, subject, "is local but has a cluster agent");
    }

    const ClusterState& m_state;
    std::vector<std::string> m_wrong;
};

} // namespace

std::vector<std::string> checkInvariants(const ClusterState& state) { return Check(state).all(); }

} // namespace drover::control::core
