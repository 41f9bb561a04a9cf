#pragma once

// Looks at a tree by descriptors only, and reads its files.

#include "agent/backend/backend.h"
#include "agent/backend/support/file_ops.h"
#include "agent/backend/transfer/content_cache.h"
#include "agent/backend/transfer/tree_entry.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace drover::agent::backend {

// Everything at and below the open folder `top`, sorted by path, without content digests. Sockets
// are passed over: they are nothing without the process that listens; `remark` then says so. Entries that vanish while it
// looks are passed over too. A filesystem mounted below the top is FailedState: its data would not
// travel. Folders that their owner closed to himself are opened for the time of the look.
[[nodiscard]] model::Result<std::vector<TreeEntry>>
scanTree(int top, Fidelity fidelity, const Canceller& cancel, std::string* remark = nullptr);

// Gives a plain user, for the life of this object, the access to his own folder or file that its
// mode takes from him. Not an error if it cannot be: what is tried next says why. Changes the
// entry's change time.
class OwnerAccess
{
public:
    OwnerAccess(int folder, const std::string& name, mode_t wanted);
    ~OwnerAccess();
    OwnerAccess(const OwnerAccess&) = delete;
    OwnerAccess& operator=(const OwnerAccess&) = delete;
    [[nodiscard]] bool touched() const { return m_handle.valid(); }

private:
    Fd m_handle;
    mode_t m_mode = 0;
};

// Opens the parent folders of entries, one after the other, and keeps the last way open; cheap when
// entries come in order of path. Never follows a link, so it never leaves the top.
class FolderWalker
{
public:
    explicit FolderWalker(int top) : m_top(top) {}
    // The folder that holds `path` (not the top's own), and the last name of it.
    struct Place
    {
        int folder = -1; // valid until the next call
        std::string name;
    };
    [[nodiscard]] model::Result<Place> place(const std::string& path);
    // The folder `path` itself; the empty path is the top.
    [[nodiscard]] model::Result<int> folder(const std::string& path);
    // Called with each folder that is newly opened by folder() or place(), before anything in it is
    // looked up.
    std::function<model::Result<void>(const std::string& path, int parent, const std::string& name)>
        beforeOpen;
    void forget() { m_open.clear(); } // closes all

private:
    struct Level
    {
        std::string path;
        Fd fd;
        std::unique_ptr<OwnerAccess> access;
    };
    int m_top;
    std::vector<Level> m_open; // from the outermost
};

// The extended attributes of an entry that are carried.
[[nodiscard]] model::Result<ExtendedAttributes> readAttributes(int folder, const std::string& name,
                                                               Fidelity fidelity);

// Opens a file for reading; one that its owner may not read is opened for him for a moment.
// `touched` says that this changed its ctime.
[[nodiscard]] model::Result<Fd> openForReading(int folder, const std::string& name, bool& touched);

struct Extent
{
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};
// Where the file has data, within its first `size` bytes.
[[nodiscard]] model::Result<std::vector<Extent>> dataExtents(int fd, std::uint64_t size,
                                                             std::uint64_t allocated);

// Fills type, mode, owner, size, times, inode from a stat.
void fillEntry(TreeEntry& entry, const struct stat& st, Fidelity fidelity);

// Gives every File of `entries` its content digest, from the cache or, if it is `wanted`, by reading
// it. `stableBefore` (seconds, nanoseconds): what was changed later is read but not remembered,
// since it may change again within the same tick of the clock.
struct Instant
{
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    auto operator<=>(const Instant&) const = default;
};
[[nodiscard]] Instant stableInstant(); // now, less the grain of file times
[[nodiscard]] bool isStable(const TreeEntry& entry, Instant before);
enum class BlockRecords { Keep, Drop }; // in the cache, of big files
using Wanted = std::function<bool(const TreeEntry&)>;
[[nodiscard]] model::Result<void> fillContentDigests(int top, std::vector<TreeEntry>& entries,
                                                     ContentCache& cache, BlockRecords blocks,
                                                     const Wanted& wanted, Instant stableBefore,
                                                     const Canceller& cancel);

} // namespace drover::agent::backend
