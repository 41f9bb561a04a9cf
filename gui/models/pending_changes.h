#pragma once

// The pending changes, as a list and as a table for the dock: staged, taken back, marked when
// somebody else changes the same object, sent, done or failed.
//
// Specification
// - Of two changes of the same aspect of one object the newer one is kept.
// - Undo takes back the last act of staging or discarding that is not sent yet.
// - A staged change whose object is not any more what was seen is a Conflict; it is not sent until
//   a person takes the present state as seen (`acceptPresent`) or discards it. When the object is
//   again as it was seen, it is none any more.
// - What is Done stays, to be read, until `clearDone` or the next one is staged.
//
// Owner: the GUI thread.

#include "gui/models/pending_change.h"

#include <QAbstractTableModel>
#include <QUndoStack>

#include <cstdint>
#include <vector>

namespace drover::gui::models {

class PendingChanges final : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { What, Status, ColumnCount };
    static constexpr int kNumberRole = Qt::UserRole; // qulonglong: the change's number

    // The data outlives it.
    explicit PendingChanges(const ClusterData& data, QObject* parent = nullptr);

    // Makes it pending, as a change of the object as it is shown now. Of an object that does not
    // exist (any more) it is one that makes it.
    void stage(model::WriteVerb verb, std::optional<model::DatasetId> dataset,
               std::optional<model::NodeId> node, const std::string& name);
    void stageDataset(model::WriteVerb verb, const model::DatasetRecord& record);
    void stageCreate(model::DatasetCreate verb);
    void stageRollback(model::Revision to);
    void discard(std::uint64_t number);
    void discardAll();
    void acceptPresent(std::uint64_t number);
    // Makes what has failed pending again, guarded by what was seen when it was staged; all that has
    // failed, or one.
    void retryFailed();
    void retry(std::uint64_t number);
    void clearDone();

    // Staged, in conflict or failed: what a person would lose by quitting.
    [[nodiscard]] int waiting() const;
    [[nodiscard]] const std::vector<PendingChange>& changes() const { return m_changes; }
    // Groups to be sent together: all that wait for one object. Empty where one of them is in
    // conflict.
    [[nodiscard]] std::vector<std::vector<PendingChange>> groups() const;
    [[nodiscard]] bool hasConflict() const;
    [[nodiscard]] bool hasFailed() const;
    void setState(std::uint64_t number, PendingChange::State state, const QString& note,
                  const QString& hint = {});
    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

Q_SIGNALS:
    void countChanged(); // what waits, or is in conflict, is another number

private:
    class Put;
    class Drop;
    [[nodiscard]] int indexOf(std::uint64_t number) const;
    void insert(int row, PendingChange change);
    [[nodiscard]] PendingChange take(int row);
    void touch(int row);
    void lookForConflicts();
    void forgetSent();

    const ClusterData& m_data;
    std::vector<PendingChange> m_changes;
    QUndoStack m_undo;
    std::uint64_t m_next = 1;
};

} // namespace drover::gui::models
