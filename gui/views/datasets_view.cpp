#include "gui/views/datasets_view.h"

#include "gui/dialogs/text_dialog.h"
#include "gui/models/datasets_model.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/table_style.h"
#include "gui/views/workbench.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace drover::gui {

using models::DatasetsModel;

namespace {
const auto kColumns = QStringLiteral("datasets/columns");

// What a person typed is no mnemonic.
QString asLabel(QString text) { return text.replace(QLatin1Char('&'), QStringLiteral("&&")); }

} // namespace

DatasetsView::DatasetsView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_model(bench.datasets), m_filter(new QLineEdit(this)),
      m_saved(new QPushButton(tr("F&ilters"), this)),
      m_showDeleted(new QCheckBox(tr("Show &deleted"), this)), m_problem(new QLabel(this)),
      m_summary(new QLabel(this)), m_table(new QTableView(this))
{
    setObjectName(QStringLiteral("datasets"));
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setAccessibleName(tr("Filter of the datasets"));
    m_filter->setPlaceholderText(tr("Filter, e.g. web node:n1 !sync:insync size>10GiB"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setToolTip(tr("Words are found in the name. Also: node: pool: sync: health: "
                            "label:key=value holder: reason: is:deleted is:moving is:leased "
                            "size>10GiB used<1MiB\n! in front means: not. * stands for anything."));
    m_saved->setObjectName(QStringLiteral("savedFilters"));
    m_saved->setMenu(new QMenu(m_saved));
    m_showDeleted->setToolTip(tr("Show the deleted datasets that can still be had back"));
    m_problem->setObjectName(QStringLiteral("filterProblem"));
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_summary->setObjectName(QStringLiteral("summary"));

    auto* top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(m_saved);
    top->addWidget(m_showDeleted);
    top->addWidget(m_summary);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addLayout(top);
    layout->addWidget(m_problem);
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);

    makeTable();
    connectTable();
    m_filterPause.setSingleShot(true);
    m_filterPause.setInterval(120);
    connect(&m_filterPause, &QTimer::timeout, this, &DatasetsView::applyFilter);
    m_summaryPause.setSingleShot(true);
    m_summaryPause.setInterval(100);
    connect(&m_summaryPause, &QTimer::timeout, this, &DatasetsView::updateSummary);
    connect(m_filter, &QLineEdit::textChanged, this, [this] { m_filterPause.start(); });
    connect(m_filter, &QLineEdit::returnPressed, this, [this] {
        applyFilter();
        m_table->setFocus();
        if (!m_table->currentIndex().isValid() && m_model.rowCount() > 0)
            m_table->selectRow(0);
    });
    connect(m_showDeleted, &QCheckBox::toggled, &m_model,
            &models::DatasetsViewModel::setShowDeleted);
    connect(&bench.filters, &models::SavedFilters::changed, this, &DatasetsView::updateSaved);
    connect(m_filter, &QLineEdit::textChanged, this, &DatasetsView::updateSaved);
    updateSaved();
    updateSummary();
}

DatasetsView::~DatasetsView()
{
    QSettings().setValue(kColumns, m_table->horizontalHeader()->saveState());
}

void DatasetsView::makeTable()
{
    m_table->setObjectName(QStringLiteral("datasetsTable"));
    m_table->setAccessibleName(tr("Datasets"));
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new SignDelegate(m_table));
    styleTable(*m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setSortingEnabled(true);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    restoreColumns();
}

void DatasetsView::restoreColumns()
{
    QHeaderView* header = m_table->horizontalHeader();
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    header->setSectionsMovable(true);
    header->setStretchLastSection(true);
    if (header->restoreState(QSettings().value(kColumns).toByteArray()))
        return;
    const int letter = m_table->fontMetrics().averageCharWidth();
    const std::vector<std::pair<int, int>> widths{
        {DatasetsModel::Name, 20},        {DatasetsModel::SyncState, 16},
        {DatasetsModel::HealthState, 16}, {DatasetsModel::Node, 15},
        {DatasetsModel::Pool, 10},        {DatasetsModel::Size, 10},
        {DatasetsModel::Used, 10},        {DatasetsModel::Trend, 16},
        {DatasetsModel::Leases, 14},      {DatasetsModel::Reason, 24},
        {DatasetsModel::Labels, 20}};
    for (const auto& [column, letters] : widths)
        header->resizeSection(column, letter * letters);
    for (const int column : {DatasetsModel::Labels, DatasetsModel::Filesystem, DatasetsModel::Epoch,
                             DatasetsModel::Revision})
        header->hideSection(column);
    m_table->sortByColumn(DatasetsModel::Name, Qt::AscendingOrder);
}

void DatasetsView::connectTable()
{
    connect(m_table, &QWidget::customContextMenuRequested, this, &DatasetsView::showMenu);
    connect(m_table->horizontalHeader(), &QWidget::customContextMenuRequested, this,
            &DatasetsView::showColumnMenu);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &DatasetsView::publishSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &DatasetsView::publishSelection);
    const auto count = [this] {
        if (!m_summaryPause.isActive())
            m_summaryPause.start();
    };
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, count);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, count);
    connect(&m_model, &QAbstractItemModel::modelReset, this, count);
}

