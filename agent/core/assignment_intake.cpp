#include "agent/core/assignment_intake.h"

#include "proto/model/mutation.h"

namespace drover::agent::core {

void AssignmentIntake::endSession() { *this = {}; }

void AssignmentIntake::take(const model::AssignmentBatch& batch, const Assignments& known)
{
    if (batch.snapshot) {
        m_state = State::InSnapshot;
        m_named.clear();
    }
    for (const auto& key : batch.unassign) {
        m_changes.upserts.erase(key);
        m_changes.unassign.insert(key);
        m_named.erase(key);
    }
    for (const auto& assignment : batch.upserts) {
        const auto key = keyOf(assignment);
        m_changes.unassign.erase(key);
        m_changes.upserts.insert_or_assign(key, assignment);
        if (m_state == State::InSnapshot)
            m_named.insert(key);
    }
    m_changes.clusterAgentFor = batch.clusterAgentFor;
    m_upTo = batch.n;
    m_pending = true;
    if (m_state == State::InSnapshot &&
        (!batch.snapshotContinues || DROVER_MUTATION("trust-partial-snapshot")))
        endSnapshot(known);
}

void AssignmentIntake::endSnapshot(const Assignments& known)
{
    m_state = State::Following;
    for (const auto& [key, dataset] : known.datasetOf)
        if (!m_named.contains(key))
            m_changes.unassign.insert(key);
    m_named.clear();
}

void AssignmentIntake::saved()
{
    m_changes = {};
    m_pending = false;
}

} // namespace drover::agent::core
