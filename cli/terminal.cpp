#include "cli/terminal.h"

#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace drover::cli {

namespace {

// inside a UTF-8 sequence
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

} // namespace

std::string Terminal::paint(Colour which, std::string_view text) const
{
    if (!colour || text.empty())
        return std::string(text);
    const char* code = "";
    switch (which) {
    case Colour::Red:
        code = "31";
        break;
    case Colour::Yellow:
        code = "33";
        break;
    case Colour::Green:
        code = "32";
        break;
    case Colour::Dim:
        code = "2";
        break;
    case Colour::Bold:
        code = "1";
        break;
    }
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

Terminal processTerminal()
{
    Terminal terminal{std::cout, std::cerr, std::cin};
    terminal.outIsTerminal = ::isatty(STDOUT_FILENO) != 0;
    terminal.errIsTerminal = ::isatty(STDERR_FILENO) != 0;
    terminal.inIsTerminal = ::isatty(STDIN_FILENO) != 0;
    // https://no-color.org: present and not empty, whatever the value.
    const char* noColour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    terminal.colour = terminal.outIsTerminal && !(noColour && *noColour) &&
                      !(term && std::string_view(term) == "dumb");
    if (terminal.outIsTerminal) {
        winsize size{};
        terminal.width =
            ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    }
    return terminal;
}

std::size_t columnsOf(std::string_view text)
{
    std::size_t columns = 0;
    for (const char c : text)
        if (!continues(c))
            ++columns;
    return columns;
}

std::string cutTo(std::string_view text, std::size_t columns)
{
    if (columnsOf(text) <= columns)
        return std::string(text);
    if (columns == 0)
        return {};
    std::size_t end = 0;
    std::size_t taken = 0;
    while (end < text.size()) {
        if (!continues(text[end]) && taken++ == columns - 1)
            break;
        ++end;
    }
    return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> wrap(const std::string& text, std::size_t columns)
{
    std::vector<std::string> lines(1);
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t end = text.find(' ', at);
        if (end == std::string::npos)
            end = text.size();
        const std::string next = text.substr(at, end - at);
        if (!lines.back().empty() && columnsOf(lines.back()) + 1 + columnsOf(next) > columns)
            lines.emplace_back();
        if (!lines.back().empty())
            lines.back() += ' ';
        lines.back() += next;
        at = end + 1;
    }
    return lines;
}

std::string harmless(std::string_view text)
{
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        safe += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    return safe;
}

} // namespace drover::cli
