#include "agent/backend/transfer/delta.h"
#include "agent/backend/transfer/pax_stream.h"
#include "agent/backend/transfer/tree_diff.h"
#include "agent/backend/transfer/tree_sync.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>
#include <unordered_set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr std::size_t kReadSize = 256 * 1024;

Error changedError(const std::string& path)
{
    return {ErrorCode::FailedState,
            "it changed while it was frozen: " +
                (path.empty() ? std::string("the top folder") : path),
            {},
            "stop whatever writes to it"};
}

class Sender
{
public:
    Sender(int top, ContentCache& cache, bool final, ByteChannel& channel,
           const ProgressSink& progress, const Canceller& cancel)
        : m_top(top), m_cache(cache), m_final(final), m_channel(channel), m_progress(progress),
          m_cancel(cancel), m_walker(top)
    {}

    Result<PassResult> run()
    {
        if (auto done = greet(); !done)
            return done.error();
        // See the rationale in tree_sync.h: the instant first, then the sync.
        m_stable = stableInstant();
        if (::syncfs(m_top) != 0)
            return systemError("cannot sync the pool", errno);
        auto scanned = scanTree(m_top, m_fidelity, m_cancel, &m_remark);
        if (!scanned)
            return scanned.error();
        m_ours = std::move(*scanned);
        if (auto done = checkKeepable(); !done)
            return done.error();
        if (auto done = readManifest(); !done)
            return done.error();
        // What is sent anyway is digested then.
        if (m_final)
            if (auto done = fillContentDigests(
                    m_top, m_ours, m_cache, BlockRecords::Drop,
                    [this](const TreeEntry& entry) { return isToBeCompared(entry); }, m_stable,
                    m_cancel);
                !done)
                return done.error();
        m_diff = differenceOf(m_ours, m_theirs, m_fidelity, m_final);
        m_told.bytesTotal.value = m_diff.bytes;
        if (auto done = sendRemovals(); !done)
            return done.error();
        if (auto done = sendDeltas(); !done)
            return done.error();
        return sendEntries();
    }

private:
    Result<void> greet()
    {
        WireWriter hello(MessageType::Hello);
        hello.u32(kTreeVersion);
        hello.u8(m_final ? 1 : 0);
        if (auto sent = sendMessage(m_channel, hello); !sent)
            return sent;
        auto welcome = expectMessage(m_channel, MessageType::Welcome);
        if (!welcome)
            return welcome.error();
        WireReader reader = welcome->reader();
        const std::uint32_t version = reader.u32();
        m_fidelity.owners = reader.u8() != 0;
        m_receiver = reader.u32();
        if (!reader.good() || !reader.atEnd())
            return malformedMessage("a broken welcome");
        if (version != kTreeVersion)
            return Error{ErrorCode::UnsupportedVersion,
                         "the receiver speaks transfer version " + std::to_string(version),
                         {},
                         "upgrade the older agent"};
        return {};
    }

    Result<void> checkKeepable() const
    {
        if (m_fidelity.owners)
            return {};
        for (const TreeEntry& entry : m_ours) {
            const std::string what = entry.path.empty() ? "the top folder" : entry.path;
            if (entry.type == EntryType::CharDevice || entry.type == EntryType::BlockDevice)
                return Error{ErrorCode::Unsupported,
                             "the receiving agent is not root and cannot make the device " + what,
                             {},
                             "run the target's agent as root"};
            // The top belongs to whoever made the copy.
            if (!entry.path.empty() && entry.uid != m_receiver)
                return Error{ErrorCode::Unsupported,
                             what + " belongs to user " + std::to_string(entry.uid) +
                                 "; the receiving agent runs as user " +
                                 std::to_string(m_receiver) + " and cannot keep that",
                             {},
                             "run the target's agent as root"};
        }
        return {};
    }

    Result<void> readManifest()
    {
        for (;;) {
            auto message = readMessage(m_channel);
            if (!message)
                return message.error();
            WireReader reader = message->reader();
            if (message->type == MessageType::ManifestEnd) {
                if (reader.u64() != m_theirs.size() || !reader.good())
                    return malformedMessage("a manifest that is not complete");
                return {};
            }
            if (message->type != MessageType::Manifest)
                return malformedMessage("a message out of turn");
            while (!reader.atEnd()) {
                auto entry = decodeEntry(reader);
                if (!entry)
                    return malformedMessage("a broken manifest");
                std::string path = entry->path;
                if (!m_theirs.emplace(std::move(path), std::move(*entry)).second)
                    return malformedMessage("a path twice");
            }
        }
    }

