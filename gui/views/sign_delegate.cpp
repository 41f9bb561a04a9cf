#include "gui/views/sign_delegate.h"

#include "gui/models/roles.h"
#include "gui/views/signs.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include <algorithm>

namespace drover::gui {

using models::Sign;

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
