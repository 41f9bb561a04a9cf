#include "agent/backend/support/publication.h"

#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::DatasetId;
using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kById = "by-id";

// Absent: not a link, or not there.
std::optional<std::string> readLink(int dir, const std::string& name)
{
    std::string buffer(PATH_MAX, '\0');
    const ssize_t length = ::readlinkat(dir, name.c_str(), buffer.data(), buffer.size());
    if (length < 0)
        return std::nullopt;
    buffer.resize(static_cast<std::size_t>(length));
    return buffer;
}

std::string linkText(const DatasetId& dataset)
{
    return std::string(kById) + "/" + dataset.toString();
}

// The dataset that a link of ours is for; absent: not a link of ours.
std::optional<DatasetId> datasetOf(const std::string& text)
{
    const std::string prefix = std::string(kById) + "/";
    if (!text.starts_with(prefix))
        return std::nullopt;
    const auto id = DatasetId::parse(text.substr(prefix.size()));
    if (!id)
        return std::nullopt;
    return *id;
}

} // namespace

std::filesystem::path Publication::byId(const DatasetId& dataset) const
{
    return m_root / kById / dataset.toString();
}

Result<void> Publication::prepare() const
{
    std::error_code failed;
    std::filesystem::create_directories(m_root, failed);
    if (failed)
        return systemError("cannot make the mount root " + m_root.string(), failed.value());
    auto root = openFolder(m_root.string());
    if (!root)
        return root.error();
    return makeFolder(root->get(), kById, 0755);
}

Error Publication::isTaken(const DatasetId& dataset, const std::string& name) const
{
    return {ErrorCode::AlreadyExists, named(name).string() + " is something else already",
            "dataset " + dataset.toString(), "remove it, or rename the dataset"};
}

// `present` is where the name leads now; absent: it is there and no link.
Result<void> Publication::mayReplace(int root, const std::optional<std::string>& present,
                                     const DatasetId& dataset, const std::string& name) const
{
    const auto other = present ? datasetOf(*present) : std::nullopt;
    if (!other)
        return isTaken(dataset, name);
    if (*other == dataset)
        return {};
    const auto alive = entryExists(root, *present);
    if (!alive)
        return alive.error();
    if (!*alive)
        return {}; // a leaving
    // Somebody's data, and perhaps in use: never told to be removed.
    return Error{ErrorCode::InUse,
                 "the name " + name + " still leads to the dataset " + other->toString() +
                     ", which is not down yet",
                 "dataset " + dataset.toString(),
                 "stop the users of " + byId(*other).string() + "; then it goes on by itself"};
}

Result<void> Publication::checkFree(const DatasetId& dataset, const std::string& name) const
{
    auto root = openFolder(m_root.string());
    if (!root && root.error().code == ErrorCode::NotFound)
        return {};
    if (!root)
        return root.error();
    const auto there = entryExists(root->get(), name);
    if (!there)
        return there.error();
    if (!*there)
        return {};
    return mayReplace(root->get(), readLink(root->get(), name), dataset, name);
}

Result<void> Publication::publish(const DatasetId& dataset, const std::string& name) const
{
    auto root = openFolder(m_root.string());
    if (!root)
        return root.error();
    const std::string text = linkText(dataset);
    for (int attempt = 0; ::symlinkat(text.c_str(), root->get(), name.c_str()) != 0; ++attempt) {
        if (errno != EEXIST)
            return systemError("cannot publish " + named(name).string(), errno);
        const auto present = readLink(root->get(), name);
        if (present == text)
            break;
        if (auto free = mayReplace(root->get(), present, dataset, name); !free)
            return free;
        if (attempt > 0)
            return isTaken(dataset, name);
        if (auto removed = removeEntry(root->get(), name); !removed)
            return removed;
    }
    DROVER_CRASH_POINT("publish.linked");
    const auto names = namesOf(dataset);
    if (!names)
        return names.error();
    for (const std::string& old : *names)
        if (old != name)
            if (auto removed = removeEntry(root->get(), old); !removed)
                return removed;
    return syncFd(root->get(), m_root.string());
}

Result<void> Publication::unpublish(const DatasetId& dataset) const
{
    const auto names = namesOf(dataset);
    if (!names)
        return names.error();
    if (names->empty())
        return {};
    auto root = openFolder(m_root.string());
    if (!root)
        return root.error();
    for (const std::string& name : *names)
        if (auto removed = removeEntry(root->get(), name); !removed)
            return removed;
    return {};
}