    // Is only its content to tell whether it travels whole?
    [[nodiscard]] bool isToBeCompared(const TreeEntry& entry) const
    {
        const auto theirs = m_theirs.find(entry.path);
        return theirs != m_theirs.end() && sameButContent(entry, theirs->second, m_fidelity) &&
               !goesByBlocks(entry, theirs->second);
    }

    Result<void> sendRemovals()
    {
        WireWriter begin(MessageType::Begin);
        begin.u64(m_told.bytesTotal.value);
        if (auto sent = sendMessage(m_channel, begin); !sent)
            return sent;
        WireWriter message(MessageType::Remove);
        for (const std::string& path : m_diff.removals) {
            if (message.bytes().size() + path.size() + 8 > kMessagePayload) {
                if (auto sent = sendMessage(m_channel, message); !sent)
                    return sent;
                message = WireWriter(MessageType::Remove);
            }
            message.text(path);
        }
        if (m_diff.removals.empty())
            return {};
        return sendMessage(m_channel, message);
    }

    // How an entry's sending ended: one that vanished is passed over, but not in a final pass.
    Result<void> passOver(const TreeEntry& entry, Result<void> sent)
    {
        if (sent || sent.error().code != ErrorCode::NotFound)
            return sent;
        if (m_final)
            return changedError(entry.path);
        m_missing.insert(entry.path);
        return {};
    }

    Result<void> sendDeltas()
    {
        for (const std::size_t index : m_diff.deltas)
            if (auto sent = passOver(m_ours[index], sendChanges(m_ours[index])); !sent)
                return sent;
        return {};
    }

    Result<PassResult> sendEntries()
    {
        PaxWriter stream(m_channel);
        for (const std::size_t index : m_diff.changes) {
            if (m_cancel.cancelled())
                return cancelledError();
            const TreeEntry& entry = m_ours[index];
            if (entry.type == EntryType::HardLink && m_missing.contains(entry.target))
                continue;
            if (auto sent = passOver(entry, sendEntry(stream, m_ours[index])); !sent)
                return sent.error();
        }
        auto totals = stream.finish();
        if (!totals)
            return totals.error();
        totals->hash = m_sentHash.finish();
        m_cache.keepOnly(m_ours);

        PassResult result;
        result.carried = m_carried;
        result.entries = totals->entries + m_diff.removals.size() + m_changed;
        Digest tree{};
        if (m_final) {
            result.remark = m_remark;
            if (auto same = checkUnchanged(); !same)
                return same.error();
            tree = digestOf(m_ours, m_fidelity);
            result.digest = toHex(tree);
        }
        if (auto sent = sendMessage(m_channel, trailerMessage(*totals, tree)); !sent)
            return sent.error();
        auto done = expectMessage(m_channel, MessageType::Done);
        if (!done)
            return done.error();
        WireReader reader = done->reader();
        if (reader.digest() != tree || !reader.good())
            return Error{ErrorCode::Io, "the receiver has something else than was sent", {}, {}};
        return result;
    }

    // NotFound: it vanished before anything of it was sent.
    Result<void> sendEntry(PaxWriter& stream, TreeEntry& entry)
    {
        if (entry.type == EntryType::HardLink)
            return sendPlain(stream, entry, {});
        auto place = entry.path.empty()
                         ? Result<FolderWalker::Place>(FolderWalker::Place{m_top, "."})
                         : m_walker.place(entry.path);
        if (!place)
            return place.error();
        auto attributes = attributesOf(entry, *place);
        if (!attributes)
            return attributes.error();
        if (entry.type != EntryType::File)
            return sendPlain(stream, entry, *attributes);
        return sendFile(stream, entry, *attributes, *place);
    }

    Result<ExtendedAttributes> attributesOf(const TreeEntry& entry,
                                            const FolderWalker::Place& place) const
    {
        // None when it was looked at: should there be some now, a later pass has them, and a final
        // one refuses.
        if (entry.type == EntryType::Link || !entry.attributes)
            return ExtendedAttributes{};
        return readAttributes(place.folder, place.name, m_fidelity);
    }

