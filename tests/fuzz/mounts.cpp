// The kernel's files about mounts and mappings, in which other users' paths stand.

#include "agent/backend/support/mountinfo.h"
#include "agent/backend/support/open_users.h"
#include "tests/fuzz/target.h"

#include <sys/sysmacros.h>

namespace drover::tests {

namespace {

using namespace agent::backend;

// As seq_path() of the kernel writes it.
std::string escaped(std::string_view text)
{
    std::string all;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '#') {
            const auto byte = static_cast<unsigned char>(c);
            all += '\\';
            all += static_cast<char>('0' + (byte >> 6));
            all += static_cast<char>('0' + ((byte >> 3) & 7));
            all += static_cast<char>('0' + (byte & 7));
        } else {
            all += c;
        }
    }
    return all;
}

void checkMountinfo(std::string_view text)
{
    const auto mounts = parseMountinfo(text);
    for (const MountEntry& mount : mounts) {
        const auto at = locate(mounts, mount.point);
        require(at.path.find('\0') == std::string::npos ||
                    text.find('\0') != std::string_view::npos ||
                    text.find("\\000") != std::string_view::npos,
                "a place is made of what was said");
        static_cast<void>(locate(mounts, mount.point + "/below"));
        // Nothing that a path holds can look like another field or line.
        if (mount.id < 0 || mount.root.empty() || mount.point.empty() || mount.type.empty() ||
            mount.source.empty())
            continue;
        const std::string line = std::to_string(mount.id) + " 1 " +
                                 std::to_string(major(mount.device)) + ":" +
                                 std::to_string(minor(mount.device)) + " " + escaped(mount.root) +
                                 " " + escaped(mount.point) + " rw shared:1 - " +
                                 escaped(mount.type) + " " + escaped(mount.source) + " rw\n";
        const auto again = parseMountinfo(line + line);
        require(again.size() == 2, "a line is one mount", line);
        require(again[0].root == mount.root && again[1].point == mount.point &&
                    again[0].type == mount.type && again[1].source == mount.source &&
                    again[0].device == mount.device && again[1].id == mount.id,
                "what the kernel writes is read as it was", line);
    }
}

void checkMaps(std::string_view text)
{
    for (const MappedFile& file : parseMaps(text))
        require(file.path.starts_with('/') && file.path.find('\n') == std::string::npos,
                "a mapped file has a path");
}

} // namespace

FUZZ_TARGET(mounts, Bytes bytes)
{
    if (bytes.byte() % 2 == 0)
        checkMountinfo(bytes.rest());
    else
        checkMaps(bytes.rest());
}

} // namespace drover::tests
