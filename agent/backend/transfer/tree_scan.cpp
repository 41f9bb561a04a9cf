#include "agent/backend/transfer/tree_scan.h"

#include "agent/backend/support/depth.h"
#include <algorithm>
#include <cerrno>
#include <ctime>
#include <unordered_map>
#include <unordered_set>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

std::string procPath(int folder, const std::string& name)
{
    return "/proc/self/fd/" + std::to_string(folder) + "/" + name;
}

std::string descriptorPath(const Fd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

class Scanner
{
public:
    Scanner(Fidelity fidelity, const Canceller& cancel) : m_fidelity(fidelity), m_cancel(cancel) {}

    Result<std::vector<TreeEntry>> scan(int top)
    {
        struct stat st = {};
        if (::fstat(top, &st) != 0)
            return systemError("cannot look at " + pathOf(top), errno);
        m_device = st.st_dev;
        TreeEntry entry;
        fillEntry(entry, st, m_fidelity);
        auto attributes = readAttributes(top, ".", m_fidelity);
        if (!attributes)
            return attributes.error();
        entry.attributes = digestOf(*attributes);
        m_entries.push_back(std::move(entry));
        if (auto done = folder(top, {}); !done)
            return done.error();
        std::sort(m_entries.begin(), m_entries.end(),
                  [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
        nameHardLinks();
        return std::move(m_entries);
    }

    [[nodiscard]] std::string remark() const
    {
        if (m_sockets == 0)
            return {};
        return (m_sockets == 1 ? std::string("1 socket is")
                               : std::to_string(m_sockets) + " sockets are") +
               " left behind: " + m_socket + (m_sockets == 1 ? "" : ", ...") +
               "; programs make theirs when they start";
    }

private:
    Result<void> folder(int fd, const std::string& path)
    {
        const auto names = listFolder(fd);
        if (!names)
            return names.error();
        for (const DirEntry& name : *names) {
            if (m_cancel.cancelled())
                return cancelledError();
            if (auto done = entry(fd, name.name, path.empty() ? name.name : path + "/" + name.name);
                !done)
                return done;
        }
        return {};
    }

    Result<void> entry(int fd, const std::string& name, std::string path)
    {
        struct stat st = {};
        if (::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT)
                return {};
            return systemError("cannot look at " + path, errno);
        }
        if (S_ISSOCK(st.st_mode)) {
            if (m_sockets++ == 0)
                m_socket = path;
            return {};
        }
        if (st.st_dev != m_device)
            return Error{ErrorCode::FailedState,
                         "another filesystem is mounted at " + path +
                             "; its data would stay behind",
                         {},
                         "unmount it"};
        if (!isSafePath(path))
            return Error{ErrorCode::Unsupported,
                         "a path is longer than 64 KiB, or deeper than " +
                             std::to_string(kMaximumDepth) + " folders: " + path.substr(0, 200) +
                             "...",
                         {},
                         "make the tree less deep"};
        TreeEntry made;
        made.path = std::move(path);
        fillEntry(made, st, m_fidelity);
        if (made.type == EntryType::Link) {
            std::string text(static_cast<std::size_t>(st.st_size) + 1, '\0');
            const ssize_t length = ::readlinkat(fd, name.c_str(), text.data(), text.size());
            if (length < 0 && errno == ENOENT)
                return {};
            if (length < 0)
                return systemError("cannot read the link " + made.path, errno);
            // replaced meanwhile; the next pass has it
            if (static_cast<std::size_t>(length) == text.size())
                return {};
            text.resize(static_cast<std::size_t>(length));
            made.target = std::move(text);
        } else {
            auto attributes = readAttributes(fd, name, m_fidelity);
            if (!attributes && attributes.error().code == ErrorCode::NotFound)
                return {};
            if (!attributes)
                return attributes.error();
            made.attributes = digestOf(*attributes);
        }
        if (made.type != EntryType::Folder) {
            if (st.st_nlink > 1)
                m_linked.insert(made.inode);
            m_entries.push_back(std::move(made));
            return {};
        }
        const OwnerAccess access(fd, name, S_IRUSR | S_IXUSR);
        auto below = openEntry(fd, name, O_RDONLY | O_DIRECTORY);
        if (!below && below.error().code == ErrorCode::NotFound)
            return {};
        if (!below)
            return below.error();
        const std::string folderPath = made.path;
        m_entries.push_back(std::move(made));
        return folder(below->get(), folderPath);
    }

    // The first in order of path is the file, the others are links to it.
    void nameHardLinks()
    {
        std::unordered_map<std::uint64_t, const TreeEntry*> first;
        for (TreeEntry& entry : m_entries) {
            if (entry.type == EntryType::Folder || !m_linked.contains(entry.inode))
                continue;
            const auto [known, isFirst] = first.emplace(entry.inode, &entry);
            if (isFirst)
                continue;
            entry.type = EntryType::HardLink;
            entry.target = known->second->path;
            entry.size = 0;
        }
    }

    Fidelity m_fidelity;
    const Canceller& m_cancel;
    dev_t m_device = 0;
    std::vector<TreeEntry> m_entries;
    std::unordered_set<std::uint64_t> m_linked;
    std::uint64_t m_sockets = 0;
    std::string m_socket; // the first
};

} // namespace

OwnerAccess::OwnerAccess(int folder, const std::string& name, mode_t wanted)
{
    if (::geteuid() == 0)
        return;
    Fd handle(::openat(folder, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat st = {};
    if (!handle.valid() || ::fstat(handle.get(), &st) != 0 || S_ISLNK(st.st_mode) ||
        st.st_uid != ::geteuid())
        return;
    if ((st.st_mode & wanted) == wanted)
        return;
    m_mode = st.st_mode & 07777;
    if (::chmod(descriptorPath(handle).c_str(), m_mode | wanted) == 0)
        m_handle = std::move(handle);
}

OwnerAccess::~OwnerAccess()
{
    // Should this fail, the mode stays wider for its owner only; the next pass sees it as it is.
    if (m_handle.valid() && ::chmod(descriptorPath(m_handle).c_str(), m_mode) != 0)
        m_handle.reset();
}

void fillEntry(TreeEntry& entry, const struct stat& st, Fidelity fidelity)
{
    entry.type = S_ISDIR(st.st_mode)    ? EntryType::Folder
                 : S_ISLNK(st.st_mode)  ? EntryType::Link
                 : S_ISFIFO(st.st_mode) ? EntryType::Fifo
                 : S_ISCHR(st.st_mode)  ? EntryType::CharDevice
                 : S_ISBLK(st.st_mode)  ? EntryType::BlockDevice
                                        : EntryType::File;
    entry.mode = carriedMode(st.st_mode, entry.type, fidelity);
    entry.uid = st.st_uid;
    entry.gid = st.st_gid;
    entry.size = entry.type == EntryType::File ? static_cast<std::uint64_t>(st.st_size) : 0;
    entry.seconds = sayableSeconds(st.st_mtim.tv_sec);
    entry.nanoseconds = static_cast<std::uint32_t>(st.st_mtim.tv_nsec);
    entry.device =
        S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? static_cast<std::uint64_t>(st.st_rdev) : 0;
    entry.inode = st.st_ino;
    entry.changeSeconds = st.st_ctim.tv_sec;
    entry.changeNanoseconds = static_cast<std::uint32_t>(st.st_ctim.tv_nsec);
    entry.allocated = static_cast<std::uint64_t>(st.st_blocks) * 512;
}

Result<std::vector<TreeEntry>> scanTree(int top, Fidelity fidelity, const Canceller& cancel,
                                        std::string* remark)
{
    Scanner scanner(fidelity, cancel);
    auto entries = scanner.scan(top);
    if (remark != nullptr)
        *remark = scanner.remark();
    return entries;
}

Result<ExtendedAttributes> readAttributes(int folder, const std::string& name, Fidelity fidelity)
{
    ExtendedAttributes attributes;
    const std::string path = procPath(folder, name);
    std::string names;
    std::string value;
    for (;;) {
        const ssize_t length = ::llistxattr(path.c_str(), names.data(), names.size());
        if (length < 0 && errno == ERANGE) {
            names.clear(); // grew meanwhile: ask anew how long it is
            continue;
        }
        if (length < 0 && errno == ENOTSUP)
            return attributes;
        if (length < 0)
            return systemError("cannot list the attributes of " + pathOf(folder) + "/" + name,
                               errno);
        if (length == 0)
            return attributes;
        if (names.empty()) {
            names.resize(static_cast<std::size_t>(length));
            continue;
        }
        names.resize(static_cast<std::size_t>(length));
        break;
    }
    std::optional<OwnerAccess> access;
    for (std::size_t at = 0; at < names.size();) {
        const std::string attribute = names.c_str() + at;
        at += attribute.size() + 1;
        if (!isCarried(attribute, fidelity))
            continue;
        value.resize(64 * 1024); // the kernel's limit for one, xattr(7)
        const ssize_t length =
            ::lgetxattr(path.c_str(), attribute.c_str(), value.data(), value.size());
        if (length < 0 && errno == ENODATA)
            continue;
        if (length < 0 && errno == EACCES && !access) {
            access.emplace(folder, name, S_IRUSR); // his own file, closed to himself
            at -= attribute.size() + 1;
            continue;
        }
        if (length < 0)
            return systemError(
                "cannot read attribute " + attribute + " of " + pathOf(folder) + "/" + name, errno);
        attributes.emplace(attribute, value.substr(0, static_cast<std::size_t>(length)));
    }
    return attributes;
}

Result<Fd> openForReading(int folder, const std::string& name, bool& touched)
{
    touched = false;
    // O_NONBLOCK: it may have become a fifo since it was looked at.
    auto fd = openEntry(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd || fd.error().code == ErrorCode::NotFound)
        return fd;
    const OwnerAccess access(folder, name, S_IRUSR);
    if (!access.touched())
        return fd;
    touched = true;
    return openEntry(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

Result<std::vector<Extent>> dataExtents(int fd, std::uint64_t size, std::uint64_t allocated)
{
    std::vector<Extent> extents;
    if (size == 0)
        return extents;
    if (allocated >= size)
        return std::vector<Extent>{{0, size}};
    std::uint64_t at = 0;
    while (at < size) {
        const off_t data = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
        if (data < 0 && errno == ENXIO)
            break; // only a hole is left
        // the filesystem does not tell
        if (data < 0 && errno == EINVAL)
            return std::vector<Extent>{{0, size}};
        if (data < 0)
            return systemError("cannot find the data of " + pathOf(fd), errno);
        if (static_cast<std::uint64_t>(data) >= size)
            break;
        const off_t hole = ::lseek(fd, data, SEEK_HOLE);
        if (hole < 0 && errno != ENXIO)
            return systemError("cannot find the holes of " + pathOf(fd), errno);
        const std::uint64_t end =
            hole < 0 ? size : std::min(size, static_cast<std::uint64_t>(hole));
        extents.push_back(
            {static_cast<std::uint64_t>(data), end - static_cast<std::uint64_t>(data)});
        at = end;
    }
    return extents;
}

Result<int> FolderWalker::folder(const std::string& path)
{
    // A folder stays open as long as the next path lies in it.
    while (!m_open.empty()) {
        const std::string& level = m_open.back().path;
        if (path == level ||
            (path.size() > level.size() && path.starts_with(level) && path[level.size()] == '/'))
            break;
        m_open.pop_back();
    }
    for (;;) {
        const std::size_t known = m_open.empty() ? 0 : m_open.back().path.size();
        if (path.size() == known)
            return m_open.empty() ? m_top : m_open.back().fd.get();
        const std::size_t start = m_open.empty() ? 0 : known + 1;
        const std::size_t end = std::min(path.find('/', start), path.size());
        const int parent = m_open.empty() ? m_top : m_open.back().fd.get();
        const std::string name = path.substr(start, end - start);
        std::string next = path.substr(0, end);
        if (beforeOpen)
            if (auto ready = beforeOpen(next, parent, name); !ready)
                return ready.error();
        auto access = std::make_unique<OwnerAccess>(parent, name, S_IRUSR | S_IXUSR);
        auto fd = openEntry(parent, name, O_RDONLY | O_DIRECTORY);
        if (!fd)
            return fd.error();
        m_open.push_back({std::move(next), std::move(*fd), std::move(access)});
    }
}

Result<FolderWalker::Place> FolderWalker::place(const std::string& path)
{
    const auto slash = path.rfind('/');
    auto parent = folder(slash == std::string::npos ? std::string() : path.substr(0, slash));
    if (!parent)
        return parent.error();
    return Place{*parent, slash == std::string::npos ? path : path.substr(slash + 1)};
}

Instant stableInstant()
{
    // Files get the coarse clock's time, which moves by ticks of at most 10 ms (100 Hz); twice that
    // is on the safe side.
    constexpr std::int64_t kGrain = 20'000'000;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    std::int64_t nanoseconds = now.tv_nsec - kGrain;
    std::int64_t seconds = now.tv_sec;
    if (nanoseconds < 0) {
        nanoseconds += 1'000'000'000;
        --seconds;
    }
    return {seconds, static_cast<std::uint32_t>(nanoseconds)};
}

bool isStable(const TreeEntry& entry, Instant before)
{
    return Instant{entry.seconds, entry.nanoseconds} < before &&
           Instant{entry.changeSeconds, entry.changeNanoseconds} < before;
}

Result<void> fillContentDigests(int top, std::vector<TreeEntry>& entries, ContentCache& cache,
                                BlockRecords blocks, const Wanted& wanted, Instant stableBefore,
                                const Canceller& cancel)
{
    FolderWalker walker(top);
    std::string buffer(256 * 1024, '\0');
    for (TreeEntry& entry : entries) {
        if (entry.type != EntryType::File || entry.content)
            continue;
        entry.content = cache.lookup(entry);
        if (entry.content || !wanted(entry))
            continue;
        auto place = walker.place(entry.path);
        if (!place)
            return place.error();
        bool touched = false;
        auto fd = openForReading(place->folder, place->name, touched);
        if (!fd)
            return fd.error();
        auto extents = dataExtents(fd->get(), entry.size, entry.allocated);
        if (!extents)
            return extents.error();
        BlockDigests record;
        const bool keep = blocks == BlockRecords::Keep && cache.wantsBlocks(entry.size);
        ContentHasher hasher(keep ? &record : nullptr);
        for (const Extent& extent : *extents) {
            for (std::uint64_t at = extent.offset; at < extent.offset + extent.length;) {
                if (cancel.cancelled())
                    return cancelledError();
                const std::size_t want = static_cast<std::size_t>(
                    std::min<std::uint64_t>(buffer.size(), extent.offset + extent.length - at));
                const ssize_t got = ::pread(fd->get(), buffer.data(), want, static_cast<off_t>(at));
                if (got < 0 && errno == EINTR)
                    continue;
                if (got < 0)
                    return systemError("cannot read " + entry.path, errno);
                // shorter than it was: its digest will not match anything, which is right
                if (got == 0)
                    break;
                hasher.add(at, std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
                at += static_cast<std::uint64_t>(got);
            }
        }
        entry.content = hasher.finish(entry.size);
        if (isStable(entry, stableBefore) && !touched)
            cache.remember(entry, *entry.content, std::move(record));
    }
    return {};
}

} // namespace drover::agent::backend