    Result<void> sendPlain(PaxWriter& stream, const TreeEntry& entry,
                           const ExtendedAttributes& attributes)
    {
        if (auto begun = stream.begin(entry, attributes, {}); !begun)
            return begun;
        m_sentHash.add(entry, Digest{});
        return {};
    }

    // A file that is being sent.
    struct Source
    {
        Fd fd;
        TreeEntry now; // as it is sent
        bool touched = false;
    };
    Result<Source> openSource(const TreeEntry& entry, const FolderWalker::Place& place) const
    {
        Source source;
        auto fd = openForReading(place.folder, place.name, source.touched);
        struct stat before = {};
        const bool looked =
            fd ? ::fstat(fd->get(), &before) == 0
               : ::fstatat(place.folder, place.name.c_str(), &before, AT_SYMLINK_NOFOLLOW) == 0;
        if (looked && !S_ISREG(before.st_mode)) // a link cannot even be opened
            return Error{ErrorCode::NotFound, entry.path + " is no file any more", {}, {}};
        if (!fd)
            return fd.error();
        if (!looked)
            return systemError("cannot look at " + entry.path, errno);
        source.fd = std::move(*fd);
        source.now.path = entry.path;
        fillEntry(source.now, before, m_fidelity);
        if (source.touched)
            source.now.mode = entry.mode; // it was opened up for a moment
        return source;
    }

    // After its last byte: what was sent, is it what the file was all the time?
    Result<void> closeSource(const Source& source, TreeEntry& entry, const Digest& digest,
                             bool torn)
    {
        struct stat after = {};
        if (::fstat(source.fd.get(), &after) != 0)
            return systemError("cannot look at " + entry.path, errno);
        const TreeEntry& now = source.now;
        TreeEntry then;
        fillEntry(then, after, m_fidelity);
        torn = torn || then.size != now.size || then.seconds != now.seconds ||
               then.nanoseconds != now.nanoseconds;
        if (m_final && (torn || (entry.content && *entry.content != digest)))
            return changedError(entry.path);
        m_sentHash.add(now, digest);
        if (m_final)
            entry.content = digest;
        if (!torn && !source.touched && isStable(now, m_stable))
            m_cache.remember(now, digest);
        return {};
    }

    Result<void> sendFile(PaxWriter& stream, TreeEntry& entry, const ExtendedAttributes& attributes,
                          const FolderWalker::Place& place)
    {
        auto source = openSource(entry, place);
        if (!source)
            return source.error();
        const TreeEntry& now = source->now;
        auto extents = dataExtents(source->fd.get(), now.size, now.allocated);
        if (!extents)
            return extents.error();
        std::vector<std::pair<std::uint64_t, std::uint64_t>> map;
        for (const Extent& extent : *extents)
            map.emplace_back(extent.offset, extent.length);
        if (auto begun = stream.begin(now, attributes, map); !begun)
            return begun;

        ContentHasher hasher;
        std::uint64_t at = 0;
        bool torn = false;
        for (const Extent& extent : *extents) {
            if (auto skipped = stream.hole(extent.offset - at); !skipped)
                return skipped;
            at = extent.offset;
            if (auto sent = sendExtent(stream, source->fd.get(), extent, hasher, torn); !sent)
                return sent;
            at += extent.length;
        }
        if (auto skipped = stream.hole(now.size - at); !skipped)
            return skipped;
        return closeSource(*source, entry, hasher.finish(now.size), torn);
    }

    // The same of a file that goes by its blocks.
    Result<void> sendChanges(TreeEntry& entry)
    {
        auto place = m_walker.place(entry.path);
        if (!place)
            return place.error();
        auto attributes = attributesOf(entry, *place);
        if (!attributes)
            return attributes.error();
        auto source = openSource(entry, *place);
        if (!source)
            return source.error();
        WireWriter delta(MessageType::Delta);
        encodeEntry(delta, source->now);
        if (auto sent = sendMessage(m_channel, delta); !sent)
            return sent;
        std::size_t total = 0;
        for (const auto& [name, value] : *attributes) {
            total += name.size() + value.size();
            if (total > kMostAttributeBytes)
                return Error{ErrorCode::Unsupported,
                             entry.path + " has more than 16 MiB of extended attributes",
                             {},
                             {}};
            WireWriter attribute(MessageType::Attribute);
            attribute.text(name);
            attribute.text(value);
            if (auto sent = sendMessage(m_channel, attribute); !sent)
                return sent;
        }
        const auto sent = sendDelta(
            source->fd.get(), source->now.size, m_channel,
            [&](std::uint64_t looked, std::uint64_t carried) { progressed(looked, carried); },
            m_cancel);
        if (!sent)
            return sent.error();
        // In a final pass it may turn out that there was nothing to do.
        if (sent->changes > 0 || !sameButContent(entry, m_theirs.at(entry.path), m_fidelity))
            ++m_changed;
        return closeSource(*source, entry, sent->content, /*torn=*/false);
    }

