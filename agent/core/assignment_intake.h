#pragma once

// Takes in what control assigns, batch by batch, and says what it changes. Pure; one owner, one
// thread.
//
// Specification
// - A session begins with a snapshot, which goes on over as many batches as it needs. What it names
//   is taken in with the batch that names it. What was known before is unassigned when the snapshot
//   has ended without naming it, and by nothing before.
// - A session that ends before its snapshot did leaves what was known, and what the snapshot had
//   named: each was true when it was said.
// - After the snapshot each batch says what changed.
// - Changes are joined until they were saved; what was saved is what the next ones are compared
//   with.
// Rationale: half a snapshot knows nothing of the other half. Taking its silence for a word would
// take down, for a moment, what is in use.

#include "agent/core/local_state.h"

#include <cstdint>
#include <set>

namespace drover::agent::core {

class AssignmentIntake
{
public:
    // What is not saved is forgotten: the session it came from is over, and the next one says
    // everything again.
    void endSession();
    // The next batch of the session, in order; `known` is what is on disk.
    void take(const model::AssignmentBatch& batch, const Assignments& known);

    // There is something to save (it may be no more than the number of a batch).
    [[nodiscard]] bool pending() const { return m_pending; }
    [[nodiscard]] const AssignmentChanges& changes() const { return m_changes; }
    // The session's snapshot has ended: with these changes everything that control says is known.
    [[nodiscard]] bool current() const { return m_state == State::Following; }
    // The newest batch that is in the changes.
    [[nodiscard]] std::uint64_t upTo() const { return m_upTo; }
    // The changes were saved.
    void saved();

private:
    enum class State { Waiting, InSnapshot, Following };

    void endSnapshot(const Assignments& known);

    State m_state = State::Waiting;
    std::set<model::AssignmentKey> m_named; // by the snapshot that is under way
    AssignmentChanges m_changes;
    std::uint64_t m_upTo = 0;
    bool m_pending = false;
};

} // namespace drover::agent::core
