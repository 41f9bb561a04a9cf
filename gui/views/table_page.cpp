#include "gui/views/table_page.h"

#include "gui/views/sign_delegate.h"
#include "gui/views/table_style.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QTableView>
#include <QVBoxLayout>

namespace drover::gui {

TablePage::TablePage(const QString& name, const QString& title, QAbstractItemModel& model,
                     int sortRole, const std::vector<std::pair<int, int>>& widths, QWidget* parent)
    : QWidget(parent), m_filter(new QLineEdit(this)), m_summary(new QLabel(this)),
      m_table(new QTableView(this))
{
    setObjectName(name);
    m_proxy.setSourceModel(&model);
    m_proxy.setSortRole(sortRole);
    m_proxy.setSortCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setAccessibleName(tr("Filter: %1").arg(title));
    m_filter->setPlaceholderText(tr("Filter by any word in the table"));
    m_filter->setClearButtonEnabled(true);
    m_table->setObjectName(name + QStringLiteral("Table"));
    m_table->setAccessibleName(title);
    auto* top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(m_summary);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);
    makeTable(widths);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_proxy.setWords(text);
        updateSummary();
    });
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&m_proxy, signal, this, &TablePage::updateSummary);
    connect(&m_proxy, &QAbstractItemModel::modelReset, this, &TablePage::updateSummary);
    updateSummary();
}

TablePage::~TablePage()
{
    QSettings().setValue(objectName() + QStringLiteral("/columns"),
                         m_table->horizontalHeader()->saveState());
}

void TablePage::makeTable(const std::vector<std::pair<int, int>>& widths)
{
    m_table->setModel(&m_proxy);
    m_table->setItemDelegate(new SignDelegate(m_table));
    styleTable(*m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setSortingEnabled(true);
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionsMovable(true);
    header->setStretchLastSection(true);
    offerColumns(*m_table);
    if (!header->restoreState(
            QSettings().value(objectName() + QStringLiteral("/columns")).toByteArray())) {
        const int letter = m_table->fontMetrics().averageCharWidth();
        for (const auto& [column, letters] : widths)
            if (letters > 0)
                header->resizeSection(column, letter * letters);
            else
                header->hideSection(column);
        m_table->sortByColumn(0, Qt::AscendingOrder);
    }
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &TablePage::selectionChanged);
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT activated(m_proxy.mapToSource(index).row());
    });
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        Q_EMIT menuRequested(m_table->viewport()->mapToGlobal(place));
    });
}

void TablePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    Q_EMIT selectionChanged();
}

std::vector<int> TablePage::selectedRows() const
{
    std::vector<int> rows;
    const QModelIndex current = m_table->currentIndex();
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows()) {
        const int row = m_proxy.mapToSource(index).row();
        rows.insert(index.row() == current.row() ? rows.begin() : rows.end(), row);
    }
    return rows;
}

void TablePage::selectRow(int sourceRow)
{
    QModelIndex index = m_proxy.mapFromSource(m_proxy.sourceModel()->index(sourceRow, 0));
    if (!index.isValid()) { // filtered out: whoever asks for it wants to see it
        m_filter->clear();
        index = m_proxy.mapFromSource(m_proxy.sourceModel()->index(sourceRow, 0));
    }
    m_table->selectRow(index.row());
    m_table->scrollTo(index);
}

void TablePage::setFilter(const QString& text) { m_filter->setText(text); }

void TablePage::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void TablePage::updateSummary()
{
    const int all = m_proxy.sourceModel()->rowCount();
    m_summary->setText(m_proxy.rowCount() == all
                           ? tr("%L1").arg(all)
                           : tr("%L1 of %L2").arg(m_proxy.rowCount()).arg(all));
}

} // namespace drover::gui
