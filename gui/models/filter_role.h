#pragma once

// What a model of a small table says to the box that filters it.

#include <Qt>

namespace drover::gui::models {

// QStringList, at column 0: words of the filter that are true of the row, as `is:silent`.
inline constexpr int kFilterRole = Qt::UserRole + 200;

} // namespace drover::gui::models
