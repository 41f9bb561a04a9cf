#include "agent/backend/transfer/block_sync.h"

#include "agent/backend/support/file_ops.h"
#include "agent/backend/transfer/content_hash.h"
#include "agent/backend/transfer/file_blocks.h"
#include "proto/model/crash_point.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr std::size_t kDescriptionLimit = 64 * 1024;
using Blocks = std::map<std::uint64_t, Digest>;

Digest hashOf(std::string_view bytes)
{
    Hasher hasher;
    hasher.add(bytes);
    return hasher.finish();
}

Digest digestOfImage(const Blocks& blocks, std::uint64_t size)
{
    Hasher hasher;
    hasher.addText("drover image 1");
    hasher.addNumber(size);
    for (const auto& [index, digest] : blocks) {
        hasher.addNumber(index);
        hasher.add({reinterpret_cast<const char*>(digest.data()), digest.size()});
    }
    return hasher.finish();
}

Result<struct stat> statOf(int image)
{
    struct stat st = {};
    if (::fstat(image, &st) != 0)
        return systemError("cannot look at " + pathOf(image), errno);
    return st;
}

// Changes whenever anything is written to the file.
std::string stateOf(const struct stat& st)
{
    return std::to_string(st.st_ino) + " " + std::to_string(st.st_size) + " " +
           std::to_string(st.st_mtim.tv_sec) + "." + std::to_string(st.st_mtim.tv_nsec) + " " +
           std::to_string(st.st_ctim.tv_sec) + "." + std::to_string(st.st_ctim.tv_nsec);
}

// Calls `each` with every block that has data.
Result<void>
forEachDataBlock(int image, std::uint64_t size,
                 const std::function<Result<void>(std::uint64_t, std::string_view)>& each)
{
    std::string buffer;
    for (std::uint64_t from = 0;;) {
        const auto index = nextDataBlock(image, from, size);
        if (!index)
            return index.error();
        if (!*index)
            return {};
        const auto bytes = readBlock(image, **index, size, buffer);
        if (!bytes)
            return bytes.error();
        if (auto done = each(**index, *bytes); !done)
            return done;
        from = **index + 1;
    }
}

class Sender
{
public:
    Sender(int image, bool final, ByteChannel& channel, const ProgressSink& progress,
           const Canceller& cancel)
        : m_image(image), m_final(final), m_channel(channel), m_progress(progress), m_cancel(cancel)
    {}

    Result<PassResult> run(const std::string& description)
    {
        if (::fsync(m_image) != 0)
            return systemError("cannot sync " + pathOf(m_image), errno);
        auto before = statOf(m_image);
        if (!before)
            return before.error();
        m_size = static_cast<std::uint64_t>(before->st_size);
        if (auto done = greet(description); !done)
            return done.error();
        if (auto done = readManifest(); !done)
            return done.error();
        WireWriter begin(MessageType::Begin);
        begin.u64(static_cast<std::uint64_t>(before->st_blocks) * 512);
        if (auto sent = sendMessage(m_channel, begin); !sent)
            return sent.error();
        m_told.bytesTotal.value = static_cast<std::uint64_t>(before->st_blocks) * 512;

        auto walked =
            forEachDataBlock(m_image, m_size, [&](std::uint64_t index, std::string_view bytes) {
                return sendBlock(index, bytes);
            });
        if (!walked)
            return walked.error();
        if (auto done = sendRemovals(); !done)
            return done.error();
        if (m_final) {
            const auto after = statOf(m_image);
            if (!after)
                return after.error();
            if (stateOf(*before) != stateOf(*after))
                return Error{ErrorCode::FailedState,
                             "the image changed while it was frozen",
                             {},
                             "find who writes to it"};
        }
        PassResult result;
        result.carried = m_carried;
        result.entries = m_sent;
        Digest tree{};
        if (m_final) {
            tree = digestOfImage(m_ours, m_size);
            result.digest = toHex(tree);
        }
        WireWriter trailer(MessageType::Trailer);
        trailer.u64(m_sent);
        trailer.digest(m_stream.finish());
        trailer.digest(tree);
        if (auto sent = sendMessage(m_channel, trailer); !sent)
            return sent.error();
        auto done = expectMessage(m_channel, MessageType::Done);
        if (!done)
            return done.error();
        WireReader reader = done->reader();
        if (reader.digest() != tree || !reader.good())
            return Error{ErrorCode::Io, "the receiver has something else than was sent", {}, {}};
        return result;
    }

private:
    Result<void> greet(const std::string& description)
    {
        WireWriter hello(MessageType::Hello);
        hello.u32(kImageVersion);
        hello.u8(m_final ? 1 : 0);
        hello.u64(m_size);
        hello.text(description);
        if (auto sent = sendMessage(m_channel, hello); !sent)
            return sent;
        auto welcome = expectMessage(m_channel, MessageType::Welcome);
        if (!welcome)
            return welcome.error();
        WireReader reader = welcome->reader();
        const std::uint32_t version = reader.u32();
        if (!reader.good())
            return malformedMessage("a broken welcome");
        if (version != kImageVersion)
            return Error{ErrorCode::UnsupportedVersion,
                         "the receiver speaks transfer version " + std::to_string(version),
                         {},
                         "upgrade the older agent"};
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
                const std::uint64_t index = reader.u64();
                const Digest digest = reader.digest();
                // The receiver made its image as large as ours before it looked; a list without
                // end would fill our memory.
                if (!reader.good() || !isBlockOf(index, m_size))
                    return malformedMessage("a broken manifest");
                m_theirs[index] = digest;
            }
        }
    }

    Result<void> sendBlock(std::uint64_t index, std::string_view bytes)
    {
        if (m_cancel.cancelled())
            return cancelledError();
        if (isAllZero(bytes))
            return {};
        const Digest digest = hashOf(bytes);
        m_ours.emplace_hint(m_ours.end(), index, digest);
        const auto theirs = m_theirs.find(index);
        m_told.bytesDone.value += bytes.size();
        if (theirs == m_theirs.end() || theirs->second != digest) {
            WireWriter message(MessageType::Stream);
            message.u64(index);
            message.raw(bytes);
            DROVER_CRASH_POINT("send.block");
            if (auto sent = sendMessage(m_channel, message); !sent)
                return sent;
            m_stream.add(message.bytes());
            ++m_sent;
            m_carried.value += bytes.size();
        }
        if (m_progress)
            m_progress(m_told);
        return {};
    }

    Result<void> sendRemovals()
    {
        WireWriter message(MessageType::Remove);
        bool any = false;
        for (const auto& [index, digest] : m_theirs) {
            if (m_ours.contains(index))
                continue;
            if (message.bytes().size() + 8 > kMessagePayload) {
                if (auto sent = sendMessage(m_channel, message); !sent)
                    return sent;
                m_stream.add(message.bytes());
                message = WireWriter(MessageType::Remove);
            }
            message.u64(index);
            any = true;
            ++m_sent;
        }
        if (!any)
            return {};
        m_stream.add(message.bytes());
        return sendMessage(m_channel, message);
    }

    int m_image;
    bool m_final;
    ByteChannel& m_channel;
    const ProgressSink& m_progress;
    const Canceller& m_cancel;
    std::uint64_t m_size = 0;
    Blocks m_ours;
    Blocks m_theirs;
    Hasher m_stream;
    std::uint64_t m_sent = 0;
    model::ByteCount m_carried;
    model::TransferProgress m_told;
};

