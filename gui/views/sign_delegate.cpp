#include "gui/views/sign_delegate.h"

#include "gui/models/roles.h"
#include "gui/views/signs.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include <algorithm>
#include <vector>

namespace drover::gui {

using models::Sign;

namespace {

// In what the right-aligned text leaves free: evenly spaced, from the least value at the bottom to
// the most at the top, with a dot at the present one.
void drawSpark(QPainter& painter, const QStyleOptionViewItem& cell,
               const std::vector<double>& values)
{
    constexpr double kMargin = 4;
    constexpr double kWidest = 90;
    const double taken = cell.fontMetrics.horizontalAdvance(cell.text) + 3 * kMargin;
    const QRectF place =
        QRectF(cell.rect).adjusted(kMargin, kMargin, -std::max(taken, kMargin), -kMargin);
    if (values.size() < 2 || place.width() < 3 * kMargin)
        return;
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const double span = std::max(*most - *least, 1.0);
    const double step = std::min(place.width(), kWidest) / static_cast<double>(values.size() - 1);
    QPolygonF line;
    for (std::size_t i = 0; i < values.size(); ++i)
        line << QPointF(place.left() + step * static_cast<double>(i),
                        place.bottom() - place.height() * (values[i] - *least) / span);
    const bool selected = cell.state & QStyle::State_Selected;
    const QColor colour = selected ? cell.palette.color(QPalette::HighlightedText)
                                   : colourOf(Sign::Busy, cell.palette);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1.4));
    painter.drawPolyline(line);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(line.back(), 2.0, 2.0);
    painter.restore();
}

} // namespace

void SignDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const auto sign = static_cast<Sign>(index.data(models::SignRole).toInt());
    const QVariant percent = index.data(models::PercentRole);
    if (index.data(models::StruckRole).toBool()) {
        cell.font.setStrikeOut(index.column() == 0);
        cell.palette.setColor(QPalette::Text,
                              cell.palette.color(QPalette::Disabled, QPalette::Text));
    }
    // The text makes room for the sign by the style's own decoration.
    const int side = cell.fontMetrics.height();
    if (sign != Sign::None) {
        cell.features |= QStyleOptionViewItem::HasDecoration;
        cell.decorationSize = QSize(side, side);
        cell.icon = QIcon();
    }
    const QVariant spark = index.data(models::SparkRole);
    const QWidget* widget = option.widget;
    QStyle* style = widget ? widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, widget);
    if (sign != Sign::None) {
        const QRect place = style->subElementRect(QStyle::SE_ItemViewItemDecoration, &cell, widget);
        QPalette palette = cell.palette;
        if (cell.state & QStyle::State_Selected) // readable on the highlight
            palette.setColor(QPalette::Base, palette.color(QPalette::Highlight));
        drawSign(*painter, place, sign, palette);
    }
    if (spark.isValid())
        drawSpark(*painter, cell, spark.value<std::vector<double>>());
    if (percent.isValid()) {
        const QRectF track(cell.rect.left() + 4.0, cell.rect.bottom() - 3.0,
                           cell.rect.width() - 8.0, 2.0);
        const bool full = percent.toInt() >= 90;
        painter->fillRect(track, cell.palette.color(QPalette::Midlight));
        painter->fillRect(QRectF(track.topLeft(),
                                 QSizeF(track.width() * percent.toInt() / 100.0, track.height())),
                          colourOf(full ? Sign::Warning : Sign::Busy, cell.palette));
    }
}

QSize SignDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {size.width(), std::max(size.height(), option.fontMetrics.height() + 8)};
}

} // namespace drover::gui
