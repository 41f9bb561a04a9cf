#pragma once

// Finds by letters that stand in order, not necessarily side by side: `wb1` finds `web-1`.

#include <QString>

#include <optional>

namespace drover::gui::models {

// How well it fits: more is better; absent: not at all. Whole words, beginnings of words and letters
// side by side count more. An empty pattern fits everything alike.
[[nodiscard]] std::optional<int> fuzzyScore(const QString& pattern, const QString& text);

} // namespace drover::gui::models
