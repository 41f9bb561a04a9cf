#include "proto/model/quantity.h"

#include "proto/model/invalid.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>

namespace drover::model {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kQuotedQuantity = 40;

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view takeDigits(std::string_view& text)
{
    std::size_t length = 0;
    while (length < text.size() && isDigit(text[length]))
        ++length;
    const std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

std::optional<std::uint64_t> toNumber(std::string_view digits)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return number;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// 0 = not a unit.
std::uint64_t unitFactor(std::string_view unit)
{
    if (unit.empty() || unit == "B" || unit == "b")
        return 1;
    static constexpr std::string_view kPrefixes = "kmgtpe";
    const std::size_t power = kPrefixes.find(lower(unit.front()));
    if (power == std::string_view::npos)
        return 0;
    const std::string_view rest = unit.substr(1);
    std::uint64_t step = 0;
    if (rest.empty())
        step = 1024;
    else if (rest.size() == 2 && lower(rest[0]) == 'i' && lower(rest[1]) == 'b')
        step = 1024;
    else if (rest.size() == 1 && lower(rest[0]) == 'b')
        step = 1000;
    else
        return 0;
    std::uint64_t factor = 1;
    for (std::size_t i = 0; i <= power; ++i)
        factor *= step;
    return factor;
}

// 0.DIGITS * factor if that is whole, else nothing. Works from the last digit: if the sum is whole
// then so is every step, and no step is above 10 * 2^60, which fits.
std::optional<std::uint64_t> fractionOf(std::uint64_t factor, std::string_view digits)
{
    std::uint64_t sum = 0;
    for (std::size_t i = digits.size(); i-- > 0;) {
        sum += static_cast<std::uint64_t>(digits[i] - '0') * factor;
        if (sum % 10 != 0)
            return std::nullopt;
        sum /= 10;
    }
    return sum;
}

struct DurationUnit
{
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array<DurationUnit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

// 100 years keep all sums with times far from overflow
constexpr std::int64_t kMaximumDuration = 36'500LL * 86'400'000;

constexpr TimePoint kFirstTime = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr TimePoint kLastTime = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - 1ms;

// `text[position..+count)` as a number; nothing unless all are digits.
std::optional<int> fixedDigits(std::string_view text, std::size_t position, std::size_t count)
{
    if (text.size() < position + count)
        return std::nullopt;
    int number = 0;
    for (const char c : text.substr(position, count)) {
        if (!isDigit(c))
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

// What follows the seconds: a fraction, digits beyond milliseconds dropped.
std::optional<int> takeMilliseconds(std::string_view& rest)
{
    if (rest.empty() || rest.front() != '.')
        return 0;
    rest.remove_prefix(1);
    const std::string_view digits = takeDigits(rest);
    if (digits.empty() || digits.size() > 9)
        return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < 3; ++i)
        number = number * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    return number;
}

// `Z` or `+hh:mm`: what is to be subtracted to get UTC.
std::optional<std::chrono::minutes> parseOffset(std::string_view text)
{
    if (text == "Z" || text == "z")
        return 0min;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    const auto hours = fixedDigits(text, 1, 2);
    const auto minutes = fixedDigits(text, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59)
        return std::nullopt;
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return text[0] == '-' ? -offset : offset;
}

} // namespace

Result<ByteCount> parseByteCount(std::string_view text)
{
    const std::string what = "the size " + quoted(text, kQuotedQuantity);
    const auto wrong = [&](const std::string& why) {
        return invalid(what + " " + why +
                       "; write a number and a unit, such as 65536, 512MiB, 1.5GiB or 10GB");
    };
    if (text.empty())
        return wrong("is empty");
    if (text.front() == '-')
        return wrong("is negative");
    std::string_view rest = text;
    const std::string_view whole = takeDigits(rest);
    std::string_view fraction;
    if (!rest.empty() && rest.front() == '.') {
        rest.remove_prefix(1);
        fraction = takeDigits(rest);
        if (fraction.empty())
            return wrong("is not a number");
    }
    if (whole.empty())
        return wrong("is not a number");
    if (!rest.empty() && rest.front() == ' ')
        rest.remove_prefix(1);
    const std::uint64_t factor = unitFactor(rest);
    if (factor == 0)
        return wrong("has an unknown unit " + quoted(rest, kQuotedQuantity));
    const auto number = toNumber(whole);
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() / factor)
        return wrong("is too large");
    const auto part = fractionOf(factor, fraction);
    if (!part)
        return wrong("is not a whole number of bytes");
    const std::uint64_t bytes = *number * factor;
    if (bytes > std::numeric_limits<std::uint64_t>::max() - *part)
        return wrong("is too large");
    return ByteCount{bytes + *part};
}

Result<void> checkDatasetSize(ByteCount size)
{
    const auto wrong = [&](const std::string& why, const std::string& hint) {
        return invalid("a dataset cannot have " + toString(size) + " (" +
                           std::to_string(size.value) + " bytes): " + why,
                       hint);
    };
    const std::string least = toString(kMinimumDatasetSize);
    if (size < kMinimumDatasetSize)
        return wrong("at least " + least + " are needed", "take " + least + " or more");
    const std::string most = toString(kMaximumDatasetSize);
    if (size > kMaximumDatasetSize)
        return wrong("at most " + most + " are allowed", "take " + most + " or less");
    // Upwards, so that what was meant to fit fits; the largest size is itself a multiple.
    const std::uint64_t quantum = kDatasetSizeQuantum.value;
    if (size.value % quantum != 0)
        return wrong("it must be a multiple of " + toString(kDatasetSizeQuantum),
                     "take " + std::to_string(size.value / quantum + 1) +
                         "KiB, or a size in MiB, GiB or TiB");
    return {};
}

std::string toString(ByteCount bytes)
{
    static constexpr std::array<std::string_view, 7> kUnits{"B",   "KiB", "MiB", "GiB",
                                                            "TiB", "PiB", "EiB"};
    std::size_t unit = 0;
    while (unit + 1 < kUnits.size() && bytes.value >> (10 * (unit + 1)) != 0)
        ++unit;
    std::uint64_t factor = 1ULL << (10 * unit);
    if (bytes.value % factor == 0)
        return std::to_string(bytes.value / factor) + " " + std::string(kUnits[unit]);

    double number = static_cast<double>(bytes.value) / static_cast<double>(factor);
    if (number >= 1023.5 && unit + 1 < kUnits.size()) {
        ++unit; // it would be shown as 1024 of the smaller one
        number /= 1024;
    }
    const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
    std::array<char, 32> buffer{};
    // to_chars, since printf follows the locale.
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                       std::chars_format::fixed, decimals);
    std::string text(buffer.data(), written.ptr);
    if (decimals > 0) {
        while (text.back() == '0')
            text.pop_back();
        if (text.back() == '.')
            text.pop_back();
    }
    return text + " " + std::string(kUnits[unit]);
}

Result<std::chrono::milliseconds> parseDuration(std::string_view text)
{
    const auto wrong = [&](const std::string& why) {
        return invalid("the duration " + quoted(text, kQuotedQuantity) + " " + why +
                       "; write numbers with units from d, h, m, s, ms, such as 90s, 5m or 1h30m");
    };
    if (text.empty())
        return wrong("is empty");
    if (text.front() == '-')
        return wrong("is negative");
    std::string_view rest = text;
    std::int64_t sum = 0;
    std::size_t nextUnit = 0;
    while (!rest.empty()) {
        const std::string_view digits = takeDigits(rest);
        if (digits.empty())
            return wrong("is not a number with a unit");
        const auto number = toNumber(digits);
        std::size_t length = 0;
        while (length < rest.size() && !isDigit(rest[length]))
            ++length;
        std::string_view name = rest.substr(0, length);
        rest.remove_prefix(length);
        if (name.empty() && digits.size() == text.size())
            name = "s";
        std::size_t unit = nextUnit;
        while (unit < kDurationUnits.size() && kDurationUnits[unit].name != name)
            ++unit;
        if (unit == kDurationUnits.size())
            return wrong("has an unknown, repeated or misplaced unit " +
                         quoted(name, kQuotedQuantity));
        nextUnit = unit + 1;
        const std::int64_t factor = kDurationUnits[unit].milliseconds;
        if (!number || *number > static_cast<std::uint64_t>(kMaximumDuration / factor))
            return wrong("is too long");
        sum += static_cast<std::int64_t>(*number) * factor;
        if (sum > kMaximumDuration)
            return wrong("is too long");
    }
    return std::chrono::milliseconds{sum};
}

std::string toString(std::chrono::milliseconds duration)
{
    if (duration.count() == 0)
        return "0s";
    std::string text = duration.count() < 0 ? "-" : "";
    // Magnitude without overflow at the smallest value.
    std::uint64_t rest = duration.count() < 0 ? 0 - static_cast<std::uint64_t>(duration.count())
                                              : static_cast<std::uint64_t>(duration.count());
    for (const auto& unit : kDurationUnits) {
        const auto factor = static_cast<std::uint64_t>(unit.milliseconds);
        if (rest / factor == 0)
            continue;
        text += std::to_string(rest / factor) + std::string(unit.name);
        rest %= factor;
    }
    return text;
}

std::string toString(TimePoint time)
{
    if (time < kFirstTime || time > kLastTime)
        return std::to_string(time.time_since_epoch().count()) + "ms";
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 48> buffer{};
    const int length = std::snprintf(
        buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count()));
    return {buffer.data(), static_cast<std::size_t>(length)};
}

