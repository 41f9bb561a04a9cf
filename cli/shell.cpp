#include "cli/shell.h"

#include <CLI/CLI.hpp>

#include <istream>
#include <ostream>
#include <utility>

namespace drover::cli {

Result<Cluster*> Shell::cluster()
{
    if (!m_cluster) {
        auto opened = m_open(globals);
        if (!opened)
            return opened.error();
        m_cluster = std::move(*opened);
        m_cluster->setTimeout(globals.timeout);
    }
    return m_cluster.get();
}

void Shell::command(CLI::App* app, std::function<ExitClass()> run, bool write)
{
    app->callback([this, run = std::move(run), write] {
        m_chosen = run;
        m_chosenIsWrite = write;
    });
}

ExitClass Shell::fail(const model::Error& error)
{
    m_terminal.out.flush();
    std::string line = "error: ";
    if (!error.subject.empty())
        line += error.subject + ": ";
    line += error.message.empty() ? model::toString(error.code) : error.message;
    m_terminal.err << harmless(line) << '\n';
    if (!error.hint.empty())
        m_terminal.err << "  next: " << harmless(error.hint) << '\n';
    m_terminal.err.flush();
    return model::exitClass(error.code);
}

ExitClass Shell::usage(const std::string& message, const std::string& hint)
{
    return fail({model::ErrorCode::InvalidArgument, message, "", hint});
}

void Shell::warn(const std::string& message)
{
    m_terminal.err << "warning: " << harmless(message) << std::endl;
}

bool Shell::confirm(const std::string& what, const std::string& word, bool yes)
{
    if (yes)
        return true;
    if (!m_terminal.inIsTerminal) {
        fail({model::ErrorCode::InvalidArgument, what + "; nobody is here to confirm it", "",
              "add --yes if that is meant"});
        return false;
    }
    m_terminal.err << harmless(what) << "\nType " << harmless(word) << " to go on: " << std::flush;
    std::string typed;
    if (std::getline(m_terminal.in, typed) && typed == word)
        return true;
    fail({model::ErrorCode::InvalidArgument, "not confirmed; nothing was changed", "", ""});
    return false;
}

} // namespace drover::cli
