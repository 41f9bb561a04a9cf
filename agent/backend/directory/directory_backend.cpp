#include "agent/backend/directory/directory_backend.h"

#include "agent/backend/support/open_users.h"
#include "agent/backend/transfer/tree_sync.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::CopyId;
using model::CopyRole;
using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kIdentity = "identity.json";
constexpr const char* kData = "data";
constexpr const char* kNew = ".new-";
constexpr const char* kGone = ".gone-";

// Removes a folder that holds an identity and at most an empty `data`: a copy that was not yet, or is not any more.
Result<void> removeShell(int content, const std::string& name)
{
    auto folder = openEntry(content, name, O_RDONLY | O_DIRECTORY);
    if (!folder) {
        if (folder.error().code == ErrorCode::NotFound) return {};
        return folder.error();
    }
    if (::unlinkat(folder->get(), kData, AT_REMOVEDIR) != 0 && errno != ENOENT)
        return systemError("cannot remove " + pathOf(folder->get()) + "/data", errno);
    const auto entries = listFolder(folder->get());
    if (!entries) return entries.error();
    for (const DirEntry& entry : *entries)
        if (::unlinkat(folder->get(), entry.name.c_str(), 0) != 0 && errno != ENOENT)
            return systemError("cannot remove " + pathOf(folder->get()) + "/" + entry.name, errno);
    if (::unlinkat(content, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return systemError("cannot remove " + name, errno);
    return syncFd(content, "the folder of " + name);
}

Error named(Error error, const CopyId& copy)
{
    if (error.subject.empty()) error.subject = subjectOf(copy);
    return error;
}

} // namespace

DirectoryBackend::DirectoryBackend(PoolConfig config)
    : m_config(std::move(config)), m_pool(m_config.path, "directory", m_config.cluster), m_publication(m_config.mountRoot)
{
}

std::string DirectoryBackend::dataPath(const CopyId& copy) const
{
    return (m_pool.contentPath() / copy.toString() / kData).string();
}

Result<OpenPool> DirectoryBackend::open()
{
    auto pool = m_pool.open();
    if (!pool) return pool;
    const std::scoped_lock lock(m_sweepMutex);
    if (!m_swept) {
        if (auto swept = sweep(*pool); !swept) return swept.error();
        m_swept = true;
    }
    return pool;
}

Result<void> DirectoryBackend::sweep(const OpenPool& pool) const
{
    const auto entries = listFolder(pool.content.get());
    if (!entries) return entries.error();
    for (const DirEntry& entry : *entries)
        if (entry.name.starts_with(kNew) || entry.name.starts_with(kGone))
            if (auto removed = removeShell(pool.content.get(), entry.name); !removed) return removed;
    return {};
}

Result<DirectoryBackend::Found> DirectoryBackend::findIn(const OpenPool& pool, const CopyId& copy) const
{
    auto folder = openEntry(pool.content.get(), copy.toString(), O_RDONLY | O_DIRECTORY);
    if (!folder) {
        Error error = folder.error();
        error.subject = subjectOf(copy);
        if (error.code == ErrorCode::NotFound) error.message = "it is not in pool " + m_config.name;
        return error;
    }
    const auto broken = [&](std::string why) {
        return Error{ErrorCode::Malformed, std::move(why), subjectOf(copy), "restore its identity.json, or destroy the copy"};
    };
    auto text = readFile(folder->get(), kIdentity, kMaximumIdentityBytes);
    // A missing identity is not a missing copy.
    if (!text && text.error().code == ErrorCode::NotFound) return broken("its folder has no identity");
    if (!text) return text.error();
    auto stored = decodeIdentity(*text);
    if (!stored) return broken(stored.error().message);
    if (stored->identity.copy != copy) return broken("its identity is of copy " + stored->identity.copy.toString());
    if (stored->identity.cluster != pool.marker.cluster)
        return broken("its identity is of cluster " + stored->identity.cluster.toString());
    return Found{std::move(*folder), std::move(*stored)};
}

Result<DirectoryBackend::Found> DirectoryBackend::find(const CopyId& copy)
{
    auto pool = open();
    if (!pool) return pool.error();
    return findIn(*pool, copy);
}

Result<void> DirectoryBackend::store(const Found& found, const StoredIdentity& stored) const
{
    return replaceFile(found.folder.get(), kIdentity, encodeIdentity(stored));
}

model::PoolState DirectoryBackend::probe()
{
    model::PoolState state;
    state.name = m_config.name;
    state.kind = m_config.kind;
    state.capabilities.transfer = true;
    auto pool = open();
    struct statvfs space{};
    if (!pool || ::fstatvfs(pool->content.get(), &space) != 0) {
        model::Condition condition;
        condition.type = model::ConditionType::PoolUnavailable;
        condition.severity = model::ConditionSeverity::Error;
        condition.reason = "PoolUnavailable";
        condition.message = pool ? errnoText(errno) : pool.error().message;
        condition.suggestion = pool ? std::string() : pool.error().hint;
        state.conditions.push_back(std::move(condition));
        return state;
    }
    state.id = pool->marker.pool;
    state.shared = pool->marker.shared;
    state.fence = pool->marker.fence;
    state.capacity = {space.f_blocks * space.f_frsize};
    state.free = {space.f_bavail * space.f_frsize};
    state.available = true;
    return state;
}

Result<bool> DirectoryBackend::isMounted(const StoredIdentity& stored) const
{
    const auto target = m_publication.byIdTarget(stored.identity.dataset);
    if (!target) return target.error();
    if (target->empty()) return false;
    const std::string data = dataPath(stored.identity.copy);
    if (*target == data) return true;
    // The same place may be spelled otherwise than when it was mounted.
    struct stat linked{};
    struct stat ours{};
    return ::stat(target->c_str(), &linked) == 0 && ::stat(data.c_str(), &ours) == 0 && linked.st_dev == ours.st_dev &&
           linked.st_ino == ours.st_ino;
}

model::LocalCopy DirectoryBackend::describe(const StoredIdentity& stored, bool mounted, const std::string& name)
{
    model::LocalCopy local;
    local.identity = stored.identity;
    local.createdWhole = stored.whole;
    if (mounted) {
        local.phase = model::CopyPhase::Mounted;
        local.publishedName = name;
        local.path = name.empty() ? m_publication.byId(stored.identity.dataset).string() : m_publication.named(name).string();
    }
    local.used = m_usage.lookup(stored.identity.copy, dataPath(stored.identity.copy));
    if (stored.lateWrites) local.conditions.push_back(lateWritesCondition());
    return local;
}

Result<std::vector<model::LocalCopy>> DirectoryBackend::list(bool /*mineOnly*/)
{
    auto pool = open();
    if (!pool) return pool.error();
    const auto entries = listFolder(pool->content.get());
    if (!entries) return entries.error();
    const auto names = m_publication.allNames();
    if (!names) return names.error();
    std::vector<model::LocalCopy> copies;
    for (const DirEntry& entry : *entries) {
        const auto id = CopyId::parse(entry.name);
        if (!id) continue; // dotted drafts, and whatever else is no copy
        auto found = findIn(*pool, *id);
        if (!found) {
            if (found.error().code == ErrorCode::NotFound) continue; // destroyed meanwhile
            if (found.error().code != ErrorCode::Malformed && found.error().code != ErrorCode::UnsupportedVersion)
                return found.error(); // not knowing is not absence
            copies.push_back(unreadableCopy(*id, found.error()));
            continue;
        }
        const auto mounted = isMounted(found->stored);
        if (!mounted) return mounted.error();
        const auto name = names->find(found->stored.identity.dataset);
        copies.push_back(describe(found->stored, *mounted, name == names->end() ? std::string() : name->second));
    }
    std::sort(copies.begin(), copies.end(), [](const auto& a, const auto& b) { return a.identity.copy < b.identity.copy; });
    return copies;
}

Result<model::LocalCopy> DirectoryBackend::inspect(const CopyId& copy)
{
    auto found = find(copy);
    if (!found) return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted) return mounted.error();
    const auto name = m_publication.nameOf(found->stored.identity.dataset);
    if (!name) return name.error();
    return describe(found->stored, *mounted, *name);
}

