#pragma once

// The middle of control: the state, what was decided in this round, and the order in which it
// becomes durable and known.
//
// Specification
// - A round: handlers apply decisions and facts at once; when nothing more has arrived, flush()
//   looks at everything that was touched until nothing is next (advance), appends all commits and
//   outcomes in one transaction, and only then lets the world know: keys, streams, those who wait,
//   statuses, assignments, reads.
// - Disk full: the round's decisions are undone, those who wait are told StoreFull, decisions stop,
//   and a probe looks each second whether there is room again; facts go on. Any other storage error
//   ends the process without another word.
// - After a start nothing is decided until half of the known nodes have spoken (core::Heard); writes
//   are taken.
// - Safe mode (control found itself behind) is noted in the store, so that it outlives the process. No
//   decision at all until a person's recovery ends it; facts and reads go on. What may be written
//   then, keys, is let through by the write handler.
//
// Rationale: append runs on this thread, as group commit amortises it and everything stays in one
// order (docs/decisions).

#include "control/core/apply.h"
#include "control/service/commit_queue.h"
#include "control/service/environment.h"
#include "control/service/running_clock.h"
#include "control/service/streams.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace drover::control::service {

class DecisionLoop
{
public:
    struct Hooks
    {
        // After each round: what was touched. Assignments follow from it.
        std::function<void(const core::Touched&)> refreshed;
        // After each round: everything that was decided is durable, or undone.
        std::function<void()> committed;
        // What agents were told so far is void: safe mode began, or a recovery ended it.
        std::function<void()> sessionsEnd;
    };

    explicit DecisionLoop(const Environment& environment);

    // Begins a term on what the store's load() gave, and computes what follows. Errors are those of
    // the store.
    [[nodiscard]] model::Result<void> start(store::Loaded loaded);
    void setHooks(Hooks hooks) { m_hooks = std::move(hooks); }

    [[nodiscard]] const core::ClusterState& state() const { return m_state; }
    [[nodiscard]] const Streams& streams() const { return m_streams; }
    // The revision up to which everything is durable.
    [[nodiscard]] model::Revision committedRevision() const
    {
        return m_streams.position(model::Stream::Config);
    }
    // Where each term of this store's past began.
    [[nodiscard]] const core::Lineage& lineage() const { return m_lineage; }
    // Reads the clocks and shows them to the state. Each handler begins with it.
    model::Now beginTurn();

    // StoreFull or SafeMode in one of the two bad states, with what to do.
    [[nodiscard]] model::Result<void> mayDecide() const;
    [[nodiscard]] model::Result<void> hasRoom() const; // StoreFull alone
    // Why control is in safe mode; empty: it is not.
    [[nodiscard]] const std::string& safeMode() const { return m_safeMode.reason; }
    [[nodiscard]] std::optional<model::TimePoint> safeModeSince() const;
    // For how long this process has been in safe mode without a break.
    [[nodiscard]] model::Duration safeModeFor() const { return m_now.running - m_safeFrom; }
    void enterSafeMode(const std::string& reason);
    // Makes a recovery's commits durable with the outcome of the write that asked for it, ends safe
    // mode, and begins anew on what the store then holds. StoreFull changes nothing; after another
    // error the process ends.
    [[nodiscard]] model::Result<void> recover(const std::vector<model::Commit>& commits,
                                              const store::Outcome& outcome);
    // Since when the disk under the store is full; nothing while it is not.
    [[nodiscard]] const std::optional<model::TimePoint>& fullSince() const { return m_fullSince; }
    // The process is about to end; nothing may be said any more.
    [[nodiscard]] bool isDead() const { return m_dead; }

    // See CommitQueue.
    model::Revision commit(core::Decision decision);
    [[nodiscard]] CommitQueue& queue() { return m_queue; }
    void whenDurable(CommitQueue::Done done);
    // Applies facts; they are published with the round.
    void apply(const std::vector<model::StateChange>& facts);
    void heard(const model::NodeId& node) { m_state.heard(node, m_now); }
    // Something of this round is not durable or not known yet.
    [[nodiscard]] bool isBusy() const { return m_scheduled; }

    // The positions are filled in.
    void publishTick(model::Tick tick) { m_streams.publish(std::move(tick)); }

    // Silent nodes, ended leases and graces; then arms the next look.
    void wake();
    // Forgets old history and outcomes; a bounded step, true when there is more to do.
    [[nodiscard]] bool compact();
    // Stores the running time when something waits for it, or in any case.
    void storeRunningTime(bool always);
    // Ends the round now; for a clean stop.
    void flushNow();

private:
    [[nodiscard]] model::Result<void> noteSafeMode();
    void schedule();
    void flush();
    void settle();
    void settleOnce(const core::Touched& touched);
    void decide(core::Decision decision);
    void refreshStatuses(const core::Touched& touched);
    void announce(const CommitQueue::Entry& entry);
    void applyKeyChange(const model::Change& change, const std::vector<model::Change>& inverses);
    void becomeFull(const model::Error& error);
    void probe();
    void fail(const model::Error& error);
    void armWake();

    Environment m_environment;
    RunningClock m_clock;
    core::ClusterState m_state;
    CommitQueue m_queue;
    Streams m_streams;
    Hooks m_hooks;
    model::Now m_now;
    model::Now m_lastDue;                    // moments up to here were looked at
    core::Touched m_touched;                 // to be looked at
    core::Touched m_refresh;                 // was looked at in this round
    core::Touched m_postponed;               // waits for room on the disk
    std::vector<model::StateChange> m_facts; // to be published
    core::Lineage m_lineage;
    bool m_scheduled = false;
    std::optional<model::TimePoint> m_fullSince;
    bool m_dead = false;
    store::SafeModeMark m_safeMode;
    model::Duration m_safeFrom{0}; // running time
    bool m_safeModeOwed = false;   // the store had no room for its mark
    bool m_abandonRound = false;   // what this round decided is not to be
    bool m_heardEnough = false;
    bus::Subscription m_probe;
    bus::Subscription m_wake;
    // Shared with tasks that the executor may still hold when this object is gone; they look
    // whether it lives.
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace drover::control::service
