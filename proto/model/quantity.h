#pragma once

// Sizes and times, with their units in the type.

#include "proto/model/result.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover::model {

struct ByteCount
{
    std::uint64_t value = 0;
    auto operator<=>(const ByteCount&) const = default;
};

inline constexpr ByteCount kMinimumDatasetSize{64ULL << 20}; // 64 MiB, where the backend has sizes
// a dataset's size is a multiple of this
inline constexpr ByteCount kDatasetSizeQuantum{1024};
// 1 EiB; keeps all sums far from overflow
inline constexpr ByteCount kMaximumDatasetSize{1ULL << 60};

// `1GiB`, `1.5 GiB`, `500MB`, `10g`, `65536`: a number and an optional unit; KiB/K/k.. are powers
// of 1024, KB/MB/.. of 1000. A fraction that does not give whole bytes, a sign, or an unknown unit
// is InvalidArgument that says what is allowed.
[[nodiscard]] Result<ByteCount> parseByteCount(std::string_view text);
// Whether a dataset may have this size: the three limits above. InvalidArgument says which one it
// breaks.
[[nodiscard]] Result<void> checkDatasetSize(ByteCount size);
// The shortest exact or three-digit form in powers of 1024, e.g. `1 GiB`, `1.46 GiB`, `512 B`.
[[nodiscard]] std::string toString(ByteCount bytes);

// `500ms`, `60s`, `5m`, `2h`, `1d`, `1h30m`, `0`. A bare number is seconds.
[[nodiscard]] Result<std::chrono::milliseconds> parseDuration(std::string_view text);
[[nodiscard]] std::string toString(std::chrono::milliseconds duration);

using Duration = std::chrono::milliseconds;
// Wall clock, UTC. May step; nothing about data is decided by it alone.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

// The two clocks that control decides by.
struct Now
{
    TimePoint wall;
    // time this history's control has been running, summed over its restarts; never steps, never
    // goes back
    Duration running{0};
    auto operator<=>(const Now&) const = default;
};

[[nodiscard]] std::string toString(TimePoint time); // RFC 3339, UTC, milliseconds
[[nodiscard]] Result<TimePoint> parseTimePoint(std::string_view text);

} // namespace drover::model
