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

constexpr const char* kData = "data";
constexpr const char* kReleased = "released";
constexpr std::size_t kReleasedLimit = 4096;
} // namespace

DirectoryBackend::DirectoryBackend(PoolConfig config)
    : m_config(std::move(config)), m_store(m_config), m_publication(m_config.mountRoot)
{}

std::string DirectoryBackend::dataPath(const CopyId& copy) const
{
    return (m_store.folderOf(copy) / kData).string();
}

model::PoolState DirectoryBackend::probe()
{
    model::PoolState state = m_store.state();
    state.kind = m_config.kind;
    state.capabilities.transfer = true;
    return state;
}

Result<bool> DirectoryBackend::isMounted(const StoredIdentity& stored) const
{
    const auto target = m_publication.byIdTarget(stored.identity.dataset);
    if (!target)
        return target.error();
    if (target->empty())
        return false;
    const std::string data = dataPath(stored.identity.copy);
    if (*target == data)
        return true;
    // The same place may be spelled otherwise than when it was mounted.
    struct stat linked = {};
    struct stat ours = {};
    return ::stat(target->c_str(), &linked) == 0 && ::stat(data.c_str(), &ours) == 0 &&
           linked.st_dev == ours.st_dev && linked.st_ino == ours.st_ino;
}

model::LocalCopy DirectoryBackend::describe(const StoredIdentity& stored, bool mounted,
                                            bool readOnly, const std::string& name)
{
    model::LocalCopy local;
    local.identity = stored.identity;
    local.createdWhole = stored.whole;
    if (mounted) {
        local.phase = model::CopyPhase::Mounted;
        local.publishedName = name;
        local.path = name.empty() ? m_publication.byId(stored.identity.dataset).string()
                                  : m_publication.named(name).string();
    }
    if (mounted && readOnly)
        local.conditions.push_back(readOnlyCondition(dataPath(stored.identity.copy)));
    local.used = m_usage.lookup(stored.identity.copy, dataPath(stored.identity.copy));
    if (stored.lateWrites)
        local.conditions.push_back(lateWritesCondition());
    return local;
}

Result<std::vector<model::LocalCopy>> DirectoryBackend::list(bool /*mineOnly*/)
{
    auto pool = m_store.open();
    if (!pool)
        return pool.error();
    const auto all = m_store.all(*pool);
    if (!all)
        return all.error();
    const auto names = m_publication.allNames();
    if (!names)
        return names.error();
    const bool readOnly = isReadOnly(pool->content);
    std::vector<model::LocalCopy> copies;
    for (const CopyStore::Listed& listed : *all) {
        if (!listed.found) {
            copies.push_back(unreadableCopy(listed.copy, listed.found.error()));
            continue;
        }
        const StoredIdentity& stored = listed.found->stored;
        const auto mounted = isMounted(stored);
        if (!mounted)
            return mounted.error();
        const auto name = names->find(stored.identity.dataset);
        copies.push_back(describe(stored, *mounted, readOnly,
                                  name == names->end() ? std::string() : name->second));
    }
    return copies;
}

Result<model::LocalCopy> DirectoryBackend::inspect(const CopyId& copy)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted)
        return mounted.error();
    const auto name = m_publication.nameOf(found->stored.identity.dataset);
    if (!name)
        return name.error();
    return describe(found->stored, *mounted, isReadOnly(found->folder), *name);
}

Result<void> DirectoryBackend::create(const model::CopyIdentity& identity)
{
    // Open to all, as a fresh volume of its own would be: whoever runs in the container is not
    // known here.
    return m_store.create(identity,
                          [](const Fd& folder) { return makeFolder(folder.get(), kData, 0777); });
}

Result<void> DirectoryBackend::setIdentity(const model::CopyIdentity& identity)
{
    auto found = m_store.find(identity.copy);
    if (!found)
        return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted)
        return mounted.error();
    auto next = changeIdentity(found->stored, identity, *mounted);
    if (!next)
        return next.error();
    if (*next == found->stored)
        return syncFd(found->folder.get(), subjectOf(identity.copy));
    if (identity.role == CopyRole::Stale || identity.role == CopyRole::Trash)
        if (auto clean = checkNoLateWrites(*found); !clean)
            return clean;
    return CopyStore::store(*found, *next);
}

Result<void> DirectoryBackend::attach(const CopyId& copy)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    return {};
}
Result<void> DirectoryBackend::format(const CopyId& copy) { return attach(copy); }
Result<void> DirectoryBackend::detach(const CopyId& copy) { return attach(copy); }
Result<void> DirectoryBackend::grow(const CopyId& copy, model::ByteCount /*size*/)
{
    return attach(copy);
}

