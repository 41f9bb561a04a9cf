#pragma once

// The whole screen for a live view, and the keys typed there. What was on the screen before comes
// back at the end.

#include "cli/terminal.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <termios.h>

namespace drover::cli {

enum class Key { Up, Down, PageUp, PageDown, Home, End, Suspend, Quit };

// Keys in what a terminal sent: arrows, page and home keys, as well as k, j, b, space, g, G and q.
// The rest is ignored.
[[nodiscard]] std::vector<Key> parseKeys(std::string_view bytes);

// Takes the screen over while it lives: the alternate screen, no cursor; and, where the program is
// in the foreground of a terminal, its input key by key without an echo. Ctrl-C stays a signal.
class Screen
{
public:
    explicit Screen(Terminal& terminal);
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // As it is now; also sets the terminal's width.
    [[nodiscard]] std::size_t rows();
    // Lines from the top; those that do not fit are left out.
    void draw(const std::vector<std::string>& lines);
    [[nodiscard]] bool hasKeys() const { return m_hasKeys; }
    // What was typed since. Without input left for ever (the terminal is gone): Quit.
    [[nodiscard]] std::vector<Key> keys();
    // Gives the screen back, stops the program as Ctrl-Z does, and takes it again when the program
    // goes on.
    void suspend();

private:
    void enter();
    void leave();

    Terminal& m_terminal;
    bool m_hasKeys = false;
    termios m_before{}; // the input's modes, where there are keys
};

} // namespace drover::cli
