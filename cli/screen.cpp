#include "cli/screen.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ostream>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace drover::cli {

namespace {

constexpr char kSuspendByte = 0x1A; // Ctrl-Z

constexpr std::array<std::pair<std::string_view, Key>, 25> kSequences{{
    {"\x1b[A", Key::Up},   {"\x1bOA", Key::Up},   {"k", Key::Up},
    {"\x1b[B", Key::Down}, {"\x1bOB", Key::Down}, {"j", Key::Down},
    {"\n", Key::Down},     {"\r", Key::Down},     {"\x1b[5~", Key::PageUp},
    {"b", Key::PageUp},    {"\x02", Key::PageUp}, {"\x1b[6~", Key::PageDown},
    {" ", Key::PageDown},  {"f", Key::PageDown},  {"\x06", Key::PageDown},
    {"\x1b[H", Key::Home}, {"\x1bOH", Key::Home}, {"\x1b[1~", Key::Home},
    {"g", Key::Home},      {"\x1b[F", Key::End},  {"\x1bOF", Key::End},
    {"\x1b[4~", Key::End}, {"G", Key::End},       {"q", Key::Quit},
    {"Q", Key::Quit},
}};

// How long an escape sequence is that we do not know: up to its final letter or tilde.
std::size_t unknownLength(std::string_view bytes)
{
    if (bytes.size() < 2 || bytes[0] != '\x1b' || (bytes[1] != '[' && bytes[1] != 'O'))
        return 1;
    std::size_t end = 2;
    while (end < bytes.size() && (bytes[end] < '@' || bytes[end] > '~'))
        ++end;
    return std::min(end + 1, bytes.size());
}

} // namespace

std::vector<Key> parseKeys(std::string_view bytes)
{
    std::vector<Key> keys;
    while (!bytes.empty()) {
        const auto known =
            std::find_if(kSequences.begin(), kSequences.end(),
                         [&](const auto& entry) { return bytes.starts_with(entry.first); });
        if (known != kSequences.end())
            keys.push_back(known->second);
        else if (bytes.front() == kSuspendByte)
            keys.push_back(Key::Suspend);
        bytes.remove_prefix(known != kSequences.end() ? known->first.size() : unknownLength(bytes));
    }
    return keys;
}

Screen::Screen(Terminal& terminal) : m_terminal(terminal)
{
    // In the background, touching the terminal's modes would stop the program.
    m_hasKeys = terminal.inIsTerminal && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp() &&
                ::tcgetattr(STDIN_FILENO, &m_before) == 0;
    enter();
}

Screen::~Screen() { leave(); }

void Screen::enter()
{
    if (m_hasKeys) {
        termios modes = m_before;
        modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        modes.c_cc[VMIN] = 0;
        modes.c_cc[VTIME] = 0;
        modes.c_cc[VSUSP] = _POSIX_VDISABLE; // comes as a key: the screen is given back first
        (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    }
    // The alternate screen, cleared; no cursor; no wrapping at the right edge.
    m_terminal.out << "\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?7l" << std::flush;
}

void Screen::leave()
{
    m_terminal.out << "\x1b[?7h\x1b[?25h\x1b[?1049l" << std::flush;
    if (m_hasKeys)
        (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &m_before);
}

std::size_t Screen::rows()
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return 24;
    m_terminal.width = size.ws_col;
    return size.ws_row;
}

void Screen::draw(const std::vector<std::string>& lines)
{
    const std::size_t count = std::min(lines.size(), rows());
    std::string text = "\x1b[H";
    for (std::size_t i = 0; i < count; ++i)
        text += (i > 0 ? "\r\n" : "") + lines[i] + "\x1b[K";
    m_terminal.out << text << "\x1b[J" << std::flush;
}

std::vector<Key> Screen::keys()
{
    std::array<char, 256> buffer{};
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return {};
    if (count <= 0)
        return {Key::Quit};
    return parseKeys({buffer.data(), static_cast<std::size_t>(count)});
}

void Screen::suspend()
{
    leave();
    (void)std::raise(SIGTSTP);
    enter();
}

} // namespace drover::cli
