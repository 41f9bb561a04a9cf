#pragma once

// How signs look: a shape and a colour each, drawn at any size and resolution, fit for the palette.

#include "gui/models/sign.h"

#include <QColor>
#include <QIcon>

class QPainter;
class QPalette;
class QRectF;

namespace drover::gui {

[[nodiscard]] bool isDark(const QPalette& palette);
[[nodiscard]] QColor colourOf(models::Sign sign, const QPalette& palette);
// A disc with a tick, a ring that fills, a disc with an i, a triangle, a crossed disc, a ring with a dash.
void drawSign(QPainter& painter, const QRectF& area, models::Sign sign, const QPalette& palette);
[[nodiscard]] QIcon iconOf(models::Sign sign, const QPalette& palette);

} // namespace drover::gui
