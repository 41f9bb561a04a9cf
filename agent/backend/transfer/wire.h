#pragma once

// The messages of a tree transfer, below the pax stream: numbers and texts in a fixed little-endian form, read with bounds checked.
//
//     sender                                   receiver
//     Hello{version, final}            ->
//                                      <-      Welcome{version, keepsOwners, uid}
//                                      <-      Manifest{entries}...  ManifestEnd{count}
//     Begin{bytes}                     ->
//     Remove{paths}...                 ->      deepest first
//     Delta{entry}, Attribute{name, value}... ->   a big file that the receiver offered to change
//       More                           ->
//                                      <-      Blocks{is the last, (index, digest)...}
//       Block{index, bytes}, Hole{indexes}... -> what differs, in order, up to the last index told
//       (again from More, until the last was told)
//       DeltaEnd{digest}               ->      of the content
//     (again from Delta)
//     Stream{pax bytes}...             ->      what else is new or differs
//     Trailer{bytes, entries, hash, digest} ->
//                                      <-      Done{digest}          all of it durable
//     Failed{text} from either end at any time ends the pass.
//
// Each message is one message of the channel; its first byte is the type.

#include "agent/backend/backend.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover::agent::backend {

// Of both ends, or the pass is refused: of a tree's transfer (2: big files go by blocks, contents
// are digested by blocks), of an image's (block_sync.h).
inline constexpr std::uint32_t kTreeVersion = 2;
inline constexpr std::uint32_t kImageVersion = 1;
// What big files and images are compared and sent by.
inline constexpr std::uint64_t kBlockSize = 128ULL * 1024;
inline constexpr std::size_t kMaximumMessage = 256 * 1024;
// room for a type and lengths
inline constexpr std::size_t kMessagePayload = kMaximumMessage - 1024;

enum class MessageType : char {
    Hello = 'H',
    Welcome = 'W',
    Manifest = 'M',
    ManifestEnd = 'm',
    Begin = 'B',
    Remove = 'R',
    Delta = 'P',
    Attribute = 'A',
    More = 'N',
    Blocks = 'L',
    Block = 'K',
    Hole = 'O',
    DeltaEnd = 'E',
    Stream = 'S',
    Trailer = 'T',
    Done = 'D',
    Failed = 'F'
};

using Digest = std::array<unsigned char, 32>;
[[nodiscard]] std::string toHex(const Digest& digest);

class WireWriter
{
public:
    explicit WireWriter(MessageType type) : m_bytes(1, static_cast<char>(type)) {}
    void u8(std::uint8_t value) { number(value, 1); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void text(std::string_view value)
    {
        u32(static_cast<std::uint32_t>(value.size()));
        m_bytes += value;
    }
    void raw(std::string_view value) { m_bytes += value; }
    void digest(const Digest& value)
    {
        m_bytes.append(reinterpret_cast<const char*>(value.data()), value.size());
    }
    [[nodiscard]] const std::string& bytes() const { return m_bytes; }

private:
    void number(std::uint64_t value, int size)
    {
        for (int i = 0; i < size; ++i)
            m_bytes += static_cast<char>(value >> (8 * i));
    }
    std::string m_bytes;
};

// Reading past the end gives zeros and makes good() false for good.
class WireReader
{
public:
    explicit WireReader(std::string_view bytes) : m_rest(bytes) {}
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    std::string_view text() { return take(u32()); }
    Digest digest();
    [[nodiscard]] bool good() const { return m_good; }
    [[nodiscard]] bool atEnd() const { return m_rest.empty(); }
    [[nodiscard]] std::string_view rest() const { return m_rest; }

private:
    std::string_view take(std::size_t size)
    {
        if (size > m_rest.size()) {
            m_good = false;
            m_rest = {};
            return {};
        }
        const std::string_view taken = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return taken;
    }
    std::uint64_t number(std::size_t size)
    {
        const std::string_view taken = take(size);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < taken.size(); ++i)
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
        return value;
    }
    std::string_view m_rest;
    bool m_good = true;
};

// A message that was received, with its type taken off.
struct Message
{
    MessageType type = MessageType::Failed;
    std::string bytes; // as it came
    [[nodiscard]] WireReader reader() const
    {
        return WireReader(std::string_view(bytes).substr(1));
    }
};

// The next message. What the other end reports as its failure is returned as Unavailable with its
// words.
[[nodiscard]] model::Result<Message> readMessage(ByteChannel& channel);
// The same, when only one type may come: anything else is Malformed.
[[nodiscard]] model::Result<Message> expectMessage(ByteChannel& channel, MessageType type);
[[nodiscard]] model::Result<void> sendMessage(ByteChannel& channel, const WireWriter& message);
// Tells the other end why this one gives up; says nothing if it cannot be told.
void sendFailure(ByteChannel& channel, const model::Error& error);

[[nodiscard]] model::Error malformedMessage(std::string_view what);
[[nodiscard]] model::Error cancelledError();

} // namespace drover::agent::backend
