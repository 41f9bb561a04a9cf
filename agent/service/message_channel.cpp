#include "agent/service/message_channel.h"

#include <array>
#include <charconv>

namespace drover::agent::service {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr std::string_view kVersion = "drover-pass/1 ";

Error gone(const std::string& reason)
{
    return {ErrorCode::Unavailable, "the other end of the transfer is gone: " + reason, {}, {}};
}

} // namespace

Result<void> MessageChannel::write(std::string_view message)
{
    if (message.size() > kMostBytes)
        return Error{ErrorCode::TooLarge,
                     "a transfer's message has " + std::to_string(message.size()) + " bytes",
                     {},
                     {}};
    const auto size = static_cast<std::uint32_t>(message.size());
    std::array<char, 4> head{};
    for (std::size_t i = 0; i < head.size(); ++i)
        head[i] = static_cast<char>((size >> (8U * i)) & 0xffU);
    if (const auto wrote = m_stream.write({head.data(), head.size()}); !wrote)
        return gone(wrote.reason());
    if (const auto wrote = m_stream.write(message); !wrote)
        return gone(wrote.reason());
    return {};
}

Result<void> MessageChannel::readExactly(char* data, std::size_t size)
{
    while (size > 0) {
        const auto got = m_stream.read(data, size);
        if (!got)
            return gone(got.reason());
        if (*got == 0)
            return gone("it ended the pass early");
        data += *got;
        size -= *got;
    }
    return {};
}

Result<std::string> MessageChannel::read()
{
    // Whoever waits for an answer must have sent the question.
    if (const auto flushed = m_stream.flush(); !flushed)
        return gone(flushed.reason());
    std::array<char, 4> head{};
    if (auto read = readExactly(head.data(), head.size()); !read)
        return read.error();
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < head.size(); ++i)
        size |= static_cast<std::uint32_t>(static_cast<unsigned char>(head[i])) << (8U * i);
    if (size > kMostBytes)
        return Error{ErrorCode::Malformed,
                     "the other end sent a message of " + std::to_string(size) + " bytes",
                     {},
                     {}};
    std::string message(size, '\0');
    if (auto read = readExactly(message.data(), size); !read)
        return read.error();
    return message;
}

Result<void> MessageChannel::finish()
{
    if (const auto finished = m_stream.finish(); !finished)
        return gone(finished.reason());
    return {};
}

std::string encodePassHeader(const PassHeader& header)
{
    return std::string(kVersion) + std::to_string(header.pass) +
           (header.final ? " final" : " live");
}

Result<PassHeader> decodePassHeader(std::string_view text)
{
    if (!text.starts_with(kVersion))
        return Error{ErrorCode::Unsupported,
                     "the sending agent speaks another version of transfers",
                     {},
                     "upgrade the older agent"};
    text.remove_prefix(kVersion.size());
    PassHeader header;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), header.pass);
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    header.final = rest == " final";
    if (error != std::errc{} || header.pass == 0 || (!header.final && rest != " live"))
        return Error{ErrorCode::Malformed, "the head of a transfer's pass is not one", {}, {}};
    return header;
}

} // namespace drover::agent::service
