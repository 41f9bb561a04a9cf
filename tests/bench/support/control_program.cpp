#include "tests/bench/support/control_program.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace drover::bench {

namespace fs = std::filesystem;

namespace {

constexpr int kStartMilliseconds = 300'000;

std::string contentOf(const fs::path& file)
{
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

} // namespace

fs::path programsUnderTest()
{
    return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "bin";
}

ControlProgram::ControlProgram(const Seed& seed, fs::path binaries)
    : m_seed(seed), m_program(std::move(binaries) / "drover-control"),
      m_ready(seed.state.parent_path() / "run" / "control.ready")
{
    fs::create_directories(m_ready.parent_path());
}

ControlProgram::~ControlProgram() { kill9(); }

void ControlProgram::start()
{
    fs::remove(m_ready);
    const std::vector<std::string> words{m_program.string(),
                                         "--state",
                                         m_seed.state.string(),
                                         "--keys",
                                         m_seed.keys.string(),
                                         "--listen",
                                         m_requests,
                                         "--events",
                                         m_events,
                                         "--ready-file",
                                         m_ready.string()};
    const fs::path log = m_seed.state.parent_path() / "control.log";
    m_pid = ::fork();
    if (m_pid < 0)
        giveUp("cannot fork");
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // never outlives the benchmark
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(out, STDERR_FILENO);
        ::dup2(out, STDOUT_FILENO);
        std::vector<char*> arguments;
        for (const std::string& word : words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    waitUntilReady();
    const auto ready = nlohmann::json::parse(contentOf(m_ready));
    m_requests = ready.at("requests").get<std::string>();
    m_events = ready.at("events").get<std::string>();
}

void ControlProgram::waitUntilReady()
{
    const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch < 0 ||
        ::inotify_add_watch(watch, m_ready.parent_path().c_str(), IN_MOVED_TO | IN_CLOSE_WRITE) < 0)
        giveUp("cannot watch for control's start");
    const auto until = Clock::now() + std::chrono::milliseconds(kStartMilliseconds);
    while (!fs::exists(m_ready)) {
        int status = 0;
        if (::waitpid(m_pid, &status, WNOHANG) == m_pid || Clock::now() > until)
            giveUp("control does not start: " +
                   contentOf(m_seed.state.parent_path() / "control.log"));
        pollfd waiting{watch, POLLIN, 0};
        static_cast<void>(::poll(&waiting, 1, 200)); // its end is looked for now and then
        char events[4096];
        while (::read(watch, events, sizeof events) > 0) {
        }
    }
    ::close(watch);
}

void ControlProgram::kill9()
{
    if (m_pid < 0)
        return;
    ::kill(m_pid, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(m_pid, -1), &status, 0);
}

double ControlProgram::memory() const
{
    std::ifstream statm("/proc/" + std::to_string(m_pid) + "/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double ControlProgram::processorSeconds() const
{
    const std::string text = contentOf("/proc/" + std::to_string(m_pid) + "/stat");
    std::istringstream words(text.substr(text.rfind(')') + 1));
    std::string word;
    double ticks = 0;
    for (int field = 3; words >> word; ++field) // proc(5): utime is 14, stime 15
        if (field == 14 || field == 15)
            ticks += std::stod(word);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace drover::bench
