#include "agent/backend/transfer/delta.h"
#include "agent/backend/transfer/file_blocks.h"
#include "agent/backend/transfer/pax_stream.h"
#include "agent/backend/transfer/tree_sync.h"
#include "agent/backend/transfer/tree_writer.h"
#include "proto/model/crash_point.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

class Receiver
{
public:
    Receiver(int top, ContentCache& cache, bool final, ByteChannel& channel,
             const ProgressSink& progress, const Canceller& cancel)
        : m_top(top), m_cache(cache), m_final(final), m_channel(channel), m_progress(progress),
          m_cancel(cancel), m_fidelity{::geteuid() == 0}, m_writer(top, m_fidelity)
    {}

    Result<PassResult> run()
    {
        if (auto done = greet(); !done)
            return done.error();
        if (auto done = sendManifest(); !done)
            return done.error();
        if (auto done = takeChanges(); !done)
            return done.error();
        PaxReader stream(m_pushed);
        for (;;) {
            if (m_cancel.cancelled())
                return cancelledError();
            auto item = stream.next();
            if (!item)
                return item.error();
            if (!item->has_value())
                break;
            DROVER_CRASH_POINT("receive.entry");
            if (auto done = take(stream, **item); !done)
                return done.error();
            ++m_result.entries;
        }
        if (m_takenHash.finish() != stream.trailerHash())
            return Error{ErrorCode::Io,
                         "the stream was damaged on its way",
                         {},
                         "the transfer is tried again"};
        if (auto done = m_writer.finish(); !done)
            return done.error();
        DROVER_CRASH_POINT("receive.finished");
        if (::syncfs(m_top) != 0)
            return systemError("cannot sync the pool", errno);
        Digest tree{};
        if (m_final) {
            auto computed = ownDigest();
            if (!computed)
                return computed.error();
            tree = *computed;
            if (tree != stream.trailerDigest())
                return Error{ErrorCode::Io,
                             "what arrived is not what was sent: the digests differ",
                             {},
                             "the transfer is tried again"};
            m_result.digest = toHex(tree);
        }
        m_tree = tree;
        return m_result;
    }

    // After whatever the caller has to make durable.
    [[nodiscard]] Result<void> confirm() const
    {
        WireWriter message(MessageType::Done);
        message.digest(m_tree);
        return sendMessage(m_channel, message);
    }

private:
    // The channel with one message put back: the first after the removals belongs to the stream.
    class Pushed final : public ByteChannel
    {
    public:
        explicit Pushed(ByteChannel& channel) : m_channel(channel) {}
        void push(std::string message) { m_first = std::move(message); }
        Result<void> write(std::string_view message) override { return m_channel.write(message); }
        Result<std::string> read() override
        {
            if (!m_first)
                return m_channel.read();
            std::string first = std::move(*m_first);
            m_first.reset();
            return first;
        }

    private:
        ByteChannel& m_channel;
        std::optional<std::string> m_first;
    };

    Result<void> greet()
    {
        auto hello = expectMessage(m_channel, MessageType::Hello);
        if (!hello)
            return hello.error();
        WireReader reader = hello->reader();
        const std::uint32_t version = reader.u32();
        const bool final = reader.u8() != 0;
        if (!reader.good() || !reader.atEnd())
            return malformedMessage("a broken hello");
        if (version != kTreeVersion)
            return Error{ErrorCode::UnsupportedVersion,
                         "the sender speaks transfer version " + std::to_string(version),
                         {},
                         "upgrade the older agent"};
        if (final != m_final)
            return malformedMessage("another kind of pass than was ordered here");
        WireWriter welcome(MessageType::Welcome);
        welcome.u32(kTreeVersion);
        welcome.u8(m_fidelity.owners ? 1 : 0);
        welcome.u32(::geteuid());
        return sendMessage(m_channel, welcome);
    }

    Result<void> sendManifest()
    {
        auto entries = scanTree(m_top, m_fidelity, m_cancel);
        if (!entries)
            return entries.error();
        m_cache.keepOnly(*entries);
        if (m_final)
            if (auto done = fillOwn(*entries); !done)
                return done;
        for (TreeEntry& entry : *entries)
            entry.offered = entry.type == EntryType::File && entry.size >= kBigFile &&
                            m_cache.isMade(entry.inode);
        WireWriter message(MessageType::Manifest);
        for (const TreeEntry& entry : *entries) {
            if (message.bytes().size() + encodedSize(entry) > kMessagePayload) {
                if (auto sent = sendMessage(m_channel, message); !sent)
                    return sent;
                message = WireWriter(MessageType::Manifest);
            }
            encodeEntry(message, entry);
        }
        if (auto sent = sendMessage(m_channel, message); !sent)
            return sent;
        WireWriter end(MessageType::ManifestEnd);
        end.u64(entries->size());
        return sendMessage(m_channel, end);
    }

