#include "gui/views/picture_painter.h"

#include "gui/views/signs.h"

#include <QFontMetricsF>
#include <QLineF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace drover::gui {

using models::Chip;
using models::Sign;

namespace {

constexpr double kLegibleZoom = 0.45;

} // namespace

PicturePainter::PicturePainter(QPainter& painter, const QPalette& palette, const QFont& font,
                               double zoom)
    : m_painter(painter), m_palette(palette), m_font(font), m_bold(font),
      m_legible(zoom >= kLegibleZoom)
{
    m_bold.setBold(true);
    m_painter.setRenderHint(QPainter::Antialiasing);
}

QString PicturePainter::elided(const QString& text, double width) const
{
    return QFontMetricsF(m_painter.font()).elidedText(text, Qt::ElideRight, width);
}

void PicturePainter::draw(const models::Group& group)
{
    m_painter.setFont(m_bold);
    m_painter.setPen(m_palette.color(QPalette::WindowText));
    m_painter.drawText(group.rect, Qt::AlignLeft | Qt::AlignVCenter, group.title);
}

void PicturePainter::draw(const models::Card& card, bool target,
                          const std::optional<model::DatasetId>& chosen, bool focus)
{
    m_painter.setBrush(m_palette.color(QPalette::Base));
    m_painter.setPen(
        target ? QPen(m_palette.color(QPalette::Link), 2.5)
               : QPen(m_palette.color(QPalette::Mid), 1, card.node ? Qt::SolidLine : Qt::DashLine));
    m_painter.drawRoundedRect(card.rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    const double line = QFontMetricsF(m_font).height();
    const QRectF head = card.rect.adjusted(10, 8, -10, 0);
    drawSign(m_painter, QRectF(head.left(), head.top(), line, line), card.sign, m_palette);
    m_painter.setFont(m_bold);
    m_painter.setPen(m_palette.color(QPalette::Text));
    m_painter.drawText(QRectF(head.left() + line + 5, head.top(), head.width() - line - 5, line),
                       Qt::AlignLeft | Qt::AlignVCenter,
                       elided(card.title, head.width() - line - 5));
    m_painter.setFont(m_font);
    if (m_legible) {
        m_painter.setPen(m_palette.color(QPalette::PlaceholderText));
        m_painter.drawText(QRectF(head.left(), head.top() + line, head.width(), line),
                           Qt::AlignLeft | Qt::AlignVCenter, elided(card.note, head.width()));
    }
    if (card.percentUsed >= 0) {
        const QRectF bar(head.left(), head.top() + 2 * line + 4, head.width(), 4);
        m_painter.fillRect(bar, m_palette.color(QPalette::Midlight));
        m_painter.fillRect(
            QRectF(bar.topLeft(), QSizeF(bar.width() * card.percentUsed / 100.0, bar.height())),
            colourOf(card.percentUsed >= 90 ? Sign::Warning : Sign::Busy, m_palette));
    }
    for (const Chip& chip : card.chips)
        draw(chip, chip.dataset == chosen, focus);
}

void PicturePainter::draw(const Chip& chip, bool chosen, bool focus)
{
    const QColor colour = colourOf(chip.sign, m_palette);
    QColor fill = colour;
    fill.setAlpha(chip.kind == Chip::Kind::Present ? 38 : 0);
    m_painter.setBrush(chosen ? m_palette.color(QPalette::Highlight) : fill);
    QPen pen(colour, chosen && focus ? 2 : 1);
    if (chip.kind == Chip::Kind::Ghost)
        pen.setStyle(Qt::DashLine);
    if (chip.kind == Chip::Kind::Struck)
        pen.setColor(m_palette.color(QPalette::Mid));
    m_painter.setPen(pen);
    m_painter.drawRoundedRect(chip.rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    if (!m_legible)
        return;
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
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(colour, 2, arrow.pending ? Qt::DashLine : Qt::SolidLine, Qt::RoundCap));
    m_painter.drawLine(whole);
    QLineF left = QLineF::fromPolar(11, whole.angle() + 155);
    QLineF right = QLineF::fromPolar(11, whole.angle() - 155);
    left.translate(arrow.to);
    right.translate(arrow.to);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(colour);
    m_painter.drawPolygon(QPolygonF({arrow.to, left.p2(), right.p2()}));
    if (!arrow.percent || !m_legible)
        return;
    const QString words = QStringLiteral("%1 %").arg(*arrow.percent);
    m_painter.setFont(m_bold);
    const QFontMetricsF metrics(m_bold);
    QRectF plate(0, 0, metrics.horizontalAdvance(words) + 12, metrics.height() + 4);
    plate.moveCenter(whole.center());
    m_painter.setBrush(m_palette.color(QPalette::Base));
    m_painter.setPen(QPen(colour, 1));
    m_painter.drawRoundedRect(plate, 4, 4);
    m_painter.setPen(m_palette.color(QPalette::Text));
    m_painter.drawText(plate, Qt::AlignCenter, words);
}

} // namespace drover::gui
