#include "gui/views/overview_view.h"

#include "gui/models/datasets_model.h"
#include "gui/views/act_delegate.h"
#include "gui/views/recent_pane.h"
#include "gui/views/sign_delegate.h"
#include "gui/views/suggested_act.h"
#include "gui/views/table_style.h"
#include "gui/views/tile.h"
#include "gui/views/workbench.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <variant>

namespace drover::gui {

using models::ConcernsModel;
using models::DatasetRow;
using models::DatasetsModel;
using models::Overview;
using models::RoomModel;
using models::Sign;

namespace {

constexpr int kCountEvery = 300;  // ms
constexpr int kAgesEvery = 5'000; // ms; ages grow while nothing changes
constexpr int kFullest = 8;       // nodes
constexpr int kBottomRows = 6;    // that are seen in any case

// As high as what is in it, and no higher; three rows at least, if there are as many.
void fitHeight(QTableView& table)
{
    const int row = table.verticalHeader()->defaultSectionSize();
    const int head = table.horizontalHeader()->sizeHint().height() + 4;
    const int rows = std::clamp(table.model()->rowCount(), 1, 1'000);
    table.setMinimumHeight(head + std::min(rows, 3) * row);
    table.setMaximumHeight(head + rows * row);
}

QLabel* heading(QWidget* parent)
{
    auto* label = new QLabel(parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    return label;
}

} // namespace

OverviewView::OverviewView(Workbench& bench, QWidget* parent)
    : QWidget(parent), m_bench(bench), m_tally(bench.data), m_concerns(bench.data),
      m_running(bench.datasets), m_room(bench.data, kFullest), m_troubleTitle(heading(this)),
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
    addTile(*grid, 1, tr("in the trash"), Sign::Gone, &Overview::deleted, datasets,
            QStringLiteral("is:deleted"));
    addTile(*grid, 1, tr("nodes"), Sign::None, &Overview::nodes, nodes, QStringLiteral(""));
    addTile(*grid, 1, tr("nodes silent"), Sign::Bad, &Overview::silent, nodes,
            QStringLiteral("is:silent"));
    addTile(*grid, 1, tr("nearly full"), Sign::Warning, &Overview::nearlyFull, nodes,
            QStringLiteral("is:nearlyfull"));

    makeTrouble();
    makeRunning();
    makeRoom();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 4);
    layout->setSpacing(8);
    layout->addLayout(grid);
    layout->addWidget(m_troubleTitle);
    layout->addWidget(m_noTrouble);
    layout->addWidget(m_troubleTable, 300);
    layout->addWidget(m_runningTitle);
    layout->addWidget(m_runningTable, 200);
    layout->addWidget(makeBottom(), 150);

    m_pause.setSingleShot(true);
    m_pause.setInterval(kCountEvery);
    connect(&m_pause, &QTimer::timeout, this, &OverviewView::update);
    connect(&bench.data, &models::ClusterData::changed, this, [this] {
        if (!m_pause.isActive())
            m_pause.start();
    });
    auto* ages = new QTimer(this);
    ages->setInterval(kAgesEvery);
    const auto grow = [this] { m_concerns.setNow(m_bench.session.now()); };
    connect(ages, &QTimer::timeout, this, grow);
    ages->start();
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

QTableView* OverviewView::makeTable(QAbstractItemModel& model, const QString& name,
                                    const QString& title)
{
    auto* table = new QTableView(this);
    table->setObjectName(name);
    table->setAccessibleName(title);
    table->setModel(&model);
    table->setItemDelegate(new SignDelegate(table));
    styleTable(*table);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    return table;
}

void OverviewView::makeTrouble()
{
    m_troubleTable = makeTable(m_worstFirst, QStringLiteral("trouble"), tr("What needs a person"));
    auto* act = new ActDelegate(
        [this](const QModelIndex& index) { return blocker(m_worstFirst.row(index)); },
        m_troubleTable);
    m_troubleTable->setItemDelegateForColumn(ConcernsModel::Act, act);
    QHeaderView& header = *m_troubleTable->horizontalHeader();
    const int letter = m_troubleTable->fontMetrics().averageCharWidth();
    header.setStretchLastSection(false);
    header.setSectionResizeMode(ConcernsModel::Why, QHeaderView::Stretch);
    header.resizeSection(ConcernsModel::What, letter * 20);
    header.resizeSection(ConcernsModel::Since, letter * 14);
    header.resizeSection(ConcernsModel::Datasets, letter * 11);
    header.resizeSection(ConcernsModel::Act, letter * 22);
    const auto perform = [this](const QModelIndex& index) {
        const models::ConcernRow row = m_worstFirst.row(index); // may be gone when it is done
        this->act(row);
    };
    connect(act, &ActDelegate::pressed, this, perform);
    connect(m_troubleTable, &QTableView::activated, this, perform);
    connect(m_troubleTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) {
                if (!index.isValid())
                    return;
                const models::ConcernRow& row = m_worstFirst.row(index);
                if (row.dataset)
                    m_bench.selectDatasets({*row.dataset});
                else if (row.node)
                    m_bench.selectNodes({*row.node});
            });
}

void OverviewView::makeRunning()
{
    m_running.setCondition([](const DatasetRow& row) {
        return !row.deleted && !needsPerson(row) &&
               (row.moving || row.sync == model::Sync::Converging);
    });
    m_running.sort(DatasetsModel::Name);
    m_runningTable = makeTable(m_running, QStringLiteral("running"), tr("What happens now"));
    for (int column = 0; column < DatasetsModel::ColumnCount; ++column)
        m_runningTable->setColumnHidden(
            column, column != DatasetsModel::Name && column != DatasetsModel::SyncState &&
                        column != DatasetsModel::Node && column != DatasetsModel::Reason);
    const int letter = m_runningTable->fontMetrics().averageCharWidth();
    m_runningTable->setColumnWidth(DatasetsModel::Name, letter * 24);
    m_runningTable->setColumnWidth(DatasetsModel::SyncState, letter * 18);
    m_runningTable->setColumnWidth(DatasetsModel::Node, letter * 22);
    m_runningTable->horizontalHeader()->setStretchLastSection(true);
    connect(m_runningTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid())
                    m_bench.selectDatasets({m_running.row(index).id});
            });
    connect(m_runningTable, &QTableView::activated, this,
            [this](const QModelIndex& index) { m_bench.showDataset(m_running.row(index).id); });
}

