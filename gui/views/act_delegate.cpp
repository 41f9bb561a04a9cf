#include "gui/views/act_delegate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyleOptionButton>
#include <QToolTip>

#include <utility>

namespace drover::gui {

ActDelegate::ActDelegate(Blocker blocker, QObject* parent)
    : QStyledItemDelegate(parent), m_blocker(std::move(blocker))
{}

void ActDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    QStyleOptionButton button;
    button.text = std::exchange(cell.text, QString());
    const QWidget* widget = option.widget;
    QStyle* style = widget ? widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, widget);
    button.rect = cell.rect.adjusted(3, 2, -3, -2);
    button.palette = QApplication::palette();
    button.fontMetrics = cell.fontMetrics;
    button.state = QStyle::State_Raised;
    if (m_blocker(index).isEmpty())
        button.state |= QStyle::State_Enabled;
    else
        button.palette.setCurrentColorGroup(QPalette::Disabled);
    if (m_down == index)
        button.state = (button.state & ~QStyle::State_Raised) | QStyle::State_Sunken;
    style->drawControl(QStyle::CE_PushButton, &button, painter, widget);
}

QSize ActDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QString text = index.data().toString();
    return {option.fontMetrics.horizontalAdvance(text) + 26, option.fontMetrics.height() + 10};
}

bool ActDelegate::editorEvent(QEvent* event, QAbstractItemModel*,
                              const QStyleOptionViewItem& option, const QModelIndex& index)
{
    if (event->type() != QEvent::MouseButtonPress && event->type() != QEvent::MouseButtonRelease)
        return false;
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (mouse->button() != Qt::LeftButton)
        return false;
    const bool down = event->type() == QEvent::MouseButtonPress;
    const QPersistentModelIndex before =
        std::exchange(m_down, down ? QPersistentModelIndex(index) : QPersistentModelIndex());
    if (const auto* view = qobject_cast<const QAbstractItemView*>(option.widget))
        view->viewport()->update(option.rect);
    if (!down && before == index && option.rect.contains(mouse->position().toPoint()) &&
        m_blocker(index).isEmpty())
        Q_EMIT pressed(index);
    return false; // the row is selected all the same
}

bool ActDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view,
                            const QStyleOptionViewItem& option, const QModelIndex& index)
{
    const QString why = event->type() == QEvent::ToolTip ? m_blocker(index) : QString();
    if (why.isEmpty())
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    QToolTip::showText(event->globalPos(), why, view);
    return true;
}

} // namespace drover::gui
