#include "agent/backend/support/mountinfo.h"

#include "agent/backend/support/file_ops.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <map>
#include <optional>

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Result;

namespace {

constexpr std::size_t kMaximumMountinfo = 64U << 20;

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

std::string unescape(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto isOctal = [](char c) { return c >= '0' && c <= '7'; };
        if (text[i] == '\\' && i + 3 < text.size() && isOctal(text[i + 1]) &&
            isOctal(text[i + 2]) && isOctal(text[i + 3])) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                       (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::optional<unsigned> number(std::string_view text)
{
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// The filesystem's own options: ext4 says `emergency_ro` when an error made it read-only.
bool isReadOnly(std::string_view mountOptions, std::string_view filesystemOptions)
{
    const auto mount = split(mountOptions, ',');
    const auto filesystem = split(filesystemOptions, ',');
    const auto has = [](const auto& options, std::string_view word) {
        return std::find(options.begin(), options.end(), word) != options.end();
    };
    return has(mount, "ro") || has(filesystem, "ro") || has(filesystem, "emergency_ro");
}

std::string linkOf(const std::string& path)
{
    std::string buffer(PATH_MAX, '\0');
    const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
    return length < 0 ? std::string() : buffer.substr(0, static_cast<std::size_t>(length));
}

} // namespace

std::vector<MountEntry> parseMountinfo(std::string_view text)
{
    std::vector<MountEntry> mounts;
    for (const std::string_view line : split(text, '\n')) {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
        const auto dash = line.find(" - ");
        if (dash == std::string_view::npos)
            continue;
        const auto head = split(line.substr(0, dash), ' ');
        const auto tail = split(line.substr(dash + 3), ' ');
        if (head.size() < 6 || tail.size() < 2)
            continue;
        const auto id = number(head[0]);
        const auto colon = head[2].find(':');
        if (!id || colon == std::string_view::npos)
            continue;
        const auto major = number(head[2].substr(0, colon));
        const auto minor = number(head[2].substr(colon + 1));
        if (!major || !minor)
            continue;
        mounts.push_back({static_cast<int>(*id), makedev(*major, *minor), unescape(head[3]),
                          unescape(head[4]), unescape(tail[0]), unescape(tail[1]),
                          isReadOnly(head[5], tail.size() > 2 ? tail[2] : std::string_view())});
    }
    return mounts;
}

Result<std::vector<MountEntry>> ownMounts()
{
    auto proc = openFolder("/proc/self");
    if (!proc)
        return proc.error();
    auto text = readFile(proc->get(), "mountinfo", kMaximumMountinfo);
    if (!text)
        return text.error();
    return parseMountinfo(*text);
}

Result<std::vector<NamespaceMounts>> allMounts()
{
    auto proc = openFolder("/proc");
    if (!proc)
        return proc.error();
    const auto entries = listFolder(proc->get());
    if (!entries)
        return entries.error();
    std::vector<NamespaceMounts> all;
    std::map<std::string, bool> seen;
    for (const DirEntry& entry : *entries) {
        const auto pid = number(entry.name);
        if (!pid)
            continue;
        const std::string ns = linkOf("/proc/" + entry.name + "/ns/mnt");
        if (!ns.empty() && seen.contains(ns))
            continue;
        auto folder = openFolder("/proc/" + entry.name);
        if (!folder)
            continue; // it ended meanwhile
        auto text = readFile(folder->get(), "mountinfo", kMaximumMountinfo);
        // it ended, has no namespace any more (a zombie), or is not ours to see
        if (!text || text->empty())
            continue;
        if (!ns.empty())
            seen.emplace(ns, true);
        all.push_back({ns, static_cast<pid_t>(*pid), parseMountinfo(*text)});
    }
    return all;
}

bool isAtOrBelow(std::string_view path, std::string_view top)
{
    if (top == "/")
        return path.starts_with('/');
    return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

Location locate(const std::vector<MountEntry>& mounts, std::string_view path)
{
    const MountEntry* best = nullptr;
    for (const MountEntry& mount : mounts)
        if (isAtOrBelow(path, mount.point) &&
            (best == nullptr || mount.point.size() >= best->point.size()))
            best = &mount;
    if (best == nullptr)
        return {};
    std::string_view rest = path.substr(best->point == "/" ? 0 : best->point.size());
    if (rest == "/")
        rest = {};
    if (best->root == "/")
        return {best->device, rest.empty() ? std::string("/") : std::string(rest)};
    return {best->device, best->root + std::string(rest)};
}

} // namespace drover::agent::backend
