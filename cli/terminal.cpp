#include "cli/terminal.h"

#include <cstdlib>
#include <iostream>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace drover::cli {

namespace {

unsigned columnsOfScreen(int descriptor)
{
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

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

void holdStandardDescriptors()
{
    // open() takes the lowest number that is free, which is the one that was found closed.
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(descriptor, F_GETFD) < 0)
            (void)::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

Terminal processTerminal()
{
    Terminal terminal{std::cout, std::cerr, std::cin};
    terminal.inIsTerminal = ::isatty(STDIN_FILENO) != 0;
    // https://no-color.org: present and not empty, whatever the value.
    const char* noColour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool dumb = term && std::string_view(term) == "dumb";
    const bool screen = ::isatty(STDOUT_FILENO) != 0;
    terminal.outIsTerminal = screen && !dumb;
    terminal.errIsTerminal = ::isatty(STDERR_FILENO) != 0 && !dumb;
    terminal.colour = terminal.outIsTerminal && !(noColour && *noColour);
    if (screen)
        terminal.width = columnsOfScreen(STDOUT_FILENO);
    if (terminal.errIsTerminal)
        terminal.errWidth = columnsOfScreen(STDERR_FILENO);
    return terminal;
}

} // namespace drover::cli
