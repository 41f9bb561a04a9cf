#pragma once

// What an agent's memory on disk is after a save, for stores of tests that keep it in memory.

#include "agent/service/assignment_store.h"

#include <optional>

namespace drover::tests {

inline void saveInMemory(std::optional<codec::SavedAssignments>& saved,
                         const agent::service::Remembered& remembered,
                         const agent::core::AssignmentChanges& changes)
{
    agent::core::Assignments assignments;
    if (saved)
        assignments = agent::core::makeAssignments(saved->assignments, saved->clusterAgentFor);
    assignments.apply(changes);
    saved = codec::SavedAssignments{
        remembered.cluster, remembered.history,      remembered.term, remembered.revision,
        assignments.all(),  changes.clusterAgentFor, remembered.nonce};
}

} // namespace drover::tests
