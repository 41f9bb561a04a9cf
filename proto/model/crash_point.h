#pragma once

// Named points at which a test can end a program as a power cut would: no destructor, no flush, no
// goodbye.
//
// DROVER_CRASH_POINT("append.before") does nothing unless the environment says
// DROVER_CRASH_AT=append.before; then the process kills itself there with SIGKILL.
// `DROVER_CRASH_AT=append.before:3` lets it pass twice and dies the third time. The name `*` means
// any point: `*:17` dies at the 17th point that is passed, so that a test can try them all. Only
// builds with DROVER_CRASH_POINTS (a CMake option) contain the points at all.

#ifdef DROVER_CRASH_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace drover::model {

// Ends the process if the environment names this point. The count is kept per process, not per
// point: only one point can be named.
inline void crashPoint(std::string_view point)
{
    const char* wanted = std::getenv("DROVER_CRASH_AT");
    if (wanted == nullptr)
        return;
    const std::string_view text{wanted};
    const auto colon = text.rfind(':');
    const auto name = text.substr(0, colon);
    if (name != "*" && name != point)
        return;
    static std::atomic<long> passed{0};
    const long at =
        colon == std::string_view::npos ? 1 : std::strtol(wanted + colon + 1, nullptr, 10);
    if (++passed >= at)
        std::raise(SIGKILL);
}

} // namespace drover::model

#define DROVER_CRASH_POINT(point) ::drover::model::crashPoint(point)

#else

#define DROVER_CRASH_POINT(point) static_cast<void>(0)

#endif
