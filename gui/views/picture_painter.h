#pragma once

// How the things of a Picture look, in the picture's own measures. Far away, what cannot be read is
// not written.

#include "gui/models/picture.h"

#include <QFont>
#include <QPalette>

class QPainter;

namespace drover::gui {

class PicturePainter
{
public:
    PicturePainter(QPainter& painter, const QPalette& palette, const QFont& font, double zoom);

    void draw(const models::Group& group);
    void draw(const models::Card& card, bool target, const std::optional<model::DatasetId>& chosen,
              bool focus);
    void draw(const models::Chip& chip, bool chosen, bool focus);
    void draw(const models::Arrow& arrow);

private:
    [[nodiscard]] QString elided(const QString& text, double width) const;

    QPainter& m_painter;
    QPalette m_palette;
    QFont m_font;
    QFont m_bold;
    bool m_legible;
};

} // namespace drover::gui
