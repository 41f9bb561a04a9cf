#include "agent/backend/support/file_ops.h"
#include "agent/backend/transfer/block_reader.h"
#include "agent/backend/transfer/delta.h"
#include "agent/backend/transfer/file_blocks.h"
#include "proto/model/crash_point.h"

#include <cerrno>
#include <deque>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

class DeltaReceiver
{
public:
    DeltaReceiver(int file, DeltaOrder order, ByteChannel& channel, const DeltaProgress& progress,
                  const Canceller& cancel)
        : m_file(file), m_size(order.size), m_isKnown(!order.known.empty()), m_record(order.record),
          m_blocks(std::move(order.known)), m_channel(channel), m_progress(progress),
          m_cancel(cancel)
    {}

    Result<DeltaReceived> run()
    {
        if (auto done = setSize(); !done)
            return done.error();
        for (;;) {
            if (m_cancel.cancelled())
                return cancelledError();
            const auto message = readMessage(m_channel);
            if (!message)
                return message.error();
            if (message->type == MessageType::DeltaEnd)
                return finish(message->reader());
            if (auto done = take(*message); !done)
                return done.error();
        }
    }

private:
    Result<void> take(const Message& message)
    {
        WireReader reader = message.reader();
        if (message.type == MessageType::More && reader.atEnd())
            return tell();
        if (message.type == MessageType::Block)
            return takeBlock(reader);
        if (message.type != MessageType::Hole)
            return malformedMessage("a message out of turn");
        while (!reader.atEnd()) {
            const std::uint64_t index = reader.u64();
            if (!reader.good())
                return malformedMessage("a broken list of holes");
            if (auto turned = turnTo(index); !turned)
                return turned;
            if (auto made = makeHole(m_file, index, m_size); !made)
                return made;
            note(index, kZeroBlock);
        }
        return {};
    }

    // The file gets its size before anything is told, so that what is told is within it.
    Result<void> setSize()
    {
        struct stat st = {};
        if (::fstat(m_file, &st) != 0)
            return systemError("cannot look at " + pathOf(m_file), errno);
        const auto had = static_cast<std::uint64_t>(st.st_size);
        if (had == m_size)
            return {};
        if (::ftruncate(m_file, static_cast<off_t>(m_size)) != 0)
            return systemError("cannot size " + pathOf(m_file), errno);
        DROVER_CRASH_POINT("delta.receive.sized");
        const std::uint64_t count = (m_size + kBlockSize - 1) / kBlockSize;
        if (!m_isKnown || m_blocks.size() < count || had < m_size)
            return {};
        // What was cut off may have been a part of the last block.
        m_blocks.resize(static_cast<std::size_t>(count));
        if (count == 0)
            return {};
        const auto bytes = readBlock(m_file, count - 1, m_size, m_buffer);
        if (!bytes)
            return bytes.error();
        m_blocks.back() = digestOfBlock(*bytes);
        return {};
    }

    Result<void> tell()
    {
        if (m_allTold)
            return malformedMessage("a question that was answered");
        settleBefore(m_untold);
        constexpr std::size_t kOne = sizeof(std::uint64_t) + sizeof(Digest);
        WireWriter list(MessageType::Blocks);
        WireWriter told(MessageType::Blocks);
        while (told.bytes().size() + 1 + kOne <= kMessagePayload) {
            if (m_cancel.cancelled())
                return cancelledError();
            const auto next = nextOwn();
            if (!next)
                return next.error();
            if (!*next) {
                m_allTold = true;
                break;
            }
            const auto& [index, digest] = **next;
            told.u64(index);
            told.digest(digest);
            m_told.emplace_back(index, digest);
        }
        list.u8(m_allTold ? 1 : 0);
        list.raw(std::string_view(told.bytes()).substr(1));
        return sendMessage(m_channel, list);
    }

