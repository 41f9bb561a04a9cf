#pragma once

// What was decided and is not durable yet: applied to the state at once, so that the next decision
// sees it, and appended to the store together with everything else of the same round (group
// commit).
//
// Specification
// - Order: commits are appended in the order in which they were decided; revisions follow without
//   gaps.
// - Nobody outside learns of anything here before append() has succeeded. When the disk is full,
//   everything is undone, newest first, and those who wait are told so.
// - append() with any other error leaves the state as it is: nobody knows what is on the disk, and
//   the process has to end.

#include "control/core/apply.h"
#include "control/core/decide.h"
#include "control/service/running_clock.h"
#include "control/store/store.h"

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace drover::control::service {

class CommitQueue
{
public:
    // Told once: success when what was queued before is durable, StoreFull when it was undone.
    using Done = std::function<void(const model::Result<void>&)>;

    struct Entry
    {
        model::Commit commit;
        std::vector<model::Change> inverses; // as undo() wants them; they hold the former values
    };
    struct Appended
    {
        model::Result<void> result;
        std::vector<Entry> entries; // what is durable now; empty after a failure
        std::vector<Done> waiting;  // to be called by the owner, once the state is right
    };

    CommitQueue(core::ClusterState& state, store::Store& store, const RunningClock& clock)
        : m_state(&state), m_store(&store), m_clock(&clock)
    {}

    // Applies the decision's changes as the next revision, adds what they touch, and queues them; a
    // decision without changes is no commit. Returns the revision that the decision is true at.
    // Leases that were renewed get their time.
    model::Revision commit(core::Decision decision, core::Touched& touched);
    // Whether a decision is small enough to be one commit: a commit travels in one message.
    [[nodiscard]] model::Result<void> fits(const core::Decision& decision) const;

    void remember(store::Outcome outcome);
    // The outcome of a request that waits to be durable; null = none such.
    [[nodiscard]] const store::Outcome* findOutcome(const std::string& user,
                                                    const std::string& requestId) const;
    void whenDurable(Done done) { m_waiting.push_back(std::move(done)); }

    [[nodiscard]] bool empty() const
    {
        return m_entries.empty() && m_outcomes.empty() && m_waiting.empty();
    }
    // What append() would make durable.
    [[nodiscard]] const std::vector<Entry>& entries() const { return m_entries; }
    // Makes everything durable, or undoes it when the disk is full. Afterwards the queue is empty.
    [[nodiscard]] Appended append();
    // Undoes everything for another reason, which those who wait are told.
    [[nodiscard]] Appended abandon(const model::Error& reason);

private:
    [[nodiscard]] Appended take();
    void undo(Appended& appended);

    core::ClusterState* m_state;
    store::Store* m_store;
    const RunningClock* m_clock;
    std::vector<Entry> m_entries;
    std::map<std::pair<std::string, std::string>, store::Outcome> m_outcomes;
    std::vector<Done> m_waiting;
};

// How far the stored running time may lag behind before a commit carries it along. What is lost by
// a crash only lengthens graces.
inline constexpr model::Duration kRunningTimeLag{600'000};

} // namespace drover::control::service
