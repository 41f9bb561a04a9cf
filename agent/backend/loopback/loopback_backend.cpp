#include "agent/backend/loopback/loopback_backend.h"

#include "agent/backend/loopback/filesystem.h"
#include "agent/backend/loopback/image_lock.h"
#include "agent/backend/support/open_users.h"
#include "agent/backend/transfer/tree_scan.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::ByteCount;
using model::CopyId;
using model::CopyRole;
using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr const char* kImage = "image";
constexpr const char* kDefaultFilesystem = "ext4";

Result<bool> hasData(const Fd& image, std::uint64_t size, std::uint64_t allocated)
{
    if (allocated == 0)
        return false;
    const auto extents = dataExtents(image.get(), size, 0);
    if (!extents)
        return extents.error();
    return !extents->empty();
}

} // namespace

LoopbackBackend::LoopbackBackend(PoolConfig config, CommandRunner& runner)
    : m_config(std::move(config)), m_runner(runner), m_store(m_config),
      m_publication(m_config.mountRoot)
{}

std::string LoopbackBackend::imagePath(const CopyId& copy) const
{
    return (m_store.folderOf(copy) / kImage).string();
}

std::string LoopbackBackend::pointOf(const Volume& volume) const
{
    return m_publication.byId(volume.found.stored.identity.dataset).string();
}

Result<LoopbackBackend::Machine> LoopbackBackend::lookAtMachine() const
{
    auto loops = listLoops();
    if (!loops)
        return loops.error();
    auto mounts = ownMounts();
    if (!mounts)
        return mounts.error();
    return Machine{std::move(*loops), std::move(*mounts)};
}

Result<LoopbackBackend::Volume> LoopbackBackend::lookAt(CopyStore::Found found, bool shared,
                                                        const Machine& machine) const
{
    Volume volume{std::move(found), shared, {}, {}, {}, {}, {}, false};
    const CopyId& copy = volume.found.stored.identity.copy;
    auto image = openEntry(volume.found.folder.get(), kImage, O_RDWR);
    if (!image && image.error().code == ErrorCode::NotFound)
        return Error{ErrorCode::Malformed, "its image is missing", subjectOf(copy), {}};
    if (!image)
        return named(image.error(), copy);
    struct stat st = {};
    if (::fstat(image->get(), &st) != 0)
        return systemError("cannot look at " + imagePath(copy), errno);
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::Malformed, "its image is not a file", subjectOf(copy), {}};
    volume.image = std::move(*image);
    volume.size.value = static_cast<std::uint64_t>(st.st_size);
    volume.used.value = static_cast<std::uint64_t>(st.st_blocks) * 512;
    for (const LoopDevice& loop : machine.loops)
        if (loop.backingDevice == st.st_dev && loop.backingInode == st.st_ino)
            volume.loop = loop;
    if (volume.loop)
        for (const MountEntry& mount : machine.mounts)
            if (isMountOf(mount, *volume.loop)) {
                volume.points.push_back(mount.point);
                volume.readOnly = volume.readOnly || mount.readOnly;
            }
    return volume;
}

Result<LoopbackBackend::Volume> LoopbackBackend::look(const CopyId& copy)
{
    auto pool = m_store.open();
    if (!pool)
        return pool.error();
    auto found = m_store.findIn(*pool, copy);
    if (!found)
        return found.error();
    const auto machine = lookAtMachine();
    if (!machine)
        return machine.error();
    return lookAt(std::move(*found), pool->marker.shared, *machine);
}

model::PoolState LoopbackBackend::probe()
{
    model::PoolState state = m_store.state();
    state.kind = m_config.kind;
    model::Capabilities& can = state.capabilities;
    can.sizes = true;
    can.growOnline = canGrowSomeMounted();
    can.growOffline = true;
    can.provenRelease = true;
    can.transfer = !state.shared;
    can.filesystems = makeableFilesystems();
    can.defaultFilesystem = kDefaultFilesystem;
    return state;
}

bool LoopbackBackend::isMine(const Volume& volume) const
{
    if ((volume.loop && !isNeighbours(volume)) ||
        volume.found.stored.identity.spec.placement.node == m_config.node)
        return true;
    const auto lock = readImageLock(volume.found.folder.get());
    // one that cannot be read is shown rather than hidden
    if (!lock)
        return lock.error().code != ErrorCode::NotFound;
    return lock->node == m_config.node && !lock->released;
}

