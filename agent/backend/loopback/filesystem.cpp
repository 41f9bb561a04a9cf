#include "agent/backend/loopback/filesystem.h"

#include "agent/backend/support/file_ops.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include <blkid/blkid.h>
#include <fcntl.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::ByteCount;
using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr std::chrono::milliseconds kMakeDeadline = std::chrono::minutes(5);
constexpr std::chrono::milliseconds kGrowDeadline = std::chrono::minutes(30);

struct Kind
{
    const char* name;
    const char* tool;
    const char* growTool;
    ByteCount smallest;
};
constexpr std::array<Kind, 3> kKinds{{
    {"btrfs", "mkfs.btrfs", "btrfs", {128ULL << 20}}, // 109 MiB, by mkfs.btrfs(8)
    {"ext4", "mkfs.ext4", "resize2fs", {64ULL << 20}},
    {"xfs", "mkfs.xfs", "xfs_growfs", {300ULL << 20}}, // mkfs.xfs(8) since 5.19
}};

bool hasTool(const char* tool)
{
    for (const char* folder : {"/usr/local/sbin/", "/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"})
        if (::access((std::string(folder) + tool).c_str(), X_OK) == 0)
            return true;
    return false;
}

bool hasSysResource()
{
    constexpr unsigned kSysResource = 24; // capabilities(7)
    auto proc = openFolder("/proc/self");
    if (!proc)
        return false;
    const auto status = readFile(proc->get(), "status", 1U << 20);
    if (!status)
        return false;
    const std::string key = "CapEff:\t";
    const auto at = status->find(key);
    if (at == std::string::npos)
        return false;
    std::uint64_t effective = 0;
    const char* begin = status->data() + at + key.size();
    std::from_chars(begin, status->data() + status->size(), effective, 16);
    return ((effective >> kSysResource) & 1U) != 0;
}

Error mayNotGrowMounted(const std::string& filesystem)
{
    return {ErrorCode::Unsupported,
            "this machine may not grow a mounted " + filesystem,
            {},
            "it grows when it is next unmounted"};
}

struct FreeProbe
{
    void operator()(blkid_struct_probe* probe) const { ::blkid_free_probe(probe); }
};

std::string valueOf(blkid_probe probe, const char* name)
{
    const char* value = nullptr;
    if (::blkid_probe_lookup_value(probe, name, &value, nullptr) != 0 || value == nullptr)
        return {};
    return value;
}

bool saysNotAllowed(const std::string& output)
{
    return output.find("Permission denied") != std::string::npos ||
           output.find("Operation not permitted") != std::string::npos;
}

} // namespace

Result<Probed> probeDevice(const std::string& path)
{
    const Fd device(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!device.valid())
        return systemError("cannot open " + path, errno);
    const std::unique_ptr<blkid_struct_probe, FreeProbe> probe(::blkid_new_probe());
    if (!probe || ::blkid_probe_set_device(probe.get(), device.get(), 0, 0) != 0)
        return Error{ErrorCode::Io, "cannot examine " + path, {}, {}};
    ::blkid_probe_enable_superblocks(probe.get(), 1);
    ::blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID);
    ::blkid_probe_enable_partitions(probe.get(), 1);
    const int found = ::blkid_do_safeprobe(probe.get());
    if (found == -2)
        return Probed{"several things at once", {}};
    if (found < 0)
        return Error{ErrorCode::Io, "cannot examine " + path, {}, {}};
    Probed probed;
    if (found == 1)
        return probed; // nothing
    probed.type = valueOf(probe.get(), "TYPE");
    if (probed.type.empty())
        probed.type = valueOf(probe.get(), "PTTYPE");
    if (probed.type.empty())
        probed.type = "something unknown";
    probed.uuid = valueOf(probe.get(), "UUID");
    return probed;
}

