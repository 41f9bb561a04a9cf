#include "gui/models/pending_changes.h"

#include "gui/models/roles.h"
#include "gui/models/sign.h"

#include <QUndoCommand>

#include <algorithm>
#include <map>
#include <utility>

namespace drover::gui::models {

namespace {

bool isWaiting(PendingChange::State state)
{
    return state == PendingChange::State::Staged || state == PendingChange::State::Conflict ||
           state == PendingChange::State::Failed;
}

Sign signOf(PendingChange::State state)
{
    switch (state) {
    case PendingChange::State::Staged:
        return Sign::None;
    case PendingChange::State::Conflict:
        return Sign::Warning;
    case PendingChange::State::Sending:
        return Sign::Busy;
    case PendingChange::State::Failed:
        return Sign::Bad;
    case PendingChange::State::Done:
        return Sign::Good;
    }
    return Sign::None;
}

} // namespace

// Adds a change, or puts it in the place of an older one of the same kind.
class PendingChanges::Put final : public QUndoCommand
{
public:
    Put(PendingChanges& owner, PendingChange change, std::optional<PendingChange> replaced)
        : QUndoCommand(describe(change, owner.m_data)), m_owner(owner), m_change(std::move(change)),
          m_replaced(std::move(replaced))
    {}
    void redo() override
    {
        int row = m_owner.rowCount();
        if (m_replaced) {
            row = m_owner.indexOf(m_replaced->number);
            if (row < 0)
                return setObsolete(true);
            m_replaced = m_owner.take(row);
        }
        m_owner.insert(row, m_change);
    }
    void undo() override
    {
        const int row = m_owner.indexOf(m_change.number);
        if (row < 0)
            return setObsolete(true);
        m_change = m_owner.take(row);
        if (m_replaced)
            m_owner.insert(row, *m_replaced);
    }

private:
    PendingChanges& m_owner;
    PendingChange m_change;
    std::optional<PendingChange> m_replaced;
};

class PendingChanges::Drop final : public QUndoCommand
{
public:
    Drop(PendingChanges& owner, PendingChange change)
        : QUndoCommand(tr("discard \"%1\"").arg(describe(change, owner.m_data))), m_owner(owner),
          m_change(std::move(change))
    {}
    void redo() override
    {
        m_row = m_owner.indexOf(m_change.number);
        if (m_row < 0)
            return setObsolete(true);
        m_change = m_owner.take(m_row);
    }
    void undo() override { m_owner.insert(std::min(m_row, m_owner.rowCount()), m_change); }

private:
    PendingChanges& m_owner;
    PendingChange m_change;
    int m_row = 0;
};

PendingChanges::PendingChanges(const ClusterData& data, QObject* parent)
    : QAbstractTableModel(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &PendingChanges::lookForConflicts);
}

void PendingChanges::stage(model::WriteVerb verb, std::optional<model::DatasetId> dataset,
                           std::optional<model::NodeId> node, const std::string& name)
{
    PendingChange change;
    change.number = m_next++;
    change.verb = std::move(verb);
    change.dataset = dataset;
    change.node = node;
    change.name = name;
    change.seen = presentRevision(change, m_data);
    clearDone();
    std::optional<PendingChange> replaced;
    for (const PendingChange& known : m_changes)
        if (isWaiting(known.state) && aspectOf(known) == aspectOf(change))
            replaced = known;
    m_undo.push(new Put(*this, std::move(change), std::move(replaced)));
}

void PendingChanges::stageDataset(model::WriteVerb verb, const model::DatasetRecord& record)
{
    stage(std::move(verb), record.id, std::nullopt, record.header.name);
}

void PendingChanges::stageCreate(model::DatasetCreate verb)
{
    const std::string name = verb.name;
    stage(std::move(verb), std::nullopt, std::nullopt, name);
}

void PendingChanges::stageRollback(model::Revision to)
{
    stage(model::Rollback{to}, std::nullopt, std::nullopt, {});
}

void PendingChanges::discard(std::uint64_t number)
{
    const int row = indexOf(number);
    if (row >= 0 && isWaiting(m_changes[static_cast<std::size_t>(row)].state))
        m_undo.push(new Drop(*this, m_changes[static_cast<std::size_t>(row)]));
}

void PendingChanges::discardAll()
{
    m_undo.beginMacro(tr("discard all pending changes"));
    const auto all = m_changes;
    for (const PendingChange& change : all)
        discard(change.number);
    m_undo.endMacro();
}

void PendingChanges::acceptPresent(std::uint64_t number)
{
    const int row = indexOf(number);
    if (row < 0)
        return;
    PendingChange& change = m_changes[static_cast<std::size_t>(row)];
    change.seen = presentRevision(change, m_data);
    change.state = PendingChange::State::Staged;
    change.note.clear();
    change.hint.clear();
    touch(row);
    lookForConflicts();
}

void PendingChanges::retry(std::uint64_t number)
{
    const int row = indexOf(number);
    if (row < 0 || m_changes[static_cast<std::size_t>(row)].state != PendingChange::State::Failed)
        return;
    PendingChange& change = m_changes[static_cast<std::size_t>(row)];
    change.state = PendingChange::State::Staged;
    change.note.clear();
    change.hint.clear();
    touch(row);
    lookForConflicts();
}

