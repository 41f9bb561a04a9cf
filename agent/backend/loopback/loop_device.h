#pragma once

// Loop devices by their ioctls (loop(4)), found by what lies behind them, never by a remembered
// number.
//
// A device's number may be given to somebody else the moment it is let go, so every act looks the
// device up anew.

#include "agent/backend/support/file_ops.h"
#include "proto/model/quantity.h"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace drover::agent::backend {

struct LoopDevice
{
    std::string path;        // /dev/loop7
    dev_t number = 0;        // as mounts of it show it
    dev_t backingDevice = 0; // of the file behind it
    ino_t backingInode = 0;
    std::string backingPath; // as sysfs has it; may end in " (deleted)"
};

// All that have a file behind them. Io where they cannot be looked at (not root).
[[nodiscard]] model::Result<std::vector<LoopDevice>> listLoops();
// The one over this file; absent: none. Of several (somebody else's doing) the first.
[[nodiscard]] model::Result<std::optional<LoopDevice>> findLoop(int imageFd);

// Puts a device over the open image (O_RDWR), with direct I/O where the filesystem below can. Made
// already: that one. The caller keeps two attachers of one image apart.
[[nodiscard]] model::Result<LoopDevice> attachLoop(int imageFd, const std::string& imagePath);
// Lets the device go. FailedState while somebody still has it open or mounted: proven by looking,
// since the system's success only means that it will go when the last user does.
[[nodiscard]] model::Result<void> detachLoop(int imageFd);
// Makes all of it zeros, as a hole in the image where its filesystem can.
[[nodiscard]] model::Result<void> discardAll(const LoopDevice& loop, model::ByteCount size);
// The image became larger.
[[nodiscard]] model::Result<void> refreshLoopSize(const LoopDevice& loop);

} // namespace drover::agent::backend
