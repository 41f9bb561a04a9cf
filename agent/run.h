#pragma once

// The agent as a program: puts the parts together and runs them until it is asked to stop.

#include <filesystem>

namespace drover::agent {

struct RunOptions
{
    std::filesystem::path config;
    // empty: none. Written, atomically, when transfers can be received and control is being spoken
    // to
    std::filesystem::path readyFile;
};

// Returns the exit status: 0 after SIGTERM or SIGINT; 1 or 2 when the configuration or what is on
// the disks does not allow it to run; 3 when the machine does not at the moment (no route, a full
// disk): the next try may go well. stderr says why. Mounts stay when it ends.
[[nodiscard]] int runAgent(const RunOptions& options);

} // namespace drover::agent