Result<TimePoint> parseTimePoint(std::string_view text)
{
    const auto wrong = [&] {
        return invalid("the time " + quoted(text, kQuotedQuantity) +
                       " is not of the form 2026-01-31T23:59:59Z (RFC 3339)");
    };
    const auto year = fixedDigits(text, 0, 4);
    const auto month = fixedDigits(text, 5, 2);
    const auto dayOfMonth = fixedDigits(text, 8, 2);
    const auto hour = fixedDigits(text, 11, 2);
    const auto minute = fixedDigits(text, 14, 2);
    const auto second = fixedDigits(text, 17, 2);
    if (!year || !month || !dayOfMonth || !hour || !minute || !second)
        return wrong();
    if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':')
        return wrong();
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ')
        return wrong();
    std::string_view rest = text.substr(19);
    const auto milliseconds = takeMilliseconds(rest);
    const auto offset = parseOffset(rest);
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*dayOfMonth)}};
    if (!milliseconds || !offset || !date.ok() || *year < 1)
        return wrong();
    if (*hour > 23 || *minute > 59 || *second > 60)
        return wrong(); // 60: a leap second, counted as the next one
    const TimePoint time = std::chrono::sys_days{date} + std::chrono::hours{*hour} +
                           std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
                           std::chrono::milliseconds{*milliseconds} - *offset;
    if (time < kFirstTime || time > kLastTime)
        return wrong();
    return time;
}

} // namespace drover::model