    void progressed(std::uint64_t looked, std::uint64_t carried)
    {
        m_carried.value += carried;
        m_told.bytesDone.value += looked;
        m_told.bytesTotal = std::max(m_told.bytesTotal, m_told.bytesDone);
        if (m_progress)
            m_progress(m_told);
    }

    Result<void> sendExtent(PaxWriter& stream, int fd, const Extent& extent, ContentHasher& hasher,
                            bool& torn)
    {
        const std::uint64_t end = extent.offset + extent.length;
        for (std::uint64_t at = extent.offset; at < end;) {
            if (m_cancel.cancelled())
                return cancelledError();
            const std::size_t want =
                static_cast<std::size_t>(std::min<std::uint64_t>(m_buffer.size(), end - at));
            ssize_t got = ::pread(fd, m_buffer.data(), want, static_cast<off_t>(at));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return systemError("cannot read " + pathOf(fd), errno);
            if (got == 0) { // it became shorter; what was announced is filled up
                torn = true;
                std::fill_n(m_buffer.begin(), want, '\0');
                got = static_cast<ssize_t>(want);
            }
            const std::string_view bytes =
                std::string_view(m_buffer).substr(0, static_cast<std::size_t>(got));
            hasher.add(at, bytes);
            DROVER_CRASH_POINT("send.data");
            if (auto sent = stream.data(bytes); !sent)
                return sent;
            at += bytes.size();
            progressed(bytes.size(), bytes.size());
        }
        return {};
    }

    // Everything once more, after the last byte was read. A change time says it even where size and
    // times were set back; except for what we ourselves open up for reading.
    Result<void> checkUnchanged()
    {
        m_walker.forget();
        auto again = scanTree(m_top, m_fidelity, m_cancel);
        if (!again)
            return again.error();
        const std::size_t common = std::min(again->size(), m_ours.size());
        for (std::size_t i = 0; i < common; ++i) {
            const TreeEntry& was = m_ours[i];
            const TreeEntry& is = (*again)[i];
            const std::uint32_t needed =
                was.type == EntryType::Folder ? S_IRUSR | S_IXUSR : S_IRUSR;
            const bool opened =
                ::geteuid() != 0 && was.type != EntryType::Link && (was.mode & needed) != needed;
            const bool sameChange = was.changeSeconds == is.changeSeconds &&
                                    was.changeNanoseconds == is.changeNanoseconds;
            if (was.path != is.path || was.inode != is.inode ||
                !sameButContent(was, is, m_fidelity) || (!opened && !sameChange))
                return changedError(std::min(was.path, is.path));
        }
        if (again->size() != m_ours.size())
            return changedError(again->size() > common ? (*again)[common].path
                                                       : m_ours[common].path);
        return {};
    }

    int m_top;
    ContentCache& m_cache;
    bool m_final;
    ByteChannel& m_channel;
    const ProgressSink& m_progress;
    const Canceller& m_cancel;
    FolderWalker m_walker;
    Fidelity m_fidelity;
    std::uint32_t m_receiver = 0; // its user id
    Instant m_stable;
    std::vector<TreeEntry> m_ours;
    EntryMap m_theirs;
    EntryHasher m_sentHash;
    TreeDiff m_diff;
    std::string m_remark;
    // files that vanished: their other names cannot be made of them
    std::unordered_set<std::string> m_missing;
    model::TransferProgress m_told;
    model::ByteCount m_carried;
    std::uint64_t m_changed = 0; // files that went by blocks and were not the same
    std::string m_buffer = std::string(kReadSize, '\0');
};

} // namespace

Result<PassResult> sendTree(int top, ContentCache& cache, bool final, ByteChannel& channel,
                            const ProgressSink& progress, const Canceller& cancel)
{
    auto result = Sender(top, cache, final, channel, progress, cancel).run();
    if (!result)
        sendFailure(channel, result.error());
    return result;
}

} // namespace drover::agent::backend
