#pragma once

// A light and a dark palette, for pictures and for whoever does not want the system's.

#include <QPalette>

namespace drover::gui {

[[nodiscard]] QPalette lightPalette();
[[nodiscard]] QPalette darkPalette();

} // namespace drover::gui
