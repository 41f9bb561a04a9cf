#pragma once

// Kind `directory`: a copy is a folder. Needs no privilege.
//
//     POOL/drover-pool.json
//     POOL/copies/<copy id>/identity.json   whose it is (support/identity_file.h)
//     POOL/copies/<copy id>/data/           the dataset's files
//     POOL/copies/<copy id>/released        what data looked like when its release was proven
//     MOUNTROOT/by-id/<dataset id>          link to data, while mounted
//     MOUNTROOT/<name>                      link to by-id/<dataset id>, while mounted
//
// Specification
// - How copies come and go: support/copy_store.h.
// - Mounting is publishing; nothing keeps a process from writing to a path it knows, so unmount() looks for users before and after it
//   takes the links away, and the release is best effort: capabilities.provenRelease is false.
// - proveReleased() of a released copy keeps what the tree looks like. When the copy is retired, the tree is compared with that: one that
//   was written to becomes an orphan with condition LateWrites, never stale or trash; setIdentity() answers Conflict.
// - Sizes are not enforced. `used` is counted in the background and may be a minute old.
// Threads: as the port says. One worker thread counts.

#include "agent/backend/backend.h"
#include "agent/backend/make_backend.h"
#include "agent/backend/support/copy_store.h"
#include "agent/backend/support/publication.h"
#include "agent/backend/support/usage_counter.h"
#include "agent/backend/transfer/tree_scan.h"

#include <map>
#include <memory>
#include <mutex>

namespace drover::agent::backend {

class DirectoryBackend final : public StorageBackend
{
public:
    explicit DirectoryBackend(PoolConfig config);

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
    [[nodiscard]] model::LocalCopy describe(const StoredIdentity& stored, bool mounted,
                                            bool readOnly, const std::string& name);
    [[nodiscard]] std::string dataPath(const model::CopyId& copy) const;
    [[nodiscard]] model::Result<bool> isMounted(const StoredIdentity& stored) const;
    [[nodiscard]] model::Result<void> checkNoWriters(const model::CopyId& copy) const;

    PoolConfig m_config;
    CopyStore m_store;
    Publication m_publication;
    UsageCounter m_usage;
    // What the tree looks like from outside (names, sizes, times), as one text; changes with every
    // write.
    [[nodiscard]] model::Result<std::string> fingerprint(const CopyStore::Found& found) const;
    // Keeps that text beside the tree: of what is given away at this epoch.
    [[nodiscard]] model::Result<void> noteContent(const CopyStore::Found& found,
                                                  model::Epoch epoch) const;
    // Released and written to since? Then it is made an orphan, and Conflict says so.
    [[nodiscard]] model::Result<void> checkNoLateWrites(const CopyStore::Found& found) const;
    [[nodiscard]] std::shared_ptr<ContentCache> cacheOf(const model::CopyId& copy);

    std::mutex m_cacheMutex;
    // Shared: a pass goes on with its cache whatever becomes of the table.
    std::map<model::CopyId, std::shared_ptr<ContentCache>> m_caches;
};

} // namespace drover::agent::backend
