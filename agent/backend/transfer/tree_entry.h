#pragma once

// One entry of a dataset's tree: what both ends of a transfer compare, and what the final digest is
// of.

#include "agent/backend/transfer/content_hash.h"
#include "agent/backend/transfer/wire.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace drover::agent::backend {

// On the wire; append only.
enum class EntryType : std::uint8_t {
    File = 1,
    Folder = 2,
    Link = 3,
    Fifo = 4,
    CharDevice = 5,
    BlockDevice = 6,
    HardLink = 7
};

// Files of this size and above are changed by blocks where they can be.
inline constexpr std::uint64_t kBigFile = 8ULL << 20;

// POSIX ACLs are among them, in the kernel's form
using ExtendedAttributes = std::map<std::string, std::string>;
// Of one big file, names and values; filesystems that keep more than a few KiB are rare.
inline constexpr std::size_t kMostAttributeBytes = std::size_t{16} << 20;

struct TreeEntry
{
    // relative, without leading, trailing or double slashes; empty = the top itself
    std::string path;
    EntryType type = EntryType::File;
    std::uint32_t mode = 0; // permission bits, as far as they are carried
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0;   // File only
    std::int64_t seconds = 0; // of the last modification
    std::uint32_t nanoseconds = 0;
    std::uint64_t device = 0; // CharDevice, BlockDevice
    std::string target;       // Link: its text. HardLink: path of the first entry of the same file
    std::optional<Digest> attributes; // of the extended attributes; absent = none
    std::optional<Digest> content;    // File, where known
    bool offered = false;             // File of the receiver: it may be changed block by block

    // Where this machine keeps it; not sent.
    std::uint64_t inode = 0;
    std::int64_t changeSeconds = 0;
    std::uint32_t changeNanoseconds = 0;
    std::uint64_t allocated = 0; // bytes
};

// Seconds as an archive can say them: all but the first. Some filesystems keep that one, so it is moved
// by one second wherever it is met, at both ends alike.
[[nodiscard]] constexpr std::int64_t sayableSeconds(std::int64_t seconds)
{
    return std::max(seconds, -std::numeric_limits<std::int64_t>::max());
}

// How faithful a transfer is, agreed between the ends: a receiver that is not root cannot keep
// owners, devices, set-id bits of files or privileged attributes, so neither end looks at them; the
// sender refuses what would lose an owner.
struct Fidelity
{
    bool owners = false;
};

// Not safe are names in a path that could leave the top, or are none: empty, ".", "..", over 255
// bytes, with a zero byte; paths over 64 KiB or of more than kMaximumDepth names.
[[nodiscard]] bool isSafePath(std::string_view path); // the empty path is safe: it is the top

void encodeEntry(WireWriter& out, const TreeEntry& entry);
// Absent: not a valid entry.
[[nodiscard]] std::optional<TreeEntry> decodeEntry(WireReader& in);
[[nodiscard]] std::size_t encodedSize(const TreeEntry& entry); // at most

// Is nothing to be done for `theirs` to become `ours`? Compares all but the content of files.
[[nodiscard]] bool sameButContent(const TreeEntry& ours, const TreeEntry& theirs,
                                  Fidelity fidelity);

// Of a whole tree: `entries` sorted by path, every File with its content digest.
[[nodiscard]] Digest digestOf(const std::vector<TreeEntry>& entries, Fidelity fidelity);

[[nodiscard]] std::optional<Digest> digestOf(const ExtendedAttributes& attributes);
[[nodiscard]] bool isCarried(std::string_view attribute, Fidelity fidelity);
[[nodiscard]] std::uint32_t carriedMode(std::uint32_t mode, EntryType type, Fidelity fidelity);

} // namespace drover::agent::backend
