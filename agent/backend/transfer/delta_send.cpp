#include "agent/backend/transfer/block_reader.h"
#include "agent/backend/transfer/delta.h"
#include "agent/backend/transfer/file_blocks.h"
#include "proto/model/crash_point.h"

#include <optional>
#include <utility>
#include <vector>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

class DeltaSender
{
public:
    DeltaSender(int file, std::uint64_t size, ByteChannel& channel, const DeltaProgress& progress,
                const Canceller& cancel)
        : m_reader(file, size), m_size(size), m_channel(channel), m_progress(progress),
          m_cancel(cancel)
    {}

    // Goes through both lists at once, in order.
    Result<DeltaSent> run()
    {
        auto own = m_reader.next();
        for (;;) {
            if (!own)
                return own.error();
            if (m_cancel.cancelled())
                return cancelledError();
            if (m_next == m_theirs.size() && !m_allTold) {
                if (auto asked = askForMore(); !asked)
                    return asked.error();
                continue;
            }
            const Told* theirs = m_next < m_theirs.size() ? &m_theirs[m_next] : nullptr;
            if (!*own && theirs == nullptr)
                break;
            if (!*own || (theirs != nullptr && theirs->first < (*own)->index)) {
                ++m_next;
                if (auto sent = sendHole(theirs->first); !sent)
                    return sent.error();
                continue;
            }
            const bool both = theirs != nullptr && theirs->first == (*own)->index;
            if (both)
                ++m_next;
            if (auto sent = sendBlock(**own, both ? &theirs->second : nullptr); !sent)
                return sent.error();
            own = m_reader.next();
        }
        if (auto sent = flushHoles(); !sent)
            return sent.error();
        m_sent.content = m_content.finish(m_size);
        WireWriter end(MessageType::DeltaEnd);
        end.digest(m_sent.content);
        if (auto sent = sendMessage(m_channel, end); !sent)
            return sent.error();
        return m_sent;
    }

private:
    using Told = std::pair<std::uint64_t, Digest>;

    Result<void> askForMore()
    {
        if (auto sent = flushHoles(); !sent)
            return sent;
        if (auto sent = sendMessage(m_channel, WireWriter(MessageType::More)); !sent)
            return sent;
        const auto message = expectMessage(m_channel, MessageType::Blocks);
        if (!message)
            return message.error();
        WireReader reader = message->reader();
        m_allTold = reader.u8() != 0;
        m_theirs.clear();
        m_next = 0;
        while (!reader.atEnd()) {
            const std::uint64_t index = reader.u64();
            const Digest digest = reader.digest();
            // Its file has the size of ours by now.
            if (!reader.good() || index < m_lowest || !isBlockOf(index, m_size))
                return malformedMessage("blocks that its file cannot have");
            m_theirs.emplace_back(index, digest);
            m_lowest = index + 1;
        }
        if (!reader.good() || (m_theirs.empty() && !m_allTold))
            return malformedMessage("a broken list of blocks");
        return {};
    }

    Result<void> sendBlock(const BlockReader::Block& block, const Digest* theirs)
    {
        const auto& [index, digest, bytes] = block;
        m_content.add(index, digest);
        if (digest == kZeroBlock) {
            if (m_progress)
                m_progress(bytes.size(), 0);
            return theirs != nullptr ? sendHole(index) : Result<void>{};
        }
        if (theirs != nullptr && *theirs == digest) {
            if (m_progress)
                m_progress(bytes.size(), 0);
            return {};
        }
        if (auto sent = flushHoles(); !sent)
            return sent;
        WireWriter message(MessageType::Block);
        message.u64(index);
        message.raw(bytes);
        DROVER_CRASH_POINT("delta.send.block");
        if (auto sent = sendMessage(m_channel, message); !sent)
            return sent;
        ++m_sent.changes;
        if (m_progress)
            m_progress(bytes.size(), bytes.size());
        return {};
    }

    Result<void> sendHole(std::uint64_t index)
    {
        if (m_holes.bytes().size() + sizeof index > kMessagePayload)
            if (auto sent = flushHoles(); !sent)
                return sent;
        m_holes.u64(index);
        ++m_sent.changes;
        return {};
    }

    Result<void> flushHoles()
    {
        if (m_holes.bytes().size() == 1)
            return {};
        return sendMessage(m_channel, std::exchange(m_holes, WireWriter(MessageType::Hole)));
    }

    BlockReader m_reader;
    std::uint64_t m_size;
    ByteChannel& m_channel;
    const DeltaProgress& m_progress;
    const Canceller& m_cancel;
    std::vector<Told> m_theirs; // told, and not yet passed from m_next on
    std::size_t m_next = 0;
    std::uint64_t m_lowest = 0; // index that may be told
    bool m_allTold = false;
    WireWriter m_holes{MessageType::Hole}; // gathered, to be sent before the next block
    BlockHasher m_content;
    DeltaSent m_sent;
};

} // namespace

Result<DeltaSent> sendDelta(int file, std::uint64_t size, ByteChannel& channel,
                            const DeltaProgress& progress, const Canceller& cancel)
{
    return DeltaSender(file, size, channel, progress, cancel).run();
}

} // namespace drover::agent::backend
