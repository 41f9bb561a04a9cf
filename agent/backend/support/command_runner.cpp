#include "agent/backend/support/command_runner.h"

#include "agent/backend/support/file_ops.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace drover::agent::backend {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

constexpr std::size_t kOutputLimit = 64 * 1024;

// Administrators' tools are not in a plain user's PATH.
std::string findProgram(const std::string& name)
{
    if (name.find('/') != std::string::npos)
        return name;
    for (const char* folder :
         {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
        std::string path = folder + name;
        if (::access(path.c_str(), X_OK) == 0)
            return path;
    }
    return {};
}

void append(std::string& output, std::string_view chunk)
{
    output += chunk;
    if (output.size() > kOutputLimit)
        output.erase(0, output.size() - kOutputLimit);
}

class SpawnSetup
{
public:
    explicit SpawnSetup(int output)
    {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawnattr_init(&m_attributes);
        ::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&m_actions, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&m_actions, output, STDERR_FILENO);
        sigset_t none;
        sigemptyset(&none);
        sigset_t all;
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                      POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSetup()
    {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    int start(const std::string& program, const std::vector<std::string>& argv, pid_t* pid) const
    {
        std::vector<char*> arguments;
        for (const std::string& argument : argv)
            arguments.push_back(const_cast<char*>(argument.c_str()));
        arguments.push_back(nullptr);
        char locale[] = "LC_ALL=C";
        char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        char* environment[] = {locale, path, nullptr};
        return ::posix_spawn(pid, program.c_str(), &m_actions, &m_attributes, arguments.data(),
                             environment);
    }

private:
    posix_spawn_file_actions_t m_actions{};
    posix_spawnattr_t m_attributes{};
};

int reap(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

Result<CommandOutcome> SystemCommandRunner::run(const Command& command)
{
    if (command.argv.empty())
        return Error{ErrorCode::Internal, "a command without a program", {}, {}};
    const std::string program = findProgram(command.argv[0]);
    if (program.empty())
        return Error{ErrorCode::Unsupported,
                     "there is no program " + command.argv[0] + " on this machine",
                     {},
                     "install " + command.argv[0]};
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return systemError("cannot make a pipe", errno);
    const Fd reading(ends[0]);
    Fd writing(ends[1]);
    pid_t pid = 0;
    if (const int failed = SpawnSetup(writing.get()).start(program, command.argv, &pid);
        failed != 0)
        return Error{ErrorCode::Io, "cannot start " + program + ": " + errnoText(failed), {}, {}};
    writing.reset();
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));

    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + command.deadline;
    CommandOutcome outcome;
    std::string chunk(16 * 1024, '\0');
    // The process may end while a child of its own keeps the pipe, or close the pipe and work on:
    // its end is what counts.
    bool ended = !process.valid();
    bool open = true;
    while (!ended || open) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) {
            ::kill(-pid, SIGKILL);
            reap(pid);
            return Error{ErrorCode::Timeout,
                         command.argv[0] + " did not end within " +
                             std::to_string(command.deadline.count()) + " ms and was killed",
                         {},
                         {}};
        }
        pollfd watched[2] = {{open ? reading.get() : -1, POLLIN, 0},
                             {ended ? -1 : process.get(), POLLIN, 0}};
        const int ready = ::poll(watched, 2, static_cast<int>(std::min<long long>(left, 60'000)));
        if (ready < 0 && errno != EINTR)
            break;
        if (ready <= 0)
            continue;
        if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            const ssize_t got = ::read(reading.get(), chunk.data(), chunk.size());
            if (got > 0)
                append(outcome.output,
                       std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
            else if (got == 0 || errno != EINTR)
                open = false;
        } else if ((watched[1].revents & POLLIN) != 0) {
            break; // all that it wrote before it ended has been read
        }
    }
    outcome.exitStatus = reap(pid);
    return outcome;
}

Result<std::string> runChecked(CommandRunner& runner, const Command& command)
{
    auto outcome = runner.run(command);
    if (!outcome)
        return outcome.error();
    if (outcome->exitStatus == 0)
        return std::move(outcome->output);
    std::string said = outcome->output.size() > 1000
                           ? outcome->output.substr(outcome->output.size() - 1000)
                           : outcome->output;
    while (!said.empty() && (said.back() == '\n' || said.back() == ' '))
        said.pop_back();
    return Error{ErrorCode::Io,
                 command.argv[0] + " ended with status " + std::to_string(outcome->exitStatus) +
                     ": " + said,
                 {},
                 {}};
}

} // namespace drover::agent::backend
