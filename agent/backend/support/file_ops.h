#pragma once

// The few ways in which this folder touches files: by descriptor, never through a link, durable
// where it says so.
//
// Names given here are single names in the folder `dir`, unless they are called paths. "Durable"
// means that file and folder were synced: after a power cut the effect is there.

#include "proto/model/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

namespace drover::agent::backend {

// Owns a file descriptor.
class Fd
{
public:
    Fd() = default;
    explicit Fd(int fd) : m_fd(fd) {}
    Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Fd& operator=(Fd&& other) noexcept
    {
        if (this != &other) {
            reset();
            m_fd = std::exchange(other.m_fd, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] bool valid() const { return m_fd >= 0; }
    void reset();

private:
    int m_fd = -1;
};

// Error{Io} with the system's words for `err`, or NotFound for ENOENT. `what` says the act and the
// object: "cannot open /a/b".
[[nodiscard]] model::Error systemError(std::string_view what, int err);

// Opens a folder by its full path; links in the path are followed (it is the administrator's).
[[nodiscard]] model::Result<Fd> openFolder(const std::string& path);
// Opens one entry of `dir`; a link as the entry is refused. `flags` get O_CLOEXEC.
[[nodiscard]] model::Result<Fd> openEntry(int dir, const std::string& name, int flags,
                                          mode_t mode = 0600);
// Opens a relative path beneath `dir` by openat2: no link, no "..", no magic link on the whole way.
[[nodiscard]] model::Result<Fd> openBeneath(int dir, const std::string& path, int flags,
                                            mode_t mode = 0600);

// The whole content of a regular file, TooLarge above `limit` bytes.
[[nodiscard]] model::Result<std::string> readFile(int dir, const std::string& name,
                                                  std::size_t limit);
// Replaces or makes `name` with `content`: written beside it, synced, renamed over it, folder
// synced. Durable and atomic.
[[nodiscard]] model::Result<void> replaceFile(int dir, const std::string& name,
                                              std::string_view content, mode_t mode = 0644);
[[nodiscard]] model::Result<void> writeAll(int fd, std::string_view content);
[[nodiscard]] model::Result<void> syncFd(int fd, std::string_view what);

// Whether the filesystem there takes no writes; false when it cannot be told.
[[nodiscard]] bool isReadOnly(const Fd& at);

// Makes a folder; one that exists already is fine. Durable. The mode is set whatever the umask, on
// a new one only.
[[nodiscard]] model::Result<void> makeFolder(int dir, const std::string& name, mode_t mode);
// of any kind, links not followed
[[nodiscard]] model::Result<bool> entryExists(int dir, const std::string& name);

struct DirEntry
{
    std::string name;
    unsigned char type = 0; // DT_*; DT_UNKNOWN where the filesystem does not say
};
// All entries but "." and "..", unsorted.
[[nodiscard]] model::Result<std::vector<DirEntry>> listFolder(int dir);

// Removes `name` with all that is in it; absent is fine. Works down by descriptors, never leaves
// the filesystem of `name` (a mount below is FailedState and everything above it stays), opens
// folders that their owner closed to himself. Durable at the top. `stop` is asked between entries;
// true = Unavailable, "cancelled".
[[nodiscard]] model::Result<void> removeTree(int dir, const std::string& name,
                                             const std::function<bool()>& stop = {});

// Removes one entry that is not a folder; absent is fine. Durable.
[[nodiscard]] model::Result<void> removeEntry(int dir, const std::string& name);

// The real path of an open descriptor, for messages and for comparing with /proc.
[[nodiscard]] std::string pathOf(int fd);

// The system's words for an errno value; thread-safe.
[[nodiscard]] std::string errnoText(int err);

} // namespace drover::agent::backend
