#pragma once

// When to try again: doubling pauses with jitter, one per dataset (never per agent), reset by a new
// assignment.

#include "proto/model/quantity.h"

#include <cstdint>

namespace drover::agent::core {

inline constexpr model::Duration kBackoffFirst{500};
inline constexpr model::Duration kBackoffLast{60'000};
// Waiting for an image that the cluster agent of a shared pool is about to make, or for the other
// end of a transfer: a look is cheap and the wait is usually short.
inline constexpr model::Duration kPeerBackoffFirst{100};
inline constexpr model::Duration kPeerBackoffLast{10'000};
// Where a try is no more than a look, and a person who has just mended what it met waits for it: a
// disk that is mounted again, the last user of a dataset that shall be unmounted.
inline constexpr model::Duration kLookBackoffLast{5'000};

// The pause after `failures` failures in a row (at least 1): first * 2^(failures-1), at most
// `last`, then between 80 % and 120 % of it by `seed`. Same input, same output.
[[nodiscard]] model::Duration backoff(std::uint32_t failures, std::uint64_t seed,
                                      model::Duration first = kBackoffFirst,
                                      model::Duration last = kBackoffLast);

} // namespace drover::agent::core
