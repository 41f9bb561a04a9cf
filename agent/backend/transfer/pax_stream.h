#pragma once

// Tree entries as a pax stream (libarchive, format pax, names as raw bytes), cut into Stream
// messages of a channel.
//
// A tar stream that ends at an entry's border reads as a complete one, so it is followed by a
// Trailer that says how many bytes and entries it has and what the entries hash to. The reader
// gives an error unless the counts match; the hash is over what both ends have in hand anyway, each
// entry and the digest of its content (EntryHasher), so that nothing is hashed twice, and its user
// compares it.

#include "agent/backend/transfer/tree_entry.h"

#include <functional>
#include <memory>

namespace drover::agent::backend {

struct StreamTotals
{
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
    Digest hash{};
};

// What travelled, in order.
class EntryHasher
{
public:
    // `content`: of a File, from the bytes that were read or written.
    void add(const TreeEntry& entry, const Digest& content);
    [[nodiscard]] Digest finish() { return m_hasher.finish(); }

private:
    Hasher m_hasher;
};

class PaxWriter
{
public:
    explicit PaxWriter(ByteChannel& channel);
    ~PaxWriter();
    PaxWriter(const PaxWriter&) = delete;
    PaxWriter& operator=(const PaxWriter&) = delete;

    // Begins an entry. `extents`: where a File has data; the rest are holes.
    [[nodiscard]] model::Result<void>
    begin(const TreeEntry& entry, const ExtendedAttributes& attributes,
          const std::vector<std::pair<std::uint64_t, std::uint64_t>>& extents);
    // The next bytes of the File, from offset 0 to its size, without gaps (also those of the
    // holes).
    [[nodiscard]] model::Result<void> data(std::string_view bytes);
    // The same for `count` zeros of a hole.
    [[nodiscard]] model::Result<void> hole(std::uint64_t count);
    // Ends the stream; what the trailer has to say but for the hash.
    [[nodiscard]] model::Result<StreamTotals> finish();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

class PaxReader
{
public:
    explicit PaxReader(ByteChannel& channel);
    ~PaxReader();
    PaxReader(const PaxReader&) = delete;
    PaxReader& operator=(const PaxReader&) = delete;

    struct Item
    {
        TreeEntry entry;
        ExtendedAttributes attributes;
    };
    // The next entry; absent at the end, when the trailer was read and matches. Malformed for what
    // cannot be one of a tree: absolute paths, "..", unknown types.
    [[nodiscard]] model::Result<std::optional<Item>> next();
    // Gives the content of the File that next() returned, in order of offset; holes are left out.
    [[nodiscard]] model::Result<void>
    content(const std::function<model::Result<void>(std::uint64_t offset, std::string_view bytes)>&
                sink);
    // After next() came to the end.
    // of the sender's whole tree; zeros unless final
    [[nodiscard]] const Digest& trailerDigest() const;
    [[nodiscard]] const Digest& trailerHash() const; // of what the sender sent

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

[[nodiscard]] WireWriter trailerMessage(const StreamTotals& totals, const Digest& tree);

} // namespace drover::agent::backend
