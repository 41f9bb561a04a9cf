#pragma once

// The first page: how many of what, each number leading to the list that it counts; what happens
// now; what needs a person, with the reason.

#include "gui/models/datasets_view_model.h"
#include "gui/models/overview.h"
#include "gui/models/sign.h"

#include <QTimer>
#include <QWidget>

#include <functional>
#include <vector>

class QGridLayout;
class QLabel;
class QTableView;

namespace drover::gui {

class Tile;
class Workbench;

class OverviewView final : public QWidget
{
    Q_OBJECT
public:
    explicit OverviewView(Workbench& bench, QWidget* parent = nullptr);

private:
    struct Counter
    {
        Tile* tile;
        std::size_t models::Overview::*number;
    };
    void addTile(QGridLayout& grid, int row, const QString& words, models::Sign sign,
                 std::size_t models::Overview::*number, const QString& facet,
                 const QString& filter);
    QTableView* addList(models::DatasetsViewModel& model, const QString& name,
                        const QString& title);
    void update();

    Workbench& m_bench;
    models::OverviewTally m_tally;
    models::DatasetsViewModel m_trouble;
    models::DatasetsViewModel m_running;
    std::vector<Counter> m_counters;
    QLabel* m_troubleTitle;
    QLabel* m_noTrouble;
    QTableView* m_troubleTable;
    QLabel* m_runningTitle;
    QTableView* m_runningTable;
    QTimer m_pause; // counting once for many changes
};

} // namespace drover::gui
