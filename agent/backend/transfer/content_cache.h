#pragma once

// What is known of the files of one copy, by inode: content digests, of big ones those of their
// blocks too, that were computed from bytes that were really read or written, with the state that
// the file then had; and which files the receiving end of a transfer made itself.
//
// Specification
// - What is known of a file is believed only while size, times and change time are as they were.
// - A file that is about to be changed in place is forgotten first, so that a change that breaks off
//   is never taken for what was there, nor for what was to be.
// - Only a file that was made here is changed in place: nobody else has ever had it open. When the
//   copy is given to users, that ends (disown()).
// - Blocks are kept of at most kMostBlocks in all; of files beyond that only the whole's digest is
//   known, and they are read when their blocks are asked for.
// Threads: one at a time, as the calls for one copy are.

#include "agent/backend/transfer/tree_entry.h"

#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

namespace drover::agent::backend {

class ContentCache
{
public:
    // 64 MiB of digests, for 256 GiB of content
    static constexpr std::size_t kMostBlocks = std::size_t{2} << 20;

    // Absent when nothing is known of the file as it is now.
    [[nodiscard]] std::optional<Digest> lookup(const TreeEntry& entry) const;
    // Are the blocks of a file of that size to be recorded?
    [[nodiscard]] bool wantsBlocks(std::uint64_t size) const;
    // `blocks`: empty = not known.
    void remember(const TreeEntry& entry, const Digest& digest, BlockDigests blocks = {});
    // The file is the same, only its change time moved by our own doing (a link to it was made).
    void moved(const TreeEntry& before, const TreeEntry& after);
    // Forgets its content; returns the blocks, where they are known of the file as it is now.
    [[nodiscard]] BlockDigests forget(const TreeEntry& entry);
    void keepOnly(const std::vector<TreeEntry>& entries); // forgets files that are gone

    void noteMade(std::uint64_t inode) { m_made.insert(inode); }
    [[nodiscard]] bool isMade(std::uint64_t inode) const { return m_made.contains(inode); }
    void disown() { m_made.clear(); }

private:
    struct Known
    {
        std::uint64_t size = 0;
        std::int64_t seconds = 0;
        std::uint32_t nanoseconds = 0;
        std::int64_t changeSeconds = 0;
        std::uint32_t changeNanoseconds = 0;
        Digest digest{};
        BlockDigests blocks;
    };
    [[nodiscard]] static bool isAsKnown(const Known& known, const TreeEntry& entry);

    std::map<std::uint64_t, Known> m_known;
    std::unordered_set<std::uint64_t> m_made;
    std::size_t m_blocks = 0; // of all that are known
};

} // namespace drover::agent::backend
