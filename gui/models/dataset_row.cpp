#include "gui/models/dataset_row.h"

#include "gui/models/words.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

class Text
{
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::DatasetRow)
};

QString reasonOf(const DatasetRecord& record, const DatasetLedger* ledger,
                 const DatasetStatus& status)
{
    if (record.deletion && ledger && ledger->purgeCommitted) {
        const Condition* trouble = worst(status.conditions);
        return trouble && status.sync == Sync::Blocked
                   ? Text::tr("being destroyed: %1").arg(Words::text(trouble->message))
                   : Text::tr("being destroyed");
    }
    if (record.deletion)
        return Text::tr("deleted, kept until %1")
            .arg(Words::moment(record.deletion->at.wall + record.deletion->grace));
    if (ledger && ledger->handover && status.sync != Sync::Blocked) {
        if (status.transfer && ledger->handover->phase == HandoverPhase::Copying)
            return Words::progress(*status.transfer);
        return Text::tr("moving: %1").arg(Words::of(ledger->handover->phase));
    }
    if (status.sync == Sync::InSync && status.health == Health::Healthy)
        return {};
    const Condition* condition = worst(status.conditions);
    if (!condition)
        return {};
    if (!condition->message.empty())
        return Words::text(condition->message);
    return condition->reason.empty() ? QString::fromLatin1(toString(condition->type))
                                     : Words::text(condition->reason);
}

} // namespace

DatasetRow rowOf(const ClusterData& data, const DatasetRecord& record)
{
    static const DatasetStatus kNone;
    const DatasetLedger* ledger = data.ledger(record.id);
    const DatasetStatus* known = data.status(record.id);
    const DatasetStatus& status = known ? *known : kNone;

    DatasetRow row;
    row.id = record.id;
    row.name = Words::text(record.header.name);
    row.sync = status.sync;
    row.health = status.health;
    row.deleted = record.deletion.has_value();
    row.size = record.spec.size;
    row.filesystem = Words::text(record.spec.filesystem);
    row.pool = Words::text(record.spec.placement.pool);
    row.labelPairs = record.header.labels;
    row.labels = Words::labels(record.header.labels);
    row.modRevision = record.header.modRevision;
    if (ledger && ledger->owner) {
        row.node = data.nodeName(*ledger->owner);
        row.epoch = ledger->epoch;
        if (const PoolLedger* pool = data.pool(ledger->pool))
            row.pool = Words::text(pool->name);
        if (const CopyState* copy = data.copy({*ledger->owner, ledger->copy})) {
            row.used = copy->used;
            if (!copy->filesystem.empty())
                row.filesystem = Words::text(copy->filesystem);
        }
    } else if (record.spec.placement.node) {
        row.node = data.nodeName(*record.spec.placement.node);
    }
    if (ledger && ledger->handover) {
        row.moving = true;
        row.node = data.nodeName(ledger->handover->source);
        row.target = data.nodeName(ledger->handover->target);
    }
    if (status.transfer && status.transfer->bytesTotal.value > 0)
        row.percent = static_cast<int>(
            std::min(100.0, 100.0 * static_cast<double>(status.transfer->bytesDone.value) /
                                static_cast<double>(status.transfer->bytesTotal.value)));
    QStringList holders;
    for (const LeaseRecord* lease : data.leasesOf(record.id))
        holders << Words::text(lease->holder);
    row.holders = holders.join(QStringLiteral(", "));
    if (const Condition* condition = worst(status.conditions))
        row.severity = condition->severity;
    row.reason = reasonOf(record, ledger, status);
    return row;
}

namespace {

bool isStuck(Sync sync, Health health, bool error)
{
    return sync == Sync::Blocked || health == Health::Unknown || error ||
           (sync == Sync::InSync && health != Health::Healthy);
}

} // namespace

bool needsPerson(const DatasetRow& row)
{
    return !row.deleted && isStuck(row.sync, row.health, row.severity == ConditionSeverity::Error);
}

bool needsPerson(const DatasetRecord& record, const DatasetStatus& status)
{
    const Condition* condition = worst(status.conditions);
    return !record.deletion &&
           isStuck(status.sync, status.health,
                   condition && condition->severity == ConditionSeverity::Error);
}

int urgency(const DatasetRow& row)
{
    if (row.deleted)
        return 6;
    if (row.health == Health::Unavailable)
        return 0;
    if (row.sync == Sync::Blocked)
        return 1;
    if (row.health == Health::Unknown)
        return 2;
    if (row.health == Health::Degraded)
        return 3;
    return row.sync == Sync::Converging ? 4 : 5;
}

} // namespace drover::gui::models
