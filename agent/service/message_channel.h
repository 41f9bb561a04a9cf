#pragma once

// A backend's channel of messages over the bus's stream of bytes: each message is its length (4
// bytes, little endian) and its bytes.
//
// Used by one worker thread. What is written travels when it fills a frame or when the other end is
// waited for.

#include "agent/backend/backend.h"
#include "bus/transport/bulk_stream.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace drover::agent::service {

class MessageChannel final : public backend::ByteChannel
{
public:
    static constexpr std::uint32_t kMostBytes = 256 * 1024; // of one message

    // The stream must outlive it.
    explicit MessageChannel(bus::BulkStream& stream) : m_stream(stream) {}

    // TooLarge above kMostBytes; Unavailable when the other end or the connection is gone.
    [[nodiscard]] model::Result<void> write(std::string_view message) override;
    [[nodiscard]] model::Result<std::string> read() override;
    // Sends the rest and the end of our messages.
    [[nodiscard]] model::Result<void> finish();

private:
    [[nodiscard]] model::Result<void> readExactly(char* data, std::size_t size);

    bus::BulkStream& m_stream;
};

// What opens each pass: the sender says which one it is.
struct PassHeader
{
    std::uint32_t pass = 1;
    bool final = false;
    bool operator==(const PassHeader&) const = default;
};
[[nodiscard]] std::string encodePassHeader(const PassHeader& header);
// Malformed, Unsupported (another version)
[[nodiscard]] model::Result<PassHeader> decodePassHeader(std::string_view text);

} // namespace drover::agent::service
