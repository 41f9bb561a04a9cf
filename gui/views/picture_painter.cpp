#include "gui/views/picture_painter.h"

#include "gui/models/picture_words.h"
#include "gui/views/signs.h"

#include <QFontMetricsF>
#include <QLineF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace drover::gui {

using models::Chip;
using models::Sign;

using models::CardDetail;

namespace {

constexpr double kBar = 4;
constexpr double kBetween = 4; // of what stands beside each other on a line

bool needsLook(Sign sign)
{
    return sign == Sign::Bad || sign == Sign::Warning || sign == Sign::Unknown;
}

} // namespace

PicturePainter::PicturePainter(QPainter& painter, const QPalette& palette, const QFont& font,
                               CardDetail detail)
    : m_painter(painter), m_palette(palette), m_font(font), m_bold(font), m_detail(detail)
{
    m_bold.setBold(true);
    m_painter.setRenderHint(QPainter::Antialiasing);
}

QString PicturePainter::elided(const QString& text, double width, Qt::TextElideMode mode) const
{
    return QFontMetricsF(m_painter.font()).elidedText(text, mode, width);
}

void PicturePainter::draw(const models::Group& group)
{
    m_painter.setFont(m_bold);
    m_painter.setPen(m_palette.color(QPalette::WindowText));
    m_painter.drawText(group.rect, Qt::AlignLeft | Qt::AlignVCenter,
                       elided(group.title, group.rect.width()));
}

void PicturePainter::draw(const models::Card& card, const Look& look)
{
    drawFrame(card, look);
    if (m_detail == CardDetail::Chips)
        drawFull(card, look);
    else
        drawCompact(card);
}

void PicturePainter::drawFrame(const models::Card& card, const Look& look)
{
    const bool compact = m_detail != CardDetail::Chips;
    const Sign worst = models::worstSign(card);
    const bool alarms = compact && needsLook(worst);
    QColor ground = m_palette.color(QPalette::Base);
    QPen pen(m_palette.color(QPalette::Mid), 1, card.node ? Qt::SolidLine : Qt::DashLine);
    if (alarms) {
        pen.setColor(colourOf(worst, m_palette));
        pen.setWidthF(1.6);
    }
    if (look.isChosen || look.isTarget) {
        pen.setColor(m_palette.color(look.isTarget ? QPalette::Link : QPalette::Text));
        pen.setWidthF(2.5);
    }
    const double inset = pen.widthF() / 2;
    const QRectF frame = card.rect.adjusted(inset, inset, -inset, -inset);
    const double round = compact ? 3 : 6;
    m_painter.setPen(pen);
    m_painter.setBrush(ground);
    m_painter.drawRoundedRect(frame, round, round);
    if (!alarms)
        return;
    QColor tint = colourOf(worst, m_palette);
    tint.setAlpha(36);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(tint);
    m_painter.drawRoundedRect(frame, round, round);
}

void PicturePainter::drawBar(int percent, const QRectF& bar)
{
    if (percent < 0)
        return;
    m_painter.fillRect(bar, m_palette.color(QPalette::Midlight));
    m_painter.fillRect(QRectF(bar.topLeft(), QSizeF(bar.width() * percent / 100.0, bar.height())),
                       colourOf(percent >= 90 ? Sign::Warning : Sign::Busy, m_palette));
}

void PicturePainter::drawFull(const models::Card& card, const Look& look)
{
    const double line = QFontMetricsF(m_font).height();
    const QRectF head = card.rect.adjusted(10, 8, -10, 0);
    drawSign(m_painter, QRectF(head.left(), head.top(), line, line), card.sign, m_palette);
    m_painter.setFont(m_bold);
    m_painter.setPen(m_palette.color(QPalette::Text));
    m_painter.drawText(QRectF(head.left() + line + 5, head.top(), head.width() - line - 5, line),
                       Qt::AlignLeft | Qt::AlignVCenter,
                       elided(card.title, head.width() - line - 5));
    m_painter.setFont(m_font);
    m_painter.setPen(m_palette.color(QPalette::PlaceholderText));
    m_painter.drawText(QRectF(head.left(), head.top() + line, head.width(), line),
                       Qt::AlignLeft | Qt::AlignVCenter, elided(card.note, head.width()));
    drawBar(card.percentUsed, QRectF(head.left(), head.top() + 2 * line + 4, head.width(), kBar));
    for (const Chip& chip : card.chips)
        draw(chip, chip.dataset == look.chosen, look.hasFocus);
}

