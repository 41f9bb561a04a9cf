// Delete, undelete, purge: the only verbs at whose end data may be destroyed.

#include "control/core/decide_ops.h"
#include "control/core/liveness.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

// The id of a dataset that is gone for good; a repeated delete or purge of it is no error.
bool wasPurged(const Overlay& view, const DatasetRef& ref)
{
    return ref.id && view.dataset(*ref.id) == nullptr &&
           (view.ledger(*ref.id) != nullptr || view.isTombstone(*ref.id));
}

Result<void> checkNotLeased(const DecideContext& context, const DatasetRecord& record,
                            const char* verb)
{
    const std::string holders = holdersOf(context.view, record.id);
    if (holders.empty())
        return {};
    return refuse(ErrorCode::InUse,
                  "the dataset " + record.header.name + " is leased by " + holders,
                  datasetSubject(record.header.name), std::string("end the leases first") + verb);
}

} // namespace

void purgeNow(Overlay& view, const DatasetRecord& record)
{
    const DatasetId id = record.id;
    const auto* known = view.ledger(id);
    view.remove(keyOf(id, RecordKind::Dataset));
    if (known == nullptr || !known->owner) {
        // Never placed: no copy was ever ordered anywhere.
        if (known != nullptr)
            view.remove(keyOf(id, RecordKind::DatasetLedger));
        view.put(Tombstone{id});
        return;
    }
    DatasetLedger ledger = *known;
    if (const auto handover = ledger.handover) {
        // The other end's copy goes with it; in a shared pool there is only the one.
        const bool granted = handover->phase == HandoverPhase::Granted;
        const CopyId other = granted ? handover->sourceCopy : handover->targetCopy;
        if (other != ledger.copy)
            ledger.retired.push_back({other, granted ? handover->sourcePool : handover->targetPool,
                                      granted ? handover->source : handover->target,
                                      CopyRole::Trash, view.base().now(), true});
        ledger.handover.reset();
    }
    for (auto& retired : ledger.retired)
        retired.purgeCommitted = true;
    std::sort(ledger.retired.begin(), ledger.retired.end(),
              [](const auto& a, const auto& b) { return a.copy < b.copy; });
    ledger.purgeCommitted = true;
    ledger.purged = record;
    view.put(ledger);
}

OperationOutcome decideOne(DecideContext& context, const DatasetDelete& verb)
{
    if (wasPurged(context.view, verb.dataset))
        return OperationResult{verb.dataset.id, {}, {}, "it was purged already"};
    const auto id = resolveIn(context.view, verb.dataset, /*evenDeleted=*/true);
    if (!id)
        return id.error();
    DatasetRecord record = *context.view.dataset(*id);
    if (record.deletion)
        return OperationResult{*id, {}, {}, "it was deleted already"};
    const Duration grace = verb.grace.value_or(context.view.cluster().deleteGrace);
    const std::string subject = datasetSubject(record.header.name);
    if (const auto valid = checkDuration("the grace", grace); !valid)
        return about(valid.error(), subject);
    if (!verb.whenFree) {
        if (const auto free = checkNotLeased(context, record, ", or delete it with --when-free");
            !free)
            return free.error();
    } else if (const std::string holders = holdersOf(context.view, *id); !holders.empty()) {
        context.out.warnings.push_back(subject + " stays in use until its leases end: " + holders);
    }
    record.deletion = Deletion{context.now, grace, context.actor.user};
    context.log("dataset.delete", subject,
                grace == Duration{0} ? "deleted; its data is destroyed at once"
                                     : "deleted; kept for " + toString(grace),
                *id);
    putChanged(context, std::move(record));
    return OperationResult{*id, {}, {}, {}};
}

OperationOutcome decideOne(DecideContext& context, const DatasetUndelete& verb)
{
    const auto id = resolveIn(context.view, verb.dataset, /*evenDeleted=*/true);
    if (!id)
        return id.error();
    DatasetRecord record = *context.view.dataset(*id);
    const std::string name = verb.name.empty() ? record.header.name : verb.name;
    if (!record.deletion) {
        if (name == record.header.name)
            return OperationResult{*id, {}, {}, "it is not deleted"};
        return refuse(ErrorCode::FailedState,
                      "the dataset " + record.header.name + " is not deleted",
                      datasetSubject(record.header.name), "rename it with `drover dataset rename`");
    }
    if (const auto valid = checkName("dataset", name); !valid)
        return about(valid.error(), datasetSubject(record.header.name));
    if (context.view.living(name) != nullptr)
        return refuse(ErrorCode::AlreadyExists, "another dataset is named " + name + " by now",
                      datasetSubject(name),
                      "give a new name: `drover dataset undelete " + id->toString() +
                          " --name NEW`");
    record.deletion.reset();
    record.header.name = name;
    context.log("dataset.undelete", datasetSubject(name), "brought back", *id);
    putChanged(context, std::move(record));
    return OperationResult{*id, {}, {}, {}};
}

OperationOutcome decideOne(DecideContext& context, const DatasetPurge& verb)
{
    if (wasPurged(context.view, verb.dataset))
        return OperationResult{verb.dataset.id, {}, {}, "it was purged already"};
    const auto id = resolveIn(context.view, verb.dataset, /*evenDeleted=*/true);
    if (!id)
        return id.error();
    const DatasetRecord record = *context.view.dataset(*id);
    const std::string subject = datasetSubject(record.header.name);
    if (!record.deletion)
        return refuse(ErrorCode::FailedState,
                      "the dataset " + record.header.name + " is not deleted", subject,
                      "delete it first; purge only ends the grace of a deleted one");
    if (const auto free = checkNotLeased(context, record, ""); !free)
        return free.error();
    // What cannot be taken back waits until it is known that this store is the newest.
    if (const Heard heard = heardSinceStart(context.state); !heard.isEnough())
        return refuse(ErrorCode::Unavailable,
                      std::to_string(heard.spoken) + " of " + std::to_string(heard.known) +
                          " known nodes have spoken since control started; nothing is purged until "
                          "half of them have",
                      subject, "start the agents, then try again");
    purgeNow(context.view, record);
    context.log("dataset.purge", subject, "purged; its copies are destroyed now", *id);
    return OperationResult{*id, {}, {}, {}};
}

} // namespace drover::control::core
