#pragma once

// One line about what is going on: rewritten in place on a screen, printed at each change
// elsewhere.

#include "cli/terminal.h"

#include <string>

namespace drover::cli {

class Progress
{
public:
    explicit Progress(const Terminal& terminal) : m_terminal(terminal) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // `kind` is what has to change for a new line where lines are printed; the text may change more
    // often.
    void show(const std::string& kind, const std::string& text);
    // Removes the live line.
    void clear();

private:
    const Terminal& m_terminal;
    std::string m_kind;
    std::string m_shown;
};

} // namespace drover::cli
