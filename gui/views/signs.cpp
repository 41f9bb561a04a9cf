#include "gui/views/signs.h"

#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <QPixmap>

#include <algorithm>

namespace drover::gui {

using models::Sign;

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Base).lightness() < palette.color(QPalette::Text).lightness();
}

QColor colourOf(Sign sign, const QPalette& palette)
{
    const bool dark = isDark(palette);
    switch (sign) {
    case Sign::Good:
        return dark ? QColor(0x5f, 0xc9, 0x7a) : QColor(0x1b, 0x7f, 0x3a);
    case Sign::Busy:
    case Sign::Info:
        return dark ? QColor(0x6a, 0xb0, 0xf3) : QColor(0x1a, 0x66, 0xb3);
    case Sign::Warning:
        return dark ? QColor(0xf0, 0xb4, 0x4c) : QColor(0xa8, 0x63, 0x00);
    case Sign::Bad:
        return dark ? QColor(0xf2, 0x7d, 0x72) : QColor(0xb8, 0x25, 0x1c);
    case Sign::None:
    case Sign::Unknown:
    case Sign::Gone:
        break;
    }
    return palette.color(QPalette::Disabled, QPalette::Text);
}

void drawSign(QPainter& painter, const QRectF& area, Sign sign, const QPalette& palette)
{
    if (sign == Sign::None)
        return;
    const qreal side = std::min(area.width(), area.height());
    const QPointF c = area.center();
    const qreal r = side * 0.42;
    const QColor colour = colourOf(sign, palette);
    const QColor inside = palette.color(QPalette::Base);
    const QRectF disc(c.x() - r, c.y() - r, 2 * r, 2 * r);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(colour, side * 0.11, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    const QPen cut(inside, side * 0.12, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    const auto fill = [&](const auto& shape) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        shape();
        painter.setBrush(Qt::NoBrush);
    };
    switch (sign) {
    case Sign::None:
        break;
    case Sign::Good:
        fill([&] { painter.drawEllipse(disc); });
        painter.setPen(cut);
        painter.drawPolyline(QPolygonF({c + QPointF(-r * 0.45, 0), c + QPointF(-r * 0.1, r * 0.38),
                                        c + QPointF(r * 0.5, -r * 0.38)}));
        break;
    case Sign::Busy: {
        painter.setPen(pen);
        painter.drawEllipse(disc.adjusted(side * 0.05, side * 0.05, -side * 0.05, -side * 0.05));
        fill([&] {
            painter.drawPie(disc.adjusted(r * 0.35, r * 0.35, -r * 0.35, -r * 0.35), 0, 270 * 16);
        });
        break;
    }
    case Sign::Info:
        fill([&] { painter.drawEllipse(disc); });
        painter.setPen(cut);
        painter.drawLine(c + QPointF(0, -r * 0.05), c + QPointF(0, r * 0.5));
        painter.drawPoint(c + QPointF(0, -r * 0.48));
        break;
    case Sign::Warning:
        fill([&] {
            painter.drawPolygon(QPolygonF({c + QPointF(0, -r * 1.05), c + QPointF(r * 1.1, r * 0.9),
                                           c + QPointF(-r * 1.1, r * 0.9)}));
        });
        painter.setPen(cut);
        painter.drawLine(c + QPointF(0, -r * 0.3), c + QPointF(0, r * 0.2));
        painter.drawPoint(c + QPointF(0, r * 0.58));
        break;
    case Sign::Bad:
        fill([&] { painter.drawEllipse(disc); });
        painter.setPen(cut);
        painter.drawLine(c + QPointF(-r * 0.4, -r * 0.4), c + QPointF(r * 0.4, r * 0.4));
        painter.drawLine(c + QPointF(-r * 0.4, r * 0.4), c + QPointF(r * 0.4, -r * 0.4));
        break;
    case Sign::Unknown:
    case Sign::Gone:
        pen.setWidthF(side * 0.09);
        painter.setPen(pen);
        painter.drawEllipse(disc.adjusted(side * 0.05, side * 0.05, -side * 0.05, -side * 0.05));
        painter.drawLine(c + QPointF(-r * 0.4, 0), c + QPointF(r * 0.4, 0));
        break;
    }
    painter.restore();
}

namespace {

// Draws a sign anew in every size: what is scaled from another one is blurred.
class SignEngine final : public QIconEngine
{
public:
    SignEngine(Sign sign, const QPalette& palette) : m_sign(sign), m_palette(palette) {}
    void paint(QPainter* painter, const QRect& place, QIcon::Mode, QIcon::State) override
    {
        drawSign(*painter, place, m_sign, m_palette);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }
    [[nodiscard]] QIconEngine* clone() const override { return new SignEngine(m_sign, m_palette); }

private:
    Sign m_sign;
    QPalette m_palette;
};

} // namespace

QIcon iconOf(Sign sign, const QPalette& palette) { return QIcon(new SignEngine(sign, palette)); }

} // namespace drover::gui
