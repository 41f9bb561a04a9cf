#pragma once

// How the things of a Picture look, in the picture's own measure. Far away, cards tell how many of
// what they have instead of naming it, in letters that can be read; what is in trouble has a frame,
// a tint and a sign.

#include "gui/models/picture.h"

#include <QFont>
#include <QPalette>

class QPainter;

namespace drover::gui {

class PicturePainter
{
public:
    PicturePainter(QPainter& painter, const QPalette& palette, const QFont& font,
                   models::CardDetail detail);

    // How a card is looked at now.
    struct Look
    {
        bool isTarget = false; // what is dragged would fall on it
        bool isChosen = false;
        std::optional<model::DatasetId> chosen; // a chip
        bool hasFocus = false;
    };
    void draw(const models::Group& group);
    void draw(const models::Card& card, const Look& look);
    void draw(const models::Chip& chip, bool chosen, bool focus);
    void draw(const models::Arrow& arrow);

private:
    void drawFull(const models::Card& card, const Look& look);
    void drawCompact(const models::Card& card);
    void drawName(const models::Card& card, const QRectF& words);
    void drawCounts(const models::Card& card, const QRectF& line);
    void drawFrame(const models::Card& card, const Look& look);
    void drawBar(int percent, const QRectF& bar);
    double drawCount(double left, const QRectF& line, models::Sign sign, int number);
    void drawGhost(const QRectF& area);
    [[nodiscard]] QString elided(const QString& text, double width,
                                 Qt::TextElideMode mode = Qt::ElideRight) const;

    QPainter& m_painter;
    QPalette m_palette;
    QFont m_font;
    QFont m_bold;
    models::CardDetail m_detail;
};

} // namespace drover::gui
