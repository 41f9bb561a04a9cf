#include "cli/text.h"

#include <algorithm>

#include <locale.h>
#include <wchar.h>

namespace drover::cli {

namespace {

// One character: its code point and its bytes. What is not UTF-8 is a character of one byte, and
// not valid.
struct Character
{
    char32_t code = 0;
    std::size_t length = 1;
    bool valid = false;
};

Character characterAt(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80)
        return {lead, 1, true};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    static constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length)
        return {};
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U)
            return {};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return {};
    return {code, length, true};
}

bool isHarmless(char32_t c)
{
    const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    return !(c < 0x20 || within(0x7F, 0x9F) || c == 0x061C || within(0x200E, 0x200F) ||
             within(0x2028, 0x202E) || within(0x2066, 0x2069) || within(0xFFF9, 0xFFFB) ||
             within(0xE0000, 0xE007F));
}

// The widths are the C library's, of a locale that is always there; the program's own may be "C",
// which knows only ASCII.
class Widths
{
public:
    Widths() : m_locale(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
    [[nodiscard]] std::size_t of(char32_t c) const
    {
        if (c < 0x80 || !m_locale)
            return 1;
        const locale_t before = ::uselocale(m_locale);
        const int width = ::wcwidth(static_cast<wchar_t>(c));
        ::uselocale(before);
        return width < 0 ? 1 : static_cast<std::size_t>(width);
    }

private:
    locale_t m_locale; // lives as long as the program
};

std::size_t widthOf(const Character& character)
{
    static const Widths widths;
    return character.valid ? widths.of(character.code) : 1;
}

// The longest beginning of at most so many columns.
std::string_view head(std::string_view text, std::size_t columns)
{
    std::size_t end = 0;
    while (end < text.size()) {
        const Character next = characterAt(text.substr(end));
        const std::size_t width = widthOf(next);
        if (width > columns)
            break;
        columns -= width;
        end += next.length;
    }
    return text.substr(0, end);
}

// The longest end of at most so many columns.
std::string_view tail(std::string_view text, std::size_t columns)
{
    std::size_t left = columnsOf(text);
    while (left > columns) {
        const Character first = characterAt(text);
        left -= widthOf(first);
        text.remove_prefix(first.length);
    }
    return text;
}

} // namespace

std::size_t columnsOf(std::string_view text)
{
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character next = characterAt(text);
        columns += widthOf(next);
        text.remove_prefix(next.length);
    }
    return columns;
}

std::string cutTo(std::string_view text, std::size_t columns)
{
    if (columnsOf(text) <= columns)
        return std::string(text);
    if (columns == 0)
        return {};
    return std::string(head(text, columns - 1)) + "…";
}

std::string cutMiddle(std::string_view text, std::size_t columns)
{
    if (columns < 3 || columnsOf(text) <= columns)
        return cutTo(text, columns);
    const std::size_t end = (columns - 1) / 2;
    return std::string(head(text, columns - 1 - end)) + "…" + std::string(tail(text, end));
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

std::vector<std::string> wrapHard(const std::string& text, std::size_t columns)
{
    std::vector<std::string> lines;
    for (const std::string& line : wrap(text, columns)) {
        std::string_view rest = line;
        while (columnsOf(rest) > columns) {
            const std::string_view part = head(rest, std::max<std::size_t>(columns, 2));
            lines.emplace_back(part);
            rest.remove_prefix(part.size());
        }
        lines.emplace_back(rest);
    }
    return lines;
}

std::string harmless(std::string_view text)
{
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const Character next = characterAt(text);
        if (next.valid && isHarmless(next.code))
            safe += text.substr(0, next.length);
        else
            safe += '?';
        text.remove_prefix(next.length);
    }
    return safe;
}

} // namespace drover::cli