    // Removals and changes by blocks: all that comes before the stream.
    Result<void> takeChanges()
    {
        auto begin = expectMessage(m_channel, MessageType::Begin);
        if (!begin)
            return begin.error();
        WireReader start = begin->reader();
        m_told.bytesTotal.value = start.u64();
        if (!start.good())
            return malformedMessage("a broken beginning");
        for (;;) {
            auto message = readMessage(m_channel);
            if (!message)
                return message.error();
            if (message->type == MessageType::Remove) {
                if (auto done = takeRemovals(message->reader()); !done)
                    return done;
            } else if (message->type == MessageType::Delta) {
                DROVER_CRASH_POINT("delta.receive.begin");
                if (auto done = takeDelta(message->reader()); !done)
                    return done;
                ++m_result.entries;
            } else {
                m_pushed.push(std::move(message->bytes));
                return {};
            }
        }
    }

    Result<void> takeRemovals(WireReader reader)
    {
        while (!reader.atEnd()) {
            const std::string path(reader.text());
            if (!reader.good() || !isSafePath(path) || path.empty())
                return malformedMessage("an order to remove what is outside");
            if (m_cancel.cancelled())
                return cancelledError();
            DROVER_CRASH_POINT("receive.remove");
            if (auto removed = m_writer.remove(path); !removed)
                return removed;
            ++m_result.entries;
        }
        return {};
    }

    // Of a file whose changes follow; they end with the first message that is none of them.
    Result<ExtendedAttributes> takeAttributes()
    {
        ExtendedAttributes attributes;
        std::size_t total = 0;
        for (;;) {
            auto message = readMessage(m_channel);
            if (!message)
                return message.error();
            if (message->type != MessageType::Attribute) {
                m_pushed.push(std::move(message->bytes));
                return attributes;
            }
            WireReader reader = message->reader();
            std::string name(reader.text());
            const std::string value(reader.text());
            total += name.size() + value.size();
            if (!reader.good() || !reader.atEnd() || name.empty() || total > kMostAttributeBytes ||
                name.find('\0') != std::string::npos)
                return malformedMessage("a broken attribute");
            attributes[std::move(name)] = value;
        }
    }

    // A file of which only the blocks that differ travel.
    Result<void> takeDelta(WireReader reader)
    {
        auto entry = decodeEntry(reader);
        constexpr std::uint32_t kNobody = 0xffffffff; // to chown(2): as it is
        if (!entry || !reader.atEnd() || entry->type != EntryType::File || entry->path.empty() ||
            entry->size > kLargestFile || entry->uid == kNobody || entry->gid == kNobody)
            return malformedMessage("broken changes to a file");
        entry->mode &= 07777U;
        entry->seconds = sayableSeconds(entry->seconds);
        auto attributes = takeAttributes();
        if (!attributes)
            return attributes.error();
        if (auto allowed = checkCarried(*entry, *attributes); !allowed)
            return allowed;
        auto file = m_writer.openForChange(*entry);
        if (!file)
            return file.error();
        struct stat st = {};
        if (::fstat(file->get(), &st) != 0)
            return systemError("cannot look at " + entry->path, errno);
        TreeEntry before;
        fillEntry(before, st, m_fidelity);
        if (!m_cache.isMade(before.inode))
            return malformedMessage("changes to a file that was not offered");
        DeltaOrder order;
        order.size = entry->size;
        // From here on it is neither what it was nor what it is to be.
        order.known = m_cache.forget(before);
        order.record = m_cache.wantsBlocks(entry->size);
        auto received = receiveDelta(
            file->get(), std::move(order), m_pushed,
            [&](std::uint64_t, std::uint64_t carried) { progressed(carried); }, m_cancel);
        if (!received)
            return received.error();
        DROVER_CRASH_POINT("delta.receive.finished");
        return finishFile(*file, *entry, *attributes, received->content,
                          std::move(received->blocks));
    }

    // Would a receiver like this one say that it keeps all that?
    Result<void> checkCarried(const TreeEntry& entry, const ExtendedAttributes& attributes) const
    {
        if (carriedMode(entry.mode, entry.type, m_fidelity) != entry.mode &&
            entry.type != EntryType::Link)
            return malformedMessage("a set-id file, which only root may make");
        for (const auto& [name, value] : attributes)
            if (!isCarried(name, m_fidelity))
                return malformedMessage("an attribute that is not carried: " + name.substr(0, 100));
        return {};
    }