Result<void> Publication::sweep() const
{
    auto folder = openFolder((m_root / kById).string());
    if (!folder && folder.error().code == ErrorCode::NotFound)
        return {};
    if (!folder)
        return folder.error();
    const auto entries = listFolder(folder->get());
    if (!entries)
        return entries.error();
    struct stat here = {};
    if (::fstat(folder->get(), &here) != 0)
        return systemError("cannot look at " + (m_root / kById).string(), errno);
    for (const DirEntry& entry : *entries) {
        struct stat point = {};
        const auto dataset = DatasetId::parse(entry.name);
        if (!dataset ||
            ::fstatat(folder->get(), entry.name.c_str(), &point, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISDIR(point.st_mode) || point.st_dev != here.st_dev)
            continue;
        if (auto removed = unpublish(*dataset); !removed)
            return removed;
        if (::unlinkat(folder->get(), entry.name.c_str(), AT_REMOVEDIR) != 0 &&
            errno != ENOTEMPTY && errno != EBUSY && errno != ENOENT)
            return systemError("cannot remove the mount point " + byId(*dataset).string(), errno);
    }
    return {};
}

Result<std::vector<std::string>> Publication::namesOf(const DatasetId& dataset) const
{
    std::vector<std::string> names;
    const auto published = scan();
    if (!published)
        return published.error();
    for (const auto& [name, of] : *published)
        if (of == dataset)
            names.push_back(name);
    return names;
}

Result<std::map<DatasetId, std::string>> Publication::allNames() const
{
    std::map<DatasetId, std::string> names;
    const auto published = scan();
    if (!published)
        return published.error();
    for (const auto& [name, dataset] : *published)
        names.emplace(dataset, name);
    return names;
}

Result<std::map<std::string, DatasetId>> Publication::scan() const
{
    std::map<std::string, DatasetId> published;
    auto root = openFolder(m_root.string());
    if (!root) {
        if (root.error().code == ErrorCode::NotFound)
            return published; // no mount root, no names
        return root.error();
    }
    const auto entries = listFolder(root->get());
    if (!entries)
        return entries.error();
    for (const DirEntry& entry : *entries) {
        if (entry.type != DT_LNK && entry.type != DT_UNKNOWN)
            continue;
        const auto text = readLink(root->get(), entry.name);
        if (!text)
            continue;
        if (const auto dataset = datasetOf(*text))
            published.emplace(entry.name, *dataset);
    }
    return published;
}

Result<std::string> Publication::nameOf(const DatasetId& dataset) const
{
    auto names = namesOf(dataset);
    if (!names)
        return names.error();
    return names->empty() ? std::string() : names->front();
}

Result<void> Publication::linkById(const DatasetId& dataset, const std::string& target) const
{
    auto folder = openFolder((m_root / kById).string());
    if (!folder)
        return folder.error();
    const std::string name = dataset.toString();
    const auto present = readLink(folder->get(), name);
    if (present == target)
        return {};
    if (const auto exists = entryExists(folder->get(), name); !exists)
        return exists.error();
    else if (*exists && !present)
        return Error{ErrorCode::FailedState, byId(dataset).string() + " is not a link",
                     "dataset " + name, "unmount or remove it"};
    // Made beside it and renamed over it: a link to an older copy of this dataset is replaced in
    // one step.
    const std::string draft = "." + name + ".new";
    if (::unlinkat(folder->get(), draft.c_str(), 0) != 0 && errno != ENOENT)
        return systemError("cannot remove " + draft, errno);
    if (::symlinkat(target.c_str(), folder->get(), draft.c_str()) != 0)
        return systemError("cannot link " + draft, errno);
    DROVER_CRASH_POINT("by_id.draft");
    if (::renameat(folder->get(), draft.c_str(), folder->get(), name.c_str()) != 0)
        return systemError("cannot publish " + byId(dataset).string(), errno);
    DROVER_CRASH_POINT("by_id.linked");
    return syncFd(folder->get(), kById);
}

Result<void> Publication::unlinkById(const DatasetId& dataset) const
{
    auto folder = openFolder((m_root / kById).string());
    if (!folder) {
        if (folder.error().code == ErrorCode::NotFound)
            return {};
        return folder.error();
    }
    const std::string name = dataset.toString();
    if (!readLink(folder->get(), name)) {
        const auto exists = entryExists(folder->get(), name);
        if (!exists)
            return exists.error();
        if (!*exists)
            return {};
        return Error{ErrorCode::FailedState, byId(dataset).string() + " is not a link",
                     "dataset " + name, "unmount or remove it"};
    }
    return removeEntry(folder->get(), name);
}

Result<std::string> Publication::byIdTarget(const DatasetId& dataset) const
{
    auto folder = openFolder((m_root / kById).string());
    if (!folder) {
        if (folder.error().code == ErrorCode::NotFound)
            return std::string();
        return folder.error();
    }
    return readLink(folder->get(), dataset.toString()).value_or(std::string());
}

} // namespace drover::agent::backend
