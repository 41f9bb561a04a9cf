#pragma once

// One step on one backend, in the calling (worker) thread, and the look at the copy after it.

#include "agent/backend/backend.h"
#include "agent/core/step.h"
#include "bus/transport/bulk_stream.h"

namespace drover::agent::service {

// `stream`: for transfers, connected or about to be; else null. Never throws.
[[nodiscard]] core::StepOutcome runStep(backend::StorageBackend& backend, const core::Step& step,
                                        bus::BulkStream* stream,
                                        const backend::Canceller& canceller,
                                        const backend::ProgressSink& progress);

} // namespace drover::agent::service
