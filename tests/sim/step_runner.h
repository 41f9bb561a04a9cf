#pragma once

// Runs an agent's steps on fake disks: each takes a random virtual time, can fail before or after
// its effect, can hang, and takes effect in parts, so that a crash of the agent in between leaves
// what a crash leaves.

#include "agent/core/step.h"
#include "bus/transport/ports.h"
#include "tests/sim/disk.h"
#include "tests/sim/oracle.h"
#include "tests/sim/random.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace drover::sim {

// How often steps go wrong, in thousandths.
struct StepFaults
{
    unsigned failBefore = 0; // an error, no effect
    unsigned failAfter = 0;  // an error although it took effect
    unsigned corrupt = 0;    // of passes: what comes is not what was sent
    unsigned hang = 0;       // longer than its deadline; takes effect late
    unsigned slowLook = 0;   // of looks at pools: the answer comes seconds after the look
};

// Where senders find the receivers that wait for them: at an endpoint, so that a clone which waits for the same transfer is not taken
// for the machine that it was copied from.
struct Rendezvous
{
    struct Waiting
    {
        model::NodeId node;
        model::CopyId copy;
        std::function<void(const model::TransferProgress&)> finish;
        std::function<Disk*()> disk;
    };
    std::map<std::pair<std::string, model::TransferId>, Waiting> receivers;
};

struct StepWorld
{
    bus::Executor* executor = nullptr;
    std::string bulkEndpoint; // where this machine receives
    Random* random = nullptr;
    Oracle* oracle = nullptr;
    Rendezvous* rendezvous = nullptr;
    StepFaults* faults = nullptr;
    std::function<void(const std::string&)> count; // of what happened
    std::function<void(const std::string&)> say;   // into the trace
    // the agent has decided to unmount it
    std::function<void(const model::NodeId&, const agent::core::Step&)> takesDown;
    // A volume of this dataset is made now. Returns whether one was made before, and control has it
    // in its store that data existed. (After a recovery the store says so of what may have existed.)
    std::function<bool(const model::DatasetId&)> made;
    // as this machine sees it; set by the node
    std::function<Disk*(const model::PoolId&)> disk;
    // bulk data, this direction
    std::function<bool(const model::NodeId&, const model::NodeId&)> reachable;
};

class SimStepRunner : public agent::core::StepRunner
{
public:
    SimStepRunner(StepWorld world, Machine& machine);
    ~SimStepRunner() override; // the agent process died: what did not take effect yet never will

    void onEvents(Events events) override { m_events = std::move(events); }
    void start(agent::core::StepId id, const agent::core::Step& step) override;
    void cancel(agent::core::StepId id) override;
    // A call for a copy has not come back: what it does or tells is yet to come.
    [[nodiscard]] bool worksOnACopy() const;

private:
    using Outcome = agent::core::StepOutcome;
    struct Running
    {
        agent::core::Step step;
        bus::Subscription timer;
        bool cancelled = false;
    };
    void begin(agent::core::StepId id, bool firstHalf);
    void takeEffect(agent::core::StepId id);
    void takeSecondEffect(agent::core::StepId id);
    void finish(agent::core::StepId id, Outcome outcome);
    void send(agent::core::StepId id);
    void receive(agent::core::StepId id);
    [[nodiscard]] Outcome lookAgain(const agent::core::Step& step,
                                    std::optional<model::Error> error) const;
    [[nodiscard]] std::optional<model::Error> perform(const agent::core::Step& step);
    [[nodiscard]] Outcome discover(const agent::core::Step& step) const;

    StepWorld m_world;
    Machine& m_machine;
    Events m_events;
    std::map<agent::core::StepId, Running> m_running;
    // shared: a receiver's end is told through the rendezvous, later
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace drover::sim
