// Archives, and the entries of manifests: what can be read is safe, and is the same after writing
// and reading it again.
//
// Input: one byte of options; then an entry of a manifest, or a tar stream, cut into messages of a
// length that the options choose.

#include "agent/backend/transfer/pax_stream.h"
#include "tests/fuzz/scripted_channel.h"
#include "tests/fuzz/tar_checksums.h"
#include "tests/fuzz/target.h"

#include <algorithm>
#include <map>

namespace drover::tests {

namespace {

using namespace agent::backend;

struct Read
{
    TreeEntry entry;
    ExtendedAttributes attributes;
    Digest content{};
    std::map<std::uint64_t, std::string> pieces;
};

bool operator==(const Read& a, const Read& b)
{
    return sameButContent(a.entry, b.entry, Fidelity{true}) && a.entry.path == b.entry.path &&
           a.attributes == b.attributes && a.content == b.content;
}

// Every whole entry of the stream.
std::vector<Read> readAll(std::vector<std::string> messages, std::optional<model::Error>& error)
{
    ScriptedChannel channel(std::move(messages));
    PaxReader reader(channel);
    std::vector<Read> all;
    for (;;) {
        auto item = reader.next();
        if (!item) {
            error = item.error();
            return all;
        }
        if (!*item)
            return all;
        Read read{(*item)->entry, (*item)->attributes, {}, {}};
        require(isSafePath(read.entry.path), "a path is safe", read.entry.path);
        require(read.entry.nanoseconds < 1'000'000'000, "a time is one");
        require(read.entry.type != EntryType::HardLink ||
                    (isSafePath(read.entry.target) && !read.entry.target.empty()),
                "a hard link leads inside");
        if (read.entry.type == EntryType::File) {
            ContentHasher content;
            std::uint64_t end = 0;
            const auto done = reader.content(
                [&](std::uint64_t offset, std::string_view bytes) -> model::Result<void> {
                    require(offset >= end, "content comes in order");
                    // As the receiver does: what is over the size ends the pass.
                    if (offset > read.entry.size || bytes.size() > read.entry.size - offset)
                        return malformedMessage("a file with more than its size");
                    end = offset + bytes.size();
                    content.add(offset, bytes);
                    read.pieces[offset] = bytes;
                    return {};
                });
            if (!done) {
                error = done.error();
                return all;
            }
            read.content = content.finish(read.entry.size);
        }
        all.push_back(std::move(read));
    }
}

std::vector<std::string> writeAll(const std::vector<Read>& all)
{
    ScriptedChannel channel({});
    PaxWriter writer(channel);
    for (const Read& read : all) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> extents;
        for (const auto& [offset, bytes] : read.pieces)
            extents.emplace_back(offset, bytes.size());
        if (!writer.begin(read.entry, read.attributes, extents))
            return {}; // e.g. a number that the format cannot hold; refused, not changed
        std::uint64_t at = 0;
        for (const auto& [offset, bytes] : read.pieces) {
            if (!writer.hole(offset - at) || !writer.data(bytes))
                return {};
            at = offset + bytes.size();
        }
        if (read.entry.type == EntryType::File && !writer.hole(read.entry.size - at))
            return {};
    }
    const auto totals = writer.finish();
    if (!totals)
        return {};
    auto messages = channel.written();
    messages.push_back(trailerMessage(*totals, {}).bytes());
    return messages;
}

void checkStream(std::string_view stream, std::size_t step)
{
    std::vector<std::string> messages;
    for (; !stream.empty(); stream.remove_prefix(std::min(step, stream.size())))
        messages.push_back("S" + std::string(stream.substr(0, step)));
    messages.push_back(trailerMessage({}, {}).bytes());
    std::optional<model::Error> error;
    const auto all = readAll(std::move(messages), error);
    require(error.has_value(), "a wrong trailer is not believed");
    requireRefusal(*error);
    // Writing holes costs their length.
    for (const Read& read : all)
        if (read.entry.size > 1 << 20)
            return;
    auto written = writeAll(all);
    if (written.empty())
        return;
    error.reset();
    const auto again = readAll(std::move(written), error);
    require(!error, "what was written is read", error ? error->message : "");
    require(again == all, "read, write, read is the same tree");
}

void checkEntry(std::string_view bytes)
{
    WireReader reader(bytes);
    const auto entry = decodeEntry(reader);
    if (!entry)
        return;
    require(isSafePath(entry->path), "a path is safe", entry->path);
    WireWriter writer(MessageType::Manifest);
    encodeEntry(writer, *entry);
    require(writer.bytes().size() - 1 <= encodedSize(*entry), "an entry is within its size");
    WireReader second(std::string_view(writer.bytes()).substr(1));
    const auto again = decodeEntry(second);
    require(again && second.atEnd() && again->path == entry->path &&
                again->content == entry->content && again->attributes == entry->attributes &&
                sameButContent(*again, *entry, Fidelity{true}),
            "decode, encode, decode is the same entry");
}

} // namespace

FUZZ_TARGET(pax_stream, Bytes bytes)
{
    const std::uint8_t options = bytes.byte();
    if (options % 4 == 0) {
        checkEntry(bytes.rest());
        return;
    }
    std::string stream(bytes.rest());
    if (options % 4 != 3)
        mendChecksums(stream);
    checkStream(stream, options % 4 == 1 ? 512 : 64 * 1024);
}

} // namespace drover::tests
