#pragma once

// What a command runs in: the screen, the global options, the cluster (opened at first use), and
// the one way to end: an exit class with its error told.

#include "cli/cluster.h"
#include "bus/contexts/config.h"
#include "cli/globals.h"
#include "cli/terminal.h"
#include "proto/model/api.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace drover::cli {

using model::ExitClass;
template <class T>
using Result = model::Result<T>;

// Opens the cluster that the options and the configuration name.
using ClusterFactory = std::function<Result<std::unique_ptr<Cluster>>(const Globals&)>;

// Options that all changes have in common.
struct WriteOptions
{
    bool dryRun = false;
    std::string expectPlan;
    std::string reason;
    std::optional<model::Revision> ifRevision; // precondition on the named object
    std::optional<model::Duration> wait;       // absent: do not wait
};

class Shell
{
public:
    Shell(Terminal& terminal, ClusterFactory open) : m_terminal(terminal), m_open(std::move(open))
    {}

    [[nodiscard]] Terminal& terminal() { return m_terminal; }
    [[nodiscard]] std::ostream& out() { return m_terminal.out; }
    [[nodiscard]] std::ostream& err() { return m_terminal.err; }
    Globals globals;
    bool planning = false; // behind `plan`: every change is a dry run

    // The cluster; the error is the one to end with.
    [[nodiscard]] Result<Cluster*> cluster();

    // Declares what a command does. `App::run` calls it once everything is parsed.
    void command(CLI::App* app, std::function<ExitClass()> run, bool write = false);
    [[nodiscard]] const std::function<ExitClass()>& chosen() const { return m_chosen; }
    [[nodiscard]] bool chosenIsWrite() const { return m_chosenIsWrite; }

    // Says what went wrong on the error stream: `error: what`, and what to do next.
    ExitClass fail(const model::Error& error);
    ExitClass usage(const std::string& message, const std::string& hint = {});
    void warn(const std::string& message);
    // What is no error but worth a line: nothing to list, say.
    void note(const std::string& message, const std::string& hint = {});
    // Says that a person ended the command, and what goes on without it (if anything); the program
    // then ends by the signal.
    ExitClass interrupted(int signal, const std::string& message = {},
                          const std::string& hint = {});
    [[nodiscard]] int signal() const { return m_signal; } // 0: none
    // Asks to type a word before something that cannot be undone; `what` may have several lines.
    // True when typed, or with --yes.
    // Where nobody can answer and --yes was not given, and at any other answer: false, and the
    // reason has been told.
    [[nodiscard]] bool confirm(const std::string& what, const std::string& word, bool yes);

private:
    void say(const std::string& text); // on the error stream

    Terminal& m_terminal;
    ClusterFactory m_open;
    std::unique_ptr<Cluster> m_cluster;
    std::function<ExitClass()> m_chosen;
    bool m_chosenIsWrite = false;
    int m_signal = 0;
};

} // namespace drover::cli
