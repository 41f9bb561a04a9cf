#pragma once

// Where a command speaks and listens: the two output streams, the input, and what is known of the
// screen. Injected, so that tests read what a person would.

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace drover::cli {

enum class Colour { Red, Yellow, Green, Dim, Bold };

struct Terminal
{
    std::ostream& out;
    std::ostream& err;
    std::istream& in;
    bool outIsTerminal = false;
    bool errIsTerminal = false;
    bool inIsTerminal = false;
    bool colour = false; // of `out`; never with NO_COLOR or --no-color
    unsigned width = 0;  // columns; 0 = not a screen: nothing is cut

    // The text in a colour, or as it is where colours are off.
    [[nodiscard]] std::string paint(Colour colour, std::string_view text) const;
};

// The process's own streams, as they are.
[[nodiscard]] Terminal processTerminal();

// How many columns a text takes (code points; combining and wide characters are not told apart).
[[nodiscard]] std::size_t columnsOf(std::string_view text);
// Cut to so many columns, the last one an ellipsis if anything was cut.
[[nodiscard]] std::string cutTo(std::string_view text, std::size_t columns);
// Lines of at most `columns`, broken between words; words that are longer stay whole.
[[nodiscard]] std::vector<std::string> wrap(const std::string& text, std::size_t columns);
// Control characters replaced, so that text from elsewhere cannot drive the screen.
[[nodiscard]] std::string harmless(std::string_view text);

} // namespace drover::cli
