#include "agent/backend/transfer/pax_stream.h"
#include "agent/backend/transfer/tree_sync.h"
#include "agent/backend/transfer/tree_writer.h"
#include "proto/model/crash_point.h"

#include <cerrno>

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
        if (auto done = takeRemovals(); !done)
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
        if (version != kTransferVersion)
            return Error{ErrorCode::UnsupportedVersion,
                         "the sender speaks transfer version " + std::to_string(version),
                         {},
                         "upgrade the older agent"};
        if (final != m_final)
            return malformedMessage("another kind of pass than was ordered here");
        WireWriter welcome(MessageType::Welcome);
        welcome.u32(kTransferVersion);
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
            if (auto done = fillContentDigests(m_top, *entries, m_cache, stableInstant(), m_cancel);
                !done)
                return done;
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

    Result<void> takeRemovals()
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
            if (message->type != MessageType::Remove) {
                m_pushed.push(std::move(message->bytes));
                return {};
            }
            WireReader reader = message->reader();
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
        }
    }

    Result<void> take(PaxReader& stream, const PaxReader::Item& item)
    {
        const TreeEntry& entry = item.entry;
        if (!m_fidelity.owners &&
            (entry.type == EntryType::CharDevice || entry.type == EntryType::BlockDevice))
            return malformedMessage("a device, which only root may make");
        if (carriedMode(entry.mode, entry.type, m_fidelity) != entry.mode &&
            entry.type != EntryType::Link)
            return malformedMessage("a set-id file, which only root may make");
        for (const auto& [name, value] : item.attributes)
            if (!isCarried(name, m_fidelity))
                return malformedMessage("an attribute that is not carried: " + name.substr(0, 100));
        if (entry.type != EntryType::File) {
            m_takenHash.add(entry, Digest{});
            return entry.type == EntryType::HardLink ? m_writer.link(entry, m_cache)
                                                     : m_writer.make(entry, item.attributes);
        }

        auto file = m_writer.openFile(entry);
        if (!file)
            return file.error();
        ContentHasher hasher;
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
        auto now = m_writer.finishFile(*file, entry, item.attributes);
        if (!now)
            return now.error();
        // Nobody but us writes here, so its times need not be old to be believed.
        const Digest content = hasher.finish(entry.size);
        m_cache.remember(*now, content);
        m_takenHash.add(entry, content);
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
            m_result.carried.value += static_cast<std::uint64_t>(put);
        }
        m_told.bytesDone = m_result.carried;
        m_told.bytesTotal = std::max(m_told.bytesTotal, m_told.bytesDone);
        if (m_progress)
            m_progress(m_told);
        return {};
    }

    Result<Digest> ownDigest()
    {
        auto entries = scanTree(m_top, m_fidelity, m_cancel);
        if (!entries)
            return entries.error();
        if (auto done = fillContentDigests(m_top, *entries, m_cache, stableInstant(), m_cancel);
            !done)
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