Result<void> DirectoryBackend::create(const model::CopyIdentity& identity)
{
    auto pool = open();
    if (!pool) return pool.error();
    if (identity.cluster != pool->marker.cluster)
        return Error{ErrorCode::Conflict, "the pool belongs to another cluster", subjectOf(identity.copy), {}};
    auto present = findIn(*pool, identity.copy);
    if (present) return sameCreation(present->stored, identity);
    if (present.error().code != ErrorCode::NotFound) return present.error();

    const int content = pool->content.get();
    const std::string name = identity.copy.toString();
    const std::string draft = kNew + name;
    if (auto removed = removeShell(content, draft); !removed) return removed;
    if (auto made = makeFolder(content, draft, 0711); !made) return made;
    auto folder = openEntry(content, draft, O_RDONLY | O_DIRECTORY);
    if (!folder) return folder.error();
    // Open to all, as a fresh volume of its own would be: whoever runs in the container is not known here.
    if (auto made = makeFolder(folder->get(), kData, 0777); !made) return made;
    if (auto written = replaceFile(folder->get(), kIdentity, encodeIdentity(newIdentity(identity))); !written) return written;
    DROVER_CRASH_POINT("directory.create.drafted");
    if (::renameat(content, draft.c_str(), content, name.c_str()) != 0) return systemError("cannot make copy " + name, errno);
    DROVER_CRASH_POINT("directory.create.renamed");
    return syncFd(content, pathOf(content));
}

