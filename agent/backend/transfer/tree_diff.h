#pragma once

// What is to be done for the receiver's tree to become the sender's: a decision over two lists.

#include "agent/backend/transfer/tree_entry.h"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace drover::agent::backend {

using EntryMap = std::unordered_map<std::string, TreeEntry>; // by path

struct TreeDiff
{
    std::vector<std::string> removals; // deepest first
    // Of the sender's entries, in order of path:
    std::vector<std::size_t> deltas;  // big files that go by their blocks,
    std::vector<std::size_t> changes; // and all else that goes
    std::uint64_t bytes = 0;          // of content, at most
};

// `final`: contents count too; one that is not known differs. REQUIRES: `ours` sorted by path.
[[nodiscard]] TreeDiff differenceOf(const std::vector<TreeEntry>& ours, const EntryMap& theirs,
                                    Fidelity fidelity, bool final);

// A file that the receiver has big, and takes changes of; whatever ours is like now.
[[nodiscard]] bool goesByBlocks(const TreeEntry& ours, const TreeEntry& theirs);

} // namespace drover::agent::backend
