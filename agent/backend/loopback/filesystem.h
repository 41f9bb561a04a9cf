#pragma once

// Filesystems on block devices and image files: what is on one, making one, growing one.

#include "agent/backend/support/command_runner.h"
#include "proto/model/id.h"
#include "proto/model/quantity.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::agent::backend {

// What libblkid finds on a device or image.
struct Probed
{
    // ext4, xfs, crypto_LUKS, dos (a partition table), ...; empty = it finds nothing
    std::string type;
    std::string uuid;
};
[[nodiscard]] model::Result<Probed> probeDevice(const std::string& path);

// ext4, xfs, btrfs, as far as this machine has the tool that makes them.
[[nodiscard]] std::vector<std::string> makeableFilesystems();
// The smallest volume on which the filesystem can be made; absent: an unknown one.
[[nodiscard]] std::optional<model::ByteCount> smallestFor(const std::string& filesystem);

// Makes the filesystem, whatever is on the device: the caller has made sure. Durable.
[[nodiscard]] model::Result<void> makeFilesystem(CommandRunner& runner,
                                                 const std::string& filesystem,
                                                 const std::string& device,
                                                 const model::Uuid& uuid);

// Unsupported: this process may not grow a mounted filesystem of that kind (ext4 wants
// CAP_SYS_RESOURCE), so that it has to be unmounted for it.
[[nodiscard]] model::Result<void> checkGrowsMounted(const std::string& filesystem);
// Whether any kind of filesystem can grow while it is mounted: allowed, and with its tool.
[[nodiscard]] bool canGrowSomeMounted();
// Grows a mounted filesystem to its device. Unsupported: not while it is mounted, but then; what
// can grow only while it is mounted, and lacks its tool, is FailedState.
[[nodiscard]] model::Result<void> growMounted(CommandRunner& runner, const std::string& filesystem,
                                              const std::string& device,
                                              const std::string& mountPoint);
// Grows one that is not mounted, where the kind can that (ext4); false: it has to be mounted first.
[[nodiscard]] model::Result<bool>
growUnmounted(CommandRunner& runner, const std::string& filesystem, const std::string& device);

} // namespace drover::agent::backend