Result<void> DirectoryBackend::setIdentity(const model::CopyIdentity& identity)
{
    auto found = find(identity.copy);
    if (!found) return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted) return mounted.error();
    auto next = changeIdentity(found->stored, identity, *mounted);
    if (!next) return next.error();
    if (*next == found->stored) return syncFd(found->folder.get(), subjectOf(identity.copy));
    return store(*found, *next);
}

Result<void> DirectoryBackend::attach(const CopyId& copy)
{
    auto found = find(copy);
    if (!found) return found.error();
    return {};
}
Result<void> DirectoryBackend::format(const CopyId& copy) { return attach(copy); }
Result<void> DirectoryBackend::detach(const CopyId& copy) { return attach(copy); }
Result<void> DirectoryBackend::grow(const CopyId& copy, model::ByteCount /*size*/) { return attach(copy); }

Result<std::string> DirectoryBackend::mount(const CopyId& copy, model::Epoch epoch)
{
    auto found = find(copy);
    if (!found) return found.error();
    if (auto mountable = checkMountable(found->stored, epoch); !mountable) return mountable.error();
    const model::CopyIdentity& identity = found->stored.identity;
    // A link to nowhere would look mounted.
    if (auto data = openEntry(found->folder.get(), kData, O_RDONLY | O_DIRECTORY); !data)
        return Error{ErrorCode::Io, "its data folder cannot be opened: " + data.error().message, subjectOf(copy), {}};
    const auto was = isMounted(found->stored);
    if (!was) return was.error();
    if (auto made = m_publication.prepare(); !made) return made.error();
    if (auto linked = m_publication.linkById(identity.dataset, dataPath(copy)); !linked) return linked.error();
    DROVER_CRASH_POINT("directory.mount.linked");
    if (auto published = m_publication.publish(identity.dataset, identity.name); !published) {
        if (!*was) {
            if (auto undone = m_publication.unlinkById(identity.dataset); !undone) return undone.error();
        }
        return published.error();
    }
    return m_publication.named(identity.name).string();
}

Result<void> DirectoryBackend::checkNoWriters(const CopyId& copy) const
{
    std::string real = dataPath(copy);
    {
        auto data = openFolder(real);
        if (!data) return data.error();
        real = pathOf(data->get());
    }
    const auto found = findOpenUsers(real);
    if (!found) return found.error();
    std::vector<OpenUser> writers;
    std::copy_if(found->users.begin(), found->users.end(), std::back_inserter(writers), [](const OpenUser& u) { return u.canWrite; });
    if (writers.empty()) return {};
    return Error{ErrorCode::FailedState, "it is in use by " + backend::describe(writers), subjectOf(copy), "stop these processes"};
}

Result<void> DirectoryBackend::unmount(const CopyId& copy)
{
    auto found = find(copy);
    if (!found) return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted) return mounted.error();
    if (!*mounted) return {}; // its dataset may be mounted from another copy: that one's names stay
    const model::DatasetId dataset = found->stored.identity.dataset;
    if (auto idle = checkNoWriters(copy); !idle) return idle;
    const auto name = m_publication.nameOf(dataset);
    if (!name) return name.error();
    if (auto removed = m_publication.unpublish(dataset); !removed) return removed;
    DROVER_CRASH_POINT("directory.unmount.unpublished");
    if (auto removed = m_publication.unlinkById(dataset); !removed) return removed;
    // Who came in between the look and the removal is found by a second look; then it is as if nothing had been tried.
    auto idle = checkNoWriters(copy);
    if (idle) return {};
    if (auto linked = m_publication.linkById(dataset, dataPath(copy)); !linked) return linked;
    if (!name->empty())
        if (auto published = m_publication.publish(dataset, *name); !published) return published;
    return idle;
}

Result<void> DirectoryBackend::proveReleased(const CopyId& copy)
{
    auto found = find(copy);
    if (!found) return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted) return mounted.error();
    if (*mounted) return Error{ErrorCode::FailedState, "it is mounted", subjectOf(copy), {}};
    return checkNoWriters(copy);
}