Result<std::string> DirectoryBackend::mount(const CopyId& copy, model::Epoch epoch)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    if (auto mountable = checkMountable(found->stored, epoch); !mountable)
        return mountable.error();
    const model::CopyIdentity& identity = found->stored.identity;
    // From here on others open its files.
    cacheOf(copy)->disown();
    // A link to nowhere would look mounted.
    if (auto data = openEntry(found->folder.get(), kData, O_RDONLY | O_DIRECTORY); !data)
        return Error{ErrorCode::Io,
                     "its data folder cannot be opened: " + data.error().message,
                     subjectOf(copy),
                     {}};
    const auto was = isMounted(found->stored);
    if (!was)
        return was.error();
    if (auto made = m_publication.prepare(); !made)
        return made.error();
    if (auto linked = m_publication.linkById(identity.dataset, dataPath(copy)); !linked)
        return linked.error();
    DROVER_CRASH_POINT("directory.mount.linked");
    if (auto published = m_publication.publish(identity.dataset, identity.name); !published) {
        if (!*was) {
            if (auto undone = m_publication.unlinkById(identity.dataset); !undone)
                return undone.error();
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
        if (!data)
            return data.error();
        real = pathOf(data->get());
    }
    const auto found = findOpenUsers(real);
    if (!found)
        return found.error();
    std::vector<OpenUser> writers;
    std::copy_if(found->users.begin(), found->users.end(), std::back_inserter(writers),
                 [](const OpenUser& u) { return u.canWrite; });
    if (writers.empty())
        return {};
    return Error{ErrorCode::FailedState, "it is in use by " + backend::describe(writers),
                 subjectOf(copy), "stop these processes"};
}

Result<void> DirectoryBackend::unmount(const CopyId& copy)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted)
        return mounted.error();
    if (!*mounted)
        return {}; // its dataset may be mounted from another copy: that one's names stay
    const model::DatasetId dataset = found->stored.identity.dataset;
    if (auto idle = checkNoWriters(copy); !idle)
        return idle;
    const auto name = m_publication.nameOf(dataset);
    if (!name)
        return name.error();
    if (auto removed = m_publication.unpublish(dataset); !removed)
        return removed;
    DROVER_CRASH_POINT("directory.unmount.unpublished");
    if (auto removed = m_publication.unlinkById(dataset); !removed)
        return removed;
    // Who came in between the look and the removal is found by a second look; then it is as if
    // nothing had been tried.
    auto idle = checkNoWriters(copy);
    if (idle)
        return {};
    if (auto linked = m_publication.linkById(dataset, dataPath(copy)); !linked)
        return linked;
    // Meanwhile a dataset that waited for the name may have it.
    if (!name->empty())
        if (auto published = m_publication.publish(dataset, *name);
            !published && published.error().code != ErrorCode::InUse)
            return published;
    return idle;
}

Result<void> DirectoryBackend::proveReleased(const CopyId& copy)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    const auto mounted = isMounted(found->stored);
    if (!mounted)
        return mounted.error();
    if (*mounted)
        return Error{ErrorCode::FailedState, "it is mounted", subjectOf(copy), {}};
    if (auto idle = checkNoWriters(copy); !idle)
        return idle;
    if (found->stored.identity.role != CopyRole::Released)
        return {};
    // Only the first note of an epoch counts: what is written after it is late, whoever asks again.
    const std::string epoch = std::to_string(found->stored.releasedEpoch) + " ";
    const auto kept = readFile(found->folder.get(), kReleased, kReleasedLimit);
    if (kept && kept->starts_with(epoch))
        return {};
    if (!kept && kept.error().code != ErrorCode::NotFound)
        return kept.error();
    return noteContent(*found, found->stored.releasedEpoch);
}

Result<void> DirectoryBackend::noteContent(const CopyStore::Found& found, model::Epoch epoch) const
{
    const auto now = fingerprint(found);
    if (!now)
        return now.error();
    return replaceFile(found.folder.get(), kReleased, std::to_string(epoch) + " " + *now);
}

Result<std::string> DirectoryBackend::fingerprint(const CopyStore::Found& found) const
{
    auto data = openEntry(found.folder.get(), kData, O_RDONLY | O_DIRECTORY);
    if (!data)
        return data.error();
    const Canceller never;
    const auto entries = scanTree(data->get(), Fidelity{true}, never);
    if (!entries)
        return entries.error();
    Hasher hasher;
    for (const TreeEntry& entry : *entries) {
        hasher.addText(entry.path);
        hasher.addNumber(entry.inode);
        hasher.addNumber(entry.size);
        hasher.addNumber(static_cast<std::uint64_t>(entry.seconds));
        hasher.addNumber(entry.nanoseconds);
    }
    return toHex(hasher.finish());
}

