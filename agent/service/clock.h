#pragma once

// The two clocks that the agent decides by, as a port: real in programs, virtual in simulation.

#include "proto/model/quantity.h"

namespace drover::agent::service {

class Clock
{
public:
    virtual ~Clock() = default;
    // `wall` for people; `running` is CLOCK_BOOTTIME: it counts while the machine sleeps, so that
    // an ownership term ends in sleep too.
    [[nodiscard]] virtual model::Now now() = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] model::Now now() override;
};

} // namespace drover::agent::service
