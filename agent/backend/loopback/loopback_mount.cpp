// The upper half of kind `loopback`: mounting, unmounting, and who stands in the way.

#include "agent/backend/loopback/image_lock.h"
#include "agent/backend/loopback/loopback_backend.h"
#include "agent/backend/support/open_users.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::CopyId;
using model::Error;
using model::ErrorCode;
using model::Result;

bool isMountOf(const MountEntry& mount, const LoopDevice& loop)
{
    return mount.device == loop.number || mount.source == loop.path;
}

Error refusal(const CopyId& copy, std::string message, std::string hint)
{
    return {ErrorCode::FailedState, std::move(message), subjectOf(copy), std::move(hint)};
}

// A mount's id is its own on the whole machine, so one that is not ours is another namespace's.
// (Namespaces themselves cannot always be told apart: those of more privileged processes are not
// shown.)
Result<std::vector<std::string>> LoopbackBackend::mountsElsewhere(const Volume& volume) const
{
    std::vector<std::string> found;
    if (!volume.loop)
        return found;
    const auto own = ownMounts();
    if (!own)
        return own.error();
    const auto everywhere = allMounts();
    if (!everywhere)
        return everywhere.error();
    for (const NamespaceMounts& ns : *everywhere)
        for (const MountEntry& mount : ns.mounts)
            if (isMountOf(mount, *volume.loop) &&
                std::none_of(own->begin(), own->end(),
                             [&](const MountEntry& ours) { return ours.id == mount.id; }))
                found.push_back("the mount at " + mount.point + " of process " +
                                std::to_string(ns.pid));
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

Error LoopbackBackend::busyError(const Volume& volume) const
{
    const CopyId& copy = volume.found.stored.identity.copy;
    std::vector<std::string> who;
    for (const std::string& point : volume.points)
        if (const auto users = findOpenUsers(point); users && !users->users.empty())
            who.push_back(backend::describe(users->users));
    if (auto elsewhere = mountsElsewhere(volume))
        who.insert(who.end(), elsewhere->begin(), elsewhere->end());
    if (volume.loop)
        if (const auto users = findOpenUsers(volume.loop->path); users && !users->users.empty())
            who.push_back(backend::describe(users->users) + " on " + volume.loop->path);
    if (who.empty() && volume.loop)
        if (const auto users = findUsersOfDevice(volume.loop->number); !users.empty())
            who.push_back(backend::describe(users) + ", behind a lazy unmount");
    std::string list;
    for (const std::string& one : who)
        list += (list.empty() ? "" : "; ") + one;
    return refusal(copy,
                   "it is in use by " +
                       (list.empty() ? std::string("somebody who cannot be seen from here") : list),
                   "stop these processes");
}

Result<void> LoopbackBackend::mountDevice(const Volume& volume) const
{
    const CopyId& copy = volume.found.stored.identity.copy;
    const std::string point = pointOf(volume);
    if (::mkdir(point.c_str(), 0700) != 0 && errno != EEXIST)
        return systemError("cannot make " + point, errno);
    auto folder = openFolder(point);
    if (!folder)
        return folder.error();
    struct stat st = {};
    if (::lstat(point.c_str(), &st) != 0 || !S_ISDIR(st.st_mode))
        return refusal(copy, point + " is not a folder", "move it away");
    const auto below = listFolder(folder->get());
    if (!below)
        return below.error();
    // Another copy of the dataset mounted there, or files that somebody wrote while nothing was:
    // neither may be hidden.
    if (!below->empty())
        return refusal(copy, point + " is not empty, so nothing is mounted over it",
                       "see what is in it and move it away");
    const std::string& type = volume.found.stored.filesystem;
    const char* options = type == "ext4" ? "discard,errors=remount-ro" : "discard";
    DROVER_CRASH_POINT("loopback.mount.before");
    if (::mount(volume.loop->path.c_str(), point.c_str(), type.c_str(), MS_RELATIME, options) != 0)
        return named(systemError("cannot mount " + volume.loop->path + " at " + point, errno),
                     copy);
    DROVER_CRASH_POINT("loopback.mount.mounted");
    return {};
}

// The root folder of a fresh filesystem belongs to root, and ext4 has put something into it:
// neither is what a user of an empty volume expects.
Result<void> LoopbackBackend::prepareRoot(Volume& volume) const
{
    StoredIdentity& stored = volume.found.stored;
    if (stored.prepared)
        return {};
    auto root = openFolder(pointOf(volume));
    if (!root)
        return root.error();
    if (::unlinkat(root->get(), "lost+found", AT_REMOVEDIR) != 0 && errno != ENOENT &&
        errno != ENOTEMPTY)
        return systemError("cannot remove lost+found", errno);
    if (::fchmod(root->get(), 0777) != 0)
        return systemError("cannot open the volume to its users", errno);
    if (::syncfs(root->get()) != 0)
        return systemError("cannot sync the volume", errno);
    stored.prepared = true;
    return CopyStore::store(volume.found, stored);
}

Result<std::string> LoopbackBackend::mount(const CopyId& copy, model::Epoch epoch)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    const StoredIdentity& stored = volume->found.stored;
    if (auto mountable = checkMountable(stored, epoch); !mountable)
        return mountable.error();
    if (!volume->loop || stored.filesystem.empty())
        return refusal(copy, "it is not attached and formatted");
    if (volume->shared) {
        const auto lock = readImageLock(volume->found.folder.get());
        if (!lock || lock->node != m_config.node || lock->boot != m_config.boot || lock->released ||
            lock->epoch != epoch)
            return refusal(copy,
                           "this node does not hold its lock at epoch " + std::to_string(epoch),
                           "it is attached anew");
    }
    const std::string point = pointOf(*volume);
    if (auto made = m_publication.prepare(); !made)
        return made.error();
    const bool was =
        std::find(volume->points.begin(), volume->points.end(), point) != volume->points.end();
    if (!was) {
        // Looked at first: a name that stays taken for long must not make the volume come and go.
        if (auto free = m_publication.checkFree(stored.identity.dataset, stored.identity.name);
            !free)
            return free.error();
        if (volume->points.empty())
            if (auto grown = growFilesystem(*volume); !grown)
                return grown.error();
        if (auto mounted = mountDevice(*volume); !mounted)
            return mounted.error();
        volume->points.push_back(point);
        if (auto grown = growFilesystem(*volume);
            !grown && grown.error().code != ErrorCode::Unsupported)
            return grown.error();
    }
    if (auto ready = prepareRoot(*volume); !ready)
        return ready.error();
    auto published = m_publication.publish(stored.identity.dataset, stored.identity.name);
    if (published)
        return m_publication.named(stored.identity.name).string();
    if (!was) {
        // As if nothing had been tried. Should it not go, the next look shows it mounted without a
        // name.
        if (::umount2(point.c_str(), UMOUNT_NOFOLLOW) == 0)
            ::rmdir(point.c_str());
    }
    return published.error();
}