    // The next block that is not zeros, from m_untold on.
    Result<std::optional<std::pair<std::uint64_t, Digest>>> nextOwn()
    {
        using Found = std::optional<std::pair<std::uint64_t, Digest>>;
        if (m_isKnown) {
            while (m_untold < m_blocks.size()) {
                const std::uint64_t index = m_untold++;
                if (m_blocks[index] != kZeroBlock)
                    return Found({index, m_blocks[index]});
            }
            return Found{};
        }
        // What it reads ahead cannot be overwritten: it is not told yet.
        if (!m_reader)
            m_reader.emplace(m_file, m_size);
        for (;;) {
            const auto block = m_reader->next();
            if (!block)
                return block.error();
            if (!*block)
                return Found{};
            m_untold = (*block)->index + 1;
            if ((*block)->digest != kZeroBlock)
                return Found({(*block)->index, (*block)->digest});
        }
    }

    // The sender comes to `index`: what was told before it stays as it is.
    Result<void> turnTo(std::uint64_t index)
    {
        if (index < m_lowest || !isBlockOf(index, m_size) || (!m_allTold && index >= m_untold))
            return malformedMessage("a block that is not its turn");
        settleBefore(index);
        if (!m_told.empty() && m_told.front().first == index)
            m_told.pop_front();
        m_lowest = index + 1;
        return {};
    }

    void settleBefore(std::uint64_t index)
    {
        while (!m_told.empty() && m_told.front().first < index) {
            note(m_told.front().first, m_told.front().second);
            m_told.pop_front();
        }
        m_lowest = std::max(m_lowest, index);
    }

    Result<void> takeBlock(WireReader& reader)
    {
        const std::uint64_t index = reader.u64();
        const std::string_view bytes = reader.rest();
        if (!reader.good())
            return malformedMessage("a broken block");
        if (auto turned = turnTo(index); !turned)
            return turned;
        if (bytes.size() != blockLength(index, m_size))
            return malformedMessage("a block of another size");
        DROVER_CRASH_POINT("delta.receive.block");
        if (auto written = writeBlock(m_file, index, bytes); !written)
            return written;
        note(index, digestOfBlock(bytes));
        if (m_progress)
            m_progress(bytes.size(), bytes.size());
        return {};
    }

    // So it is and stays: called in order.
    void note(std::uint64_t index, const Digest& digest)
    {
        m_content.add(index, digest);
        if (!m_record)
            return;
        if (index >= m_blocks.size()) {
            if (digest == kZeroBlock)
                return;
            m_blocks.resize(static_cast<std::size_t>(index) + 1, kZeroBlock);
        }
        m_blocks[static_cast<std::size_t>(index)] = digest;
    }

    Result<DeltaReceived> finish(WireReader reader)
    {
        const Digest sent = reader.digest();
        if (!reader.good() || !reader.atEnd())
            return malformedMessage("a broken end of a file");
        if (!m_allTold)
            return malformedMessage("an end before it was told all");
        settleBefore(m_untold);
        DeltaReceived received;
        received.content = m_content.finish(m_size);
        if (received.content != sent)
            return Error{ErrorCode::Io,
                         "a file that was changed by blocks is not what was sent",
                         {},
                         "the transfer is tried again"};
        if (m_record)
            received.blocks = std::move(m_blocks);
        return received;
    }

    int m_file;
    std::uint64_t m_size;
    bool m_isKnown; // m_blocks are of the file as it was, from m_untold on at least
    bool m_record;  // m_blocks become those of the file as it will be
    BlockDigests m_blocks;
    ByteChannel& m_channel;
    const DeltaProgress& m_progress;
    const Canceller& m_cancel;
    std::uint64_t m_untold = 0; // from here on nothing was told
    std::uint64_t m_lowest = 0; // that the sender may still send
    bool m_allTold = false;
    std::deque<std::pair<std::uint64_t, Digest>> m_told; // and not yet settled
    BlockHasher m_content;
    std::optional<BlockReader> m_reader; // where its blocks are not known
    std::string m_buffer;
};

} // namespace

Result<DeltaReceived> receiveDelta(int file, DeltaOrder order, ByteChannel& channel,
                                   const DeltaProgress& progress, const Canceller& cancel)
{
    return DeltaReceiver(file, std::move(order), channel, progress, cancel).run();
}

} // namespace drover::agent::backend
