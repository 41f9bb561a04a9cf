#pragma once

// The last few things that happened, of the log of revisions. Asks control for them at most every
// two seconds, while it is seen and something has changed.

#include "gui/models/timeline_model.h"

#include <QSortFilterProxyModel>
#include <QTimer>
#include <QWidget>

class QTableView;

namespace drover::gui {

class Workbench;

// The newest first; of what happened today, the time only.
class NewestFirst final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit NewestFirst(models::TimelineModel& model, QObject* parent = nullptr);
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
};

class RecentPane final : public QWidget
{
    Q_OBJECT
public:
    explicit RecentPane(Workbench& bench, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void readSoon();
    void read();

    Workbench& m_bench;
    models::TimelineModel m_model;
    NewestFirst m_newestFirst{m_model};
    QTableView* m_table;
    QTimer m_pause;
    model::Revision m_read = 0;   // up to this revision
    std::uint64_t m_question = 0; // of another cluster there is another one
};

} // namespace drover::gui
