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

// Returns the exit status: 0 after SIGTERM or SIGINT, 1 when the configuration or the machine does
// not allow it to run (stderr says why). Mounts stay when it ends.
[[nodiscard]] int runAgent(const RunOptions& options);

} // namespace drover::agent
