#pragma once

// The first page: how many of what, each number leading to the list that it counts; what needs a
// person, by cause, with the reason and what mends it; what happens now; how much room there is, and
// what happened last.

#include "gui/models/concerns.h"
#include "gui/models/datasets_view_model.h"
#include "gui/models/overview.h"
#include "gui/models/room_model.h"
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
    [[nodiscard]] QTableView* makeTable(QAbstractItemModel& model, const QString& name,
                                        const QString& title);
    void makeTrouble();
    void makeRunning();
    void makeRoom();
    [[nodiscard]] QWidget* makeBottom();
    [[nodiscard]] QString blocker(const models::ConcernRow& row) const;
    void act(const models::ConcernRow& row);
    void update();

    Workbench& m_bench;
    models::OverviewTally m_tally;
    models::ConcernsModel m_concerns;
    models::WorstFirst m_worstFirst{m_concerns};
    models::DatasetsViewModel m_running;
    models::RoomModel m_room;
    std::vector<Counter> m_counters;
    QLabel* m_troubleTitle;
    QLabel* m_noTrouble;
    QTableView* m_troubleTable = nullptr;
    QLabel* m_runningTitle;
    QTableView* m_runningTable = nullptr;
    QTableView* m_roomTable = nullptr;
    QTimer m_pause; // counting once for many changes
};

} // namespace drover::gui
