#include "agent/service/run_step.h"

#include "agent/service/message_channel.h"
#include "proto/model/crash_point.h"

#include <exception>
#include <string>

namespace drover::agent::service {

using core::StepKind;
using core::StepOutcome;
using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

model::TransferProgress passOutcome(const core::Step& step, const PassHeader& header,
                                    const backend::PassResult& result)
{
    model::TransferProgress progress;
    progress.id = step.transfer->id;
    progress.pass = header.pass;
    progress.passDone = true;
    progress.finalDone = header.final;
    progress.bytesDone = progress.bytesTotal = progress.lastPassBytes = result.carried;
    if (header.final)
        progress.digest = result.digest;
    return progress;
}

Result<model::TransferProgress> send(backend::StorageBackend& backend, const core::Step& step,
                                     bus::BulkStream& stream, const backend::Canceller& canceller,
                                     const backend::ProgressSink& progress, std::string& remark)
{
    MessageChannel channel(stream);
    const PassHeader header{step.pass, step.final};
    if (auto wrote = channel.write(encodePassHeader(header)); !wrote)
        return wrote.error();
    auto result = backend.sendPass(step.copy, header.final, channel, progress, canceller);
    if (!result)
        return result.error();
    remark = result->remark;
    DROVER_CRASH_POINT("agent.pass.confirmed");
    // The receiver has confirmed everything, and may be gone by now.
    static_cast<void>(channel.finish().ok());
    return passOutcome(step, header, *result);
}

Result<model::TransferProgress> receive(backend::StorageBackend& backend, const core::Step& step,
                                        bus::BulkStream& stream,
                                        const backend::Canceller& canceller,
                                        const backend::ProgressSink& progress)
{
    MessageChannel channel(stream);
    const auto first = channel.read();
    if (!first)
        return first.error();
    const auto header = decodePassHeader(*first);
    if (!header)
        return header.error();
    if (step.final && !header->final)
        return Error{ErrorCode::FailedState,
                     "the final pass is done; a live one is not taken any more",
                     {},
                     {}};
    const auto withPass = [&](const model::TransferProgress& p) {
        auto numbered = p;
        numbered.pass = header->pass;
        progress(numbered);
    };
    auto result = backend.receivePass(step.copy, header->final, channel, withPass, canceller);
    if (!result)
        return result.error();
    DROVER_CRASH_POINT("agent.pass.received");
    // What the pass brought is durable; whether the sender still hears of it changes nothing here.
    static_cast<void>(channel.finish().ok());
    return passOutcome(step, *header, *result);
}

template <class T>
std::optional<Error> errorOf(const Result<T>& result)
{
    if (result)
        return std::nullopt;
    return result.error();
}

std::optional<Error> call(backend::StorageBackend& backend, const core::Step& step)
{
    if ((step.kind == StepKind::Create || step.kind == StepKind::SetIdentity) && !step.identity)
        return Error{ErrorCode::Internal, "the step carries no identity", {}, {}};
    switch (step.kind) {
    case StepKind::Create:
        return errorOf(backend.create(*step.identity));
    case StepKind::SetIdentity:
        return errorOf(backend.setIdentity(*step.identity));
    case StepKind::Attach:
        return errorOf(backend.attach(step.copy));
    case StepKind::Format:
        return errorOf(backend.format(step.copy));
    case StepKind::Mount:
        return errorOf(backend.mount(step.copy, step.epoch));
    case StepKind::Unmount:
        return errorOf(backend.unmount(step.copy));
    case StepKind::Detach:
        return errorOf(backend.detach(step.copy));
    case StepKind::ProveReleased:
        return errorOf(backend.proveReleased(step.copy));
    case StepKind::Grow:
        return errorOf(backend.grow(step.copy, step.size));
    case StepKind::Destroy:
        return errorOf(backend.destroy(step.copy));
    case StepKind::Discover:
    case StepKind::Probe:
    case StepKind::Inspect:
    case StepKind::SendPass:
    case StepKind::ReceivePass:
        return std::nullopt;
    }
    return std::nullopt;
}

void look(backend::StorageBackend& backend, const core::Step& step, StepOutcome& outcome)
{
    auto found = backend.inspect(step.copy);
    if (found) {
        outcome.found = std::move(*found);
    } else if (found.error().code == ErrorCode::NotFound) {
        outcome.absent = true;
    } else if (step.kind == StepKind::Inspect) {
        outcome.error = found.error();
    }
}

StepOutcome run(backend::StorageBackend& backend, const core::Step& step, bus::BulkStream* stream,
                const backend::Canceller& canceller, const backend::ProgressSink& progress)
{
    StepOutcome outcome;
    if (core::isPoolStep(step.kind)) {
        outcome.pool = backend.probe();
        if (step.kind == StepKind::Probe || !outcome.pool->available)
            return outcome;
        auto copies = backend.list(step.mineOnly);
        if (copies) {
            outcome.copies = std::move(*copies);
        } else {
            outcome.error = copies.error();
        }
        return outcome;
    }
    if (core::isTransfer(step.kind)) {
        const bool sends = step.kind == StepKind::SendPass;
        auto pass = stream == nullptr || !step.transfer
                        ? Result<model::TransferProgress>(
                              Error{ErrorCode::Internal, "a transfer without a stream", {}, {}})
                    : sends ? send(backend, step, *stream, canceller, progress, outcome.remark)
                            : receive(backend, step, *stream, canceller, progress);
        if (pass) {
            outcome.pass = std::move(*pass);
        } else {
            outcome.error = pass.error();
        }
    } else {
        outcome.error = call(backend, step);
    }
    look(backend, step, outcome);
    return outcome;
}

} // namespace

StepOutcome runStep(backend::StorageBackend& backend, const core::Step& step,
                    bus::BulkStream* stream, const backend::Canceller& canceller,
                    const backend::ProgressSink& progress)
{
    DROVER_CRASH_POINT(std::string("agent.step.") + core::toString(step.kind) + ".before");
    StepOutcome outcome;
    try {
        outcome = run(backend, step, stream, canceller, progress);
    } catch (const std::exception& e) {
        // A library's exception; what it left behind is found by the next look.
        outcome = {};
        outcome.error =
            Error{ErrorCode::Internal, std::string("the backend failed: ") + e.what(), {}, {}};
    }
    DROVER_CRASH_POINT(std::string("agent.step.") + core::toString(step.kind) + ".after");
    return outcome;
}

} // namespace drover::agent::service
