#pragma once

// The marker that makes a folder a pool, and the look at it before every act.
//
// Specification
// - POOL/drover-pool.json names cluster, pool, kind, shared, fence. It is written last by
//   initPool(), after the kind's own folder.
// - A folder is made a pool only if it is empty (`lost+found` and the leavings of a broken initPool
//   do not count).
// - open() reads the marker anew each time. Missing, unreadable, of another kind or cluster, or of
//   another pool than at the first look: Unavailable. A filesystem that is not mounted is thereby
//   never taken for an empty pool.

#include "agent/backend/support/file_ops.h"
#include "proto/model/copy.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace drover::agent::backend {

inline constexpr const char* kPoolMarkerName = "drover-pool.json";

// Makes `path` (created if it does not exist, its parent must) a pool. AlreadyExists: it is one
// already. FailedState: not empty. Unsupported: a kind that cannot be shared, or an unknown kind.
[[nodiscard]] model::Result<void> initPool(const std::filesystem::path& path,
                                           const model::PoolMarker& marker);

// The marker of the folder. NotFound: there is none.
[[nodiscard]] model::Result<model::PoolMarker> readPoolMarker(const std::filesystem::path& path);

// A pool that was just looked at and is the right one.
struct OpenPool
{
    Fd folder;  // POOL
    Fd content; // POOL/copies or POOL/images
    model::PoolMarker marker;
};

class PoolFolder
{
public:
    PoolFolder(std::filesystem::path path, std::string kind,
               std::optional<model::ClusterId> cluster);

    [[nodiscard]] model::Result<OpenPool> open();
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    [[nodiscard]] std::filesystem::path contentPath() const;

private:
    std::filesystem::path m_path;
    std::string m_kind;
    std::optional<model::ClusterId> m_cluster;
    std::mutex m_mutex;
    std::optional<model::PoolId> m_seen; // of the first look
};

} // namespace drover::agent::backend
