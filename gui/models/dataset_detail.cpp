#include "gui/models/detail.h"

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
    Q_DECLARE_TR_FUNCTIONS(drover::gui::models::FieldRow)
};

QString wishedPlace(const ClusterData& data, const Placement& placement)
{
    QStringList parts;
    parts << (placement.node ? data.nodeName(*placement.node) : Text::tr("wherever it fits"));
    if (!placement.requiredLabels.empty())
        parts << Text::tr("where %1").arg(Words::labels(placement.requiredLabels));
    QStringList kinds;
    for (const std::string& kind : placement.poolKinds)
        kinds << Words::text(kind);
    if (!kinds.isEmpty())
        parts << Text::tr("in pools of kind %1").arg(kinds.join(Text::tr(" or ")));
    return parts.join(QStringLiteral(", "));
}

// The primary copy, as its node reports it; null if it reports none.
const CopyState* primaryOf(const ClusterData& data, const DatasetLedger* ledger)
{
    return ledger && ledger->owner ? data.copy({*ledger->owner, ledger->copy}) : nullptr;
}

std::vector<FieldRow> fieldsOf(const ClusterData& data, const DatasetRecord& record, TimePoint now)
{
    std::vector<FieldRow> rows;
    const auto add = [&rows](const QString& field, const QString& desired, const QString& actual,
                             bool differs = false) {
        if (!desired.isEmpty() || !actual.isEmpty())
            rows.push_back({field, desired, actual, differs});
    };
    const DatasetLedger* ledger = data.ledger(record.id);
    const DatasetStatus* status = data.status(record.id);
    const CopyState* primary = primaryOf(data, ledger);
    const Placement& placement = record.spec.placement;

    const QString owner =
        ledger && ledger->owner ? data.nodeName(*ledger->owner) : Text::tr("nowhere yet");
    add(Text::tr("Node"), wishedPlace(data, placement), owner,
        placement.node && (!ledger || ledger->owner != placement.node));
    const PoolLedger* pool = ledger && ledger->owner ? data.pool(ledger->pool) : nullptr;
    const QString poolName = pool ? Words::text(pool->name) : QString();
    const QString wishedPool = Words::text(placement.pool);
    add(Text::tr("Pool"), wishedPool.isEmpty() ? Text::tr("the node's default") : wishedPool,
        pool ? Text::tr("%1 (%2)").arg(poolName, Words::text(pool->kind)) : QString(),
        pool && !wishedPool.isEmpty() && wishedPool != poolName);
    const QString size = record.spec.size ? Words::size(*record.spec.size) : QString();
    const QString realSize = primary && primary->size ? Words::size(*primary->size) : QString();
    add(Text::tr("Size"), size.isEmpty() ? Text::tr("as large as its pool") : size, realSize,
        primary && primary->size && record.spec.size && *primary->size != *record.spec.size);
    add(Text::tr("Used"), {}, primary && primary->used ? Words::size(*primary->used) : QString());
    const QString filesystem = Words::text(record.spec.filesystem);
    const QString realFilesystem = primary ? Words::text(primary->filesystem) : QString();
    add(Text::tr("Filesystem"), filesystem, realFilesystem,
        !filesystem.isEmpty() && !realFilesystem.isEmpty() && filesystem != realFilesystem);
    add(Text::tr("Generation"), QString::number(record.header.generation),
        primary ? QString::number(primary->observedGeneration) : QString(),
        primary && primary->observedGeneration < record.header.generation);
    add(Text::tr("Path"), {}, status ? Words::text(status->path) : QString());
    if (ledger && ledger->epoch > 0)
        add(Text::tr("Epoch"), QString::number(ledger->epoch),
            primary ? QString::number(primary->epoch) : QString(),
            primary && primary->epoch != ledger->epoch);
    if (ledger && ledger->handover)
        add(Text::tr("Moving"),
            Text::tr("%1 to %2")
                .arg(data.nodeName(ledger->handover->source),
                     data.nodeName(ledger->handover->target)),
            Text::tr("%1 for %2")
                .arg(Words::of(ledger->handover->phase),
                     Words::age(ledger->handover->phaseSince, now)));
    if (status && status->transfer)
        add(Text::tr("Transfer"), {}, Words::progress(*status->transfer));
    if (primary)
        add(Text::tr("Step"), {}, Words::text(primary->step));
    for (const auto& [node, copy] : data.copiesOf(record.id))
        if (copy != primary)
            add(Text::tr("Other copy"), {},
                Text::tr("%1 on %2").arg(Words::of(copy->role), data.nodeName(node)));
    add(Text::tr("Labels"), Words::labels(record.header.labels), {});
    add(Text::tr("Metadata"), Words::labels(record.spec.metadata), {});
    if (record.deletion)
        add(Text::tr("Deleted"),
            Text::tr("%1 by %2")
                .arg(Words::moment(record.deletion->at.wall, now),
                     Words::text(record.deletion->by)),
            Text::tr("kept until %1")
                .arg(Words::moment(record.deletion->at.wall + record.deletion->grace, now)));
    add(Text::tr("Created"),
        record.header.createdBy.empty() ? Words::moment(record.header.createdAt, now)
                                        : Text::tr("%1 by %2")
                                              .arg(Words::moment(record.header.createdAt, now),
                                                   Words::text(record.header.createdBy)),
        {});
    add(Text::tr("Revision"), QString::number(record.header.modRevision), {});
    add(Text::tr("Id"), QString::fromStdString(record.id.toString()), {});
    return rows;
}

} // namespace

Detail detailOf(const ClusterData& data, const DatasetRecord& record, TimePoint now)
{
    Detail detail;
    const DatasetRow row = rowOf(data, record);
    detail.title = row.name;
    detail.sign = row.deleted                         ? Sign::Gone
                  : row.sync == Sync::InSync          ? signOf(row.health)
                  : row.health == Health::Unavailable ? Sign::Bad
                                                      : signOf(row.sync);
    detail.state = row.deleted ? Text::tr("deleted")
                               : Words::of(row.sync) + QStringLiteral(", ") + Words::of(row.health);
    if (!row.reason.isEmpty() && !row.deleted)
        detail.state += QStringLiteral(" – ") + row.reason;
    detail.fields = fieldsOf(data, record, now);
    if (const DatasetStatus* status = data.status(record.id))
        detail.conditions = status->conditions;
    std::stable_sort(detail.conditions.begin(), detail.conditions.end(),
                     [](const auto& a, const auto& b) { return a.severity > b.severity; });
    return detail;
}

} // namespace drover::gui::models
