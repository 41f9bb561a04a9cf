#pragma once

// Pictures to keep: what a view shows, as a file. A table becomes CSV, any view a PNG, the picture
// of the cluster also SVG.

#include <QString>

class QAbstractItemModel;
class QWidget;

namespace drover::gui {

// RFC 4180, with a line of titles; all rows and columns of the model, as they are sorted and
// filtered. What a spreadsheet would take for a formula is kept from being one.
[[nodiscard]] QString csvOf(const QAbstractItemModel& model);

// The kinds of file that this view can be saved as, for a file dialog: `CSV (*.csv);;PNG (*.png)`.
[[nodiscard]] QString exportFilters(const QWidget& view);
// By the ending of the file's name. What went wrong, or an empty text.
[[nodiscard]] QString exportView(QWidget& view, const QString& file);

} // namespace drover::gui