void PendingChanges::retryFailed()
{
    const auto all = m_changes;
    for (const PendingChange& change : all)
        retry(change.number);
}

void PendingChanges::clearDone()
{
    for (int row = rowCount() - 1; row >= 0; --row)
        if (m_changes[static_cast<std::size_t>(row)].state == PendingChange::State::Done)
            static_cast<void>(take(row));
}

int PendingChanges::waiting() const
{
    return static_cast<int>(std::count_if(m_changes.begin(), m_changes.end(),
                                          [](const auto& c) { return isWaiting(c.state); }));
}

bool PendingChanges::hasConflict() const
{
    return std::any_of(m_changes.begin(), m_changes.end(),
                       [](const auto& c) { return c.state == PendingChange::State::Conflict; });
}

bool PendingChanges::hasFailed() const
{
    return std::any_of(m_changes.begin(), m_changes.end(),
                       [](const auto& c) { return c.state == PendingChange::State::Failed; });
}

std::vector<std::vector<PendingChange>> PendingChanges::groups() const
{
    std::vector<std::vector<PendingChange>> result;
    std::map<std::string, std::size_t> places;
    for (const PendingChange& change : m_changes) {
        if (!isWaiting(change.state))
            continue;
        const auto [place, isNew] = places.emplace(objectOf(change), result.size());
        if (isNew)
            result.emplace_back();
        result[place->second].push_back(change);
    }
    std::erase_if(result, [](const auto& group) {
        return std::any_of(group.begin(), group.end(),
                           [](const auto& c) { return c.state == PendingChange::State::Conflict; });
    });
    return result;
}

void PendingChanges::setState(std::uint64_t number, PendingChange::State state, const QString& note,
                              const QString& hint)
{
    const int row = indexOf(number);
    if (row < 0)
        return;
    PendingChange& change = m_changes[static_cast<std::size_t>(row)];
    const bool sentNow = state == PendingChange::State::Sending;
    change.state = state;
    change.note = note;
    change.hint = hint;
    touch(row);
    if (sentNow)
        forgetSent();
}

// What was sent cannot be taken back by undo.
void PendingChanges::forgetSent() { m_undo.clear(); }

void PendingChanges::lookForConflicts()
{
    for (int row = 0; row < rowCount(); ++row) {
        PendingChange& change = m_changes[static_cast<std::size_t>(row)];
        if (change.state != PendingChange::State::Staged &&
            change.state != PendingChange::State::Conflict)
            continue;
        const model::Revision present = presentRevision(change, m_data);
        const bool conflict = present != change.seen;
        if (!conflict && change.state == PendingChange::State::Conflict) {
            change.state = PendingChange::State::Staged;
            change.note.clear();
            change.hint.clear();
            touch(row);
        } else if (conflict) {
            QString note;
            if (present == 0)
                note = tr("it does not exist any more");
            else if (change.seen == 0)
                note = tr("somebody else has made one of this name, at revision %1").arg(present);
            else
                note = tr("somebody else has changed it, at revision %1").arg(present);
            if (change.state == PendingChange::State::Conflict && change.note == note)
                continue;
            change.state = PendingChange::State::Conflict;
            change.note = note;
            change.hint = tr("Look at it again; then keep this change, or discard it");
            touch(row);
        }
    }
}

int PendingChanges::indexOf(std::uint64_t number) const
{
    for (std::size_t i = 0; i < m_changes.size(); ++i)
        if (m_changes[i].number == number)
            return static_cast<int>(i);
    return -1;
}

void PendingChanges::insert(int row, PendingChange change)
{
    beginInsertRows({}, row, row);
    m_changes.insert(m_changes.begin() + row, std::move(change));
    endInsertRows();
    lookForConflicts();
    Q_EMIT countChanged();
}

PendingChange PendingChanges::take(int row)
{
    beginRemoveRows({}, row, row);
    PendingChange change = std::move(m_changes[static_cast<std::size_t>(row)]);
    m_changes.erase(m_changes.begin() + row);
    endRemoveRows();
    Q_EMIT countChanged();
    return change;
}

void PendingChanges::touch(int row)
{
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    Q_EMIT countChanged();
}

int PendingChanges::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_changes.size());
}

int PendingChanges::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PendingChanges::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const PendingChange& change = m_changes[static_cast<std::size_t>(index.row())];
    if (role == SignRole && index.column() == Status)
        return static_cast<int>(signOf(change.state));
    if (role == kNumberRole)
        return QVariant::fromValue<qulonglong>(change.number);
    if (role == Qt::ToolTipRole)
        return change.hint.isEmpty() ? change.note : change.note + QLatin1Char('\n') + change.hint;
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == What)
        return describe(change, m_data);
    QString status;
    switch (change.state) {
    case PendingChange::State::Staged:
        status = tr("pending");
        break;
    case PendingChange::State::Conflict:
        status = tr("conflict");
        break;
    case PendingChange::State::Sending:
        status = tr("sending");
        break;
    case PendingChange::State::Failed:
        status = tr("failed");
        break;
    case PendingChange::State::Done:
        status = tr("done");
        break;
    }
    return change.note.isEmpty() ? status : status + QStringLiteral(": ") + change.note;
}

QVariant PendingChanges::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == What ? tr("Change") : tr("State");
}

} // namespace drover::gui::models
