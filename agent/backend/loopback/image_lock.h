#pragma once

// Who may attach an image of a shared pool: a record beside the image, DESIGN.md 6.
//
// Specification
// - lock.json names node, boot, epoch and copy, and whether the holder has let go. It is replaced
//   by write, sync, rename under a short flock of a file beside it, and outlives the process that
//   wrote it (a flock alone would die while the image stays mounted).
// - It may be taken when there is none, when its holder let go, when it is our own (of this boot or
//   of an older one: then nothing of ours is attached any more), and by a higher epoch: control
//   grants that only after a proven release or after the holder was declared lost.
// - Otherwise FailedState, naming the holder.

#include "agent/backend/support/folder_lock.h"
#include "proto/model/id.h"

#include <optional>

namespace drover::agent::backend {

struct ImageLock
{
    model::NodeId node;
    model::BootId boot;
    model::Epoch epoch = 0;
    model::CopyId copy;
    bool released = false;
    auto operator<=>(const ImageLock&) const = default;
};

// NotFound: there is none. Malformed: it cannot be read, so nobody may attach.
[[nodiscard]] model::Result<ImageLock> readImageLock(int folder);

// Takes it, or says who has it. Durable when it returns.
[[nodiscard]] model::Result<void> takeImageLock(int folder, const ImageLock& ours);
// Says that we let go, if it is ours. Durable.
[[nodiscard]] model::Result<void> releaseImageLock(int folder, const model::NodeId& node);
// Is it held by another node that has not let go? Then its name and epoch.
[[nodiscard]] model::Result<std::optional<ImageLock>> foreignHolder(int folder,
                                                                    const model::NodeId& node);

} // namespace drover::agent::backend