void DatasetsView::setFilter(const QString& text)
{
    m_filter->setText(text);
    applyFilter();
}

void DatasetsView::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void DatasetsView::updateSaved()
{
    QMenu* menu = m_saved->menu();
    menu->clear();
    for (const models::SavedFilters::Entry& entry : m_bench.filters.entries()) {
        QAction* choice = menu->addAction(asLabel(entry.name), this,
                                          [this, text = entry.text] { setFilter(text); });
        choice->setCheckable(true);
        choice->setChecked(entry.text == m_filter->text().trimmed());
    }
    menu->addSeparator();
    for (const char* id : {"filter.save", "filter.remove"})
        if (QAction* action = m_bench.actions.find(QString::fromLatin1(id)))
            menu->addAction(action);
}

void DatasetsView::saveFilter()
{
    const QString text = m_filter->text().trimmed();
    const auto problem = [this, text](const QString& name) {
        if (text.isEmpty())
            return tr("The filter is empty; type one first");
        if (name.isEmpty())
            return tr("Give it a name");
        return name.size() > models::SavedFilters::kLongestName ? tr("The name is too long")
                                                                : QString();
    };
    TextDialog dialog({QStringLiteral("saveFilter"), tr("Save the filter"),
                       tr("The filter \"%1\" is kept under a name, for this person on this "
                          "machine. One that has the name already is replaced.")
                           .arg(text),
                       tr("&Name"), QString(), problem, tr("Save")},
                      this);
    if (dialog.exec() == QDialog::Accepted)
        m_bench.filters.save(dialog.answer(), text);
}

void DatasetsView::offerFilters() { offer(/*toRemove=*/false); }

void DatasetsView::removeFilter() { offer(/*toRemove=*/true); }

// By keyboard as well: the first one is chosen already.
void DatasetsView::offer(bool toRemove)
{
    QMenu menu(this);
    menu.setObjectName(toRemove ? QStringLiteral("removeFilter") : QStringLiteral("chooseFilter"));
    for (const models::SavedFilters::Entry& entry : m_bench.filters.entries()) {
        const QString label = asLabel(entry.name);
        if (toRemove)
            menu.addAction(tr("Remove %1").arg(label), this,
                           [this, name = entry.name] { m_bench.filters.remove(name); });
        else
            menu.addAction(label, this, [this, text = entry.text] { setFilter(text); });
    }
    if (menu.isEmpty())
        menu.addAction(tr("No filter is saved yet"))->setEnabled(false);
    menu.setActiveAction(menu.actions().constFirst());
    menu.exec(m_filter->mapToGlobal(m_filter->rect().bottomLeft()));
}

void DatasetsView::applyFilter()
{
    m_filterPause.stop();
    m_model.setFilter(m_filter->text());
    m_problem->setText(m_model.filter().error());
    m_problem->setVisible(!m_model.filter().error().isEmpty());
    updateSummary();
}

void DatasetsView::updateSummary()
{
    const auto all = static_cast<qlonglong>(m_bench.data.datasets().size());
    m_summary->setText(m_model.rowCount() == all
                           ? tr("Datasets: %L1").arg(all)
                           : tr("%L1 of %L2").arg(m_model.rowCount()).arg(all));
}

void DatasetsView::publishSelection()
{
    std::vector<model::DatasetId> ids;
    const QModelIndex current = m_table->currentIndex();
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    for (const QModelIndex& index : rows) {
        const model::DatasetId id = m_model.row(index).id;
        if (index.row() == current.row())
            ids.insert(ids.begin(), id);
        else
            ids.push_back(id);
    }
    m_bench.selectDatasets(std::move(ids));
}

void DatasetsView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    publishSelection();
}

void DatasetsView::select(const model::DatasetId& id)
{
    QModelIndex index = m_model.indexOf(id);
    if (!index.isValid()) { // filtered out: whoever asks for it wants to see it
        m_filter->clear();
        const model::DatasetRecord* record = m_bench.data.dataset(id);
        if (record && record->deletion)
            m_showDeleted->setChecked(true);
        applyFilter();
        index = m_model.indexOf(id);
    }
    if (index.isValid()) {
        m_table->selectRow(index.row());
        m_table->scrollTo(index);
    }
}

void DatasetsView::showMenu(const QPoint& place)
{
    QMenu menu(this);
    menu.setToolTipsVisible(true);
    for (QAction* action : m_bench.actions.actions(QStringLiteral("dataset")))
        menu.addAction(action);
    menu.exec(m_table->viewport()->mapToGlobal(place));
}

void DatasetsView::showColumnMenu(const QPoint& place)
{
    QMenu menu(this);
    QHeaderView* header = m_table->horizontalHeader();
    for (int column = 0; column < m_model.columnCount(); ++column) {
        QAction* action =
            menu.addAction(m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!header->isSectionHidden(column));
        action->setEnabled(column != DatasetsModel::Name); // something has to stay
        connect(action, &QAction::toggled, header,
                [header, column](bool shown) { header->setSectionHidden(column, !shown); });
    }
    menu.exec(header->mapToGlobal(place));
}

} // namespace drover::gui
