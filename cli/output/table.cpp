#include "cli/output/table.h"

#include <algorithm>
#include <ostream>

namespace drover::cli {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;

} // namespace

Table::Table(std::vector<std::string> titles, std::vector<std::size_t> rightAligned,
             std::vector<std::size_t> shrink)
    : m_titles(std::move(titles)), m_right(std::move(rightAligned)), m_shrink(std::move(shrink))
{}

void Table::add(std::vector<Cell> row)
{
    for (Cell& cell : row)
        cell.text = harmless(cell.text);
    m_rows.push_back(std::move(row));
}

std::vector<std::string> Table::lines(const Terminal& terminal) const
{
    const std::size_t columns = m_titles.size();
    std::vector<std::size_t> widths(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        widths[c] = columnsOf(m_titles[c]);
        for (const auto& row : m_rows)
            widths[c] = std::max(widths[c], columnsOf(row[c].text));
    }
    // A column that says nothing in any row is left out, except the first.
    std::vector<bool> shown(columns, true);
    for (std::size_t c = 1; c < columns; ++c)
        shown[c] =
            m_rows.empty() || std::any_of(m_rows.begin(), m_rows.end(),
                                          [c](const auto& row) { return !row[c].text.empty(); });

    if (terminal.width > 0) {
        std::size_t total = 0;
        for (std::size_t c = 0; c < columns; ++c)
            if (shown[c])
                total += widths[c] + (c > 0 ? kGap : 0);
        std::vector<std::size_t> giving = m_shrink;
        giving.insert(giving.begin(), columns - 1);
        std::erase_if(giving, [&](std::size_t c) { return !shown[c]; });
        // Column by column of the screen: so the widest are levelled, and one long name does not
        // take everybody's notes away.
        for (; total > terminal.width && !giving.empty(); --total) {
            const auto widest =
                std::max_element(giving.begin(), giving.end(), [&](std::size_t a, std::size_t b) {
                    return widths[a] < widths[b];
                });
            if (widths[*widest] <= kNarrowest)
                break;
            --widths[*widest];
        }
    }

    const auto isRight = [this](std::size_t c) {
        return std::find(m_right.begin(), m_right.end(), c) != m_right.end();
    };
    const auto line = [&](const auto& textOf) {
        std::string text;
        std::size_t pending = 0; // spaces that only come if something follows
        for (std::size_t c = 0; c < columns; ++c) {
            if (!shown[c])
                continue;
            auto [plain, painted] = textOf(c, widths[c]);
            const std::size_t pad = widths[c] - std::min(widths[c], columnsOf(plain));
            if (isRight(c))
                pending += pad;
            if (!plain.empty()) {
                text.append(pending, ' ');
                text += painted;
                pending = 0;
            }
            pending += kGap + (isRight(c) ? (plain.empty() ? widths[c] - pad : 0)
                                          : (plain.empty() ? widths[c] : pad));
        }
        return text;
    };

    std::vector<std::string> result;
    result.push_back(line([&](std::size_t c, std::size_t width) {
        const std::string plain = cutTo(m_titles[c], width);
        return std::pair{plain, terminal.paint(Colour::Dim, plain)};
    }));
    std::size_t lastStart = 0;
    for (std::size_t c = 0; c + 1 < columns; ++c)
        if (shown[c])
            lastStart += widths[c] + kGap;
    for (const auto& row : m_rows) {
        std::vector<std::string> last{row[columns - 1].text};
        if (m_wrapLast)
            last = wrapHard(row[columns - 1].text, widths[columns - 1]);
        result.push_back(line([&](std::size_t c, std::size_t width) {
            const std::string plain =
                c + 1 == columns ? cutTo(last.front(), width) : cutMiddle(row[c].text, width);
            return std::pair{plain, row[c].colour ? terminal.paint(*row[c].colour, plain) : plain};
        }));
        for (std::size_t i = 1; i < last.size(); ++i)
            result.push_back(std::string(lastStart, ' ') + cutTo(last[i], widths[columns - 1]));
    }
    return result;
}

void Table::print(const Terminal& terminal) const
{
    for (const std::string& line : lines(terminal))
        terminal.out << line << '\n';
}

} // namespace drover::cli