std::vector<std::string> makeableFilesystems()
{
    std::vector<std::string> names;
    for (const Kind& kind : kKinds)
        if (hasTool(kind.tool))
            names.emplace_back(kind.name);
    return names;
}

std::optional<ByteCount> smallestFor(const std::string& filesystem)
{
    for (const Kind& kind : kKinds)
        if (filesystem == kind.name)
            return kind.smallest;
    return std::nullopt;
}

Result<void> makeFilesystem(CommandRunner& runner, const std::string& filesystem,
                            const std::string& device, const model::Uuid& uuid)
{
    // Forced: the caller has looked, and what a broken first try left must not stop the second.
    // Nothing is discarded, the image is empty.
    Command command;
    command.deadline = kMakeDeadline;
    const std::string id = uuid.toString();
    if (filesystem == "ext4")
        command.argv = {"mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard", "-U", id, device};
    else if (filesystem == "xfs")
        command.argv = {"mkfs.xfs", "-q", "-f", "-K", "-m", "uuid=" + id, device};
    else if (filesystem == "btrfs")
        command.argv = {"mkfs.btrfs", "-q", "-f", "-K", "-U", id, device};
    else
        return Error{ErrorCode::Unsupported,
                     "filesystem `" + filesystem + "` is not known here",
                     {},
                     "use ext4, xfs or btrfs"};
    if (auto made = runChecked(runner, command); !made)
        return made.error();
    const Fd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd.valid())
        return systemError("cannot open " + device, errno);
    return syncFd(fd.get(), device);
}

Result<void> growMounted(CommandRunner& runner, const std::string& filesystem,
                         const std::string& device, const std::string& mountPoint)
{
    Command command;
    command.deadline = kGrowDeadline;
    if (filesystem == "xfs")
        command.argv = {"xfs_growfs", "-d", mountPoint};
    else if (filesystem == "btrfs")
        command.argv = {"btrfs", "filesystem", "resize", "max", mountPoint};
    else
        command.argv = {"resize2fs", device};
    auto outcome = runner.run(command);
    if (!outcome && outcome.error().code == ErrorCode::Unsupported)
        return Error{ErrorCode::FailedState,
                     "this machine has no " + command.argv[0] + ", which grows a " + filesystem,
                     {},
                     "install the tools of " + filesystem};
    if (!outcome)
        return outcome.error();
    if (outcome->exitStatus == 0)
        return {};
    if (filesystem == "ext4" && saysNotAllowed(outcome->output))
        return mayNotGrowMounted(filesystem);
    return Error{ErrorCode::Io,
                 command.argv[0] + " ended with status " + std::to_string(outcome->exitStatus) +
                     ": " + outcome->output.substr(0, 1000),
                 {},
                 {}};
}

Result<bool> growUnmounted(CommandRunner& runner, const std::string& filesystem,
                           const std::string& device)
{
    if (filesystem != "ext4")
        return false;
    auto checked = runner.run({{"e2fsck", "-f", "-p", device}, kGrowDeadline});
    if (!checked)
        return checked.error();
    if (checked->exitStatus > 1) // 1: errors were corrected, e2fsck(8)
        return Error{ErrorCode::Io,
                     "e2fsck ended with status " + std::to_string(checked->exitStatus) + ": " +
                         checked->output.substr(0, 1000),
                     {},
                     "repair it by hand: e2fsck " + device};
    if (auto grown = runChecked(runner, {{"resize2fs", device}, kGrowDeadline}); !grown)
        return grown.error();
    return true;
}

Result<void> checkGrowsMounted(const std::string& filesystem)
{
    if (filesystem == "ext4" && !hasSysResource())
        return mayNotGrowMounted(filesystem);
    return {};
}

bool canGrowSomeMounted()
{
    return std::any_of(kKinds.begin(), kKinds.end(), [](const Kind& kind) {
        return hasTool(kind.growTool) && checkGrowsMounted(kind.name).ok();
    });
}

} // namespace drover::agent::backend