Result<void> DirectoryBackend::checkNoLateWrites(const CopyStore::Found& found) const
{
    const CopyId& copy = found.stored.identity.copy;
    const Error late{
        ErrorCode::Conflict, "it was written to after its release, so it is kept as an orphan",
        subjectOf(copy), "carry over what the new primary lacks, then destroy the copy"};
    if (found.stored.lateWrites)
        return late;
    const auto kept = readFile(found.folder.get(), kReleased, kReleasedLimit);
    // its release was never proven, or it never was released
    if (!kept && kept.error().code == ErrorCode::NotFound)
        return {};
    if (!kept)
        return kept.error();
    if (!kept->starts_with(std::to_string(found.stored.releasedEpoch) + " "))
        return {}; // of an earlier release
    // looked at already when it was retired
    if (found.stored.identity.role != CopyRole::Released)
        return {};
    const auto now = fingerprint(found);
    if (!now)
        return now.error();
    if (kept->ends_with(" " + *now))
        return {};
    StoredIdentity orphan = found.stored;
    orphan.identity.role = CopyRole::Orphan;
    orphan.lateWrites = true;
    if (auto marked = CopyStore::store(found, orphan); !marked)
        return marked;
    return late;
}

std::shared_ptr<ContentCache> DirectoryBackend::cacheOf(const CopyId& copy)
{
    const std::scoped_lock lock(m_cacheMutex);
    auto& cache = m_caches[copy];
    if (!cache)
        cache = std::make_shared<ContentCache>();
    return cache;
}

Result<PassResult> DirectoryBackend::sendPass(const CopyId& copy, bool final, ByteChannel& channel,
                                              const ProgressSink& progress, const Canceller& cancel)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    if (!found->stored.whole)
        return Error{ErrorCode::FailedState,
                     "it is not whole, so it cannot be a source",
                     subjectOf(copy),
                     {}};
    if (final) {
        const auto mounted = isMounted(found->stored);
        if (!mounted)
            return mounted.error();
        if (*mounted)
            return Error{ErrorCode::FailedState,
                         "it is mounted; a final pass needs it frozen",
                         subjectOf(copy),
                         {}};
        if (auto idle = checkNoWriters(copy); !idle)
            return idle.error();
        // Before the pass looks: what is written after its look is late, and this tells.
        if (auto noted = noteContent(*found, found->stored.identity.epoch); !noted)
            return noted.error();
    }
    auto data = openEntry(found->folder.get(), kData, O_RDONLY | O_DIRECTORY);
    if (!data)
        return data.error();
    const auto cache = cacheOf(copy);
    auto result = sendTree(data->get(), *cache, final, channel, progress, cancel);
    if (!result)
        return named(result.error(), copy);
    return result;
}

Result<PassResult> DirectoryBackend::receivePass(const CopyId& copy, bool final,
                                                 ByteChannel& channel, const ProgressSink& progress,
                                                 const Canceller& cancel)
{
    auto found = m_store.find(copy);
    if (!found)
        return found.error();
    if (found->stored.identity.role != CopyRole::Receiving)
        return Error{ErrorCode::FailedState,
                     std::string("its role is ") + model::toString(found->stored.identity.role) +
                         "; only a receiving copy takes a transfer",
                     subjectOf(copy),
                     {}};
    const auto mounted = isMounted(found->stored);
    if (!mounted)
        return mounted.error();
    if (*mounted)
        return Error{ErrorCode::FailedState, "it is mounted", subjectOf(copy), {}};
    if (found->stored.whole) { // of an earlier final pass: from here on it is in between again
        found->stored.whole = false;
        if (auto marked = CopyStore::store(*found, found->stored); !marked)
            return marked.error();
    }
    auto data = openEntry(found->folder.get(), kData, O_RDONLY | O_DIRECTORY);
    if (!data)
        return data.error();
    const auto cache = cacheOf(copy);
    const auto becomeWhole = [&]() -> Result<void> {
        if (!final)
            return {};
        DROVER_CRASH_POINT("directory.receive.verified");
        found->stored.whole = true;
        return CopyStore::store(*found, found->stored);
    };
    auto result = receiveTree(data->get(), *cache, final, becomeWhole, channel, progress, cancel);
    if (!result)
        return named(result.error(), copy);
    return result;
}

Result<void> DirectoryBackend::destroy(const CopyId& copy)
{
    const auto mayGo = [&](const CopyStore::Found& found) -> Result<void> {
        const auto mounted = isMounted(found.stored);
        if (!mounted)
            return mounted.error();
        if (*mounted)
            return Error{ErrorCode::FailedState, "it is mounted", subjectOf(copy),
                         "unmount it first"};
        return {};
    };
    auto done = m_store.destroy(copy, mayGo,
                                [](const Fd& folder) { return removeTree(folder.get(), kData); });
    if (!done)
        return done;
    m_usage.forget(copy);
    const std::scoped_lock lock(m_cacheMutex);
    m_caches.erase(copy);
    return {};
}

} // namespace drover::agent::backend