class Receiver
{
public:
    Receiver(int image, BlockCache& cache, bool final, ByteChannel& channel,
             const ProgressSink& progress, const Canceller& cancel)
        : m_image(image), m_cache(cache), m_final(final), m_channel(channel), m_progress(progress),
          m_cancel(cancel)
    {}

    Result<PassResult> run()
    {
        if (auto done = greet(); !done)
            return done.error();
        if (auto done = lookAtOwn(); !done)
            return done.error();
        m_cache.state.clear(); // until this pass is complete, what is known is not
        if (auto done = sendManifest(); !done)
            return done.error();
        auto begin = expectMessage(m_channel, MessageType::Begin);
        if (!begin)
            return begin.error();
        m_told.bytesTotal.value = begin->reader().u64();
        if (auto done = takeBlocks(); !done)
            return done.error();
        DROVER_CRASH_POINT("receive.finished");
        if (::fsync(m_image) != 0)
            return systemError("cannot sync " + pathOf(m_image), errno);
        auto st = statOf(m_image);
        if (!st)
            return st.error();
        m_cache.state = stateOf(*st);
        if (m_final) {
            const Digest own = digestOfImage(m_cache.blocks, m_size);
            if (own != m_tree) {
                m_cache.state.clear(); // the next pass reads it all
                return Error{ErrorCode::Io,
                             "what arrived is not what was sent: the digests differ",
                             {},
                             "the transfer is tried again"};
            }
            m_result.digest = toHex(own);
        }
        return m_result;
    }

    [[nodiscard]] const std::string& description() const { return m_description; }

    [[nodiscard]] Result<void> confirm() const
    {
        WireWriter message(MessageType::Done);
        message.digest(m_final ? m_tree : Digest{});
        return sendMessage(m_channel, message);
    }

private:
    Result<void> greet()
    {
        auto hello = expectMessage(m_channel, MessageType::Hello);
        if (!hello)
            return hello.error();
        WireReader reader = hello->reader();
        const std::uint32_t version = reader.u32();
        const bool final = reader.u8() != 0;
        m_size = reader.u64();
        m_description = reader.text();
        if (!reader.good() || !reader.atEnd() || m_size > kLargestFile ||
            m_description.size() > kDescriptionLimit)
            return malformedMessage("a broken hello");
        if (version != kImageVersion)
            return Error{ErrorCode::UnsupportedVersion,
                         "the sender speaks transfer version " + std::to_string(version),
                         {},
                         "upgrade the older agent"};
        if (final != m_final)
            return malformedMessage("another kind of pass than was ordered here");
        const auto st = statOf(m_image);
        if (!st)
            return st.error();
        // The image is a receiving copy's: it becomes what the source is, its size too.
        if (static_cast<std::uint64_t>(st->st_size) != m_size &&
            ::ftruncate(m_image, static_cast<off_t>(m_size)) != 0)
            return systemError("cannot size " + pathOf(m_image), errno);
        WireWriter welcome(MessageType::Welcome);
        welcome.u32(kImageVersion);
        return sendMessage(m_channel, welcome);
    }

