#include "agent/backend/support/file_ops.h"

#include "agent/backend/support/depth.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

void Fd::reset()
{
    if (m_fd >= 0)
        ::close(m_fd); // the result says nothing that a sync before would not have said
    m_fd = -1;
}

std::string errnoText(int err) { return std::generic_category().message(err); }

Error systemError(std::string_view what, int err)
{
    Error error{err == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                std::string(what) + ": " + errnoText(err),
                {},
                {}};
    switch (err) {
    case ENOSPC:
    case EDQUOT:
        error.hint = "make space on that filesystem";
        break;
    case EROFS:
        error.hint = "the kernel's log says why the filesystem is read-only; mount it read-write";
        break;
    case EACCES:
    case EPERM:
        error.hint = "let the agent's user read and write there";
        break;
    case EIO:
        error.hint = "look at the disk and the kernel's log";
        break;
    default:
        break;
    }
    return error;
}

std::string pathOf(int fd)
{
    std::string link = "/proc/self/fd/" + std::to_string(fd);
    std::string buffer(PATH_MAX, '\0');
    const ssize_t length = ::readlink(link.c_str(), buffer.data(), buffer.size());
    if (length < 0)
        return link;
    buffer.resize(static_cast<std::size_t>(length));
    return buffer;
}

Result<Fd> openFolder(const std::string& path)
{
    Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid())
        return systemError("cannot open folder " + path, errno);
    return fd;
}

Result<Fd> openEntry(int dir, const std::string& name, int flags, mode_t mode)
{
    Fd fd(::openat(dir, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd.valid())
        return systemError("cannot open " + pathOf(dir) + "/" + name, errno);
    return fd;
}

Result<Fd> openBeneath(int dir, const std::string& path, int flags, mode_t mode)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = (flags & O_CREAT) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    Fd fd(static_cast<int>(::syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how)));
    if (!fd.valid())
        return systemError("cannot open " + pathOf(dir) + "/" + path, errno);
    return fd;
}

Result<std::string> readFile(int dir, const std::string& name, std::size_t limit)
{
    // O_NONBLOCK: a fifo under a file's name must not hang us.
    auto fd = openEntry(dir, name, O_RDONLY | O_NONBLOCK);
    if (!fd)
        return fd.error();
    struct stat st = {};
    if (::fstat(fd->get(), &st) != 0)
        return systemError("cannot look at " + name, errno);
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::Io, pathOf(dir) + "/" + name + " is not a regular file", {}, {}};
    std::string content;
    std::string chunk(64 * 1024, '\0');
    for (;;) {
        const ssize_t got = ::read(fd->get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError("cannot read " + pathOf(dir) + "/" + name, errno);
        if (got == 0)
            return content;
        content.append(chunk, 0, static_cast<std::size_t>(got));
        if (content.size() > limit)
            return Error{ErrorCode::TooLarge,
                         pathOf(dir) + "/" + name + " is larger than " + std::to_string(limit) +
                             " bytes",
                         {},
                         {}};
    }
}

Result<void> writeAll(int fd, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return systemError("cannot write " + pathOf(fd), errno);
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

Result<void> syncFd(int fd, std::string_view what)
{
    if (::fsync(fd) != 0)
        return systemError("cannot sync " + std::string(what), errno);
    return {};
}

Result<void> replaceFile(int dir, const std::string& name, std::string_view content, mode_t mode)
{
    const std::string draft = "." + name + ".new";
    auto fd = openEntry(dir, draft, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (!fd)
        return fd.error();
    DROVER_CRASH_POINT("file." + name + ".draft");
    if (auto done = writeAll(fd->get(), content); !done)
        return done;
    if (auto done = syncFd(fd->get(), name); !done)
        return done;
    DROVER_CRASH_POINT("file." + name + ".written");
    if (::renameat(dir, draft.c_str(), dir, name.c_str()) != 0)
        return systemError("cannot replace " + pathOf(dir) + "/" + name, errno);
    DROVER_CRASH_POINT("file." + name + ".renamed");
    return syncFd(dir, "the folder of " + name);
}

bool isReadOnly(const Fd& at)
{
    struct statvfs space = {};
    return ::fstatvfs(at.get(), &space) == 0 && (space.f_flag & ST_RDONLY) != 0;
}

Result<void> makeFolder(int dir, const std::string& name, mode_t mode)
{
    if (::mkdirat(dir, name.c_str(), 0700) != 0) {
        if (errno != EEXIST)
            return systemError("cannot make folder " + pathOf(dir) + "/" + name, errno);
        struct stat st = {};
        if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
            return systemError("cannot look at " + pathOf(dir) + "/" + name, errno);
        if (!S_ISDIR(st.st_mode))
            return Error{ErrorCode::Io, pathOf(dir) + "/" + name + " is not a folder", {}, {}};
        return syncFd(dir, "the folder of " + name); // whoever made it may have died before syncing
    }
    DROVER_CRASH_POINT("folder.made");
    auto fd = openEntry(dir, name, O_RDONLY | O_DIRECTORY);
    if (!fd)
        return fd.error();
    if (::fchmod(fd->get(), mode) != 0)
        return systemError("cannot set the mode of " + pathOf(fd->get()), errno);
    if (auto done = syncFd(fd->get(), name); !done)
        return done;
    return syncFd(dir, "the folder of " + name);
}

Result<bool> entryExists(int dir, const std::string& name)
{
    struct stat st = {};
    if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    if (errno == ENOENT)
        return false;
    return systemError("cannot look at " + pathOf(dir) + "/" + name, errno);
}

Result<std::vector<DirEntry>> listFolder(int dir)
{
    // An own open file description: the caller's position in the folder stays his.
    const int own = ::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        return systemError("cannot open folder " + pathOf(dir), errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), ::closedir);
    if (!stream) {
        const int err = errno;
        ::close(own);
        return systemError("cannot list " + pathOf(dir), err);
    }
    std::vector<DirEntry> entries;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) {
            if (errno != 0)
                return systemError("cannot list " + pathOf(dir), errno);
            return entries;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            entries.push_back({std::string(name), entry->d_type});
    }
}

