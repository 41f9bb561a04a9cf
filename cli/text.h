#pragma once

// Text for screens: how wide it is, how it is cut and broken, and how it is kept from driving the
// screen. All text is UTF-8.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace drover::cli {

// How many columns a text takes on a screen: combining characters none, wide ones (East Asian,
// emoji) two.
[[nodiscard]] std::size_t columnsOf(std::string_view text);
// Cut to so many columns, the last one an ellipsis if anything was cut.
[[nodiscard]] std::string cutTo(std::string_view text, std::size_t columns);
// The same, with the ellipsis in the middle: names often differ in their ends only.
[[nodiscard]] std::string cutMiddle(std::string_view text, std::size_t columns);
// Lines of at most `columns`, broken between words; words that are longer stay whole, so that they
// can be copied.
[[nodiscard]] std::vector<std::string> wrap(const std::string& text, std::size_t columns);
// The same for a column of a table: words that are longer are broken.
[[nodiscard]] std::vector<std::string> wrapHard(const std::string& text, std::size_t columns);
// What could drive the screen, or show text in another order than it has, replaced by `?`: control
// characters (of C1 too), directional formatting, invisible tags, and whatever is not UTF-8.
[[nodiscard]] std::string harmless(std::string_view text);

} // namespace drover::cli
