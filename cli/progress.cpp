#include "cli/progress.h"

#include <ostream>

namespace drover::cli {

void Progress::show(const std::string& kind, const std::string& text)
{
    const std::string line = harmless(text);
    if (m_terminal.errIsTerminal) {
        if (line == m_shown)
            return;
        m_terminal.err << "\r\x1b[K" << cutTo(line, m_terminal.errWidth - 1) << std::flush;
    } else if (kind != m_kind) {
        m_terminal.err << line << std::endl;
    }
    m_kind = kind;
    m_shown = line;
}

void Progress::clear()
{
    if (m_terminal.errIsTerminal && !m_shown.empty())
        m_terminal.err << "\r\x1b[K" << std::flush;
    m_shown.clear();
}

} // namespace drover::cli
