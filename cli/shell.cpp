#include "cli/shell.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <istream>
#include <ostream>
#include <sstream>
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

void Shell::say(const std::string& text)
{
    if (!m_terminal.errIsTerminal) {
        m_terminal.err << harmless(text) << '\n';
        return;
    }
    // Broken between words; commands to be copied stand in lines of their own, and are never
    // broken.
    bool first = true;
    for (const std::string& line : wrap(harmless(text), m_terminal.errWidth - 2))
        m_terminal.err << (std::exchange(first, false) ? "" : "  ") << line << '\n';
}

void Shell::note(const std::string& message, const std::string& hint)
{
    say(message);
    if (!hint.empty())
        m_terminal.err << "  next: " << harmless(hint) << '\n';
    m_terminal.err.flush();
}

ExitClass Shell::fail(const model::Error& error)
{
    m_terminal.out.flush();
    say("error: " + model::sentenceOf(error));
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
    say("warning: " + message);
    m_terminal.err.flush();
}

ExitClass Shell::interrupted(int signal, const std::string& message, const std::string& hint)
{
    m_signal = signal;
    m_terminal.out.flush();
    if (!message.empty())
        note("interrupted: " + message, hint);
    return ExitClass::TimedOut;
}

bool Shell::confirm(const std::string& what, const std::string& word, bool yes)
{
    if (yes)
        return true;
    if (!m_terminal.inIsTerminal) {
        std::string line = what;
        std::replace(line.begin(), line.end(), '\n', ' ');
        fail({model::ErrorCode::InvalidArgument, line + "; nobody is here to confirm it", "",
              "add --yes if that is meant"});
        return false;
    }
    std::istringstream paragraphs(what);
    for (std::string paragraph; std::getline(paragraphs, paragraph);)
        say(paragraph);
    m_terminal.err << "Type " << harmless(word) << " to go on: " << std::flush;
    std::string typed;
    if (std::getline(m_terminal.in, typed) && typed == word)
        return true;
    fail({model::ErrorCode::InvalidArgument, "not confirmed; nothing was changed", "", ""});
    return false;
}

} // namespace drover::cli