    Result<void> finishFile(const Fd& file, const TreeEntry& entry,
                            const ExtendedAttributes& attributes, const Digest& content,
                            BlockDigests blocks)
    {
        auto now = m_writer.finishFile(file, entry, attributes);
        if (!now)
            return now.error();
        // Nobody but us writes here, so its times need not be old to be believed.
        m_cache.remember(*now, content, std::move(blocks));
        m_takenHash.add(entry, content);
        return {};
    }

    Result<void> take(PaxReader& stream, const PaxReader::Item& item)
    {
        const TreeEntry& entry = item.entry;
        if (!m_fidelity.owners &&
            (entry.type == EntryType::CharDevice || entry.type == EntryType::BlockDevice))
            return malformedMessage("a device, which only root may make");
        if (auto allowed = checkCarried(entry, item.attributes); !allowed)
            return allowed;
        if (entry.type != EntryType::File) {
            m_takenHash.add(entry, Digest{});
            return entry.type == EntryType::HardLink ? m_writer.link(entry, m_cache)
                                                     : m_writer.make(entry, item.attributes);
        }

        auto file = m_writer.openFile(entry);
        if (!file)
            return file.error();
        if (auto noted = noteMade(file->get(), entry); !noted)
            return noted;
        BlockDigests blocks;
        ContentHasher hasher(m_cache.wantsBlocks(entry.size) ? &blocks : nullptr);
        auto written =
            stream.content([&](std::uint64_t offset, std::string_view bytes) -> Result<void> {
                if (m_cancel.cancelled())
                    return cancelledError();
                if (offset > entry.size || bytes.size() > entry.size - offset)
                    return malformedMessage("a file with more than its size");
                hasher.add(offset, bytes);
                return write(file->get(), offset, bytes);
            });
        if (!written)
            return written;
        return finishFile(*file, entry, item.attributes, hasher.finish(entry.size),
                          std::move(blocks));
    }

    // A big one may be changed by blocks from now on, even if this pass breaks off.
    Result<void> noteMade(int file, const TreeEntry& entry)
    {
        if (entry.size < kBigFile)
            return {};
        struct stat st = {};
        if (::fstat(file, &st) != 0)
            return systemError("cannot look at " + entry.path, errno);
        m_cache.noteMade(st.st_ino);
        return {};
    }

    Result<void> write(int fd, std::uint64_t offset, std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t put =
                ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (put < 0 && errno == EINTR)
                continue;
            if (put < 0)
                return systemError("cannot write " + pathOf(fd), errno);
            bytes.remove_prefix(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
            progressed(static_cast<std::uint64_t>(put));
        }
        return {};
    }

    void progressed(std::uint64_t carried)
    {
        m_result.carried.value += carried;
        m_told.bytesDone = m_result.carried;
        m_told.bytesTotal = std::max(m_told.bytesTotal, m_told.bytesDone);
        if (m_progress)
            m_progress(m_told);
    }

    Result<void> fillOwn(std::vector<TreeEntry>& entries)
    {
        return fillContentDigests(
            m_top, entries, m_cache, BlockRecords::Keep, [](const TreeEntry&) { return true; },
            stableInstant(), m_cancel);
    }

    Result<Digest> ownDigest()
    {
        auto entries = scanTree(m_top, m_fidelity, m_cancel);
        if (!entries)
            return entries.error();
        if (auto done = fillOwn(*entries); !done)
            return done.error();
        return digestOf(*entries, m_fidelity);
    }

    int m_top;
    ContentCache& m_cache;
    bool m_final;
    ByteChannel& m_channel;
    const ProgressSink& m_progress;
    const Canceller& m_cancel;
    Fidelity m_fidelity;
    TreeWriter m_writer;
    EntryHasher m_takenHash;
    Pushed m_pushed{m_channel};
    PassResult m_result;
    Digest m_tree{};
    model::TransferProgress m_told;
};

} // namespace

Result<PassResult> receiveTree(int top, ContentCache& cache, bool final,
                               const BeforeConfirm& beforeConfirm, ByteChannel& channel,
                               const ProgressSink& progress, const Canceller& cancel)
{
    Receiver receiver(top, cache, final, channel, progress, cancel);
    auto result = receiver.run();
    if (result && beforeConfirm)
        if (auto ready = beforeConfirm(); !ready)
            result = ready.error();
    if (!result) {
        sendFailure(channel, result.error());
        return result;
    }
    if (auto confirmed = receiver.confirm(); !confirmed)
        return confirmed.error();
    return result;
}

} // namespace drover::agent::backend
