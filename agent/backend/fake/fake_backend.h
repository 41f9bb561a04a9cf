#pragma once

// A pool in memory that keeps the whole contract, for tests of what is built upon it.
//
// A FakeDisk is the pool's storage and outlives its FakeBackends, as a disk outlives its agents: a
// test "restarts" an agent by making a new FakeBackend on the same disk. Content is a map from path
// to bytes. Both are thread-safe.

#include "agent/backend/backend.h"
#include "agent/backend/support/identity_file.h"

#include <map>
#include <mutex>
#include <set>
#include <string>

namespace drover::agent::backend {

using FakeContent = std::map<std::string, std::string>; // path -> bytes

struct FakeCopy
{
    StoredIdentity stored;
    FakeContent content;
    model::CopyPhase phase = model::CopyPhase::Created;
    std::string filesystem; // empty = not formatted, or not a block kind
    model::ByteCount size;
    std::string publishedName;
    std::set<int> writers; // process ids that have it open for writing
};

class FakeDisk
{
public:
    // `block`: behaves like a block kind (sizes, attach, format), else like a folder kind.
    FakeDisk(model::PoolMarker marker, bool block) : m_marker(std::move(marker)), m_block(block) {}

    // What a user of the mount does. False: it is not mounted.
    bool write(const model::CopyId& copy, const std::string& path, const std::string& bytes);
    [[nodiscard]] FakeContent content(const model::CopyId& copy) const; // empty for an unknown copy
    // A process that holds it open for writing. False: it is not mounted.
    bool open(const model::CopyId& copy, int pid);
    void close(const model::CopyId& copy, int pid);
    // As if the marker were gone.
    void setAvailable(bool available);
    // As after a power cut: nothing is attached, mounted or open.
    void reboot();

private:
    friend class FakeBackend;
    mutable std::mutex m_mutex;
    model::PoolMarker m_marker;
    bool m_block;
    bool m_available = true;
    std::map<model::CopyId, FakeCopy> m_copies;
};

class FakeBackend final : public StorageBackend
{
public:
    // The disk must outlive it.
    FakeBackend(FakeDisk& disk, std::string poolName) : m_disk(disk), m_name(std::move(poolName)) {}

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
    // the disk's mutex is held
    [[nodiscard]] model::Result<FakeCopy*> find(const model::CopyId& copy);
    [[nodiscard]] model::LocalCopy describe(const FakeCopy& copy) const;

    FakeDisk& m_disk;
    std::string m_name;
};

} // namespace drover::agent::backend
