#include "agent/backend/loopback/loop_device.h"

#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr int kAttempts = 64; // others take free devices between our asking and our taking

std::string trimmed(std::string text)
{
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

// Absent: nothing behind it, or it went meanwhile.
Result<std::optional<LoopDevice>> lookAt(const std::string& name)
{
    auto sys = openFolder("/sys/block/" + name);
    if (!sys)
        return std::optional<LoopDevice>{};
    auto behind = openBeneath(sys->get(), "loop", O_RDONLY | O_DIRECTORY);
    if (!behind)
        return std::optional<LoopDevice>{};
    auto path = readFile(behind->get(), "backing_file", 64 * 1024);
    if (!path)
        return std::optional<LoopDevice>{};
    LoopDevice loop;
    loop.path = "/dev/" + name;
    loop.backingPath = trimmed(std::move(*path));
    const Fd device(::open(loop.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!device.valid()) {
        if (errno == ENOENT || errno == ENXIO)
            return std::optional<LoopDevice>{};
        return systemError("cannot open " + loop.path, errno);
    }
    loop_info64 info{};
    if (::ioctl(device.get(), LOOP_GET_STATUS64, &info) != 0) {
        if (errno == ENXIO)
            return std::optional<LoopDevice>{};
        return systemError("cannot ask " + loop.path, errno);
    }
    struct stat st = {};
    if (::fstat(device.get(), &st) != 0)
        return systemError("cannot look at " + loop.path, errno);
    loop.number = st.st_rdev;
    loop.backingDevice = static_cast<dev_t>(info.lo_device);
    loop.backingInode = static_cast<ino_t>(info.lo_inode);
    return std::optional<LoopDevice>(std::move(loop));
}

} // namespace

Result<std::vector<LoopDevice>> listLoops()
{
    auto sys = openFolder("/sys/block");
    if (!sys)
        return sys.error();
    const auto entries = listFolder(sys->get());
    if (!entries)
        return entries.error();
    std::vector<LoopDevice> loops;
    for (const DirEntry& entry : *entries) {
        if (!entry.name.starts_with("loop"))
            continue;
        auto loop = lookAt(entry.name);
        if (!loop)
            return loop.error();
        if (loop->has_value())
            loops.push_back(std::move(**loop));
    }
    return loops;
}

Result<std::optional<LoopDevice>> findLoop(int imageFd)
{
    struct stat st = {};
    if (::fstat(imageFd, &st) != 0)
        return systemError("cannot look at " + pathOf(imageFd), errno);
    auto loops = listLoops();
    if (!loops)
        return loops.error();
    for (LoopDevice& loop : *loops)
        if (loop.backingDevice == st.st_dev && loop.backingInode == st.st_ino)
            return std::optional<LoopDevice>(std::move(loop));
    return std::optional<LoopDevice>{};
}

Result<LoopDevice> attachLoop(int imageFd, const std::string& imagePath)
{
    auto present = findLoop(imageFd);
    if (!present)
        return present.error();
    if (present->has_value())
        return std::move(**present);
    const Fd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control.valid())
        return systemError("cannot open /dev/loop-control", errno);
    std::uint32_t flags = LO_FLAGS_DIRECT_IO;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0)
            return systemError("no loop device is to be had", errno);
        const std::string path = "/dev/loop" + std::to_string(number);
        const Fd device(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        if (!device.valid()) {
            if (errno == ENXIO || errno == EBUSY)
                continue;
            return systemError("cannot open " + path, errno);
        }
        loop_config config{};
        config.fd = static_cast<std::uint32_t>(imageFd);
        config.info.lo_flags = flags;
        std::strncpy(reinterpret_cast<char*>(config.info.lo_file_name), imagePath.c_str(),
                     LO_NAME_SIZE - 1);
        DROVER_CRASH_POINT("loop.before_attach");
        if (::ioctl(device.get(), LOOP_CONFIGURE, &config) == 0) {
            DROVER_CRASH_POINT("loop.attached");
            auto made = findLoop(imageFd);
            if (!made)
                return made.error();
            if (!made->has_value())
                return Error{ErrorCode::Io, path + " vanished after it was set up", {}, {}};
            return std::move(**made);
        }
        if (errno == EBUSY)
            continue; // another was quicker
        if (errno == EINVAL && flags != 0) {
            flags = 0; // no direct I/O on what the image lies on
            continue;
        }
        return systemError("cannot put " + path + " over " + imagePath, errno);
    }
    return Error{ErrorCode::Unavailable,
                 "no loop device could be taken, others were always quicker",
                 {},
                 {}};
}

Result<void> detachLoop(int imageFd)
{
    auto loop = findLoop(imageFd);
    if (!loop)
        return loop.error();
    if (!loop->has_value())
        return {};
    {
        const Fd device(::open((*loop)->path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!device.valid())
            return systemError("cannot open " + (*loop)->path, errno);
        // It may have gone to another file since we looked.
        loop_info64 info{};
        if (::ioctl(device.get(), LOOP_GET_STATUS64, &info) == 0 &&
            static_cast<ino_t>(info.lo_inode) == (*loop)->backingInode &&
            static_cast<dev_t>(info.lo_device) == (*loop)->backingDevice) {
            DROVER_CRASH_POINT("loop.before_detach");
            if (::ioctl(device.get(), LOOP_CLR_FD) != 0 && errno != ENXIO) {
                if (errno == EBUSY)
                    return Error{ErrorCode::FailedState,
                                 (*loop)->path + " is in use",
                                 {},
                                 "find its users with fuser"};
                return systemError("cannot detach " + (*loop)->path, errno);
            }
        }
    } // with other users the device goes when the last one closes it
    DROVER_CRASH_POINT("loop.detached");
    auto still = findLoop(imageFd);
    if (!still)
        return still.error();
    if (still->has_value())
        return Error{ErrorCode::FailedState,
                     (*still)->path + " is still open somewhere",
                     {},
                     "find its users with fuser"};
    return {};
}

Result<void> discardAll(const LoopDevice& loop, model::ByteCount size)
{
    // exclusive: not while it is mounted
    const Fd device(::open(loop.path.c_str(), O_RDWR | O_EXCL | O_CLOEXEC));
    if (!device.valid())
        return systemError("cannot open " + loop.path, errno);
    std::uint64_t range[2] = {0, size.value / 512 * 512};
    // A discard of a loop device is a hole in its image; where the filesystem below has none, zeros
    // are written.
    if (::ioctl(device.get(), BLKDISCARD, &range) != 0 &&
        ::ioctl(device.get(), BLKZEROOUT, &range) != 0)
        return systemError("cannot empty " + loop.path, errno);
    return syncFd(device.get(), loop.path);
}

Result<void> refreshLoopSize(const LoopDevice& loop)
{
    const Fd device(::open(loop.path.c_str(), O_RDWR | O_CLOEXEC));
    if (!device.valid())
        return systemError("cannot open " + loop.path, errno);
    if (::ioctl(device.get(), LOOP_SET_CAPACITY) != 0)
        return systemError("cannot tell " + loop.path + " its new size", errno);
    return {};
}

} // namespace drover::agent::backend
