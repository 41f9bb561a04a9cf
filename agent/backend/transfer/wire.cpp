#include "agent/backend/transfer/wire.h"

#include "proto/model/names.h"

#include <algorithm>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

std::string toHex(const Digest& digest)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : digest) {
        hex += kDigits[byte >> 4];
        hex += kDigits[byte & 15];
    }
    return hex;
}

Digest WireReader::digest()
{
    Digest value{};
    const std::string_view taken = take(value.size());
    std::copy(taken.begin(), taken.end(), value.begin());
    return value;
}

Error malformedMessage(std::string_view what)
{
    return {
        ErrorCode::Malformed, "the other end of the transfer sent " + std::string(what), {}, {}};
}

Error cancelledError() { return {ErrorCode::Unavailable, "cancelled", {}, {}}; }

Result<Message> readMessage(ByteChannel& channel)
{
    auto bytes = channel.read();
    if (!bytes)
        return bytes.error();
    if (bytes->empty())
        return malformedMessage("an empty message");
    Message message{static_cast<MessageType>(bytes->front()), std::move(*bytes)};
    if (message.type == MessageType::Failed) {
        WireReader reader = message.reader();
        std::string said(reader.text());
        if (!model::isValidUtf8(said))
            said = "(unreadable)";
        return Error{
            ErrorCode::Unavailable, "the other end of the transfer gave up: " + said, {}, {}};
    }
    return message;
}

Result<Message> expectMessage(ByteChannel& channel, MessageType type)
{
    auto message = readMessage(channel);
    if (message && message->type != type)
        return malformedMessage("a message out of turn");
    return message;
}

Result<void> sendMessage(ByteChannel& channel, const WireWriter& message)
{
    if (message.bytes().size() > kMaximumMessage)
        return Error{ErrorCode::Internal, "a transfer message over its limit", {}, {}};
    return channel.write(message.bytes());
}

void sendFailure(ByteChannel& channel, const Error& error)
{
    constexpr std::size_t kMost = 4096;
    std::size_t length = std::min(error.message.size(), kMost);
    while (length > 0 && length < error.message.size() &&
           (static_cast<unsigned char>(error.message[length]) & 0xc0) == 0x80)
        --length; // not within a character: the other end would call it unreadable
    WireWriter message(MessageType::Failed);
    message.text(std::string_view(error.message).substr(0, length));
    // This end gives up anyway; that the other one cannot be told changes nothing.
    if (const auto sent = channel.write(message.bytes()); !sent)
        return;
}

} // namespace drover::agent::backend
