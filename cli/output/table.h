#pragma once

// Text in columns: a line of titles, then the rows, two spaces between columns, nothing after the
// last one.

#include "cli/terminal.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::cli {

struct Cell
{
    Cell(std::string t) : text(std::move(t)) {} // NOLINT: implicit on purpose
    Cell(const char* t) : text(t) {}            // NOLINT: implicit on purpose
    Cell(std::string t, Colour c) : text(std::move(t)), colour(c) {}
    std::string text;
    std::optional<Colour> colour;
};

class Table
{
public:
    // On a screen that is too narrow, the last column and those named in `shrink` give way, the
    // widest of them first, none below 8 columns; the last one is cut at its end, the others in
    // their middle.
    explicit Table(std::vector<std::string> titles, std::vector<std::size_t> rightAligned = {},
                   std::vector<std::size_t> shrink = {});
    // The last column goes on in further lines instead of being cut.
    void wrapLast() { m_wrapLast = true; }
    void add(std::vector<Cell> row); // as many cells as titles
    [[nodiscard]] bool empty() const { return m_rows.empty(); }
    void print(const Terminal& terminal) const;
    // The same as lines, for a screen that is drawn again and again.
    [[nodiscard]] std::vector<std::string> lines(const Terminal& terminal) const;

private:
    std::vector<std::string> m_titles;
    std::vector<std::size_t> m_right;
    std::vector<std::size_t> m_shrink;
    bool m_wrapLast = false;
    std::vector<std::vector<Cell>> m_rows;
};

} // namespace drover::cli