    Result<void> lookAtOwn()
    {
        auto st = statOf(m_image);
        if (!st)
            return st.error();
        if (!m_cache.state.empty() && m_cache.state == stateOf(*st))
            return {};
        m_cache.blocks.clear();
        return forEachDataBlock(
            m_image, m_size, [&](std::uint64_t index, std::string_view bytes) -> Result<void> {
                if (m_cancel.cancelled())
                    return cancelledError();
                if (!isAllZero(bytes))
                    m_cache.blocks.emplace_hint(m_cache.blocks.end(), index, hashOf(bytes));
                return {};
            });
    }

    Result<void> sendManifest()
    {
        constexpr std::size_t kOne = 8 + sizeof(Digest);
        WireWriter message(MessageType::Manifest);
        for (const auto& [index, digest] : m_cache.blocks) {
            if (message.bytes().size() + kOne > kMessagePayload) {
                if (auto sent = sendMessage(m_channel, message); !sent)
                    return sent;
                message = WireWriter(MessageType::Manifest);
            }
            message.u64(index);
            message.digest(digest);
        }
        if (auto sent = sendMessage(m_channel, message); !sent)
            return sent;
        WireWriter end(MessageType::ManifestEnd);
        end.u64(m_cache.blocks.size());
        return sendMessage(m_channel, end);
    }

    Result<void> takeBlocks()
    {
        Hasher stream;
        for (;;) {
            if (m_cancel.cancelled())
                return cancelledError();
            auto message = readMessage(m_channel);
            if (!message)
                return message.error();
            WireReader reader = message->reader();
            if (message->type == MessageType::Trailer) {
                const std::uint64_t count = reader.u64();
                const Digest hash = reader.digest();
                m_tree = reader.digest();
                if (!reader.good() || !reader.atEnd())
                    return malformedMessage("a broken trailer");
                if (count != m_result.entries || hash != stream.finish())
                    return Error{ErrorCode::Io, "the stream was cut or damaged on its way", {}, {}};
                return {};
            }
            stream.add(message->bytes);
            if (message->type == MessageType::Stream) {
                if (auto done = take(reader); !done)
                    return done;
            } else if (message->type == MessageType::Remove) {
                while (!reader.atEnd()) {
                    const std::uint64_t index = reader.u64();
                    if (!reader.good() || !isBlockOf(index, m_size))
                        return malformedMessage("a block outside of the image");
                    if (auto done = makeHole(m_image, index, m_size); !done)
                        return done;
                    m_cache.blocks.erase(index);
                    ++m_result.entries;
                }
            } else {
                return malformedMessage("a message out of turn");
            }
        }
    }

    Result<void> take(WireReader& reader)
    {
        const std::uint64_t index = reader.u64();
        const std::string_view bytes = reader.rest();
        if (!reader.good() || !isBlockOf(index, m_size) ||
            bytes.size() != blockLength(index, m_size))
            return malformedMessage("a block outside of the image");
        DROVER_CRASH_POINT("receive.block");
        if (auto written = writeBlock(m_image, index, bytes); !written)
            return written;
        if (isAllZero(bytes))
            m_cache.blocks.erase(index);
        else
            m_cache.blocks[index] = hashOf(bytes);
        ++m_result.entries;
        m_result.carried.value += bytes.size();
        m_told.bytesDone = m_result.carried;
        m_told.bytesTotal = std::max(m_told.bytesTotal, m_told.bytesDone);
        if (m_progress)
            m_progress(m_told);
        return {};
    }

    int m_image;
    BlockCache& m_cache;
    bool m_final;
    ByteChannel& m_channel;
    const ProgressSink& m_progress;
    const Canceller& m_cancel;
    std::uint64_t m_size = 0;
    std::string m_description;
    Digest m_tree{};
    PassResult m_result;
    model::TransferProgress m_told;
};

} // namespace

Result<PassResult> sendBlocks(int image, bool final, const std::string& description,
                              ByteChannel& channel, const ProgressSink& progress,
                              const Canceller& cancel)
{
    auto result = Sender(image, final, channel, progress, cancel).run(description);
    if (!result)
        sendFailure(channel, result.error());
    return result;
}

Result<PassResult> receiveBlocks(int image, BlockCache& cache, bool final,
                                 const BlocksVerified& beforeConfirm, ByteChannel& channel,
                                 const ProgressSink& progress, const Canceller& cancel)
{
    Receiver receiver(image, cache, final, channel, progress, cancel);
    auto result = receiver.run();
    if (result && beforeConfirm)
        if (auto ready = beforeConfirm(receiver.description()); !ready)
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
