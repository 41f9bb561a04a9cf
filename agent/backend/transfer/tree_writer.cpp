#include "agent/backend/transfer/tree_writer.h"

#include <cerrno>

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

std::string shown(const std::string& path)
{
    return path.empty() ? std::string("the top folder") : path;
}

mode_t typeBits(EntryType type)
{
    switch (type) {
    case EntryType::Fifo:
        return S_IFIFO;
    case EntryType::CharDevice:
        return S_IFCHR;
    case EntryType::BlockDevice:
        return S_IFBLK;
    case EntryType::Folder:
        return S_IFDIR;
    case EntryType::Link:
        return S_IFLNK;
    case EntryType::File:
    case EntryType::HardLink:
        return S_IFREG;
    }
    return S_IFREG;
}

} // namespace

TreeWriter::TreeWriter(int top, Fidelity fidelity) : m_top(top), m_fidelity(fidelity), m_walker(top)
{
    m_walker.beforeOpen = [this](const std::string& path, int parent, const std::string& name) {
        return openUp(path, parent, name);
    };
}

// A folder that its owner closed to himself is opened to us before the walker enters it, and its
// state kept for finish().
Result<void> TreeWriter::openUp(const std::string& path, int parent, const std::string& name)
{
    if (::geteuid() == 0 || m_folders.contains(path))
        return {};
    struct stat st = {};
    // the open says it
    if (::fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
        return {};
    if ((st.st_mode & S_IRWXU) == S_IRWXU)
        return {};
    FolderState state;
    state.entry.path = path;
    fillEntry(state.entry, st, Fidelity{true});
    if (::fchmodat(parent, name.c_str(), (st.st_mode & 07777) | S_IRWXU, 0) != 0)
        return systemError("cannot open up folder " + path, errno);
    m_folders.emplace(path, std::move(state));
    return {};
}

Result<void> TreeWriter::touchFolder(const std::string& path, int fd)
{
    if (m_folders.contains(path))
        return {};
    struct stat st = {};
    if (::fstat(fd, &st) != 0)
        return systemError("cannot look at " + shown(path), errno);
    FolderState state;
    state.entry.path = path;
    fillEntry(state.entry, st, Fidelity{true});
    // Open to us while we work in it; finish() gives it back.
    if ((st.st_mode & S_IRWXU) != S_IRWXU && ::fchmod(fd, (st.st_mode & 07777) | S_IRWXU) != 0)
        return systemError("cannot open up folder " + shown(path), errno);
    m_folders.emplace(path, std::move(state));
    return {};
}

Result<FolderWalker::Place> TreeWriter::placeFor(const std::string& path)
{
    auto place = m_walker.place(path);
    if (!place)
        return place;
    const auto slash = path.rfind('/');
    if (auto ready = touchFolder(slash == std::string::npos ? std::string() : path.substr(0, slash),
                                 place->folder);
        !ready)
        return ready.error();
    return place;
}

Result<void> TreeWriter::clear(const FolderWalker::Place& place, const std::string& path)
{
    if (::unlinkat(place.folder, place.name.c_str(), 0) == 0 || errno == ENOENT)
        return {};
    if (errno != EISDIR && errno != EPERM)
        return systemError("cannot replace " + path, errno);
    // What is known of the folders below goes with them.
    std::erase_if(m_folders, [&](const auto& known) {
        return known.first == path || known.first.starts_with(path + "/");
    });
    return removeTree(place.folder, place.name);
}

Result<void> TreeWriter::remove(const std::string& path)
{
    if (path.empty())
        return malformedMessage("an order to remove the top folder");
    auto place = placeFor(path);
    if (!place) {
        if (place.error().code == ErrorCode::NotFound)
            return {};
        return place.error();
    }
    return clear(*place, path);
}

Result<void> TreeWriter::make(const TreeEntry& entry, const ExtendedAttributes& attributes)
{
    if (entry.type == EntryType::Folder) {
        if (!entry.path.empty()) {
            auto place = placeFor(entry.path);
            if (!place)
                return place.error();
            struct stat st = {};
            const bool exists =
                ::fstatat(place->folder, place->name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
            if (exists && !S_ISDIR(st.st_mode))
                if (auto cleared = clear(*place, entry.path); !cleared)
                    return cleared;
            if ((!exists || !S_ISDIR(st.st_mode)) &&
                ::mkdirat(place->folder, place->name.c_str(), 0700) != 0)
                return systemError("cannot make folder " + entry.path, errno);
        }
        auto fd = m_walker.folder(entry.path);
        if (!fd)
            return fd.error();
        if (auto ready = touchFolder(entry.path, *fd); !ready)
            return ready;
        m_folders[entry.path] = {entry, attributes};
        return {};
    }
    auto place = placeFor(entry.path);
    if (!place)
        return place.error();
    if (auto cleared = clear(*place, entry.path); !cleared)
        return cleared;
    const int made = entry.type == EntryType::Link
                         ? ::symlinkat(entry.target.c_str(), place->folder, place->name.c_str())
                         : ::mknodat(place->folder, place->name.c_str(),
                                     typeBits(entry.type) | 0600, static_cast<dev_t>(entry.device));
    if (made != 0)
        return systemError("cannot make " + entry.path, errno);
    return setAll(place->folder, place->name, entry, &attributes);
}

Result<void> TreeWriter::link(const TreeEntry& entry, ContentCache& cache)
{
    auto source = m_walker.place(entry.target);
    if (!source)
        return source.error();
    // The walker's descriptor lasts only until its next way: keep an own one.
    const Fd folder(::fcntl(source->folder, F_DUPFD_CLOEXEC, 0));
    if (!folder.valid())
        return systemError("cannot keep a folder open", errno);
    struct stat before = {};
    if (::fstatat(folder.get(), source->name.c_str(), &before, AT_SYMLINK_NOFOLLOW) != 0)
        return systemError(
            "cannot find " + entry.target + ", of which " + entry.path + " is a link", errno);
    if (S_ISDIR(before.st_mode))
        return malformedMessage("a hard link to a folder");
    auto place = placeFor(entry.path);
    if (!place)
        return place.error();
    if (auto cleared = clear(*place, entry.path); !cleared)
        return cleared;
    if (::linkat(folder.get(), source->name.c_str(), place->folder, place->name.c_str(), 0) != 0)
        return systemError("cannot link " + entry.path + " to " + entry.target, errno);
    struct stat after = {};
    if (::fstatat(place->folder, place->name.c_str(), &after, AT_SYMLINK_NOFOLLOW) == 0 &&
        after.st_ino == before.st_ino) {
        TreeEntry was;
        TreeEntry is;
        fillEntry(was, before, m_fidelity);
        fillEntry(is, after, m_fidelity);
        cache.moved(was, is);
    }
    return {};
}

Result<Fd> TreeWriter::openFile(const TreeEntry& entry)
{
    auto place = placeFor(entry.path);
    if (!place)
        return place.error();
    // Mostly nothing is there.
    Fd fresh(::openat(place->folder, place->name.c_str(),
                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fresh.valid())
        return fresh;
    if (errno != EEXIST)
        return systemError("cannot make " + entry.path, errno);
    if (auto cleared = clear(*place, entry.path); !cleared)
        return cleared.error();
    return openEntry(place->folder, place->name, O_RDWR | O_CREAT | O_EXCL, 0600);
}

Result<Fd> TreeWriter::openForChange(const TreeEntry& entry)
{
    auto place = m_walker.place(entry.path);
    if (!place)
        return place.error();
    // Looked at before it is opened: to open a device may be to do something.
    const Fd handle(::openat(place->folder, place->name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat st = {};
    if (!handle.valid() || ::fstat(handle.get(), &st) != 0)
        return systemError("cannot look at " + entry.path, errno);
    if (!S_ISREG(st.st_mode))
        return malformedMessage("changes to what is no file");
    const OwnerAccess access(place->folder, place->name, S_IRUSR | S_IWUSR);
    const std::string path = "/proc/self/fd/" + std::to_string(handle.get());
    Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!file.valid())
        return systemError("cannot open " + entry.path, errno);
    return file;
}

Result<TreeEntry> TreeWriter::finishFile(const Fd& file, const TreeEntry& entry,
                                         const ExtendedAttributes& attributes)
{
    struct stat written = {};
    if (::fstat(file.get(), &written) != 0)
        return systemError("cannot look at " + entry.path, errno);
    if (static_cast<std::uint64_t>(written.st_size) != entry.size &&
        ::ftruncate(file.get(), static_cast<off_t>(entry.size)) != 0)
        return systemError("cannot size " + entry.path, errno); // it ends with a hole
    auto place = m_walker.place(entry.path);
    if (!place)
        return place.error();
    if (auto set = setAll(place->folder, place->name, entry, &attributes); !set)
        return set.error();
    struct stat st = {};
    if (::fstat(file.get(), &st) != 0)
        return systemError("cannot look at " + entry.path, errno);
    TreeEntry now;
    now.path = entry.path;
    fillEntry(now, st, m_fidelity);
    return now;
}

// Order matters: chown takes away set-id bits and capabilities, chmod follows the ACL's mask, and
// both come before the times only for their change time's sake. The name is one we just made in a
// folder that only we write to.
Result<void> TreeWriter::setAll(int folder, const std::string& name, const TreeEntry& entry,
                                const ExtendedAttributes* attributes) const
{
    const bool isLink = entry.type == EntryType::Link;
    if (m_fidelity.owners &&
        ::fchownat(folder, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
        return systemError("cannot set the owner of " + shown(entry.path), errno);
    if (!isLink && attributes != nullptr) {
        const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
        // A new entry inherits its folder's default ACL; what is not wanted goes.
        auto present = readAttributes(folder, name, m_fidelity);
        if (!present)
            return present.error();
        for (const auto& [attribute, value] : *present)
            if (!attributes->contains(attribute) &&
                ::lremovexattr(path.c_str(), attribute.c_str()) != 0 && errno != ENODATA)
                return systemError(
                    "cannot remove attribute " + attribute + " of " + shown(entry.path), errno);
        for (const auto& [attribute, value] : *attributes) {
            const auto same = present->find(attribute);
            if (same != present->end() && same->second == value)
                continue;
            if (::lsetxattr(path.c_str(), attribute.c_str(), value.data(), value.size(), 0) != 0)
                return systemError("cannot set attribute " + attribute + " of " + shown(entry.path),
                                   errno);
        }
    }
    // Not through a link: the entry is none, and nobody else changes this folder.
    if (!isLink && ::fchmodat(folder, name.c_str(), entry.mode, 0) != 0)
        return systemError("cannot set the mode of " + shown(entry.path), errno);
    const timespec times[2] = {
        {0, UTIME_OMIT},
        {static_cast<time_t>(entry.seconds), static_cast<long>(entry.nanoseconds)}};
    if (::utimensat(folder, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
        return systemError("cannot set the time of " + shown(entry.path), errno);
    return {};
}

Result<void> TreeWriter::finish()
{
    // Deepest first: a folder comes before what is in it in order of path, so backwards.
    for (auto it = m_folders.rbegin(); it != m_folders.rend(); ++it) {
        const auto& [path, state] = *it;
        const ExtendedAttributes* attributes = state.attributes ? &*state.attributes : nullptr;
        auto place = path.empty() ? Result<FolderWalker::Place>(FolderWalker::Place{m_top, "."})
                                  : m_walker.place(path);
        if (!place)
            return place.error();
        if (auto set = setAll(place->folder, place->name, state.entry, attributes); !set)
            return set;
    }
    m_walker.forget();
    m_folders.clear();
    return {};
}

} // namespace drover::agent::backend
