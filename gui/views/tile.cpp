#include "gui/views/tile.h"

#include "gui/views/signs.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace drover::gui {

namespace {

QFont numberFont(const QFont& font)
{
    QFont large = font;
    large.setPointSizeF(font.pointSizeF() * 1.9);
    large.setBold(true);
    return large;
}

} // namespace

Tile::Tile(const QString& words, models::Sign sign, QWidget* parent)
    : QAbstractButton(parent), m_sign(sign)
{
    setText(words);
    setAccessibleName(words);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Tile::setNumber(std::size_t number)
{
    if (number == m_number)
        return;
    m_number = number;
    setAccessibleName(QStringLiteral("%1: %2").arg(text(), QLocale().toString(qulonglong{number})));
    update();
}

QSize Tile::sizeHint() const
{
    const QFontMetrics large(numberFont(font()));
    const QFontMetrics small(font());
    return {std::max(150, small.horizontalAdvance(text()) + 40),
            large.height() + small.height() + 24};
}

void Tile::enterEvent(QEnterEvent* event)
{
    update();
    QAbstractButton::enterEvent(event);
}

void Tile::leaveEvent(QEvent* event)
{
    update();
    QAbstractButton::leaveEvent(event);
}

void Tile::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool quiet = m_number == 0;
    const QRectF card = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(hasFocus() ? QPen(palette().color(QPalette::Highlight).darker(130), 2)
                              : QPen(palette().color(QPalette::Mid), 1));
    painter.setBrush(
        palette().color(isDown() || underMouse() ? QPalette::AlternateBase : QPalette::Base));
    painter.drawRoundedRect(card, 6, 6);

    const QFontMetrics large(numberFont(font()));
    const QFontMetrics small(font());
    const QRect inside = rect().adjusted(14, 10, -14, -10);
    painter.setPen(palette().color(quiet ? QPalette::Disabled : QPalette::Active, QPalette::Text));
    painter.setFont(numberFont(font()));
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignTop,
                     QLocale().toString(qulonglong{m_number}));
    painter.setFont(font());
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignBottom,
                     small.elidedText(text(), Qt::ElideRight, inside.width()));
    if (!quiet) {
        const int side = large.ascent() * 3 / 4;
        drawSign(painter, QRectF(inside.right() - side, inside.top() + 4, side, side), m_sign,
                 palette());
    }
}

} // namespace drover::gui