void OverviewView::makeRoom()
{
    m_roomTable = makeTable(m_room, QStringLiteral("room"), tr("Room, and the fullest nodes"));
    QHeaderView& header = *m_roomTable->horizontalHeader();
    const int letter = m_roomTable->fontMetrics().averageCharWidth();
    header.setStretchLastSection(false);
    header.setSectionResizeMode(RoomModel::Where, QHeaderView::Stretch);
    header.resizeSection(RoomModel::Used, letter * 9);
    header.resizeSection(RoomModel::Free, letter * 22);
    connect(m_roomTable, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (const auto node = m_room.nodeOf(index.row()))
            m_bench.showNode(*node);
        else
            m_bench.show(QStringLiteral("nodes"), QString());
    });
    connect(m_roomTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& index) {
                const auto node = index.isValid() ? m_room.nodeOf(index.row()) : std::nullopt;
                if (node)
                    m_bench.selectNodes({*node});
            });
}

QWidget* OverviewView::makeBottom()
{
    auto* bottom = new QWidget(this);
    auto* grid = new QGridLayout(bottom);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setColumnStretch(0, 2);
    grid->setColumnStretch(1, 3);
    QLabel* room = heading(bottom);
    room->setText(m_roomTable->accessibleName());
    auto* recent = new RecentPane(m_bench, bottom);
    QLabel* last = heading(bottom);
    last->setText(tr("What happened last"));
    grid->addWidget(room, 0, 0);
    grid->addWidget(last, 0, 1);
    grid->addWidget(m_roomTable, 1, 0);
    grid->addWidget(recent, 1, 1);
    const int row = m_roomTable->verticalHeader()->defaultSectionSize();
    recent->setMinimumHeight((kBottomRows + 1) * row);
    return bottom;
}

QString OverviewView::blocker(const models::ConcernRow& row) const
{
    if (row.remedy != models::Remedy::Uncordon && row.remedy != models::Remedy::Suggested)
        return {};
    if (const QString why = m_bench.changeBlocker(); !why.isEmpty())
        return why;
    const auto& changes = m_bench.pending.changes();
    const bool pending = row.remedy == models::Remedy::Uncordon &&
                         std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
                             return change.node == row.node &&
                                    std::holds_alternative<model::NodeCordon>(change.verb) &&
                                    change.state != models::PendingChange::State::Done;
                         });
    return pending ? tr("It is pending already") : QString();
}

void OverviewView::act(const models::ConcernRow& row)
{
    switch (row.remedy) {
    case models::Remedy::ShowNode:
        return m_bench.showNode(*row.node);
    case models::Remedy::ShowDataset:
        return m_bench.showDataset(*row.dataset);
    case models::Remedy::ShowDatasets:
        return m_bench.show(QStringLiteral("datasets"), row.filter);
    case models::Remedy::Suggested:
        if (const auto suggested = suggestedAct(m_bench, row.suggestion.toStdString(), row.dataset);
            suggested && suggested->blocker.isEmpty())
            suggested->run();
        return;
    case models::Remedy::Uncordon:
        break;
    }
    m_bench.selectNodes({*row.node});
    if (QAction* action = m_bench.actions.find(QStringLiteral("node.uncordon"));
        action && blocker(row).isEmpty())
        action->trigger();
}

void OverviewView::update()
{
    const Overview& overview = m_tally.overview();
    for (const Counter& counter : m_counters)
        counter.tile->setNumber(overview.*counter.number);
    const bool trouble = m_concerns.rowCount() > 0;
    m_troubleTitle->setText(trouble ? tr("What needs a person (%L1)").arg(m_concerns.rowCount())
                                    : tr("What needs a person"));
    m_noTrouble->setVisible(!trouble);
    m_troubleTable->setVisible(trouble);
    m_runningTitle->setText(m_running.rowCount() > 0
                                ? tr("What happens now (%L1)").arg(m_running.rowCount())
                                : tr("What happens now: nothing"));
    m_runningTable->setVisible(m_running.rowCount() > 0);
    m_room.refresh();
    m_concerns.setNow(m_bench.session.now());
    for (QTableView* table : {m_troubleTable, m_runningTable})
        fitHeight(*table);
}

} // namespace drover::gui
