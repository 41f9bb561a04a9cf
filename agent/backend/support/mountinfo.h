#pragma once

// What is mounted, by /proc/<pid>/mountinfo (proc(5)): in this process's mount namespace or in
// every one that can be seen.

#include "proto/model/result.h"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace drover::agent::backend {

struct MountEntry
{
    int id = 0;
    dev_t device = 0;
    std::string root;      // path within the filesystem that is mounted; `/` = all of it
    std::string point;     // where, seen from the namespace's root
    std::string type;      // ext4, ...
    std::string source;    // e.g. /dev/loop3
    bool readOnly = false; // this mount, or the whole filesystem, also since an error
};

// Lines that are not of the documented form are skipped. Octal escapes are undone.
[[nodiscard]] std::vector<MountEntry> parseMountinfo(std::string_view text);

// Of this process.
[[nodiscard]] model::Result<std::vector<MountEntry>> ownMounts();

struct NamespaceMounts
{
    // `mnt:[4026531841]`; empty: could not be told, so the process stands for itself
    std::string ns;
    pid_t pid = 0; // one process in it
    std::vector<MountEntry> mounts;
};
// Of every mount namespace in which a process lives that this one may look at. A namespace that is
// kept only by a bind mount or an open descriptor has no process and is not seen.
[[nodiscard]] model::Result<std::vector<NamespaceMounts>> allMounts();

// Where in its filesystem a path lies: the mount with the longest matching point, the last of
// equals. A path that lies in no mount has an empty `path`.
struct Location
{
    dev_t device = 0;
    std::string path;
};
[[nodiscard]] Location locate(const std::vector<MountEntry>& mounts, std::string_view path);

// Is `path` the folder `top` or below it? Both absolute, without a slash at the end (but for `/`).
[[nodiscard]] bool isAtOrBelow(std::string_view path, std::string_view top);

} // namespace drover::agent::backend