Result<void> LoopbackBackend::unmount(const CopyId& copy)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    const model::DatasetId dataset = volume->found.stored.identity.dataset;
    const std::string point = pointOf(*volume);
    const bool mounted =
        std::find(volume->points.begin(), volume->points.end(), point) != volume->points.end();
    if (!mounted) {
        // A crash may have left the empty mount point; anything else there is another copy's, whose
        // names stay.
        struct stat st = {};
        struct stat parent = {};
        const bool leftover = ::lstat(point.c_str(), &st) == 0 && S_ISDIR(st.st_mode) &&
                              ::stat((point + "/..").c_str(), &parent) == 0 &&
                              parent.st_dev == st.st_dev;
        if (!leftover)
            return {};
        if (auto removed = m_publication.unpublish(dataset); !removed)
            return removed;
        if (::rmdir(point.c_str()) != 0 && errno != ENOENT)
            return refusal(copy, "files lie under the mount point " + point,
                           "see what is in it and move it away");
        return {};
    }
    // A container's mount would outlive ours; and removing the mount point would take it away from
    // under its users.
    const auto elsewhere = mountsElsewhere(*volume);
    if (!elsewhere)
        return named(elsewhere.error(), copy);
    if (!elsewhere->empty())
        return busyError(*volume);
    const auto name = m_publication.nameOf(dataset);
    if (!name)
        return name.error();
    if (auto removed = m_publication.unpublish(dataset); !removed)
        return removed;
    DROVER_CRASH_POINT("loopback.unmount.unpublished");
    if (::umount2(point.c_str(), UMOUNT_NOFOLLOW) != 0) {
        const int failed = errno;
        const Error busy = failed == EBUSY
                               ? busyError(*volume)
                               : named(systemError("cannot unmount " + point, failed), copy);
        // Meanwhile a dataset that waited for the name may have it.
        if (!name->empty())
            if (auto published = m_publication.publish(dataset, *name);
                !published && published.error().code != ErrorCode::InUse)
                return published;
        return busy;
    }
    DROVER_CRASH_POINT("loopback.unmount.unmounted");
    if (::rmdir(point.c_str()) == 0 || errno == ENOENT)
        return {};
    // mounted there more than once; each round takes one away
    if (errno == EBUSY)
        return unmount(copy);
    return refusal(copy, "files lie under the mount point " + point,
                   "see what is in it and move it away");
}

Result<void> LoopbackBackend::proveReleased(const CopyId& copy)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    // A mount in any namespace keeps the device, and a device keeps the image: no device, no mount
    // anywhere. A neighbour's device was attached by a grant above ours.
    if (volume->loop && !isNeighbours(*volume))
        return busyError(*volume);
    const auto users = findOpenUsers(pathOf(volume->image.get()));
    if (!users)
        return users.error();
    std::vector<OpenUser> writers;
    std::copy_if(users->users.begin(), users->users.end(), std::back_inserter(writers),
                 [](const OpenUser& u) { return u.canWrite; });
    if (!writers.empty())
        return refusal(copy, "its image is open for writing by " + backend::describe(writers),
                       "stop these processes");
    return {};
}

} // namespace drover::agent::backend
