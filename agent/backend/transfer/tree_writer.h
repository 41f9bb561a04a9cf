#pragma once

// Makes a tree what a stream of entries says, without ever leaving its top.
//
// Specification
// - Each folder on the way is opened by itself and never through a link (FolderWalker), so no order
//   of entries, no link made by an earlier one, leads outside. Paths are checked before they come
//   here; what is refused ends the pass.
// - A file is made anew under its name; what was there is unlinked first, so that other links to it
//   keep their content. Only openForChange() gives a file as it is.
// - Folders stay open to their owner while the pass runs; modes, times and attributes of every
//   folder that was touched are set by finish(), deepest first, the top last.
// - Nothing is synced here; the caller syncs the filesystem once.

#include "agent/backend/transfer/tree_scan.h"

#include <map>
#include <optional>
#include <string>

namespace drover::agent::backend {

class TreeWriter
{
public:
    TreeWriter(int top, Fidelity fidelity);
    TreeWriter(const TreeWriter&) = delete;
    TreeWriter& operator=(const TreeWriter&) = delete;

    // Removes the entry with all that is in it; absent is fine. Not the top.
    [[nodiscard]] model::Result<void> remove(const std::string& path);

    // Everything but files: makes it, or changes what is there into it.
    [[nodiscard]] model::Result<void> make(const TreeEntry& entry,
                                           const ExtendedAttributes& attributes);
    // Makes HardLink `entry` of the file at entry.target; tells the cache that the file's change
    // time moved.
    [[nodiscard]] model::Result<void> link(const TreeEntry& entry, ContentCache& cache);

    // A new, empty file at entry.path, for writing.
    [[nodiscard]] model::Result<Fd> openFile(const TreeEntry& entry);
    // The file that is at entry.path, for changing it in place. Malformed: there is something else.
    [[nodiscard]] model::Result<Fd> openForChange(const TreeEntry& entry);
    // Sets size, owner, mode, attributes, times of the file that openFile() or openForChange() gave;
    // returns it as it now is.
    [[nodiscard]] model::Result<TreeEntry> finishFile(const Fd& file, const TreeEntry& entry,
                                                      const ExtendedAttributes& attributes);

    [[nodiscard]] model::Result<void> finish();

private:
    struct FolderState
    {
        TreeEntry entry;                              // mode, owner, times
        std::optional<ExtendedAttributes> attributes; // absent: as they are
    };
    // its folder may be changed from now on
    [[nodiscard]] model::Result<FolderWalker::Place> placeFor(const std::string& path);
    [[nodiscard]] model::Result<void> touchFolder(const std::string& path, int fd);
    [[nodiscard]] model::Result<void> openUp(const std::string& path, int parent,
                                             const std::string& name);
    [[nodiscard]] model::Result<void> clear(const FolderWalker::Place& place,
                                            const std::string& path);
    [[nodiscard]] model::Result<void> setAll(int folder, const std::string& name,
                                             const TreeEntry& entry,
                                             const ExtendedAttributes* attributes) const;

    int m_top;
    Fidelity m_fidelity;
    FolderWalker m_walker;
    std::map<std::string, FolderState> m_folders; // touched ones
};

} // namespace drover::agent::backend
