#pragma once

// How mounted datasets appear under a node's mount root.
//
// Specification
// - MOUNTROOT/by-id/<dataset id> is where it really is: a mount point (block kinds) or a link to
//   the data (folder kinds).
// - MOUNTROOT/<name> is a relative link to by-id/<dataset id>. So a rename never disturbs a user.
// - A name is taken by an atomic symlink(2) and never from another dataset whose by-id entry is
//   there: InUse, until that one is down. A link whose by-id entry is gone is a leaving and is
//   replaced. Anything else that has the name stays: AlreadyExists.
// - Nothing but links of this shape is ever removed from the mount root.
// Thread-safe: no state but the folder's.

#include "agent/backend/support/file_ops.h"
#include "proto/model/id.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace drover::agent::backend {

class Publication
{
public:
    explicit Publication(std::filesystem::path mountRoot) : m_root(std::move(mountRoot)) {}

    [[nodiscard]] std::filesystem::path byId(const model::DatasetId& dataset) const;
    [[nodiscard]] std::filesystem::path named(const std::string& name) const
    {
        return m_root / name;
    }

    // Makes mount root and by-id where they are missing.
    [[nodiscard]] model::Result<void> prepare() const;

    // Whether publish() would be refused now.
    [[nodiscard]] model::Result<void> checkFree(const model::DatasetId& dataset,
                                                const std::string& name) const;
    // Makes `name` the one published name of the dataset.
    [[nodiscard]] model::Result<void> publish(const model::DatasetId& dataset,
                                              const std::string& name) const;
    // Removes every published name of the dataset.
    [[nodiscard]] model::Result<void> unpublish(const model::DatasetId& dataset) const;
    // The published name; empty = none. Of several (a crash in a rename) the first in order.
    [[nodiscard]] model::Result<std::string> nameOf(const model::DatasetId& dataset) const;

    // All published names at one look, for lists.
    [[nodiscard]] model::Result<std::map<model::DatasetId, std::string>> allNames() const;

    // Block kinds, once after a start: takes away what a machine that lost its mounts has left, mount
    // points at which nothing is mounted, and their names, through which somebody might write beside
    // his dataset. What already lies in one stays, without a name.
    [[nodiscard]] model::Result<void> sweep() const;

    // Folder kinds: the by-id link. `target` is an absolute path.
    [[nodiscard]] model::Result<void> linkById(const model::DatasetId& dataset,
                                               const std::string& target) const;
    // only a link; absent is fine
    [[nodiscard]] model::Result<void> unlinkById(const model::DatasetId& dataset) const;
    // empty = no link
    [[nodiscard]] model::Result<std::string> byIdTarget(const model::DatasetId& dataset) const;

private:
    [[nodiscard]] model::Error isTaken(const model::DatasetId& dataset,
                                       const std::string& name) const;
    [[nodiscard]] model::Result<void> mayReplace(int root,
                                                 const std::optional<std::string>& present,
                                                 const model::DatasetId& dataset,
                                                 const std::string& name) const;
    [[nodiscard]] model::Result<std::vector<std::string>>
    namesOf(const model::DatasetId& dataset) const;
    [[nodiscard]] model::Result<std::map<std::string, model::DatasetId>> scan() const;

    std::filesystem::path m_root;
};

} // namespace drover::agent::backend
