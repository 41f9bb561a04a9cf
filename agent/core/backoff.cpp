#include "agent/core/backoff.h"

#include <algorithm>

namespace drover::agent::core {

namespace {

// splitmix64: spreads neighbouring seeds over the whole range.
std::uint64_t mix(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

} // namespace

model::Duration backoff(std::uint32_t failures, std::uint64_t seed, model::Duration first,
                        model::Duration last)
{
    const std::uint32_t doublings = std::min<std::uint32_t>(failures == 0 ? 0 : failures - 1, 20);
    const std::int64_t pause = std::min<std::int64_t>(first.count() << doublings, last.count());
    const auto percent =
        static_cast<std::int64_t>(80 + mix(seed ^ (std::uint64_t{failures} << 32U)) % 41);
    return model::Duration{std::max<std::int64_t>(1, pause * percent / 100)};
}

} // namespace drover::agent::core