bool LoopbackBackend::holdsLock(const Volume& volume) const
{
    const auto lock = readImageLock(volume.found.folder.get());
    return lock && !lock->released && lock->node == m_config.node;
}

bool LoopbackBackend::isNeighbours(const Volume& volume) const
{
    if (!volume.loop || !volume.shared)
        return false;
    if (std::find(volume.points.begin(), volume.points.end(), pointOf(volume)) !=
        volume.points.end())
        return false;
    const auto lock = readImageLock(volume.found.folder.get());
    return lock && !lock->released && lock->node != m_config.node && lock->boot == m_config.boot;
}

model::LocalCopy LoopbackBackend::describe(const Volume& volume, const std::string& name) const
{
    const StoredIdentity& stored = volume.found.stored;
    model::LocalCopy local;
    local.identity = stored.identity;
    local.createdWhole = stored.whole;
    local.filesystem = stored.filesystem;
    local.size = volume.size;
    local.used = volume.used;
    if (volume.loop && !isNeighbours(volume))
        local.phase =
            stored.filesystem.empty() ? model::CopyPhase::Attached : model::CopyPhase::Formatted;
    else if (!volume.loop && volume.shared && holdsLock(volume))
        local.phase = model::CopyPhase::Locked;
    if (std::find(volume.points.begin(), volume.points.end(), pointOf(volume)) !=
        volume.points.end()) {
        local.phase = model::CopyPhase::Mounted;
        local.publishedName = name;
        local.path = name.empty() ? pointOf(volume) : m_publication.named(name).string();
        if (volume.readOnly)
            local.conditions.push_back(readOnlyCondition(pointOf(volume)));
        if (stored.filesystemBytes < volume.size.value)
            local.size = ByteCount{stored.filesystemBytes}; // what its users have
    }
    if (stored.lateWrites)
        local.conditions.push_back(lateWritesCondition());
    return local;
}

Result<std::vector<model::LocalCopy>> LoopbackBackend::list(bool mineOnly)
{
    auto pool = m_store.open();
    if (!pool)
        return pool.error();
    auto all = m_store.all(*pool);
    if (!all)
        return all.error();
    const auto machine = lookAtMachine();
    if (!machine)
        return machine.error();
    if (!m_swept) {
        if (auto swept = m_publication.sweep(); !swept)
            return swept.error();
        m_swept = true;
    }
    const auto names = m_publication.allNames();
    if (!names)
        return names.error();
    std::vector<model::LocalCopy> copies;
    for (CopyStore::Listed& listed : *all) {
        if (!listed.found) {
            copies.push_back(unreadableCopy(listed.copy, listed.found.error()));
            continue;
        }
        auto volume = lookAt(std::move(*listed.found), pool->marker.shared, *machine);
        if (!volume && volume.error().code == ErrorCode::Malformed) {
            copies.push_back(unreadableCopy(listed.copy, volume.error()));
            continue;
        }
        if (!volume)
            return volume.error();
        if (mineOnly && volume->shared && !isMine(*volume))
            continue;
        const auto name = names->find(volume->found.stored.identity.dataset);
        copies.push_back(describe(*volume, name == names->end() ? std::string() : name->second));
    }
    return copies;
}

Result<model::LocalCopy> LoopbackBackend::inspect(const CopyId& copy)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    const auto name = m_publication.nameOf(volume->found.stored.identity.dataset);
    if (!name)
        return name.error();
    return describe(*volume, *name);
}

