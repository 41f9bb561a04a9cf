#pragma once

// Draws a cell as a button that does what the cell says: by a click on it, or by the key that
// activates the row. A list of many such rows is one stop for Tab.

#include <QStyledItemDelegate>

#include <functional>

namespace drover::gui {

class ActDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    // `blocker`: why it cannot be done now, as its tool tip; empty: it can.
    using Blocker = std::function<QString(const QModelIndex&)>;
    explicit ActDelegate(Blocker blocker, QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

Q_SIGNALS:
    void pressed(const QModelIndex& index);

private:
    Blocker m_blocker;
    QPersistentModelIndex m_down; // the mouse was pressed on it
};

} // namespace drover::gui
