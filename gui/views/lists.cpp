#include "gui/views/lists.h"

#include "gui/views/table_page.h"
#include "gui/views/workbench.h"

#include <QCoreApplication>
#include <QMenu>

namespace drover::gui {

using models::KeysModel;
using models::LeasesModel;
using models::NodesModel;

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::Lists)
};

void offerMenu(Workbench& bench, TablePage& page, const QString& name)
{
    QObject::connect(&page, &TablePage::menuRequested, &page,
                     [&bench, &page, name](const QPoint& place) {
                         QMenu menu(&page);
                         menu.setToolTipsVisible(true);
                         for (QAction* action : bench.actions.actions(name))
                             menu.addAction(action);
                         menu.exec(place);
                     });
}

} // namespace

QWidget* makeNodesView(Workbench& bench, QWidget* parent)
{
    auto* page = new TablePage(QStringLiteral("nodes"), Text::tr("Nodes"), bench.nodes,
                               NodesModel::kSortRole,
                               {{NodesModel::Name, 14},
                                {NodesModel::State, 15},
                                {NodesModel::Cordoned, 11},
                                {NodesModel::Datasets, 10},
                                {NodesModel::Used, 9},
                                {NodesModel::Free, 11},
                                {NodesModel::Pools, 0}, // the detail has these
                                {NodesModel::Labels, 0},
                                {NodesModel::Version, 0},
                                {NodesModel::Address, 0}},
                               parent);
    QObject::connect(page, &TablePage::selectionChanged, &bench, [&bench, page] {
        std::vector<model::NodeId> ids;
        for (const int row : page->selectedRows())
            ids.push_back(bench.nodes.row(row).id);
        bench.selectNodes(std::move(ids));
    });
    QObject::connect(page, &TablePage::activated, &bench, [&bench](int row) {
        bench.show(QStringLiteral("datasets"), QStringLiteral("node:") + bench.nodes.row(row).name);
    });
    QObject::connect(&bench, &Workbench::nodeRequested, page,
                     [&bench, page](const model::NodeId& id) {
                         if (const int row = bench.nodes.find(id); row >= 0)
                             page->selectRow(row);
                     });
    offerMenu(bench, *page, QStringLiteral("node"));
    return page;
}

QWidget* makeLeasesView(Workbench& bench, QWidget* parent)
{
    auto* page =
        new TablePage(QStringLiteral("leases"), Text::tr("Leases"), bench.leases, Qt::DisplayRole,
                      {{LeasesModel::Dataset, 22},
                       {LeasesModel::Node, 16},
                       {LeasesModel::Holder, 24},
                       {LeasesModel::Length, 20},
                       {LeasesModel::Since, 30},
                       {LeasesModel::Token, 36}},
                      parent);
    QObject::connect(page, &TablePage::selectionChanged, &bench, [&bench, page] {
        std::vector<model::LeaseToken> tokens;
        for (const int row : page->selectedRows())
            tokens.push_back(bench.leases.row(row).id);
        bench.selectLeases(std::move(tokens));
    });
    QObject::connect(page, &TablePage::activated, &bench,
                     [&bench](int row) { bench.showDataset(bench.leases.row(row).dataset); });
    offerMenu(bench, *page, QStringLiteral("lease"));
    return page;
}

QWidget* makeKeysView(Workbench& bench, QWidget* parent)
{
    auto* page =
        new TablePage(QStringLiteral("keys"), Text::tr("Keys"), bench.keys, Qt::DisplayRole,
                      {{KeysModel::Name, 18},
                       {KeysModel::KeyRole, 10},
                       {KeysModel::Node, 12},
                       {KeysModel::Since, 27},
                       {KeysModel::By, 14},
                       {KeysModel::PublicKey, 30}},
                      parent);
    QObject::connect(page, &TablePage::selectionChanged, &bench, [&bench, page] {
        std::vector<std::string> keys;
        for (const int row : page->selectedRows())
            keys.push_back(bench.keys.row(row).id);
        bench.selectKeys(std::move(keys));
    });
    offerMenu(bench, *page, QStringLiteral("key"));
    return page;
}

} // namespace drover::gui