Result<void> LoopbackBackend::create(const model::CopyIdentity& identity)
{
    const std::string filesystem =
        identity.spec.filesystem.empty() ? kDefaultFilesystem : identity.spec.filesystem;
    const auto smallest = smallestFor(filesystem);
    if (!identity.spec.size)
        return Error{ErrorCode::InvalidArgument, "a loopback dataset needs a size",
                     subjectOf(identity.copy), "give it one with --size"};
    if (!smallest)
        return Error{ErrorCode::Unsupported, "filesystem `" + filesystem + "` is not known here",
                     subjectOf(identity.copy), "use ext4, xfs or btrfs"};
    if (*identity.spec.size < *smallest)
        return Error{ErrorCode::InvalidArgument,
                     filesystem + " needs at least " + model::toString(*smallest),
                     subjectOf(identity.copy),
                     {}};
    return m_store.create(identity, [&](const Fd& folder) -> Result<void> {
        auto image = openEntry(folder.get(), kImage, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (!image)
            return image.error();
        DROVER_CRASH_POINT("loopback.create.image");
        if (::ftruncate(image->get(), static_cast<off_t>(identity.spec.size->value)) != 0)
            return systemError("cannot size an image", errno);
        return syncFd(image->get(), "a new image");
    });
}

Result<void> LoopbackBackend::setIdentity(const model::CopyIdentity& identity)
{
    auto volume = look(identity.copy);
    if (!volume)
        return volume.error();
    const auto change = [&]() -> Result<void> {
        // Anew, now that nobody else changes it.
        auto found = m_store.find(identity.copy);
        if (!found)
            return found.error();
        if (volume->shared) {
            const auto holder = foreignHolder(found->folder.get(), m_config.node);
            if (!holder)
                return named(holder.error(), identity.copy);
            if (*holder && (*holder)->epoch >= identity.epoch)
                return refusal(identity.copy, "node " + (*holder)->node.toString() +
                                                  " holds it at epoch " +
                                                  std::to_string((*holder)->epoch));
        }
        auto next = changeIdentity(found->stored, identity, !volume->points.empty());
        if (!next)
            return next.error();
        if (*next == found->stored)
            return syncFd(found->folder.get(), subjectOf(identity.copy));
        return CopyStore::store(*found, *next);
    };
    return volume->shared ? underFolderLock(volume->found.folder.get(), change) : change();
}

Result<void> LoopbackBackend::attach(const CopyId& copy)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    const StoredIdentity& stored = volume->found.stored;
    if (stored.identity.role != CopyRole::Primary || !stored.whole)
        return refusal(copy, std::string("its role is ") + model::toString(stored.identity.role) +
                                 "; only a whole primary is attached");
    if (volume->shared) {
        const ImageLock ours{m_config.node, m_config.boot, stored.identity.epoch, copy,
                             /*released=*/false};
        if (auto taken = takeImageLock(volume->found.folder.get(), ours); !taken)
            return named(taken.error(), copy);
        DROVER_CRASH_POINT("loopback.attach.locked");
    }
    // Several agents of one machine may share the pool: one at a time looks and attaches.
    return underFolderLock(volume->found.folder.get(), [&]() -> Result<void> {
        auto loop = attachLoop(volume->image.get(), imagePath(copy));
        if (!loop)
            return named(loop.error(), copy);
        return {};
    });
}

Result<void> LoopbackBackend::format(const CopyId& copy)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    if (!volume->loop)
        return refusal(copy, "it is not attached");
    StoredIdentity& stored = volume->found.stored;
    const std::string& device = volume->loop->path;
    if (!stored.filesystem.empty())
        return {};
    const std::string& asked = stored.identity.spec.filesystem;
    const std::string wanted = asked.empty() ? kDefaultFilesystem : asked;
    const auto makeable = makeableFilesystems();
    if (std::find(makeable.begin(), makeable.end(), wanted) == makeable.end())
        return Error{ErrorCode::Unsupported,
                     "this machine cannot make a filesystem `" + wanted + "`", subjectOf(copy),
                     "install its tools"};
    if (stored.formatting.empty()) {
        const auto present = probeDevice(device);
        if (!present)
            return named(present.error(), copy);
        if (!present->type.empty())
            return refusal(copy,
                           "its image holds " + present->type + " already; it is not formatted",
                           "look at it; nothing was changed");
        const auto written = hasData(volume->image, volume->size.value, volume->used.value);
        if (!written)
            return named(written.error(), copy);
        if (*written)
            return refusal(copy, "its image holds data that is no filesystem; it is not formatted",
                           "look at it; nothing was changed");
        stored.formatting = wanted;
        if (auto noted = CopyStore::store(volume->found, stored); !noted)
            return noted;
        // what a try that died has left
    } else if (auto emptied = discardAll(*volume->loop, volume->size); !emptied) {
        return named(emptied.error(), copy);
    }
    DROVER_CRASH_POINT("loopback.format.begun");
    if (auto made = makeFilesystem(m_runner, wanted, device, copy.value); !made)
        return named(made.error(), copy);
    DROVER_CRASH_POINT("loopback.format.made");
    const auto there = probeDevice(device);
    if (!there)
        return named(there.error(), copy);
    if (there->type != wanted)
        return Error{ErrorCode::Io,
                     "a fresh " + wanted + " reads as `" + there->type + "`",
                     subjectOf(copy),
                     {}};
    stored.filesystem = wanted;
    stored.formatting.clear();
    stored.filesystemBytes = volume->size.value;
    return CopyStore::store(volume->found, stored);
}

