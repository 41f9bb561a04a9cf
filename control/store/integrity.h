#pragma once

// Checksums of what is stored, so that bytes that changed by themselves (a bad disk, a stray edit,
// a lost page) are found at load and named. They guard against accidents, not against somebody who
// recomputes them.
//
// Three kinds: a digest of each row; a sum over all rows of a table, which finds rows that are
// missing or came back; a chain over the commits, in which each link covers all before it.

#include "proto/model/event.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover::control::store {

using Digest = std::string; // 32 bytes of BLAKE2b

// The chain's link after a commit: covers everything before it.
[[nodiscard]] Digest chainAfter(std::string_view before, model::Revision revision,
                                std::string_view body);
// Of a row of records: its key and its encoded value.
[[nodiscard]] Digest recordDigest(const model::RecordKey& key, std::string_view body);
// Of a row of versions; no body = removed at that revision.
[[nodiscard]] Digest versionDigest(const model::RecordKey& key, model::Revision revision,
                                   const std::optional<std::string_view>& body);
[[nodiscard]] Digest outcomeDigest(std::string_view user, std::string_view requestId,
                                   std::string_view bodyDigest, std::string_view reply,
                                   std::int64_t at);
// Of any list of fields; the lengths are part of it.
[[nodiscard]] Digest fieldsDigest(std::string_view domain,
                                  std::initializer_list<std::string_view> fields);

// How many rows a table has and the sum of their digests: order does not matter, and rows come and
// go without rereading the rest.
class RowSum
{
public:
    RowSum() = default;
    // From its stored form; nothing when that has the wrong length.
    [[nodiscard]] static std::optional<RowSum> parse(std::int64_t count, std::string_view bytes);

    void add(std::string_view digest);
    void remove(std::string_view digest);
    [[nodiscard]] std::int64_t count() const { return m_count; }
    [[nodiscard]] std::string bytes() const;
    bool operator==(const RowSum&) const = default;

private:
    std::int64_t m_count = 0;
    std::array<std::uint64_t, 4> m_lanes{}; // each wraps around
};

// Where a store's revision is remembered beside it, without a sync: proves that an older copy of
// the store was brought back, when the mark was not brought back with it.
struct HighestMark
{
    model::HistoryId history;
    model::Term term = 0;
    model::Revision revision = 0;

    // One line of text with a checksum, always of the same length.
    [[nodiscard]] std::string toText() const;
    // Nothing for a torn or foreign text: then it proves nothing.
    [[nodiscard]] static std::optional<HighestMark> parse(std::string_view text);
    bool operator==(const HighestMark&) const = default;
};

} // namespace drover::control::store
