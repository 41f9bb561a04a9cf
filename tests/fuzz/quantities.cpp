// Sizes, durations and times as people write them.

#include "proto/model/quantity.h"
#include "tests/fuzz/target.h"

#include <limits>

namespace drover::tests {

namespace {

void checkSize(std::string_view text)
{
    const auto size = model::parseByteCount(text);
    if (!size)
        return requireRefusal(size.error());
    require(text.find_first_of("+-eExX") != 0, "a size has no sign", text);
    const auto bytes = model::parseByteCount(std::to_string(size->value));
    require(bytes && *bytes == *size, "a size is what its bytes say", text);
    // What is shown is exact, or rounded to three digits: within half a percent, and never another
    // unit's.
    const auto shown = model::parseByteCount(model::toString(*size));
    if (shown) {
        const std::uint64_t more = std::max(shown->value, size->value);
        const std::uint64_t less = std::min(shown->value, size->value);
        require(more - less <= more / 100, "a size is shown as what it is", text);
    }
    if (text.find_first_not_of("0123456789") == std::string_view::npos && text.size() < 19)
        require(size->value == std::stoull(std::string(text)), "a bare number is bytes", text);
    static_cast<void>(model::checkDatasetSize(*size).ok());
}

void checkDuration(std::string_view text)
{
    const auto duration = model::parseDuration(text);
    if (!duration)
        return requireRefusal(duration.error());
    require(duration->count() >= 0 && *duration <= std::chrono::hours(24 * 36'500),
            "a duration is of 0 to 100 years", text);
    const auto again = model::parseDuration(model::toString(*duration));
    require(again && *again == *duration, "a duration is shown as it is written", text);
}

void checkTime(std::string_view text)
{
    const auto time = model::parseTimePoint(text);
    if (!time)
        return requireRefusal(time.error());
    const auto again = model::parseTimePoint(model::toString(*time));
    require(again && *again == *time, "a time is shown as it is written", text);
}

// Any number has a text; those of the years 1 to 9999 have one that is read again.
void checkNumber(Bytes bytes)
{
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i)
        number = (number << 8) | bytes.byte();
    require(!model::toString(model::ByteCount{number}).empty(), "every size has a text");
    require(!model::toString(std::chrono::milliseconds{static_cast<std::int64_t>(number)}).empty(),
            "every duration has a text");
    const model::TimePoint time{model::Duration{static_cast<std::int64_t>(number)}};
    const std::string text = model::toString(time);
    if (const auto again = model::parseTimePoint(text))
        require(*again == time, "a time is read as it was shown", text);
    else
        require(text.ends_with("ms"), "a time within the years 1 to 9999 is read again", text);
}

} // namespace

FUZZ_TARGET(quantities, Bytes bytes)
{
    switch (bytes.byte() % 4) {
    case 0:
        checkSize(bytes.rest());
        break;
    case 1:
        checkDuration(bytes.rest());
        break;
    case 2:
        checkTime(bytes.rest());
        break;
    case 3:
        checkNumber(bytes);
        break;
    }
}

} // namespace drover::tests
