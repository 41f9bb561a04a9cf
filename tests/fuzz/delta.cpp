// Both ends of a change by blocks, each against a hostile other one: what the receiver says of its
// file is what is there, whatever it was made to write; the sender's file stays as it is; both end.
//
// Input: one byte of options, then messages. To a receiver, an `E` alone stands for the end with the
// digest of the file as it then is, and a block of one byte for a whole one of such bytes.

#include "agent/backend/transfer/delta.h"
#include "agent/backend/transfer/file_blocks.h"
#include "agent/backend/support/file_ops.h"
#include "tests/fuzz/scripted_channel.h"
#include "tests/fuzz/target.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

using namespace agent::backend;

constexpr std::uint8_t kSend = 1;
constexpr std::uint8_t kKnown = 2;   // the receiver knows its blocks
constexpr std::uint8_t kRecord = 4;  // it records them
constexpr std::uint8_t kShorter = 8; // the file is to be shorter than it is,
constexpr std::uint8_t kLonger = 16; // or longer
constexpr std::uint64_t kHad = 3 * kBlockSize + 1000;

// Of its blocks the second is a hole, the last one short.
Fd file()
{
    Fd fd(::memfd_create("file", MFD_CLOEXEC));
    const auto put = [&](std::uint64_t at) {
        return ::pwrite(fd.get(), "bytes", 5, static_cast<off_t>(at)) == 5;
    };
    require(fd.valid() && ::ftruncate(fd.get(), kHad) == 0 && put(100) && put(2 * kBlockSize - 2) &&
                put(3 * kBlockSize + 500),
            "a file can be made");
    return fd;
}

Digest contentOf(int fd, BlockDigests* blocks)
{
    struct stat st = {};
    require(::fstat(fd, &st) == 0, "the file can be looked at");
    const auto size = static_cast<std::uint64_t>(st.st_size);
    ContentHasher hasher(blocks);
    std::string buffer;
    for (std::uint64_t index = 0; isBlockOf(index, size); ++index) {
        const auto bytes = readBlock(fd, index, size, buffer);
        require(bytes.ok(), "the file can be read");
        hasher.add(index * kBlockSize, *bytes);
    }
    return hasher.finish(size);
}

std::uint64_t sizeWanted(std::uint8_t options)
{
    if ((options & kShorter) != 0)
        return 2 * kBlockSize - 100;
    return (options & kLonger) != 0 ? 5 * kBlockSize + 1 : kHad;
}

// A hostile sender that can count, where it is asked to.
class CountingChannel final : public agent::backend::ByteChannel
{
public:
    CountingChannel(int file, std::uint64_t size, std::vector<std::string> messages)
        : m_file(file), m_size(size), m_script(std::move(messages))
    {}
    model::Result<void> write(std::string_view message) override { return m_script.write(message); }
    model::Result<std::string> read() override
    {
        auto message = m_script.read();
        if (message && *message == "E") {
            WireWriter end(MessageType::DeltaEnd);
            end.digest(contentOf(m_file, nullptr));
            honest = true;
            return end.bytes();
        }
        if (message && message->size() == 10 && message->front() == 'K') {
            const std::uint64_t index = WireReader(std::string_view(*message).substr(1)).u64();
            if (isBlockOf(index, m_size))
                message->resize(9 + blockLength(index, m_size), message->back());
        }
        return message;
    }
    bool honest = false;

private:
    int m_file;
    std::uint64_t m_size;
    ScriptedChannel m_script;
};

void receive(int fd, std::uint8_t options, std::vector<std::string> messages)
{
    DeltaOrder order;
    order.size = sizeWanted(options);
    order.record = (options & kRecord) != 0;
    if ((options & kKnown) != 0)
        contentOf(fd, &order.known);
    const bool recorded = order.record;
    CountingChannel channel(fd, order.size, std::move(messages));
    const auto result = receiveDelta(fd, order, channel, {}, {});
    struct stat st = {};
    require(::fstat(fd, &st) == 0 && static_cast<std::uint64_t>(st.st_size) == order.size,
            "the file has the size that was ordered");
    if (!result) {
        requireRefusal(result.error());
        require(!channel.honest || result.error().code != model::ErrorCode::Io,
                "what it says of the file is what is there");
        return;
    }
    BlockDigests blocks;
    require(result->content == contentOf(fd, &blocks), "the digest is of what is there");
    BlockDigests said = result->blocks;
    blocks.resize(5 + 1);
    said.resize(blocks.size());
    require(recorded || result->blocks.empty(), "nothing is recorded that is not asked for");
    require(!recorded || said == blocks, "the blocks are those that are there");
}

void send(int fd, std::vector<std::string> messages)
{
    const Digest before = contentOf(fd, nullptr);
    ScriptedChannel channel(std::move(messages));
    const auto result = sendDelta(fd, kHad, channel, {}, {});
    if (result)
        require(result->content == before, "the digest is of what is there");
    else
        requireRefusal(result.error());
    require(channel.written().size() < 20, "no more is sent than there is");
    require(contentOf(fd, nullptr) == before, "the file stays as it is");
}

} // namespace

FUZZ_TARGET(delta, Bytes bytes)
{
    const std::uint8_t options = bytes.byte();
    auto messages = messagesOf(bytes);
    const Fd fd = file();
    if ((options & kSend) != 0)
        send(fd.get(), std::move(messages));
    else
        receive(fd.get(), options, std::move(messages));
}

} // namespace drover::tests
