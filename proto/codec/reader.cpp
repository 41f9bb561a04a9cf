#include "proto/codec/reader.h"

#include <algorithm>

namespace drover::codec {
namespace {

using namespace std::chrono;

constexpr std::int64_t kFirstTime =
    duration_cast<milliseconds>(sys_days{year{1} / 1 / 1}.time_since_epoch()).count();
constexpr std::int64_t kLastTime =
    duration_cast<milliseconds>(sys_days{year{10'000} / 1 / 1}.time_since_epoch()).count() - 1;
constexpr std::size_t kMostWords = 2048; // bytes
constexpr std::int64_t kLongest = duration_cast<milliseconds>(days{36'500}).count();

} // namespace

void Reader::fail(model::ErrorCode code, std::string_view field, std::string_view message)
{
    if (m_error)
        return;
    std::string path;
    for (const auto& [name, index] : m_path) {
        if (!path.empty())
            path += '.';
        path += name;
        if (index >= 0)
            path += '[' + std::to_string(index) + ']';
    }
    if (!field.empty()) {
        if (!path.empty())
            path += '.';
        path += field;
    }
    if (!path.empty())
        path += ": ";
    m_error = model::Error{code, path + std::string(message), "", ""};
}

model::Uuid Reader::uuid(const std::string& text, std::string_view field)
{
    if (text.empty())
        return {};
    auto parsed = model::Uuid::parse(text);
    if (parsed)
        return *parsed;
    fail(field, parsed.error());
    return {};
}

model::TimePoint Reader::time(std::int64_t milliseconds, std::string_view field)
{
    if (m_source == Source::Peer)
        milliseconds = std::clamp(milliseconds, kFirstTime, kLastTime);
    if (m_source == Source::Request && (milliseconds < kFirstTime || milliseconds > kLastTime)) {
        fail(model::ErrorCode::InvalidArgument, field, "is not a time in the years 1 to 9999");
        return {};
    }
    return model::TimePoint{model::Duration{milliseconds}};
}

model::Duration Reader::duration(std::int64_t milliseconds, std::string_view field)
{
    if (m_source == Source::Peer)
        milliseconds = std::clamp(milliseconds, -kLongest, kLongest);
    if (m_source == Source::Request && (milliseconds < 0 || milliseconds > kLongest)) {
        fail(model::ErrorCode::InvalidArgument, field, "must be between 0 and 100 years");
        return {};
    }
    return model::Duration{milliseconds};
}

std::string Reader::words(const std::string& text) const
{
    if (m_source != Source::Request)
        return text;
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    std::string clean;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 1;
        while (i + length < text.size() &&
               (static_cast<unsigned char>(text[i + length]) & 0xc0) == 0x80)
            ++length;
        std::string_view character = std::string_view(text).substr(i, length);
        i += length;
        const auto byte = static_cast<unsigned char>(character[0]);
        const bool twoByteControl =
            byte == 0xc2 && length == 2 &&
            static_cast<unsigned char>(character[1]) < 0xa0; // U+0080..U+009F
        if (byte < 0x20 || byte == 0x7f || twoByteControl)
            character = kReplacement;
        // Cut between characters, and after they were replaced: what was read is read the same
        // again.
        if (clean.size() + character.size() > kMostWords)
            break;
        clean += character;
    }
    return clean;
}

model::ByteCount Reader::space(std::uint64_t bytes) const
{
    return {m_source == Source::Request ? std::min(bytes, model::kMaximumDatasetSize.value)
                                        : bytes};
}

model::Labels labelsOf(const google::protobuf::Map<std::string, std::string>& map)
{
    return {map.begin(), map.end()};
}

std::vector<std::string> textsOf(const google::protobuf::RepeatedPtrField<std::string>& texts)
{
    return {texts.begin(), texts.end()};
}

} // namespace drover::codec