void PicturePainter::drawCompact(const models::Card& card)
{
    const bool summary = m_detail == CardDetail::Summary;
    const double line = QFontMetricsF(m_font).height();
    const double edge = summary ? 7 : 3;
    const QRectF inside = card.rect.adjusted(edge, summary ? 5 : 3, -edge, 0);
    const double side = std::min(summary ? line - 2 : line - 4, inside.width());
    QRectF sign(inside.left(), inside.top() + (line - side) / 2, side, side);
    if (m_detail == CardDetail::Mark)
        sign.moveLeft(card.rect.center().x() - side / 2);
    drawSign(m_painter, sign, summary ? card.sign : models::worstSign(card), m_palette);
    QRectF words(sign.right() + 2, inside.top(), inside.right() - sign.right() - 2, line);
    if (m_detail != CardDetail::Mark)
        drawName(card, words);
    const double below = inside.top() + line + (summary ? 3 : 2);
    drawBar(card.percentUsed, QRectF(inside.left(), below, inside.width(), kBar));
    if (summary)
        drawCounts(card, QRectF(inside.left(), below + kBar + 2, inside.width(), line));
}

// With how many it has, where the sum of them is not on a line of its own and the name stays whole.
void PicturePainter::drawName(const models::Card& card, const QRectF& words)
{
    constexpr double kLeastFont = 0.8;
    const bool summary = m_detail == CardDetail::Summary;
    QFont font = summary ? m_bold : m_font;
    const double needed = QFontMetricsF(font).horizontalAdvance(card.title);
    if (needed > words.width()) // a little smaller rather than not whole
        font.setPointSizeF(font.pointSizeF() * std::max(kLeastFont, words.width() / needed * 0.97));
    m_painter.setFont(font);
    m_painter.setPen(m_palette.color(QPalette::Text));
    m_painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                       elided(card.title, words.width(), Qt::ElideMiddle));
    if (summary)
        return;
    const int trouble = card.tally.trouble;
    const QString present = QString::number(card.tally.present + card.tally.ghosts);
    const QString count = trouble > 0 ? QStringLiteral("%1/%2").arg(trouble).arg(present) : present;
    if (needed + QFontMetricsF(font).horizontalAdvance(count) + kBetween > words.width())
        return;
    m_painter.setPen(trouble > 0 ? colourOf(card.tally.worst, m_palette)
                                 : m_palette.color(QPalette::PlaceholderText));
    m_painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, count);
}

void PicturePainter::drawCounts(const models::Card& card, const QRectF& line)
{
    m_painter.setFont(m_font);
    double left = line.left();
    left = drawCount(left, line, Sign::None, card.tally.present);
    if (card.tally.trouble > 0)
        left = drawCount(left, line, card.tally.worst, card.tally.trouble);
    left = drawCount(left, line, Sign::Busy, card.tally.busy);
    if (card.tally.ghosts > 0 && left + line.height() < line.right()) {
        drawGhost(QRectF(left, line.top() + 2, line.height() - 4, line.height() - 4));
        left = drawCount(left + line.height() - 4 + 3, line, Sign::None, card.tally.ghosts);
    }
    drawCount(left, line, Sign::Gone, card.tally.struck);
}

// A sign and a number, if there is room for them; where the next thing may stand.
double PicturePainter::drawCount(double left, const QRectF& line, Sign sign, int number)
{
    if (number == 0 && sign != Sign::None)
        return left;
    const QString words = QString::number(number);
    const double side = sign == Sign::None ? 0 : line.height() - 3;
    const double wide = side + 2 + QFontMetricsF(m_font).horizontalAdvance(words);
    if (left + wide > line.right())
        return line.right();
    if (sign != Sign::None)
        drawSign(m_painter, QRectF(left, line.top() + 1.5, side, side), sign, m_palette);
    m_painter.setPen(needsLook(sign) ? colourOf(sign, m_palette) : m_palette.color(QPalette::Text));
    m_painter.drawText(QRectF(left + side + 2, line.top(), wide, line.height()),
                       Qt::AlignLeft | Qt::AlignVCenter, words);
    return left + wide + 2 * kBetween;
}

