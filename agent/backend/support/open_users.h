#pragma once

// Who uses a folder tree, as far as /proc tells: open files, working and root folders, mappings,
// and mounts of parts of it elsewhere.
//
// Specification
// - Paths are compared where they lie in their filesystem (mountinfo), so a bind mount into a
//   container is recognised.
// - Processes of other users are invisible to a plain user, a descriptor on its way through a
//   socket to everybody: best effort by nature. `unseen` counts the processes that could not be
//   looked at.
// - The calling process is not looked at: what an agent itself holds open, it holds for its own
//   work on the copy.

#include "proto/model/result.h"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace drover::agent::backend {

struct OpenUser
{
    pid_t pid = 0;       // 0: a mount, seen in the namespace of `program`
    std::string program; // its comm
    std::string path;    // what it uses
    // writable descriptor, shared writable mapping, a folder it stands in or holds open, a mount of
    // it
    bool canWrite = false;
    auto operator<=>(const OpenUser&) const = default;
};

struct OpenUsers
{
    // sorted by pid, each process once per kind of use at most a few times
    std::vector<OpenUser> users;
    std::size_t unseen = 0;
};

// `path`: absolute, without links. Mounts whose point is `path` itself in our own namespace are not
// users.
[[nodiscard]] model::Result<OpenUsers> findOpenUsers(const std::string& path);

// Who has a file or folder open on the filesystem of the device, whatever its path has become: behind
// a lazy unmount it has none any more.
[[nodiscard]] std::vector<OpenUser> findUsersOfDevice(dev_t device);

// What /proc/<pid>/maps says of mapped files, each once for each kind of use. Lines of another form
// are skipped.
struct MappedFile
{
    std::string path;
    bool sharedWrite = false; // what is written there reaches the file
    auto operator<=>(const MappedFile&) const = default;
};
[[nodiscard]] std::vector<MappedFile> parseMaps(std::string_view text);

// "1234 (postgres), 2345 (bash)"; at most a dozen.
[[nodiscard]] std::string describe(const std::vector<OpenUser>& users);

} // namespace drover::agent::backend
