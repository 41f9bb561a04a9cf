#pragma once

// Named points at which a test can end a program as a power cut would: no destructor, no flush, no
// goodbye.
//
// DROVER_CRASH_POINT("append.before") does nothing unless the environment says
// DROVER_CRASH_AT=append.before; then the process kills itself there with SIGKILL.
// `DROVER_CRASH_AT=append.before:3` lets it pass twice and dies the third time. There may be
// several names, separated by commas; the name `*` means any point: `*:17` dies at the 17th point
// that is passed, so that a test can try them all.
//
// A test of a whole cluster that is to die at every point names a folder as well, in
// DROVER_CRASH_TALLY, for all of its programs. There each point has a file, a byte long for each
// pass, and the count is that of the point over all these programs: with `*:2` each point ends the
// one process that is the second to pass it, and nobody after that.
//
// Only builds with DROVER_CRASH_POINTS (a CMake option) contain the points at all.

#ifdef DROVER_CRASH_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace drover::model {

// Notes a pass of the point in the folder, unless enough are noted; true for the pass that makes
// them `enough`.
inline bool isPass(const char* folder, std::string_view point, long enough)
{
    const std::string file = std::string(folder) + '/' + std::string(point);
    const int tally = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (tally < 0)
        return false;
    struct stat before = {};
    bool last = false;
    // Where two are at it at once, the offset after the append tells them apart.
    if (::fstat(tally, &before) == 0 && before.st_size < enough && ::write(tally, "x", 1) == 1)
        last = ::lseek(tally, 0, SEEK_CUR) == enough;
    ::close(tally);
    return last;
}

// Whether the list of names, separated by commas, holds the point or `*`.
inline bool isNamed(std::string_view names, std::string_view point)
{
    while (!names.empty()) {
        const auto comma = names.find(',');
        const auto name = names.substr(0, comma);
        if (name == "*" || name == point)
            return true;
        names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    }
    return false;
}

// Ends the process if the environment names this point. Without a tally the count is kept per
// process, not per point.
inline void crashPoint(std::string_view point)
{
    const char* wanted = std::getenv("DROVER_CRASH_AT");
    if (wanted == nullptr)
        return;
    const std::string_view text{wanted};
    const auto colon = text.rfind(':');
    if (!isNamed(text.substr(0, colon), point))
        return;
    static std::atomic<long> passed{0};
    const long at =
        colon == std::string_view::npos ? 1 : std::strtol(wanted + colon + 1, nullptr, 10);
    const char* tally = std::getenv("DROVER_CRASH_TALLY");
    if (tally != nullptr ? isPass(tally, point, at) : ++passed >= at)
        std::raise(SIGKILL);
}

} // namespace drover::model

#define DROVER_CRASH_POINT(point) ::drover::model::crashPoint(point)

#else

#define DROVER_CRASH_POINT(point) static_cast<void>(0)

#endif