std::shared_ptr<ContentCache> DirectoryBackend::cacheOf(const CopyId& copy)
{
    const std::scoped_lock lock(m_cacheMutex);
    auto& cache = m_caches[copy];
    if (!cache) cache = std::make_shared<ContentCache>();
    return cache;
}

Result<PassResult> DirectoryBackend::sendPass(const CopyId& copy, bool final, ByteChannel& channel, const ProgressSink& progress,
                                              const Canceller& cancel)
{
    auto found = find(copy);
    if (!found) return found.error();
    if (!found->stored.whole) return Error{ErrorCode::FailedState, "it is not whole, so it cannot be a source", subjectOf(copy), {}};
    if (final) {
        const auto mounted = isMounted(found->stored);
        if (!mounted) return mounted.error();
        if (*mounted) return Error{ErrorCode::FailedState, "it is mounted; a final pass needs it frozen", subjectOf(copy), {}};
        if (auto idle = checkNoWriters(copy); !idle) return idle.error();
    }
    auto data = openEntry(found->folder.get(), kData, O_RDONLY | O_DIRECTORY);
    if (!data) return data.error();
    const auto cache = cacheOf(copy);
    auto result = sendTree(data->get(), *cache, final, channel, progress, cancel);
    if (!result) return named(result.error(), copy);
    return result;
}

Result<PassResult> DirectoryBackend::receivePass(const CopyId& copy, bool final, ByteChannel& channel, const ProgressSink& progress,
                                                 const Canceller& cancel)
{
    auto found = find(copy);
    if (!found) return found.error();
    if (found->stored.identity.role != CopyRole::Receiving)
        return Error{ErrorCode::FailedState,
                     std::string("its role is ") + model::toString(found->stored.identity.role) + "; only a receiving copy takes a transfer",
                     subjectOf(copy), {}};
    const auto mounted = isMounted(found->stored);
    if (!mounted) return mounted.error();
    if (*mounted) return Error{ErrorCode::FailedState, "it is mounted", subjectOf(copy), {}};
    if (found->stored.whole) { // of an earlier final pass: from here on it is in between again
        found->stored.whole = false;
        if (auto marked = store(*found, found->stored); !marked) return marked.error();
    }
    auto data = openEntry(found->folder.get(), kData, O_RDONLY | O_DIRECTORY);
    if (!data) return data.error();
    const auto cache = cacheOf(copy);
    const auto becomeWhole = [&]() -> Result<void> {
        if (!final) return {};
        DROVER_CRASH_POINT("directory.receive.verified");
        found->stored.whole = true;
        return store(*found, found->stored);
    };
    auto result = receiveTree(data->get(), *cache, final, becomeWhole, channel, progress, cancel);
    if (!result) return named(result.error(), copy);
    return result;
}

Result<void> DirectoryBackend::destroy(const CopyId& copy)
{
    auto pool = open();
    if (!pool) return pool.error();
    const int content = pool->content.get();
    const std::string name = copy.toString();
    const std::string gone = kGone + name;
    auto found = findIn(*pool, copy);
    if (!found && found.error().code == ErrorCode::NotFound) return removeShell(content, gone);
    if (!found && found.error().code != ErrorCode::Malformed) return found.error();
    if (found) {
        const auto mounted = isMounted(found->stored);
        if (!mounted) return mounted.error();
        if (*mounted) return Error{ErrorCode::FailedState, "it is mounted", subjectOf(copy), "unmount it first"};
        // From here on it is no dataset any more, whatever becomes of us: half of it must never be mounted.
        StoredIdentity dying = found->stored;
        dying.identity.role = CopyRole::Trash;
        dying.whole = false;
        if (dying != found->stored)
            if (auto marked = store(*found, dying); !marked) return marked;
        DROVER_CRASH_POINT("directory.destroy.marked");
    }
    auto folder = openEntry(content, name, O_RDONLY | O_DIRECTORY);
    if (!folder) return folder.error();
    if (auto removed = removeTree(folder->get(), kData); !removed) return removed;
    DROVER_CRASH_POINT("directory.destroy.emptied");
    if (::renameat(content, name.c_str(), content, gone.c_str()) != 0) return systemError("cannot remove copy " + name, errno);
    DROVER_CRASH_POINT("directory.destroy.renamed");
    m_usage.forget(copy);
    {
        const std::scoped_lock lock(m_cacheMutex);
        m_caches.erase(copy);
    }
    return removeShell(content, gone);
}

} // namespace drover::agent::backend
