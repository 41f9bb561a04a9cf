#include "agent/backend/transfer/tree_diff.h"

#include "agent/backend/transfer/file_blocks.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

namespace drover::agent::backend {

namespace {

std::vector<std::string> removalsOf(const std::vector<TreeEntry>& ours, const EntryMap& theirs)
{
    std::unordered_map<std::string_view, const TreeEntry*> known;
    for (const TreeEntry& entry : ours)
        known.emplace(entry.path, &entry);
    std::vector<std::string> removals;
    for (const auto& [path, entry] : theirs) {
        const auto mine = known.find(path);
        // A folder in a file's place, or a file in a folder's, has to go first.
        if (mine == known.end() ||
            (mine->second->type == EntryType::Folder) != (entry.type == EntryType::Folder))
            removals.push_back(path);
    }
    std::sort(removals.begin(), removals.end(), std::greater<>());
    return removals;
}

} // namespace

bool goesByBlocks(const TreeEntry& ours, const TreeEntry& theirs)
{
    return ours.type == EntryType::File && theirs.type == EntryType::File && theirs.offered &&
           ours.size <= kLargestFile;
}

TreeDiff differenceOf(const std::vector<TreeEntry>& ours, const EntryMap& theirs, Fidelity fidelity,
                      bool final)
{
    TreeDiff diff;
    diff.removals = removalsOf(ours, theirs);
    std::unordered_set<std::string_view> madeAnew;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const TreeEntry& entry = ours[i];
        const auto other = theirs.find(entry.path);
        bool differs = other == theirs.end() || !sameButContent(entry, other->second, fidelity);
        if (!differs && final && entry.type == EntryType::File)
            differs = !entry.content || entry.content != other->second.content;
        // A file that is made anew there loses its other names, so they follow it. It comes before
        // them in order of path.
        if (entry.type == EntryType::HardLink && madeAnew.contains(entry.target))
            differs = true;
        if (!differs)
            continue;
        diff.bytes += std::min(entry.size, entry.allocated);
        // Changed in place, it keeps them.
        if (other != theirs.end() && goesByBlocks(entry, other->second)) {
            diff.deltas.push_back(i);
            continue;
        }
        madeAnew.insert(entry.path);
        diff.changes.push_back(i);
    }
    return diff;
}

} // namespace drover::agent::backend
