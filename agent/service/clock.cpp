#include "agent/service/clock.h"

#include <ctime>

namespace drover::agent::service {

model::Now SystemClock::now()
{
    timespec boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto wall =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return {wall, std::chrono::duration_cast<model::Duration>(
                      std::chrono::seconds{boot.tv_sec} + std::chrono::nanoseconds{boot.tv_nsec})};
}

} // namespace drover::agent::service
