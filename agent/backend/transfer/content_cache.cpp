#include "agent/backend/transfer/content_cache.h"

#include <utility>

namespace drover::agent::backend {

bool ContentCache::isAsKnown(const Known& known, const TreeEntry& entry)
{
    return known.size == entry.size && known.seconds == entry.seconds &&
           known.nanoseconds == entry.nanoseconds && known.changeSeconds == entry.changeSeconds &&
           known.changeNanoseconds == entry.changeNanoseconds;
}

std::optional<Digest> ContentCache::lookup(const TreeEntry& entry) const
{
    const auto found = m_known.find(entry.inode);
    if (found == m_known.end() || !isAsKnown(found->second, entry))
        return std::nullopt;
    return found->second.digest;
}

bool ContentCache::wantsBlocks(std::uint64_t size) const
{
    return size >= kBigFile && size / kBlockSize < kMostBlocks - m_blocks;
}

void ContentCache::remember(const TreeEntry& entry, const Digest& digest, BlockDigests blocks)
{
    Known& known = m_known[entry.inode];
    m_blocks -= known.blocks.size();
    if (blocks.size() > kMostBlocks - m_blocks)
        blocks.clear();
    m_blocks += blocks.size();
    known = {entry.size,          entry.seconds,           entry.nanoseconds,
             entry.changeSeconds, entry.changeNanoseconds, digest,
             std::move(blocks)};
}

void ContentCache::moved(const TreeEntry& before, const TreeEntry& after)
{
    const auto digest = lookup(before);
    if (digest && before.size == after.size && before.seconds == after.seconds &&
        before.nanoseconds == after.nanoseconds)
        remember(after, *digest, forget(before));
}

BlockDigests ContentCache::forget(const TreeEntry& entry)
{
    const auto found = m_known.find(entry.inode);
    if (found == m_known.end())
        return {};
    const bool asKnown = isAsKnown(found->second, entry);
    BlockDigests blocks = std::move(found->second.blocks);
    m_blocks -= blocks.size();
    m_known.erase(found);
    return asKnown ? std::move(blocks) : BlockDigests{};
}

void ContentCache::keepOnly(const std::vector<TreeEntry>& entries)
{
    std::unordered_set<std::uint64_t> alive;
    for (const TreeEntry& entry : entries)
        alive.insert(entry.inode);
    std::erase_if(m_made, [&](std::uint64_t inode) { return !alive.contains(inode); });
    std::erase_if(m_known, [&](const auto& known) {
        if (alive.contains(known.first))
            return false;
        m_blocks -= known.second.blocks.size();
        return true;
    });
}

} // namespace drover::agent::backend
