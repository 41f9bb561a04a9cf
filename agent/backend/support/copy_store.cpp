#include "agent/backend/support/copy_store.h"

#include "agent/backend/support/folder_lock.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>

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
constexpr const char* kNew = ".new-";
constexpr const char* kGone = ".gone-";

// With less than a twentieth free somebody has to be told, before the first write fails.
constexpr std::uint64_t kNearlyFull = 20;

model::Condition nearlyFull(const model::PoolState& state)
{
    model::Condition condition;
    condition.type = model::ConditionType::PoolNearlyFull;
    condition.severity = model::ConditionSeverity::Warning;
    condition.reason = "PoolNearlyFull";
    condition.message =
        model::toString(state.free) + " of " + model::toString(state.capacity) + " are free";
    condition.suggestion = "purge deleted datasets, or move some to other nodes";
    return condition;
}

Result<void> removeEntry(const Fd& folder, const std::string& name)
{
    if (::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT &&
        ::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
        return systemError("cannot remove " + pathOf(folder.get()) + "/" + name, errno);
    return {};
}

// Removes a folder that holds files and at most empty folders; its lock last, so that whoever takes
// it next finds the rest gone.
Result<void> removeShell(int content, const std::string& name, const Fd& folder)
{
    const auto entries = listFolder(folder.get());
    if (!entries)
        return entries.error();
    for (const DirEntry& entry : *entries)
        if (entry.name != FolderLock::kFile)
            if (auto removed = removeEntry(folder, entry.name); !removed)
                return removed;
    if (auto removed = removeEntry(folder, FolderLock::kFile); !removed)
        return removed;
    if (::unlinkat(content, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
        return systemError("cannot remove " + name, errno);
    return syncFd(content, "the folder of " + name);
}

// Removes a copy that is not any more; whoever else does so at the same time is no harm.
Result<void> removeGone(int content, const std::string& name)
{
    const auto folder = openEntry(content, name, O_RDONLY | O_DIRECTORY);
    if (!folder && folder.error().code == ErrorCode::NotFound)
        return {};
    if (!folder)
        return folder.error();
    return removeShell(content, name, *folder);
}

// Takes the lock that the maker of a draft holds until it is renamed. Absent: somebody else is at
// it, or the folder is not under that name any more, because it has become a copy or has gone.
Result<std::optional<FolderLock>> lockDraft(int content, const std::string& name, const Fd& folder)
{
    auto lock = FolderLock::tryTake(folder.get());
    // The folder was removed since it was opened.
    if (!lock && lock.error().code == ErrorCode::NotFound)
        return std::optional<FolderLock>{};
    if (!lock || !*lock)
        return lock;
    struct stat ours = {};
    struct stat named = {};
    if (::fstat(folder.get(), &ours) != 0)
        return systemError("cannot look at " + name, errno);
    const bool there = ::fstatat(content, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT)
        return systemError("cannot look at " + name, errno);
    if (!there || named.st_dev != ours.st_dev || named.st_ino != ours.st_ino)
        return std::optional<FolderLock>{};
    return lock;
}

// Removes a draft that nobody is making: false when somebody is.
Result<bool> removeDraft(int content, const std::string& name)
{
    const auto folder = openEntry(content, name, O_RDONLY | O_DIRECTORY);
    if (!folder && folder.error().code == ErrorCode::NotFound)
        return true;
    if (!folder)
        return folder.error();
    const auto lock = lockDraft(content, name, *folder);
    if (!lock)
        return lock.error();
    if (!*lock)
        return false;
    if (auto removed = removeShell(content, name, *folder); !removed)
        return removed.error();
    return true;
}

Error madeElsewhere(const CopyId& copy)
{
    return {ErrorCode::Unavailable, "another agent is making it", subjectOf(copy),
            "it is looked at again"};
}

} // namespace

Error named(Error error, const CopyId& copy)
{
    if (error.subject.empty())
        error.subject = subjectOf(copy);
    return error;
}

CopyStore::CopyStore(const PoolConfig& config)
    : m_name(config.name), m_pool(config.path, config.kind, config.cluster)
{}

std::filesystem::path CopyStore::folderOf(const CopyId& copy) const
{
    return m_pool.contentPath() / copy.toString();
}

Result<OpenPool> CopyStore::open()
{
    auto pool = m_pool.open();
    if (!pool)
        return pool;
    const std::scoped_lock lock(m_sweepMutex);
    if (!m_swept) {
        if (auto swept = sweep(*pool); !swept)
            return swept.error();
        m_swept = true;
    }
    return pool;
}

Result<void> CopyStore::sweep(const OpenPool& pool) const
{
    const auto entries = listFolder(pool.content.get());
    if (!entries)
        return entries.error();
    for (const DirEntry& entry : *entries) {
        if (entry.name.starts_with(kNew)) {
            // The pool may be shared: what another agent is making now stays.
            if (auto removed = removeDraft(pool.content.get(), entry.name); !removed)
                return removed.error();
        } else if (entry.name.starts_with(kGone)) {
            if (auto removed = removeGone(pool.content.get(), entry.name); !removed)
                return removed;
        }
    }
    return {};
}

Result<CopyStore::Found> CopyStore::findIn(const OpenPool& pool, const CopyId& copy) const
{
    auto folder = openEntry(pool.content.get(), copy.toString(), O_RDONLY | O_DIRECTORY);
    if (!folder) {
        Error error = folder.error();
        error.subject = subjectOf(copy);
        if (error.code == ErrorCode::NotFound)
            error.message = "it is not in pool " + m_name;
        return error;
    }
    const auto broken = [&](std::string why) {
        return Error{ErrorCode::Malformed, std::move(why), subjectOf(copy),
                     "restore its identity.json, or destroy the copy"};
    };
    auto text = readFile(folder->get(), kIdentity, kMaximumIdentityBytes);
    // A missing identity is not a missing copy.
    if (!text && text.error().code == ErrorCode::NotFound)
        return broken("its folder has no identity");
    if (!text)
        return text.error();
    auto stored = decodeIdentity(*text);
    if (!stored)
        return broken(stored.error().message);
    if (stored->identity.copy != copy)
        return broken("its identity is of copy " + stored->identity.copy.toString());
    if (stored->identity.cluster != pool.marker.cluster)
        return broken("its identity is of cluster " + stored->identity.cluster.toString());
    return Found{std::move(*folder), std::move(*stored)};
}

Result<CopyStore::Found> CopyStore::find(const CopyId& copy)
{
    auto pool = open();
    if (!pool)
        return pool.error();
    return findIn(*pool, copy);
}

Result<std::vector<CopyStore::Listed>> CopyStore::all(const OpenPool& pool) const
{
    const auto entries = listFolder(pool.content.get());
    if (!entries)
        return entries.error();
    std::vector<Listed> copies;
    for (const DirEntry& entry : *entries) {
        const auto id = CopyId::parse(entry.name);
        if (!id)
            continue; // dotted drafts, and whatever else is no copy
        auto found = findIn(pool, *id);
        if (!found) {
            const ErrorCode code = found.error().code;
            if (code == ErrorCode::NotFound)
                continue; // destroyed meanwhile
            // not knowing is not absence
            if (code != ErrorCode::Malformed && code != ErrorCode::UnsupportedVersion)
                return found.error();
        }
        copies.push_back({*id, std::move(found)});
    }
    std::sort(copies.begin(), copies.end(),
              [](const Listed& a, const Listed& b) { return a.copy < b.copy; });
    return copies;
}

Result<void> CopyStore::store(const Found& found, const StoredIdentity& stored)
{
    return replaceFile(found.folder.get(), kIdentity, encodeIdentity(stored));
}

Result<void> CopyStore::create(const model::CopyIdentity& identity,
                               const std::function<Result<void>(const Fd&)>& fill)
{
    auto pool = open();
    if (!pool)
        return pool.error();
    if (identity.cluster != pool->marker.cluster)
        return Error{ErrorCode::Conflict,
                     "the pool belongs to another cluster",
                     subjectOf(identity.copy),
                     {}};
    auto present = findIn(*pool, identity.copy);
    if (present)
        return sameCreation(present->stored, identity);
    if (present.error().code != ErrorCode::NotFound)
        return present.error();

    const int content = pool->content.get();
    const std::string name = identity.copy.toString();
    const std::string draft = kNew + name;
    const auto removed = removeDraft(content, draft);
    if (!removed)
        return removed.error();
    if (!*removed)
        return madeElsewhere(identity.copy);
    if (auto made = makeFolder(content, draft, 0711); !made)
        return made;
    auto folder = openEntry(content, draft, O_RDONLY | O_DIRECTORY);
    if (!folder)
        return folder.error();
    const auto lock = lockDraft(content, draft, *folder); // held until the rename is through
    if (!lock)
        return named(lock.error(), identity.copy);
    if (!*lock)
        return madeElsewhere(identity.copy);
    if (auto filled = fill(*folder); !filled)
        return named(filled.error(), identity.copy);
    if (auto written = replaceFile(folder->get(), kIdentity, encodeIdentity(newIdentity(identity)));
        !written)
        return written;
    DROVER_CRASH_POINT("copy.create.drafted");
    if (::renameat(content, draft.c_str(), content, name.c_str()) != 0)
        return systemError("cannot make copy " + name, errno);
    DROVER_CRASH_POINT("copy.create.renamed");
    return syncFd(content, pathOf(content));
}

Result<void> CopyStore::destroy(const CopyId& copy,
                                const std::function<Result<void>(const Found&)>& mayGo,
                                const std::function<Result<void>(const Fd&)>& removeContent)
{
    auto pool = open();
    if (!pool)
        return pool.error();
    const int content = pool->content.get();
    const std::string name = copy.toString();
    const std::string gone = kGone + name;
    auto found = findIn(*pool, copy);
    if (!found && found.error().code == ErrorCode::NotFound)
        return removeGone(content, gone);
    if (!found && found.error().code != ErrorCode::Malformed)
        return found.error();
    if (found) {
        if (auto free = mayGo(*found); !free)
            return free;
        // From here on it is no dataset any more, whatever becomes of us: half of it must never be
        // mounted.
        StoredIdentity dying = found->stored;
        dying.identity.role = CopyRole::Trash;
        dying.whole = false;
        if (dying != found->stored)
            if (auto marked = store(*found, dying); !marked)
                return marked;
        DROVER_CRASH_POINT("copy.destroy.marked");
    }
    auto folder = openEntry(content, name, O_RDONLY | O_DIRECTORY);
    if (!folder)
        return folder.error();
    if (auto removed = removeContent(*folder); !removed)
        return named(removed.error(), copy);
    DROVER_CRASH_POINT("copy.destroy.emptied");
    if (::renameat(content, name.c_str(), content, gone.c_str()) != 0)
        return systemError("cannot remove copy " + name, errno);
    DROVER_CRASH_POINT("copy.destroy.renamed");
    return removeGone(content, gone);
}

model::PoolState CopyStore::state()
{
    model::PoolState state;
    state.name = m_name;
    auto pool = open();
    struct statvfs space = {};
    const int failed = pool && ::fstatvfs(pool->content.get(), &space) != 0 ? errno : 0;
    if (!pool || failed != 0) {
        model::Condition condition;
        condition.type = model::ConditionType::PoolUnavailable;
        condition.severity = model::ConditionSeverity::Error;
        condition.reason = "PoolUnavailable";
        condition.message = pool ? errnoText(failed) : pool.error().message;
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
    if ((space.f_flag & ST_RDONLY) != 0)
        state.conditions.push_back(readOnlyCondition(pathOf(pool->content.get())));
    if (state.free.value < state.capacity.value / kNearlyFull)
        state.conditions.push_back(nearlyFull(state));
    return state;
}

} // namespace drover::agent::backend