void PicturePainter::drawGhost(const QRectF& area)
{
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(colourOf(Sign::Busy, m_palette), 1, Qt::DashLine));
    m_painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
}

void PicturePainter::draw(const Chip& chip, bool chosen, bool focus)
{
    const QColor colour = colourOf(chip.sign, m_palette);
    QColor fill = colour;
    fill.setAlpha(chip.kind == Chip::Kind::Present ? 38 : 0);
    m_painter.setBrush(chosen ? m_palette.color(QPalette::Highlight) : fill);
    QPen pen(colour, 1);
    if (chip.kind == Chip::Kind::Ghost)
        pen.setStyle(Qt::DashLine);
    if (chip.kind == Chip::Kind::Struck)
        pen.setColor(m_palette.color(QPalette::Mid));
    if (chosen)
        pen = QPen(m_palette.color(QPalette::Text), focus ? 2 : 1);
    m_painter.setPen(pen);
    m_painter.drawRoundedRect(chip.rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    const double side = std::min(chip.rect.height() - 8, 14.0);
    QPalette palette = m_palette;
    if (chosen)
        palette.setColor(QPalette::Base, palette.color(QPalette::Highlight));
    drawSign(m_painter, QRectF(chip.rect.left() + 5, chip.rect.center().y() - side / 2, side, side),
             chip.sign, palette);
    QFont font = m_font;
    font.setStrikeOut(chip.kind == Chip::Kind::Struck);
    font.setItalic(chip.kind == Chip::Kind::Ghost);
    m_painter.setFont(font);
    m_painter.setPen(m_palette.color(chosen ? QPalette::HighlightedText
                                     : chip.kind == Chip::Kind::Present
                                         ? QPalette::Text
                                         : QPalette::PlaceholderText));
    const QRectF words = chip.rect.adjusted(side + 9, 0, -5, 0);
    m_painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, elided(chip.name, words.width()));
}

void PicturePainter::draw(const models::Arrow& arrow)
{
    const QColor colour = colourOf(arrow.pending ? Sign::Warning : Sign::Busy, m_palette);
    const QLineF whole(arrow.from, arrow.to);
    if (whole.length() < 1)
        return;
    // Over compact cards it is a thin arc: cards in between stay legible, and arrows along one row
    // do not lie on each other.
    const bool compact = m_detail != CardDetail::Chips;
    QPointF middle = whole.center();
    QPainterPath path(arrow.from);
    QLineF end = whole;
    if (compact) {
        const double bow = std::min(models::kArrowBow, whole.length() / 4);
        const QLineF aside = QLineF::fromPolar(bow, whole.angle() + 90).translated(middle);
        path.quadTo(aside.p2(), arrow.to);
        end.setP1(aside.p2());
        middle = (middle + aside.p2()) / 2;
    } else {
        path.lineTo(arrow.to);
    }
    QColor stroke = colour;
    stroke.setAlpha(compact ? 170 : 255);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(stroke, compact ? 1.4 : 2, arrow.pending ? Qt::DashLine : Qt::SolidLine,
                          Qt::RoundCap));
    m_painter.drawPath(path);
    QLineF left = QLineF::fromPolar(compact ? 8 : 11, end.angle() + 155);
    QLineF right = QLineF::fromPolar(compact ? 8 : 11, end.angle() - 155);
    left.translate(arrow.to);
    right.translate(arrow.to);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(colour);
    m_painter.drawPolygon(QPolygonF({arrow.to, left.p2(), right.p2()}));
    if (!arrow.percent || m_detail == CardDetail::Name || m_detail == CardDetail::Mark)
        return; // it would hide a card
    const QString words = QStringLiteral("%1 %").arg(*arrow.percent);
    m_painter.setFont(m_bold);
    const QFontMetricsF metrics(m_bold);
    QRectF plate(0, 0, metrics.horizontalAdvance(words) + 12, metrics.height() + 4);
    plate.moveCenter(middle);
    m_painter.setBrush(m_palette.color(QPalette::Base));
    m_painter.setPen(QPen(colour, 1));
    m_painter.drawRoundedRect(plate, 4, 4);
    m_painter.setPen(m_palette.color(QPalette::Text));
    m_painter.drawText(plate, Qt::AlignCenter, words);
}

} // namespace drover::gui
