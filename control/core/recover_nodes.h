#pragma once

// The nodes and pools of a recovery: who must speak, who is lost, what they are called, and what the
// ledger will know of them. Private to recover.cpp.

#include "control/core/recover_claims.h"

#include <set>
#include <string>

namespace drover::control::core {

class RecoveryNodes
{
public:
    RecoveryNodes(const ClusterState& state, const Witnesses& witnesses,
                  const model::Recover& request, const Actor& actor, const model::Now& now,
                  model::Duration safeFor)
        : m_state(state), m_witnesses(witnesses), m_request(request), m_actor(actor), m_now(now),
          m_safeFor(safeFor)
    {}

    // Finds the nodes that the request declares lost; FailedState for one that speaks.
    [[nodiscard]] model::Result<void> resolveLost();
    // Lost by the request, or lost before and still silent. Of a store that was lost, whose ledger
    // knows no node, the nodes are those that have keys.
    [[nodiscard]] const std::set<model::NodeId>& lost() const { return m_lost; }
    // Says who has to speak first, and which pools are not to be seen.
    void look(RecoveryPlan& out);

    [[nodiscard]] bool isKnown(const model::NodeId& node) const;
    [[nodiscard]] std::string name(const model::NodeId& node) const;
    [[nodiscard]] std::string pool(const model::NodeId& node, const model::PoolId& pool) const;
    // Who owns the adopted copy: the node that has it, or uses it where several see the same image. Nothing
    // when several use it.
    [[nodiscard]] std::optional<model::NodeId> ownerOf(const Claim& chosen,
                                                       const std::vector<Claim>& claims,
                                                       const model::DatasetLedger* known) const;
    // NodeLedgers, PoolLedgers.
    [[nodiscard]] std::vector<model::Change> changes() const;
    // A new history above all that anybody remembers.
    // Of the store and of all witnesses. Epochs are raised above it too: what a former recovery granted
    // may have reached no copy, only an agent's memory, and that recovery raised the term as far.
    [[nodiscard]] model::Term highestTerm() const;
    [[nodiscard]] model::HistoryRecord historyAfter(model::IdSource& ids) const;

private:
    [[nodiscard]] bool hasReported(const model::NodeId& node) const;
    // The key's name, for nodes that only have a key so far.
    [[nodiscard]] std::map<model::NodeId, std::string> nodesByKey() const;
    [[nodiscard]] model::Result<model::NodeId> find(const model::NodeRef& ref) const;

    const ClusterState& m_state;
    const Witnesses& m_witnesses;
    const model::Recover& m_request;
    const Actor& m_actor;
    const model::Now m_now;
    const model::Duration m_safeFor;
    std::set<model::NodeId> m_lost;
    std::set<model::NodeId> m_newlyLost;
};

} // namespace drover::control::core
