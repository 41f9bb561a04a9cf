#pragma once

// For each goal, the next single step that brings one copy nearer to it. Proposals only: plan()
// lets safety::vet() have the last word, waits out back-off, and sees to it that no two steps meet.

#include "agent/core/local_state.h"
#include "agent/core/safety.h"

#include <optional>

namespace drover::agent::core {

// A pass that carried no more than this is small enough to stop the writers for the next one (the
// same bound as control's).
inline constexpr model::ByteCount kSmallPass{16ULL << 20};
// After so many passes control freezes the source however much the last one carried.
inline constexpr std::uint32_t kLastLivePass = 3;

struct Proposal
{
    std::optional<Step> step;       // absent: nothing to do now
    std::optional<Refusal> waiting; // why the goal is not reached though there is nothing to do
    // `step` is a look for what another agent is about to make: short back-off, not a failure
    bool waitForPeer = false;
    // The goal is reached (a transfer that goes on beside it does not count against it).
    bool reached = false;
};

// REQUIRES: the pool is available and `copy` was looked at, or is Absent.
[[nodiscard]] Proposal propose(const model::Assignment& a, const PoolFacts& pool,
                               const CopyFacts& copy, const LocalState& state);

// The next step that takes a copy down: unmount, then detach; absent when it is down.
[[nodiscard]] std::optional<Step> takeDown(const PoolFacts& pool, const CopyPlace& place,
                                           const CopyFacts& copy);
[[nodiscard]] bool isDown(const PoolFacts& pool, const CopyFacts& copy);

// The receiving copy is whole and ended in the digest that its order names; nothing is being
// received. Such a copy takes no further pass.
[[nodiscard]] bool isSealed(const model::Assignment& a, const CopyFacts& copy);

} // namespace drover::agent::core
