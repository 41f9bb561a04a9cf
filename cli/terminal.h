#pragma once

// Where a command speaks and listens: the two output streams, the input, and what is known of the
// screen. Injected, so that tests read what a person would.

#include "cli/text.h"

#include <iosfwd>
#include <string>
#include <string_view>

namespace drover::cli {

enum class Colour { Red, Yellow, Green, Dim, Bold };

struct Terminal
{
    std::ostream& out;
    std::ostream& err;
    std::istream& in;
    bool outIsTerminal = false; // both: one whose lines can be written anew (not TERM=dumb)
    bool errIsTerminal = false;
    bool inIsTerminal = false;
    bool colour = false; // of `out`; never with NO_COLOR or --no-color
    unsigned width = 0;  // columns of `out`; 0 = not a screen: nothing is cut
    unsigned errWidth = 80;

    // The text in a colour, or as it is where colours are off.
    [[nodiscard]] std::string paint(Colour colour, std::string_view text) const;
};

// Makes sure that the descriptors 0 to 2 are open. To be called first: where one is closed, the
// first socket would get its number, and what is printed would go to the cluster. Printing to a
// closed output still fails.
void holdStandardDescriptors();
// The process's own streams, as they are.
[[nodiscard]] Terminal processTerminal();

} // namespace drover::cli
