#include "proto/model/id.h"

namespace drover::model {
namespace {

constexpr std::size_t kTextLength = 36;

constexpr bool isDash(std::size_t position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

// The value of one hexadecimal digit, or -1. Not isxdigit(): that follows the locale.
constexpr int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

Error notAnId(std::string_view text)
{
    // What was typed may be long or binary; show only what can be read.
    std::string shown;
    for (const char c : text.substr(0, 40))
        shown += c >= ' ' && c <= '~' ? c : '?';
    if (text.size() > 40)
        shown += "...";
    return {ErrorCode::InvalidArgument,
            "'" + shown +
                "' is not an id: it must have the form 01234567-89ab-cdef-0123-456789abcdef",
            "", ""};
}

} // namespace

Result<Uuid> Uuid::parse(std::string_view text)
{
    if (text.size() != kTextLength)
        return notAnId(text);
    Uuid uuid;
    std::size_t digit = 0;
    for (std::size_t i = 0; i < kTextLength; ++i) {
        if (isDash(i)) {
            if (text[i] != '-')
                return notAnId(text);
            continue;
        }
        const int value = hexValue(text[i]);
        if (value < 0)
            return notAnId(text);
        auto& byte = uuid.bytes[digit / 2];
        byte = static_cast<std::uint8_t>((byte << 4) | value);
        ++digit;
    }
    return uuid;
}

std::string Uuid::toString() const
{
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(kTextLength);
    for (const std::uint8_t byte : bytes) {
        if (isDash(text.size()))
            text += '-';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 0x0f];
    }
    return text;
}

} // namespace drover::model
