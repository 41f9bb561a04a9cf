// Both ends of an image's transfer, each against a hostile other one: the sender's image stays as
// it is; the receiver's cache says of its image what is there; both end.
//
// Input: one byte of options, then messages. To a receiver, a message that is just `T` stands for
// the trailer that an honest sender would send here.

#include "agent/backend/support/file_ops.h"
#include "agent/backend/transfer/block_sync.h"
#include "agent/backend/transfer/content_hash.h"
#include "tests/fuzz/scripted_channel.h"
#include "tests/fuzz/target.h"

#include <algorithm>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::tests {

namespace {

using namespace agent::backend;

constexpr std::uint8_t kFinal = 1;
constexpr std::uint8_t kSend = 2;
constexpr std::uint8_t kEmpty = 4;
constexpr off_t kBlock = 128 * 1024;
constexpr std::uint64_t kBlocks = 3;

// Three blocks, of which the middle one is a hole and the last one short.
Fd image(bool empty)
{
    Fd fd(::memfd_create("image", MFD_CLOEXEC));
    require(fd.valid(), "an image can be made");
    if (empty)
        return fd;
    require(::ftruncate(fd.get(), 2 * kBlock + 1000) == 0 &&
                ::pwrite(fd.get(), "first", 5, 100) == 5 &&
                ::pwrite(fd.get(), "last", 4, 2 * kBlock + 500) == 4,
            "an image can be written");
    return fd;
}

std::string honestTrailer(const std::vector<std::string>& messages)
{
    Hasher stream;
    std::uint64_t count = 0;
    for (const std::string& message : messages) {
        if (message.empty() || (message.front() != 'S' && message.front() != 'R'))
            continue;
        stream.add(message);
        count += message.front() == 'S' ? 1 : (message.size() - 1) / 8;
    }
    WireWriter trailer(MessageType::Trailer);
    trailer.u64(count);
    trailer.digest(stream.finish());
    trailer.digest({});
    return trailer.bytes();
}

// What a receiver with this cache says that it has.
std::vector<std::string> manifestOf(int fd, BlockCache cache)
{
    struct stat st = {};
    require(::fstat(fd, &st) == 0, "the image can be looked at");
    WireWriter hello(MessageType::Hello);
    hello.u32(kImageVersion);
    hello.u8(0);
    hello.u64(static_cast<std::uint64_t>(st.st_size));
    hello.text("");
    ScriptedChannel channel({hello.bytes()});
    const auto result = receiveBlocks(fd, cache, /*final=*/false, {}, channel, {}, {});
    require(!result.ok(), "a pass without a sender fails");
    return channel.written();
}

void receive(int fd, bool final, std::vector<std::string> messages)
{
    std::replace(messages.begin(), messages.end(), std::string("T"), honestTrailer(messages));
    BlockCache cache;
    ScriptedChannel channel(std::move(messages));
    const auto result = receiveBlocks(fd, cache, final, {}, channel, {}, {});
    if (!result)
        requireRefusal(result.error());
    struct stat st = {};
    require(::fstat(fd, &st) == 0, "the image can be looked at");
    require(st.st_size <= 1LL << 60, "an image is within its limit");
    require(manifestOf(fd, cache) == manifestOf(fd, {}), "a cache says what is there");
}

void send(int fd, bool final, std::vector<std::string> messages)
{
    const auto before = manifestOf(fd, {});
    ScriptedChannel channel(std::move(messages));
    const auto result = sendBlocks(fd, final, "a description", channel, {}, {});
    if (!result)
        requireRefusal(result.error());
    require(channel.written().size() < 20, "no more is sent than there is");
    for (const std::string& message : channel.written())
        if (message.front() == static_cast<char>(MessageType::Remove))
            for (WireReader reader(std::string_view(message).substr(1)); !reader.atEnd();)
                require(reader.u64() < kBlocks, "a block that is to go is one of the image");
    require(manifestOf(fd, {}) == before, "a receiver changes nothing in what is sent");
}

} // namespace

FUZZ_TARGET(block_sync, Bytes bytes)
{
    const std::uint8_t options = bytes.byte();
    auto messages = messagesOf(bytes);
    const auto fd = image((options & kEmpty) != 0);
    const bool final = (options & kFinal) != 0;
    if ((options & kSend) != 0)
        send(fd.get(), final, std::move(messages));
    else
        receive(fd.get(), final, std::move(messages));
}

} // namespace drover::tests
