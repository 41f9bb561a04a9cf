#pragma once

// A step: the smallest thing an agent does to a pool or a copy. The core decides steps, a
// StepRunner executes them, and what they brought comes back to the core as an input.

#include "proto/model/copy.h"
#include "proto/model/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace drover::agent::core {

enum class StepKind : std::uint32_t {
    Discover,      // pool: probe it and list its copies
    Probe,         // pool: marker, capabilities, capacity
    Inspect,       // look at one copy
    Create,        // an empty copy with `identity`
    SetIdentity,   // replace the copy's identity by `identity`
    Attach,        // block kinds
    Format,        // block kinds; the backend refuses what holds anything
    Mount,         // read-write at `epoch`, and publish the name
    Unmount,       // take away name and mount
    Detach,        // block kinds
    ProveReleased, // nobody on this machine can still write
    Grow,          // to `size`
    Destroy,       // exactly this copy
    SendPass,      // drive one pass of `transfer`
    ReceivePass    // serve one pass of `transfer`, whenever the peer comes; it says which one
};
[[nodiscard]] const char* toString(StepKind kind); // `Mount`
[[nodiscard]] std::string describe(StepKind kind); // for people, `mounting`
[[nodiscard]] constexpr bool isPoolStep(StepKind kind)
{
    return kind == StepKind::Discover || kind == StepKind::Probe;
}
[[nodiscard]] constexpr bool isTransfer(StepKind kind)
{
    return kind == StepKind::SendPass || kind == StepKind::ReceivePass;
}

// The step met users: of the copy that it was to take down, or of another dataset that still has
// the name.
[[nodiscard]] bool isInUse(StepKind kind, const model::Error& error);

// Unique within one run of an agent process; never used again in it.
using StepId = std::uint64_t;

// Self-contained: whoever runs it needs nothing else. Fields that its kind does not name stay
// empty.
struct Step
{
    StepKind kind = StepKind::Probe;
    model::PoolId pool;
    model::DatasetId dataset; // nil for pool steps
    model::CopyId copy;       // nil for pool steps
    bool mineOnly = false;    // Discover: of a shared pool whose cluster agent runs elsewhere
    std::optional<model::CopyIdentity> identity;
    model::Epoch epoch = 0;
    model::ByteCount size;
    std::optional<model::TransferOrder> transfer;
    std::uint32_t pass = 0; // SendPass: its number, from 1
    // SendPass: the source is frozen; ReceivePass: only a final pass is taken, as one was already
    bool final = false;
    bool operator==(const Step&) const = default;
};

// What a step brought. After every copy step the runner looks at the copy again, whether the step
// worked or not: the truth is what is there, not what a call returned.
struct StepOutcome
{
    std::optional<model::Error> error; // absent: the step worked
    // its deadline passed and the call is still running; StepRunner::Events::returned follows
    bool hung = false;
    std::optional<model::PoolState> pool;                // Discover, Probe
    std::optional<std::vector<model::LocalCopy>> copies; // Discover: complete, or absent
    std::optional<model::LocalCopy> found; // copy steps: what the look afterwards found
    // copy steps: the look proved that the copy is not there
    bool absent = false;
    // transfers that worked: which pass, what it carried, digest when final
    std::optional<model::TransferProgress> pass;
    std::string remark; // for the log
};

// Executes steps beside the core. Contract: never two steps of one copy at once (the core sees to
// it); each started step gets exactly one `done`, after which only `returned` may follow, and only
// if it hung. Nothing is called from inside start() or cancel().
class StepRunner
{
public:
    struct Events
    {
        std::function<void(StepId, StepOutcome)> done;
        // transfers, a few times a second at most
        std::function<void(StepId, model::TransferProgress)> progress;
        // a call that hung has ended after all
        std::function<void(StepId)> returned;
    };
    virtual ~StepRunner() = default;
    virtual void onEvents(Events events) = 0;
    virtual void start(StepId id, const Step& step) = 0;
    // Asks the step to end at its next safe point; its `done` still comes, with an error or
    // without.
    virtual void cancel(StepId id) = 0;
};

} // namespace drover::agent::core