Result<void> LoopbackBackend::detach(const CopyId& copy)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    if (isNeighbours(*volume))
        return {};
    if (!volume->points.empty())
        return refusal(copy, "it is mounted at " + volume->points.front(), "unmount it first");
    if (auto gone = detachLoop(volume->image.get()); !gone) {
        if (gone.error().code == ErrorCode::FailedState)
            return busyError(*volume);
        return named(gone.error(), copy);
    }
    // What the device still had in the page cache of the image.
    if (auto synced = syncFd(volume->image.get(), imagePath(copy)); !synced)
        return synced;
    if (!volume->shared)
        return {};
    DROVER_CRASH_POINT("loopback.detach.unlocking");
    return releaseImageLock(volume->found.folder.get(), m_config.node);
}

Result<void> LoopbackBackend::growFilesystem(Volume& volume)
{
    StoredIdentity& stored = volume.found.stored;
    if (stored.filesystem.empty() || stored.filesystemBytes >= volume.size.value)
        return {};
    const CopyId& copy = stored.identity.copy;
    if (!volume.points.empty()) {
        auto grown =
            growMounted(m_runner, stored.filesystem, volume.loop->path, volume.points.front());
        if (!grown)
            return named(grown.error(), copy);
    } else {
        auto grown = growUnmounted(m_runner, stored.filesystem,
                                   volume.loop ? volume.loop->path : imagePath(copy));
        if (!grown)
            return named(grown.error(), copy);
        if (!*grown)
            return {}; // mount() does it
    }
    DROVER_CRASH_POINT("loopback.grow.grown");
    stored.filesystemBytes = volume.size.value;
    return CopyStore::store(volume.found, stored);
}

Result<void> LoopbackBackend::grow(const CopyId& copy, ByteCount size)
{
    auto volume = look(copy);
    if (!volume)
        return volume.error();
    if (volume->size < size) {
        // Refused before anything is changed.
        if (!volume->points.empty())
            if (auto may = checkGrowsMounted(volume->found.stored.filesystem); !may)
                return named(may.error(), copy);
        if (::ftruncate(volume->image.get(), static_cast<off_t>(size.value)) != 0)
            return named(systemError("cannot enlarge its image", errno), copy);
        if (auto synced = syncFd(volume->image.get(), imagePath(copy)); !synced)
            return synced;
        DROVER_CRASH_POINT("loopback.grow.image");
        volume->size = size;
    }
    // Told each time: a crash may have come between.
    if (volume->loop)
        if (auto told = refreshLoopSize(*volume->loop); !told)
            return named(told.error(), copy);
    return growFilesystem(*volume);
}

Result<void> LoopbackBackend::destroy(const CopyId& copy)
{
    const auto mayGo = [&](const CopyStore::Found& found) -> Result<void> {
        auto volume = look(copy);
        // no image: nothing is mounted
        if (!volume && volume.error().code == ErrorCode::Malformed)
            return {};
        if (!volume)
            return volume.error();
        if (!volume->points.empty())
            return refusal(copy, "it is mounted at " + volume->points.front(), "unmount it first");
        if (volume->shared) {
            const auto holder = foreignHolder(found.folder.get(), m_config.node);
            if (!holder)
                return named(holder.error(), copy);
            // An image that was granted above its holder is not the holder's any more: that node was
            // declared lost.
            if (*holder && (*holder)->epoch >= found.stored.identity.epoch)
                return refusal(copy, "node " + (*holder)->node.toString() + " holds it",
                               "it is detached there first");
        }
        if (auto gone = detachLoop(volume->image.get()); !gone) {
            if (gone.error().code == ErrorCode::FailedState)
                return busyError(*volume);
            return named(gone.error(), copy);
        }
        return {};
    };
    auto done = m_store.destroy(copy, mayGo, [](const Fd&) -> Result<void> { return {}; });
    if (!done)
        return done;
    const std::scoped_lock lock(m_cacheMutex);
    m_caches.erase(copy);
    return {};
}

} // namespace drover::agent::backend
