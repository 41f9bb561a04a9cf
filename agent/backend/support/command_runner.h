#pragma once

// Runs the few tools that a backend needs (mkfs, resize2fs, ...). A port, so that tests can script
// it.

#include "proto/model/result.h"

#include <chrono>
#include <string>
#include <vector>

namespace drover::agent::backend {

struct Command
{
    std::vector<std::string> argv; // [0] is looked up in PATH and in the system's sbin folders
    std::chrono::milliseconds deadline{std::chrono::seconds{60}};
};

struct CommandOutcome
{
    int exitStatus = 0; // 128 + n when ended by signal n
    std::string output; // stdout and stderr as they came; the last 64 KiB
};

class CommandRunner
{
public:
    virtual ~CommandRunner() = default;
    // Blocks. Timeout: it was killed at its deadline. Unsupported: no such program. Io: it could
    // not be started. A status other than 0 is no error here; the caller knows what it means.
    // Callable from any thread.
    [[nodiscard]] virtual model::Result<CommandOutcome> run(const Command& command) = 0;
};

// Starts real processes, in their own process group, with stdin from /dev/null and LC_ALL=C.
class SystemCommandRunner final : public CommandRunner
{
public:
    [[nodiscard]] model::Result<CommandOutcome> run(const Command& command) override;
};

// run(), with a status other than 0 turned into an Io error that carries the end of its output.
[[nodiscard]] model::Result<std::string> runChecked(CommandRunner& runner, const Command& command);

} // namespace drover::agent::backend
