#pragma once

// The agent's machine: inputs in, steps and reports out. Pure: no clock, thread, file or socket;
// one owner, one thread.
//
// Specification
// - discover -> report -> plan -> execute -> discover: after each step the copy is looked at again
//   (the runner does it with the step), and what was found decides the next one. Nothing is
//   remembered that a look can tell.
// - Steps of different datasets run side by side, at most `stepsPerPool` in a pool; steps of one
//   dataset in order.
// - A failing copy waits with growing pauses; nobody else waits with it. A call that hangs
//   quarantines its dataset until it returns.
// - What is reported is the difference to what was last said; at a new session everything is said
//   again.
// - A slow full rescan and a cheap probe of each pool find what changed from outside.
// Rationale: the same code drives real disks in a program and virtual ones in simulation.

#include "agent/core/backoff.h"
#include "agent/core/local_state.h"
#include "agent/core/plan.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace drover::agent::core {

struct PoolSetup
{
    model::PoolId id;
    std::string name;
    std::string kind;
    bool shared = false;
    model::Fence fence = model::Fence::None;
};

struct CoreSetup
{
    std::vector<PoolSetup> pools;
    std::uint64_t seed = 0;          // for the jitter of pauses
    std::uint32_t stepsPerPool = 4;  // running at once, transfers apart
    std::uint32_t sendsAtOnce = 4;   // passes driven at once
    model::Duration rescan{600'000}; // slow full look at each pool
    model::Duration probe{30'000};   // cheap look at each pool
};

// ---- inputs

// These changes are on disk: those of some batches, or, at the start, all that was found there.
struct AssignmentsSaved
{
    AssignmentChanges changes;
    bool current = false; // the whole snapshot of the session that is open now is on disk
};
// What was remembered of transfers from before this start.
struct NotesLoaded
{
    std::vector<std::pair<CopyPlace, model::TransferProgress>> transfers;
};
struct StepDone
{
    StepId id = 0;
    StepOutcome outcome;
};
struct StepProgress
{
    StepId id = 0;
    model::TransferProgress progress;
};
struct StepReturned // a call that hung has ended
{
    StepId id = 0;
};
struct SessionOpened
{
    model::ClusterId cluster;
    model::Duration ownershipTerm{0};
};
struct SessionLost
{};
// Control acknowledged a report that was sent then (Now::running).
struct ControlHeard
{
    model::Duration sentAt{0};
};
// Contact of before this start of the process, in this boot of the machine.
struct ContactRemembered
{
    model::Duration lastWord{0};
    model::Duration ownershipTerm{0};
};
struct ClusterKnown
{
    model::ClusterId cluster;
};
struct LookAgain // at every pool, before the next full report: what was seen before is not enough
{};
struct Tick // the wake that was asked for, or any time
{};
using Input =
    std::variant<AssignmentsSaved, NotesLoaded, StepDone, StepProgress, StepReturned, SessionOpened,
                 SessionLost, ControlHeard, ContactRemembered, ClusterKnown, LookAgain, Tick>;

// ---- outputs

struct ReportChanges
{
    std::map<model::PoolId, model::PoolState> pools;
    std::map<model::CopyId, model::CopyState> copies;
    std::set<model::CopyId> gone;
    [[nodiscard]] bool empty() const { return pools.empty() && copies.empty() && gone.empty(); }
};

struct Output
{
    std::vector<std::pair<StepId, Step>> start;
    std::vector<StepId> cancel;
    ReportChanges report;
    bool notesChanged = false;           // notes() must be durable before this report is sent
    std::optional<model::Duration> wake; // Now::running: send Tick then
};

class AgentCore
{
public:
    explicit AgentCore(CoreSetup setup);

    [[nodiscard]] Output handle(const Input& input, model::Now now);

    // Every pool was looked at, or found not to be available: a full report is worth sending.
    [[nodiscard]] bool discoveredAll() const;
    // Everything there is to say, for a new session; marks it as said.
    [[nodiscard]] ReportChanges fullReport(model::Now now);
    // Transfers whose final pass is done, to be remembered over a restart.
    [[nodiscard]] std::vector<std::pair<CopyPlace, model::TransferProgress>> notes() const;
    [[nodiscard]] const LocalState& state() const { return m_state; }
    [[nodiscard]] const Assignments& assignments() const { return m_assignments; }
    // as last reported
    [[nodiscard]] const std::map<model::CopyId, model::CopyState>& copies() const
    {
        return m_said.copies;
    }
    // rounds of the loop so far
    [[nodiscard]] std::uint64_t iterations() const { return m_iterations; }

private:
    void take(const AssignmentsSaved& in, model::Now now);
    void take(const NotesLoaded& in, model::Now now);
    void take(const StepDone& in, model::Now now);
    void take(const StepProgress& in, model::Now now);
    void take(const StepReturned& in, model::Now now);
    void take(const SessionOpened& in, model::Now now);
    void take(const SessionLost& in, model::Now now);
    void take(const ControlHeard& in, model::Now now);
    void take(const ContactRemembered& in, model::Now now);
    void take(const ClusterKnown& in, model::Now now);
    void take(const LookAgain& in, model::Now now);
    void take(const Tick& in, model::Now now);

    void poolDone(const model::PoolId& id, const StepOutcome& outcome, model::Now now);
    void takeList(const model::PoolId& id, PoolFacts& pool,
                  const std::vector<model::LocalCopy>& list);
    void copyDone(const CopyPlace& place, const StepOutcome& outcome, model::Now now);
    void passDone(CopyFacts& copy, const Step& step, const model::TransferProgress& pass);
    void learn(const CopyPlace& place, const model::LocalCopy& found);
    void seeEpochs(const model::DatasetId& dataset);
    void failed(const CopyPlace& place, CopyFacts& copy, const Step& step,
                std::optional<model::Error> error, model::Now now);
    void markAll();
    void markPool(const model::PoolId& pool);
    void planPools(Output& out, model::Now now);
    void planDatasets(Output& out, model::Now now);
    bool hasSlot(const Step& step) const;
    StepId startStep(Output& out, const Step& step, model::Now now);
    void say(Output& out, const Plan& plan, model::Now now);

    CoreSetup m_setup;
    LocalState m_state;
    Assignments m_assignments;
    ReportChanges m_said; // as control was last told
    std::set<model::DatasetId> m_dirty;
    // planned, waiting for a slot of the pool
    std::map<model::PoolId, std::set<model::DatasetId>> m_forSlot;
    std::map<model::DatasetId, model::Duration> m_wakes;
    std::map<StepId, CopyPlace> m_runningCopies;
    std::map<StepId, model::PoolId> m_runningPools;
    std::set<model::PoolId> m_poolsToSay;
    bool m_notesChanged = false;
    StepId m_nextStep = 1;
    std::uint64_t m_counter = 0;
    std::uint64_t m_iterations = 0;
};

} // namespace drover::agent::core
