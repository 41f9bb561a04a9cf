#pragma once

// What happened to one dataset, newest first, as control remembers it; and, of two chosen revisions,
// the difference between them.

#include "proto/model/api.h"

#include <QWidget>

#include <cstdint>
#include <optional>

class QLabel;
class QTreeWidget;

namespace drover::gui {

class Workbench;

class HistoryPane final : public QWidget
{
    Q_OBJECT
public:
    explicit HistoryPane(Workbench& bench, QWidget* parent = nullptr);

    // Null: nothing. Asks control when it is another dataset, or it has changed.
    void show(const model::DatasetRecord* record);

private:
    void ask();
    void fill(const model::HistoryListResult& history);
    void compare();
    void showDiff(const model::DiffResult& diff);

    Workbench& m_bench;
    QTreeWidget* m_list;
    QLabel* m_diff;
    std::optional<model::DatasetId> m_dataset;
    QString m_subject;
    model::Revision m_revision = 0; // that was asked at
    std::uint64_t m_question = 0;   // answers to earlier ones are dropped
    bool m_asking = false;          // one question at a time, however fast it changes
};

} // namespace drover::gui
