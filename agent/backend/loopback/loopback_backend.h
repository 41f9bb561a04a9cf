#pragma once

// Kind `loopback`: a copy is an image file, a loop device over it, a filesystem on that. Needs root.
//
//     POOL/drover-pool.json
//     POOL/images/<copy id>/identity.json   whose it is, and how far its filesystem has come (support/identity_file.h)
//     POOL/images/<copy id>/image           sparse, of the dataset's size
//     POOL/images/<copy id>/lock.json       shared pools: who has it attached (image_lock.h)
//     MOUNTROOT/by-id/<dataset id>          mount point
//     MOUNTROOT/<name>                      link to it
//
// Specification
// - Nothing is remembered: devices are found by the file behind them, mounts by this process's mountinfo.
// - format() makes a filesystem only on an image in which nothing was ever written and libblkid finds nothing. It writes down that it
//   begins before it begins, so that what a crash leaves is known as its own half-made work.
// - A copy is mounted only after its filesystem was written down as made.
// - unmount() never is lazy; detach() succeeds only when the device is really gone; proveReleased() looks for the device, for mounts in
//   every namespace, and for writers of the image itself.
// - In a shared pool the lock record is taken before the device and let go after it.
// - Names are taken away before the mount goes, and the mount point must be empty before something is mounted over it: nobody writes
//   beneath a mount unseen.

#include "agent/backend/backend.h"
#include "agent/backend/loopback/loop_device.h"
#include "agent/backend/make_backend.h"
#include "agent/backend/support/copy_store.h"
#include "agent/backend/support/mountinfo.h"
#include "agent/backend/support/publication.h"
#include "agent/backend/transfer/block_sync.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

namespace drover::agent::backend {

class LoopbackBackend final : public StorageBackend
{
public:
    // `runner` must outlive it.
    LoopbackBackend(PoolConfig config, CommandRunner& runner);

    [[nodiscard]] model::PoolState probe() override;
    [[nodiscard]] model::Result<std::vector<model::LocalCopy>> list(bool mineOnly) override;
    [[nodiscard]] model::Result<model::LocalCopy> inspect(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> create(const model::CopyIdentity& identity) override;
    [[nodiscard]] model::Result<void> setIdentity(const model::CopyIdentity& identity) override;
    [[nodiscard]] model::Result<void> attach(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> format(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> detach(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<std::string> mount(const model::CopyId& copy,
                                                   model::Epoch epoch) override;
    [[nodiscard]] model::Result<void> unmount(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> proveReleased(const model::CopyId& copy) override;
    [[nodiscard]] model::Result<void> grow(const model::CopyId& copy,
                                           model::ByteCount size) override;
    [[nodiscard]] model::Result<PassResult> sendPass(const model::CopyId& copy, bool final,
                                                     ByteChannel& channel,
                                                     const ProgressSink& progress,
                                                     const Canceller& cancel) override;
    [[nodiscard]] model::Result<PassResult> receivePass(const model::CopyId& copy, bool final,
                                                        ByteChannel& channel,
                                                        const ProgressSink& progress,
                                                        const Canceller& cancel) override;
    [[nodiscard]] model::Result<void> destroy(const model::CopyId& copy) override;

private:
    // Everything about one copy that a look can tell.
    struct Volume
    {
        CopyStore::Found found;
        bool shared = false;
        Fd image;
        model::ByteCount size;
        model::ByteCount used;
        std::optional<LoopDevice> loop;
        std::vector<std::string> points; // where this namespace has it mounted
        bool readOnly = false;           // one of them
    };
    // What is looked at once for many copies.
    struct Machine
    {
        std::vector<LoopDevice> loops;
        std::vector<MountEntry> mounts;
    };
    [[nodiscard]] model::Result<Machine> lookAtMachine() const;
    [[nodiscard]] model::Result<Volume> look(const model::CopyId& copy);
    [[nodiscard]] model::Result<Volume> lookAt(CopyStore::Found found, bool shared,
                                               const Machine& machine) const;
    [[nodiscard]] model::LocalCopy describe(const Volume& volume, const std::string& name) const;
    [[nodiscard]] bool isMine(const Volume& volume) const;
    // Is this node the one that the image's lock names, not yet released?
    [[nodiscard]] bool holdsLock(const Volume& volume) const;
    // Is its device another agent's of this machine, by the lock? Several agents of one machine see
    // the same devices. A device that we have mounted is ours whatever the lock says: then we have
    // to let go.
    [[nodiscard]] bool isNeighbours(const Volume& volume) const;

    [[nodiscard]] std::string imagePath(const model::CopyId& copy) const;
    [[nodiscard]] std::string pointOf(const Volume& volume) const;
    [[nodiscard]] bool isMounted(const Volume& volume) const { return !volume.points.empty(); }
    [[nodiscard]] model::Result<void> growFilesystem(Volume& volume);
    [[nodiscard]] model::Result<void> mountDevice(const Volume& volume) const;
    [[nodiscard]] model::Result<void> prepareRoot(Volume& volume) const;
    // in other mount namespaces
    [[nodiscard]] model::Result<std::vector<std::string>>
    mountsElsewhere(const Volume& volume) const;
    [[nodiscard]] model::Error busyError(const Volume& volume) const;
    [[nodiscard]] std::shared_ptr<BlockCache> cacheOf(const model::CopyId& copy);

    PoolConfig m_config;
    CommandRunner& m_runner;
    CopyStore m_store;
    Publication m_publication;
    std::atomic<bool> m_swept = false; // mount points of a former boot
    std::mutex m_cacheMutex;
    // Shared: a pass goes on with its cache whatever becomes of the table.
    std::map<model::CopyId, std::shared_ptr<BlockCache>> m_caches;
};

// Is this a mount of what is on the device? btrfs shows a device number of its own, but names its
// source.
[[nodiscard]] bool isMountOf(const MountEntry& mount, const LoopDevice& loop);
// FailedState about the copy.
[[nodiscard]] model::Error refusal(const model::CopyId& copy, std::string message,
                                   std::string hint = {});

} // namespace drover::agent::backend
