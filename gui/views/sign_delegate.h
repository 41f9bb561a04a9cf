#pragma once

// Draws the cells of all tables: a sign in front of the text, a bar of percent behind it, a line of
// how a number went beside it, struck through what is deleted. Everything else is the style's own.

#include <QStyledItemDelegate>

namespace drover::gui {

class SignDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    // Rows of trees are as high as those of tables.
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
};

} // namespace drover::gui
