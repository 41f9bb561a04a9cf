#include "agent/backend/transfer/tree_entry.h"

#include "agent/backend/support/depth.h"

#include <sys/stat.h>

namespace drover::agent::backend {

namespace {

constexpr std::size_t kMaximumPath = 64 * 1024;
constexpr std::size_t kMaximumNameBytes = 255;
constexpr std::size_t kFixedBytes = 128; // of an encoded entry without its texts, at most

enum Presence : std::uint8_t { kHasAttributes = 1, kHasContent = 2, kIsOffered = 4 };

bool isKnown(std::uint8_t type)
{
    return type >= static_cast<std::uint8_t>(EntryType::File) &&
           type <= static_cast<std::uint8_t>(EntryType::HardLink);
}

} // namespace

bool isSafePath(std::string_view path)
{
    if (path.empty())
        return true;
    if (path.size() > kMaximumPath || path.find('\0') != std::string_view::npos)
        return false;
    for (std::size_t depth = 1; depth <= kMaximumDepth; ++depth) {
        const auto slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        if (name.empty() || name == "." || name == ".." || name.size() > kMaximumNameBytes)
            return false;
        if (slash == std::string_view::npos)
            return true;
        path.remove_prefix(slash + 1);
    }
    return false;
}

std::size_t encodedSize(const TreeEntry& entry)
{
    return kFixedBytes + entry.path.size() + entry.target.size();
}

void encodeEntry(WireWriter& out, const TreeEntry& entry)
{
    out.text(entry.path);
    out.u8(static_cast<std::uint8_t>(entry.type));
    out.u32(entry.mode);
    out.u32(entry.uid);
    out.u32(entry.gid);
    out.u64(entry.size);
    out.u64(static_cast<std::uint64_t>(entry.seconds));
    out.u32(entry.nanoseconds);
    out.u64(entry.device);
    out.text(entry.target);
    out.u8(static_cast<std::uint8_t>((entry.attributes ? kHasAttributes : 0) |
                                     (entry.content ? kHasContent : 0) |
                                     (entry.offered ? kIsOffered : 0)));
    if (entry.attributes)
        out.digest(*entry.attributes);
    if (entry.content)
        out.digest(*entry.content);
}

std::optional<TreeEntry> decodeEntry(WireReader& in)
{
    TreeEntry entry;
    entry.path = in.text();
    const std::uint8_t type = in.u8();
    entry.mode = in.u32();
    entry.uid = in.u32();
    entry.gid = in.u32();
    entry.size = in.u64();
    entry.seconds = static_cast<std::int64_t>(in.u64());
    entry.nanoseconds = in.u32();
    entry.device = in.u64();
    entry.target = in.text();
    const std::uint8_t presence = in.u8();
    if ((presence & kHasAttributes) != 0)
        entry.attributes = in.digest();
    if ((presence & kHasContent) != 0)
        entry.content = in.digest();
    entry.offered = (presence & kIsOffered) != 0;
    if (!in.good() || !isKnown(type) || !isSafePath(entry.path) ||
        entry.nanoseconds >= 1'000'000'000U)
        return std::nullopt;
    entry.type = static_cast<EntryType>(type);
    return entry;
}

bool sameButContent(const TreeEntry& ours, const TreeEntry& theirs, Fidelity fidelity)
{
    if (ours.type != theirs.type || ours.target != theirs.target)
        return false;
    if (ours.type == EntryType::HardLink)
        return true; // the rest is its first entry's
    if (ours.seconds != theirs.seconds || ours.nanoseconds != theirs.nanoseconds)
        return false;
    if (fidelity.owners && (ours.uid != theirs.uid || ours.gid != theirs.gid))
        return false;
    // has no mode, and no attributes that are carried
    if (ours.type == EntryType::Link)
        return true;
    return ours.mode == theirs.mode && ours.size == theirs.size && ours.device == theirs.device &&
           ours.attributes == theirs.attributes;
}

Digest digestOf(const std::vector<TreeEntry>& entries, Fidelity fidelity)
{
    constexpr Digest kNone{};
    Hasher hasher;
    hasher.addText("drover tree 2");
    hasher.addNumber(fidelity.owners ? 1 : 0);
    hasher.addNumber(entries.size());
    for (const TreeEntry& entry : entries) {
        hasher.addText(entry.path);
        hasher.addNumber(static_cast<std::uint64_t>(entry.type));
        hasher.addText(entry.target);
        if (entry.type == EntryType::HardLink)
            continue;
        hasher.addNumber(static_cast<std::uint64_t>(entry.seconds));
        hasher.addNumber(entry.nanoseconds);
        if (fidelity.owners) {
            hasher.addNumber(entry.uid);
            hasher.addNumber(entry.gid);
        }
        if (entry.type == EntryType::Link)
            continue;
        hasher.addNumber(entry.mode);
        hasher.addNumber(entry.size);
        hasher.addNumber(entry.device);
        const Digest attributes = entry.attributes.value_or(kNone);
        const Digest content = entry.content.value_or(kNone);
        hasher.add({reinterpret_cast<const char*>(attributes.data()), attributes.size()});
        hasher.add({reinterpret_cast<const char*>(content.data()), content.size()});
    }
    return hasher.finish();
}

std::optional<Digest> digestOf(const ExtendedAttributes& attributes)
{
    if (attributes.empty())
        return std::nullopt;
    Hasher hasher;
    for (const auto& [name, value] : attributes) {
        hasher.addText(name);
        hasher.addText(value);
    }
    return hasher.finish();
}

bool isCarried(std::string_view attribute, Fidelity fidelity)
{
    if (attribute.starts_with("user.") || attribute == "system.posix_acl_access" ||
        attribute == "system.posix_acl_default")
        return true;
    // Labels of a security module belong to the machine, not to the data.
    return fidelity.owners &&
           (attribute.starts_with("trusted.") || attribute == "security.capability");
}

std::uint32_t carriedMode(std::uint32_t mode, EntryType type, Fidelity fidelity)
{
    mode &= 07777;
    if (!fidelity.owners && type != EntryType::Folder)
        mode &= ~static_cast<std::uint32_t>(S_ISUID | S_ISGID);
    return mode;
}

} // namespace drover::agent::backend