namespace {

// Empties an open folder. Folders that lie too deep to go down to are lifted: moved right into the
// open folder, to be emptied from there, so that neither stack nor descriptors limit the depth of
// what can be removed.
class Emptier
{
public:
    Emptier(int top, dev_t device, const std::function<bool()>& stop)
        : m_top(top), m_device(device), m_stop(stop)
    {}

    Result<void> run()
    {
        do {
            m_lifted = false;
            if (auto done = empty(m_top, 0); !done)
                return done;
        } while (m_lifted);
        return {};
    }

private:
    Result<void> empty(int dir, std::size_t depth)
    {
        auto entries = listFolder(dir);
        if (!entries)
            return entries.error();
        for (const DirEntry& entry : *entries) {
            if (m_stop && m_stop())
                return Error{ErrorCode::Unavailable, "cancelled", {}, {}};
            if (auto done = remove(dir, entry.name, depth); !done)
                return done;
        }
        return {};
    }

    Result<void> remove(int dir, const std::string& name, std::size_t depth)
    {
        if (::unlinkat(dir, name.c_str(), 0) == 0 || errno == ENOENT)
            return {};
        if (errno != EISDIR && errno != EPERM)
            return systemError("cannot remove " + pathOf(dir) + "/" + name, errno);
        struct stat st = {};
        if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
            return systemError("cannot look at " + pathOf(dir) + "/" + name, errno);
        if (!S_ISDIR(st.st_mode))
            return systemError("cannot remove " + pathOf(dir) + "/" + name, EPERM);
        if (st.st_dev != m_device)
            return Error{ErrorCode::FailedState,
                         "a filesystem is mounted at " + pathOf(dir) + "/" + name,
                         {},
                         "unmount it"};
        if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) == 0)
            return {};
        // its failure shows at once
        if ((st.st_mode & 0700) != 0700)
            ::fchmodat(dir, name.c_str(), 0700, 0);
        if (depth == kMaximumDepth)
            return lift(dir, name);
        auto below = openEntry(dir, name, O_RDONLY | O_DIRECTORY);
        if (!below)
            return below.error();
        // Look again by the descriptor: what was opened is what is emptied.
        struct stat opened = {};
        if (::fstat(below->get(), &opened) != 0 || opened.st_dev != m_device)
            return Error{ErrorCode::FailedState,
                         pathOf(below->get()) + " is on another filesystem",
                         {},
                         "unmount it"};
        if (auto done = empty(below->get(), depth + 1); !done)
            return done;
        if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) != 0)
            return systemError("cannot remove " + pathOf(dir) + "/" + name, errno);
        return {};
    }

    Result<void> lift(int dir, const std::string& name)
    {
        for (;; ++m_number) {
            const std::string lifted = ".lifted-" + std::to_string(m_number);
            if (::renameat2(dir, name.c_str(), m_top, lifted.c_str(), RENAME_NOREPLACE) == 0)
                break;
            if (errno != EEXIST)
                return systemError("cannot lift a folder out of " + pathOf(dir), errno);
        }
        m_lifted = true;
        return {};
    }

    int m_top;
    dev_t m_device;
    const std::function<bool()>& m_stop;
    bool m_lifted = false;
    unsigned m_number = 0;
};

} // namespace

Result<void> removeTree(int dir, const std::string& name, const std::function<bool()>& stop)
{
    struct stat st = {};
    if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            return {};
        return systemError("cannot look at " + pathOf(dir) + "/" + name, errno);
    }
    if (!S_ISDIR(st.st_mode))
        return removeEntry(dir, name);
    struct stat parent = {};
    if (::fstat(dir, &parent) != 0)
        return systemError("cannot look at " + pathOf(dir), errno);
    if (parent.st_dev != st.st_dev)
        return Error{ErrorCode::FailedState,
                     "a filesystem is mounted at " + pathOf(dir) + "/" + name,
                     {},
                     "unmount it"};
    if ((st.st_mode & 0700) != 0700)
        ::fchmodat(dir, name.c_str(), 0700, 0);
    auto top = openEntry(dir, name, O_RDONLY | O_DIRECTORY);
    if (!top)
        return top.error();
    if (auto done = Emptier(top->get(), st.st_dev, stop).run(); !done)
        return done;
    DROVER_CRASH_POINT("tree.emptied");
    if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) != 0)
        return systemError("cannot remove " + pathOf(dir) + "/" + name, errno);
    return syncFd(dir, "the folder of " + name);
}

Result<void> removeEntry(int dir, const std::string& name)
{
    if (::unlinkat(dir, name.c_str(), 0) != 0 && errno != ENOENT)
        return systemError("cannot remove " + pathOf(dir) + "/" + name, errno);
    DROVER_CRASH_POINT("entry.removed");
    return syncFd(dir, "the folder of " + name);
}

} // namespace drover::agent::backend
