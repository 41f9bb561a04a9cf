#include "agent/core/step.h"

namespace drover::agent::core {

const char* toString(StepKind kind)
{
    switch (kind) {
    case StepKind::Discover:
        return "Discover";
    case StepKind::Probe:
        return "Probe";
    case StepKind::Inspect:
        return "Inspect";
    case StepKind::Create:
        return "Create";
    case StepKind::SetIdentity:
        return "SetIdentity";
    case StepKind::Attach:
        return "Attach";
    case StepKind::Format:
        return "Format";
    case StepKind::Mount:
        return "Mount";
    case StepKind::Unmount:
        return "Unmount";
    case StepKind::Detach:
        return "Detach";
    case StepKind::ProveReleased:
        return "ProveReleased";
    case StepKind::Grow:
        return "Grow";
    case StepKind::Destroy:
        return "Destroy";
    case StepKind::SendPass:
        return "SendPass";
    case StepKind::ReceivePass:
        return "ReceivePass";
    }
    return "Unknown";
}

std::string describe(StepKind kind)
{
    switch (kind) {
    case StepKind::Discover:
        return "looking through the pool";
    case StepKind::Probe:
        return "looking at the pool";
    case StepKind::Inspect:
        return "looking at the copy";
    case StepKind::Create:
        return "creating the copy";
    case StepKind::SetIdentity:
        return "writing the copy's identity";
    case StepKind::Attach:
        return "attaching";
    case StepKind::Format:
        return "making the filesystem";
    case StepKind::Mount:
        return "mounting";
    case StepKind::Unmount:
        return "unmounting";
    case StepKind::Detach:
        return "detaching";
    case StepKind::ProveReleased:
        return "proving that nobody can still write";
    case StepKind::Grow:
        return "growing";
    case StepKind::Destroy:
        return "destroying the copy";
    case StepKind::SendPass:
        return "sending";
    case StepKind::ReceivePass:
        return "receiving";
    }
    return "working";
}

bool isInUse(StepKind kind, const model::Error& error)
{
    const bool down =
        kind == StepKind::Unmount || kind == StepKind::ProveReleased || kind == StepKind::Detach;
    // A name is free when the users of whoever has it have let go.
    const bool name = kind == StepKind::Mount && error.code == model::ErrorCode::InUse;
    return name || (down && error.code == model::ErrorCode::FailedState);
}

} // namespace drover::agent::core
