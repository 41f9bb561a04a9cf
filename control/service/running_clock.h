#pragma once

// Control's two clocks in one reading: wall time, and the time that this history's control has been
// running, summed over its starts.

#include "bus/transport/ports.h"
#include "control/service/environment.h"
#include "proto/model/quantity.h"

namespace drover::control::service {

class RunningClock
{
public:
    RunningClock(const bus::Executor& executor, const Clock& wall)
        : m_executor(&executor), m_wall(&wall), m_started(executor.now())
    {}

    // What earlier runs have summed up, as it was stored last; this one counts from here on.
    void startFrom(model::Duration stored)
    {
        m_before = stored;
        m_started = m_executor->now();
    }
    [[nodiscard]] model::Now now() const
    {
        return {m_wall->wall(), m_before + std::chrono::duration_cast<model::Duration>(
                                               m_executor->now() - m_started)};
    }

private:
    const bus::Executor* m_executor;
    const Clock* m_wall;
    bus::MonotonicTime m_started;
    model::Duration m_before{0};
};

} // namespace drover::control::service
