#include "proto/model/names.h"

#include "proto/model/id.h"
#include "proto/model/invalid.h"

#include <cstdint>
#include <optional>

namespace drover::model {
namespace {

constexpr std::size_t kQuotedName = 60;

constexpr bool isAlphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool isNameCharacter(char c)
{
    return isAlphanumeric(c) || c == '_' || c == '.' || c == '-';
}

struct Decoded
{
    char32_t character = 0;
    std::size_t length = 0; // bytes, 1..4
};

// The character at the start of `text` (RFC 3629: no surrogates, no overlong forms, nothing above
// U+10FFFF).
std::optional<Decoded> decodeOne(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80)
        return Decoded{lead, 1};
    std::size_t length = 0;
    char32_t character = 0;
    char32_t smallest = 0;
    if ((lead & 0xe0) == 0xc0) {
        length = 2;
        character = lead & 0x1fU;
        smallest = 0x80;
    } else if ((lead & 0xf0) == 0xe0) {
        length = 3;
        character = lead & 0x0fU;
        smallest = 0x800;
    } else if ((lead & 0xf8) == 0xf0) {
        length = 4;
        character = lead & 0x07U;
        smallest = 0x10000;
    } else {
        return std::nullopt;
    }
    if (text.size() < length)
        return std::nullopt;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return std::nullopt;
        character = (character << 6) | (byte(i) & 0x3fU);
    }
    if (character < smallest || character > 0x10ffff)
        return std::nullopt;
    if (character >= 0xd800 && character <= 0xdfff)
        return std::nullopt;
    return Decoded{character, length};
}

constexpr bool isControl(char32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }

// One part of a label key: not empty, begins alphanumeric, name characters.
bool isNameLike(std::string_view text)
{
    if (text.empty() || !isAlphanumeric(text.front()))
        return false;
    for (const char c : text)
        if (!isNameCharacter(c))
            return false;
    return true;
}

bool isLabelKey(std::string_view key)
{
    if (key.size() > kMaximumNameLength)
        return false;
    while (true) {
        const std::size_t slash = key.find('/');
        if (!isNameLike(key.substr(0, slash)))
            return false;
        if (slash == std::string_view::npos)
            return true;
        key.remove_prefix(slash + 1);
    }
}

// What is wrong with a text, as the end of a sentence, and what to do about it; no why = nothing.
struct Fault
{
    std::string why;
    std::string hint;
};

Fault faultOf(std::string_view text, std::size_t maximumCharacters)
{
    std::size_t count = 0;
    while (!text.empty()) {
        const auto decoded = decodeOne(text);
        if (!decoded)
            return {" is not valid UTF-8", "write it in UTF-8"};
        if (isControl(decoded->character))
            return {" has a control character in it", "leave out line breaks, tabs and the like"};
        text.remove_prefix(decoded->length);
        ++count;
    }
    if (count > maximumCharacters)
        return {" has " + std::to_string(count) + " characters; at most " +
                    std::to_string(maximumCharacters) + " are allowed",
                "make it shorter"};
    return {};
}

constexpr const char* kOtherName = "choose another name, such as web-1";

} // namespace

Result<void> checkName(std::string_view kind, std::string_view name)
{
    const auto wrong = [&](const std::string& why) {
        return invalid("the " + std::string(kind) + " name " + quoted(name, kQuotedName) + why,
                       kOtherName);
    };
    if (name.empty())
        return invalid("the " + std::string(kind) + " name is empty", "give one, such as web-1");
    if (name.size() > kMaximumNameLength)
        return wrong(" has " + std::to_string(name.size()) + " characters; at most " +
                     std::to_string(kMaximumNameLength) + " are allowed");
    if (!isNameLike(name))
        return wrong(" is not allowed: it must begin with a letter or digit and have only letters, "
                     "digits, '_', '.' and '-'");
    if (Uuid::parse(name).ok())
        return wrong(" is not allowed: it has the form of an id");
    if (name == "by-id")
        return wrong(" is reserved");
    return {};
}

Result<void> checkText(std::string_view what, std::string_view text, std::size_t maximumCharacters)
{
    const Fault fault = faultOf(text, maximumCharacters);
    if (!fault.why.empty())
        return invalid(std::string(what) + fault.why, fault.hint);
    return {};
}

Result<void> checkMetadata(const Labels& metadata)
{
    if (metadata.size() > kMaximumMetadataPairs)
        return invalid("the metadata has " + std::to_string(metadata.size()) + " pairs; at most " +
                           std::to_string(kMaximumMetadataPairs) + " are allowed",
                       "remove some, or put several values into one");
    for (const auto& [key, value] : metadata) {
        if (key.empty())
            return invalid("a metadata key is empty", "write it as KEY=VALUE, such as owner=me");
        if (const auto fault = faultOf(key, kMaximumMetadataKey); !fault.why.empty())
            return invalid("the metadata key " + quoted(key, kQuotedName) + fault.why, fault.hint);
        if (const auto fault = faultOf(value, kMaximumMetadataValue); !fault.why.empty())
            return invalid("the value of metadata " + quoted(key, kQuotedName) + fault.why,
                           fault.hint);
    }
    return {};
}

Result<void> checkLabels(const Labels& labels)
{
    if (labels.size() > kMaximumLabels)
        return invalid("there are " + std::to_string(labels.size()) + " labels; at most " +
                           std::to_string(kMaximumLabels) + " are allowed",
                       "remove some");
    for (const auto& [key, value] : labels) {
        if (!isLabelKey(key))
            return invalid(
                "the label key " + quoted(key, kQuotedName) +
                    " is not allowed: at most 128 letters, digits, '_', '.', '-', in parts "
                    "separated by '/' that each begin with a letter or digit",
                "choose another key, such as disk or shop/tier");
        if (const auto fault = faultOf(value, kMaximumMetadataValue); !fault.why.empty())
            return invalid("the value of label " + quoted(key, kQuotedName) + fault.why,
                           fault.hint);
    }
    return {};
}

bool isValidUtf8(std::string_view text)
{
    while (!text.empty()) {
        const auto decoded = decodeOne(text);
        if (!decoded)
            return false;
        text.remove_prefix(decoded->length);
    }
    return true;
}

} // namespace drover::model
