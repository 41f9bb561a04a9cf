#include "gui/views/field_table.h"

#include "gui/views/signs.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTextLayout>

#include <algorithm>
#include <cmath>

namespace drover::gui {

namespace {

constexpr int kAside = 3; // between a cell's edge and its text
constexpr int kAbove = 3;

QTextOption wrapped()
{
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere); // ids and paths have no spaces
    return option;
}

int heightOf(const QString& text, const QFont& font, int width)
{
    QTextLayout layout(text, font);
    layout.setTextOption(wrapped());
    layout.beginLayout();
    double height = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(std::max(width, 20));
        height += line.height();
    }
    layout.endLayout();
    return static_cast<int>(std::ceil(height));
}

class FieldDelegate final : public QStyledItemDelegate
{
public:
    explicit FieldDelegate(FieldTable& table) : QStyledItemDelegate(&table), m_table(table) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        QStyleOptionViewItem cell = option;
        initStyleOption(&cell, index);
        cell.text.clear();
        m_table.style()->drawControl(QStyle::CE_ItemViewItem, &cell, painter, &m_table);
        const bool selected = (cell.state & QStyle::State_Selected) != 0;
        painter->save();
        painter->setFont(cell.font);
        painter->setPen(cell.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
        // Each cell paints over the one before: the last one writes what stands on both.
        QModelIndex what = index;
        QRect room = option.rect;
        const QModelIndex desired = index.siblingAtColumn(1);
        const QModelIndex actual = index.siblingAtColumn(2);
        if (index == actual && isEmpty(actual))
            what = desired;
        else if (index == desired && isEmpty(actual))
            what = {};
        if (index == actual && (isEmpty(actual) || isEmpty(desired)))
            room.setLeft(room.left() - m_table.columnWidth(1));
        painter->drawText(QRectF(room.adjusted(kAside, kAbove, -kAside, 0)), what.data().toString(),
                          wrapped());
        painter->restore();
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override
    {
        QStyleOptionViewItem cell = option;
        initStyleOption(&cell, index);
        if (index.column() == 0) // never wrapped: the column is as wide as it needs
            return {QFontMetrics(cell.font).horizontalAdvance(cell.text) + 2 * kAside + 2,
                    QFontMetrics(cell.font).height() + 2 * kAbove};
        const bool alone = isEmpty(index.siblingAtColumn(index.column() == 1 ? 2 : 1));
        const int width = (alone ? m_table.columnWidth(1) + m_table.columnWidth(2)
                                 : m_table.columnWidth(index.column())) -
                          2 * kAside;
        return {0, heightOf(cell.text, cell.font, width) + 2 * kAbove};
    }

private:
    static bool isEmpty(const QModelIndex& index) { return index.data().toString().isEmpty(); }

    FieldTable& m_table;
};

} // namespace

FieldTable::FieldTable(QWidget* parent) : QTreeWidget(parent)
{
    setObjectName(QStringLiteral("fields"));
    setAccessibleName(tr("Desired and actual, field by field"));
    setHeaderLabels({tr("Field"), tr("Desired"), tr("Actual")});
    setItemDelegate(new FieldDelegate(*this));
    setRootIsDecorated(false);
    setAlternatingRowColors(true);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    header()->setSectionResizeMode(1, QHeaderView::Stretch);
    header()->setSectionResizeMode(2, QHeaderView::Stretch);
}

void FieldTable::show(const std::vector<models::FieldRow>& rows)
{
    while (topLevelItemCount() > static_cast<int>(rows.size()))
        delete takeTopLevelItem(topLevelItemCount() - 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        QTreeWidgetItem* item = topLevelItem(static_cast<int>(i));
        if (!item)
            item = new QTreeWidgetItem(this);
        const models::FieldRow& row = rows[i];
        // The sign is a word too: colour and weight alone tell nobody who cannot see them.
        item->setText(0, row.differs ? QStringLiteral("≠ ") + row.field : row.field);
        item->setText(1, row.desired);
        item->setText(2, row.actual);
        QFont marked = font();
        marked.setBold(row.differs);
        for (int column = 0; column < 3; ++column) {
            item->setToolTip(column, item->text(column));
            item->setFont(column, marked);
            item->setForeground(column, row.differs
                                            ? QBrush(colourOf(models::Sign::Warning, palette()))
                                            : QBrush());
        }
        item->setData(0, Qt::AccessibleDescriptionRole, row.differs ? tr("differs") : QString());
    }
    fitHeight();
}

void FieldTable::resizeEvent(QResizeEvent* event)
{
    const int before = event->oldSize().width();
    QTreeWidget::resizeEvent(event);
    if (event->size().width() != before)
        fitHeight();
}

void FieldTable::fitHeight()
{
    doItemsLayout(); // lines are broken anew
    const QTreeWidgetItem* last = topLevelItem(topLevelItemCount() - 1);
    const int rows = last ? visualItemRect(last).bottom() + 1 : 0;
    setFixedHeight(header()->sizeHint().height() + rows + 2);
}

void FieldTable::keyPressEvent(QKeyEvent* event)
{
    if (!event->matches(QKeySequence::Copy) || !currentItem())
        return QTreeWidget::keyPressEvent(event);
    QStringList values{currentItem()->text(1), currentItem()->text(2)};
    values.removeAll(QString());
    QApplication::clipboard()->setText(values.join(QLatin1Char('\t')));
}

} // namespace drover::gui
