#pragma once

// The folders in which copies lie, one each, the same for every kind that lives in a pool folder:
//
//     POOL/<copies|images>/<copy id>/identity.json   and what the kind keeps beside it
//
// Specification
// - A copy comes to be and ceases to be by one rename of its folder: `.new-<id>` -> `<id>` -> `.gone-<id>`. What a crash leaves under
//   the dotted names is no copy; it is removed by the same call when repeated, and at the first look of the next start.
// - Several agents may share the pool: the maker of a draft holds its folder locked until it is renamed, and nobody else touches it.
// - destroy() first writes down that the copy is not whole and trash, so that a half destroyed one is never mounted, then removes the
//   content. Until the last rename it is listed.
// - An identity that is missing or unreadable does not make a copy absent: it is Malformed, and listed as an orphan.
// Thread-safe under the port's rule (one call per copy).

#include "agent/backend/make_backend.h"
#include "agent/backend/support/identity_file.h"
#include "agent/backend/support/pool_marker.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace drover::agent::backend {

class CopyStore
{
public:
    explicit CopyStore(const PoolConfig& config);

    // A copy that was found, with its folder open.
    struct Found
    {
        Fd folder;
        StoredIdentity stored;
    };
    struct Listed
    {
        model::CopyId copy;
        model::Result<Found> found; // Malformed, UnsupportedVersion: it is there and cannot be read
    };

    // The pool, after a look at its marker; the first time it removes what a crash left.
    [[nodiscard]] model::Result<OpenPool> open();
    [[nodiscard]] model::Result<Found> find(const model::CopyId& copy);
    [[nodiscard]] model::Result<Found> findIn(const OpenPool& pool,
                                              const model::CopyId& copy) const;
    // All copies, by id. Fails rather than leaving one out.
    [[nodiscard]] model::Result<std::vector<Listed>> all(const OpenPool& pool) const;

    // Replaces the identity; durable.
    [[nodiscard]] static model::Result<void> store(const Found& found,
                                                   const StoredIdentity& stored);

    // Makes the copy with what `fill` puts into its folder (and syncs there). Done already:
    // success.
    [[nodiscard]] model::Result<void>
    create(const model::CopyIdentity& identity,
           const std::function<model::Result<void>(const Fd&)>& fill);
    // `mayGo` refuses (absent for a copy whose identity cannot be read); `removeContent` empties
    // the open folder but for its files. Absent is success.
    [[nodiscard]] model::Result<void>
    destroy(const model::CopyId& copy,
            const std::function<model::Result<void>(const Found&)>& mayGo,
            const std::function<model::Result<void>(const Fd&)>& removeContent);

    [[nodiscard]] std::filesystem::path folderOf(const model::CopyId& copy) const;

    // What probe() says of a pool: its marker and space, or why it is not available. The backend
    // adds the capabilities.
    [[nodiscard]] model::PoolState state();

private:
    [[nodiscard]] model::Result<void> sweep(const OpenPool& pool) const;

    std::string m_name;
    PoolFolder m_pool;
    std::mutex m_sweepMutex;
    bool m_swept = false;
};

// Adds the copy as the subject of an error that has none.
[[nodiscard]] model::Error named(model::Error error, const model::CopyId& copy);

} // namespace drover::agent::backend
