#include "gui/views/overview_view.h"

#include "gui/models/datasets_model.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/table_style.h"
#include "gui/views/tile.h"
#include "gui/views/workbench.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace drover::gui {

using models::DatasetRow;
using models::DatasetsModel;
using models::Overview;
using models::Sign;

namespace {

constexpr int kCountEvery = 300; // ms

QLabel* heading(QWidget* parent)
{
    auto* label = new QLabel(parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

} // namespace

OverviewView::OverviewView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_tally(bench.data), m_trouble(bench.datasets),
      m_running(bench.datasets), m_troubleTitle(heading(this)),
      m_noTrouble(new QLabel(tr("Nothing: whatever is wanted is there, or on its way."), this)),
      m_runningTitle(heading(this))
{
    setObjectName(QStringLiteral("overview"));
    const auto datasets = QStringLiteral("datasets");
    const auto nodes = QStringLiteral("nodes");
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    addTile(*grid, 0, tr("in sync"), Sign::Good, &Overview::inSync, datasets,
            QStringLiteral("sync:insync"));
    addTile(*grid, 0, tr("converging"), Sign::Busy, &Overview::converging, datasets,
            QStringLiteral("sync:converging"));
    addTile(*grid, 0, tr("blocked"), Sign::Bad, &Overview::blocked, datasets,
            QStringLiteral("sync:blocked"));
    addTile(*grid, 0, tr("degraded"), Sign::Warning, &Overview::degraded, datasets,
            QStringLiteral("health:degraded"));
    addTile(*grid, 0, tr("unavailable"), Sign::Bad, &Overview::unavailable, datasets,
            QStringLiteral("health:unavailable"));
    addTile(*grid, 0, tr("unknown"), Sign::Unknown, &Overview::unknown, datasets,
            QStringLiteral("health:unknown"));
    addTile(*grid, 1, tr("moving"), Sign::Busy, &Overview::moving, datasets,
            QStringLiteral("is:moving"));
    addTile(*grid, 1, tr("leased"), Sign::Info, &Overview::leased, datasets,
            QStringLiteral("is:leased"));
    addTile(*grid, 1, tr("deleted, can be had back"), Sign::Gone, &Overview::deleted, datasets,
            QStringLiteral("is:deleted"));
    addTile(*grid, 1, tr("nodes"), Sign::None, &Overview::nodes, nodes, QStringLiteral(""));
    addTile(*grid, 1, tr("nodes silent"), Sign::Bad, &Overview::silent, nodes,
            QStringLiteral("is:silent"));
    addTile(*grid, 1, tr("nodes nearly full"), Sign::Warning, &Overview::nearlyFull, nodes,
            QStringLiteral("is:nearlyfull"));

    m_trouble.setCondition([](const DatasetRow& row) { return needsPerson(row); });
    m_running.setCondition([](const DatasetRow& row) {
        return !row.deleted && !needsPerson(row) &&
               (row.moving || row.sync == model::Sync::Converging);
    });
    m_troubleTable = addList(m_trouble, QStringLiteral("trouble"), tr("What needs a person"));
    m_runningTable = addList(m_running, QStringLiteral("running"), tr("What happens now"));
    m_trouble.sort(DatasetsModel::HealthState, Qt::DescendingOrder);
    m_running.sort(DatasetsModel::Name);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 4);
    layout->setSpacing(8);
    layout->addLayout(grid);
    layout->addWidget(m_troubleTitle);
    layout->addWidget(m_noTrouble);
    layout->addWidget(m_troubleTable, 300);
    layout->addWidget(m_runningTitle);
    layout->addWidget(m_runningTable, 200);
    layout->addStretch(1); // counts only while both tables are hidden

    m_pause.setSingleShot(true);
    m_pause.setInterval(kCountEvery);
    connect(&m_pause, &QTimer::timeout, this, &OverviewView::update);
    connect(&bench.data, &models::ClusterData::changed, this, [this] {
        if (!m_pause.isActive())
            m_pause.start();
    });
    update();
}

void OverviewView::addTile(QGridLayout& grid, int row, const QString& words, Sign sign,
                           std::size_t Overview::*number, const QString& facet,
                           const QString& filter)
{
    auto* tile = new Tile(words, sign, this);
    int column = 0;
    while (grid.itemAtPosition(row, column))
        ++column;
    grid.addWidget(tile, row, column);
    connect(tile, &QAbstractButton::clicked, this,
            [this, facet, filter] { m_bench.show(facet, filter); });
    m_counters.push_back({tile, number});
}

QTableView* OverviewView::addList(models::DatasetsViewModel& model, const QString& name,
                                  const QString& title)
{
    auto* table = new QTableView(this);
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setModel(&model);
    table->setItemDelegate(new SignDelegate(table));
    styleTable(*table);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    for (int column = 0; column < DatasetsModel::ColumnCount; ++column)
        table->setColumnHidden(
            column, column != DatasetsModel::Name && column != DatasetsModel::SyncState &&
                        column != DatasetsModel::HealthState && column != DatasetsModel::Node &&
                        column != DatasetsModel::Reason);
    const int letter = table->fontMetrics().averageCharWidth();
    table->setColumnWidth(DatasetsModel::Name, letter * 24);
    table->setColumnWidth(DatasetsModel::SyncState, letter * 18);
    table->setColumnWidth(DatasetsModel::HealthState, letter * 18);
    table->setColumnWidth(DatasetsModel::Node, letter * 16);
    table->horizontalHeader()->setStretchLastSection(true);
    connect(table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this, &model](const QModelIndex& index) {
                if (index.isValid())
                    m_bench.selectDatasets({model.row(index).id});
            });
    connect(table, &QTableView::activated, this,
            [this, &model](const QModelIndex& index) { m_bench.showDataset(model.row(index).id); });
    return table;
}

void OverviewView::update()
{
    const Overview& overview = m_tally.overview();
    for (const Counter& counter : m_counters)
        counter.tile->setNumber(overview.*counter.number);
    const bool trouble = m_trouble.rowCount() > 0;
    m_troubleTitle->setText(trouble ? tr("What needs a person (%L1)").arg(m_trouble.rowCount())
                                    : tr("What needs a person"));
    m_noTrouble->setVisible(!trouble);
    m_troubleTable->setVisible(trouble);
    m_runningTitle->setText(m_running.rowCount() > 0
                                ? tr("What happens now (%L1)").arg(m_running.rowCount())
                                : tr("What happens now: nothing"));
    m_runningTable->setVisible(m_running.rowCount() > 0);
}

} // namespace drover::gui
