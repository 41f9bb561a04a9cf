// Verbs that make a dataset or change what is wished of it.

#include "control/core/decide_ops.h"
#include "control/core/diff.h"
#include "control/core/handover.h"
#include "control/core/placement.h"

namespace drover::control::core {

using namespace model;

namespace {

Result<void> checkSize(ByteCount size, const std::string& subject)
{
    if (size.value == 0 || size > kMaximumDatasetSize ||
        size.value % kDatasetSizeQuantum.value != 0)
        return refuse(ErrorCode::InvalidArgument,
                      "the size " + toString(size) + " is not a multiple of " +
                          toString(kDatasetSizeQuantum) + " from " + toString(kDatasetSizeQuantum) +
                          " to " + toString(kMaximumDatasetSize),
                      subject, "take a size in MiB, GiB or TiB");
    return {};
}

Result<void> checkFree(const Overlay& view, const std::string& name)
{
    if (const auto valid = checkName("dataset", name); !valid)
        return valid.error();
    if (view.living(name) != nullptr)
        return refuse(ErrorCode::AlreadyExists, "there is a dataset named " + name + " already",
                      datasetSubject(name), "choose another name");
    return {};
}

// A dataset that names its node: the node is open, has the pool, and the pool can hold it. Settles
// the pool's name.
Result<void> settleNode(DecideContext& context, const NodeRef& ref, DatasetSpec& spec)
{
    const auto node = openNode(context, ref);
    if (!node)
        return node.error();
    const PlacementPlanner planner(context.state);
    const auto pool = planner.poolOn(*node, spec.placement.pool);
    if (!pool)
        return pool.error();
    if (const auto fit = planner.fits(spec, *node, *pool, {othersIn(context, *pool, nullptr), {}});
        !fit)
        return fit.error();
    spec.placement.node = *node;
    spec.placement.pool = poolName(context.state, *pool);
    context.view.promise(*pool, spec.size.value_or(ByteCount{}));
    return {};
}

} // namespace

OperationOutcome decideOne(DecideContext& context, const DatasetCreate& verb)
{
    const std::string subject = datasetSubject(verb.name);
    if (const auto valid = checkFree(context.view, verb.name); !valid)
        return about(valid.error(), subject);
    if (const auto valid = checkMetadata(verb.metadata); !valid)
        return about(valid.error(), subject);
    if (const auto valid = checkLabels(verb.labels); !valid)
        return about(valid.error(), subject);
    if (const auto valid = checkLabels(verb.requiredLabels); !valid)
        return about(valid.error(), subject);
    if (verb.size)
        if (const auto valid = checkSize(*verb.size, subject); !valid)
            return valid.error();
    if (verb.id) {
        if (verb.id->isNil())
            return refuse(ErrorCode::InvalidArgument, "the nil id is no dataset id", subject,
                          "leave the id out, or make a new one");
        const bool used = context.view.dataset(*verb.id) != nullptr ||
                          context.view.ledger(*verb.id) != nullptr ||
                          context.view.isTombstone(*verb.id);
        if (used)
            return refuse(ErrorCode::AlreadyExists,
                          "the dataset id " + verb.id->toString() + " is or was in use", subject,
                          "leave the id out, or make a new one; ids are never used again");
    }

    DatasetRecord record;
    record.spec.size = verb.size;
    record.spec.filesystem = verb.filesystem;
    record.spec.metadata = verb.metadata;
    record.spec.placement.pool = verb.pool;
    record.spec.placement.requiredLabels = verb.requiredLabels;
    record.spec.placement.poolKinds = verb.poolKinds;
    std::string where = "by constraints";
    if (verb.node.id || !verb.node.name.empty()) {
        if (const auto settled = settleNode(context, verb.node, record.spec); !settled)
            return settled.error();
        where = "on node " + nodeName(context.state, *record.spec.placement.node);
    } else {
        const auto choice = PlacementPlanner(context.state).choose(record.spec);
        if (!choice.node && !choice.mayFitLater())
            return refuse(ErrorCode::NoPlacement, "no node fits: " + choice.why(context.state),
                          subject, "change the constraints, or add a node");
        if (!choice.node)
            context.out.warnings.push_back(subject +
                                           " waits for a node: " + choice.why(context.state));
    }

    record.id = verb.id ? *verb.id : context.ids.make<DatasetId>();
    record.header.name = verb.name;
    record.header.labels = verb.labels;
    record.header.generation = 1;
    record.header.modRevision = context.revision;
    record.header.createdAt = context.now.wall;
    record.header.createdBy = context.actor.user;
    context.view.put(record);
    context.log("dataset.create", subject, "created " + where, record.id,
                record.spec.placement.node);
    return OperationResult{record.id, record.spec.placement.node, std::nullopt, {}};
}

OperationOutcome decideOne(DecideContext& context, const DatasetMove& verb)
{
    auto record = livingOne(context.view, verb.dataset);
    if (!record)
        return record.error();
    const std::string subject = datasetSubject(record->header.name);
    const auto node = openNode(context, verb.to);
    if (!node)
        return node.error();

    const auto* ledger = context.view.ledger(record->id);
    const bool placed = ledger != nullptr && ledger->owner;
    const PlacementPlanner planner(context.state);
    const auto pool = planner.poolOn(*node, verb.pool, placed ? &ledger->pool : nullptr);
    if (!pool)
        return pool.error();
    const Place to{*node, *pool};
    const std::string poolNamed = poolName(context.state, *pool);
    if (record->spec.placement.node == *node && record->spec.placement.pool == poolNamed)
        return OperationResult{record->id, *node, std::nullopt, "it is wished there already"};

    const bool stays = placed && *ledger->owner == to.node && ledger->pool == to.pool;
    if (placed && !stays) {
        if (const auto possible = canHandOver(context.state, *ledger, to); !possible)
            return possible.error();
        const ByteCount there =
            ledger->pool == to.pool ? record->spec.size.value_or(ByteCount{}) : ByteCount{};
        const auto fit =
            planner.fits(record->spec, *node, *pool, {othersIn(context, *pool, &*record), there});
        if (!fit)
            return fit.error();
        const std::string holders = holdersOf(context.view, record->id);
        if (!holders.empty() && !verb.whenFree)
            return refuse(ErrorCode::InUse,
                          "the dataset " + record->header.name + " is leased by " + holders,
                          subject, "end the leases, or move it with --when-free");
        if (!holders.empty())
            context.out.warnings.push_back(subject + " moves when its leases end: " + holders);
        if (ledger->handover && ledger->handover->phase >= HandoverPhase::Verified)
            context.out.warnings.push_back(subject +
                                           " is being handed over; that is finished first");
        context.view.promise(*pool, record->spec.size.value_or(ByteCount{}));
    } else if (!placed) {
        const auto fit =
            planner.fits(record->spec, *node, *pool, {othersIn(context, *pool, &*record), {}});
        if (!fit)
            return fit.error();
    }

    record->spec.placement.node = *node;
    record->spec.placement.pool = poolNamed;
    context.log("dataset.move", subject,
                "wished on node " + nodeName(context.state, *node) + ", pool " + poolNamed,
                record->id, *node);
    const OperationResult result{record->id, *node, std::nullopt, {}};
    putChanged(context, std::move(*record));
    return result;
}

OperationOutcome decideOne(DecideContext& context, const DatasetResize& verb)
{
    auto record = livingOne(context.view, verb.dataset);
    if (!record)
        return record.error();
    const std::string subject = datasetSubject(record->header.name);
    if (const auto valid = checkSize(verb.size, subject); !valid)
        return valid.error();
    if (record->spec.size == verb.size)
        return OperationResult{record->id, {}, {}, "it has that size already"};
    if (record->spec.size && verb.size < *record->spec.size)
        return refuse(ErrorCode::Unsupported,
                      "the dataset " + record->header.name + " is " + toString(*record->spec.size) +
                          " and cannot shrink to " + toString(verb.size),
                      subject, "create a smaller one and copy what is in it");
    const auto* ledger = context.view.ledger(record->id);
    if (isFrozen(ledger))
        return refuse(ErrorCode::FailedState,
                      "the dataset " + record->header.name + " is being handed over", subject,
                      "resize it when it has arrived");
    DatasetSpec spec = record->spec;
    spec.size = verb.size;
    if (ledger != nullptr && ledger->owner) {
        const auto* pool = context.state.poolState(*ledger->owner, ledger->pool);
        if (pool != nullptr && pool->capabilities.sizes && !pool->capabilities.growOnline &&
            !pool->capabilities.growOffline)
            return refuse(ErrorCode::Unsupported,
                          "pool " + pool->name + " cannot change the size of a dataset", subject,
                          "create a larger dataset and copy what is in it");
        const PlacementPlanner planner(context.state);
        const ByteCount there = record->spec.size.value_or(ByteCount{});
        const auto fit = planner.fits(spec, *ledger->owner, ledger->pool,
                                      {othersIn(context, ledger->pool, &*record), there});
        if (!fit)
            return fit.error();
        if (const auto& handover = ledger->handover) {
            const auto target =
                planner.fits(spec, handover->target, handover->targetPool,
                             {othersIn(context, handover->targetPool, nullptr), there});
            if (!target)
                return target.error();
        }
        context.view.promise(ledger->pool, ByteCount{verb.size.value - there.value});
    }
    record->spec = std::move(spec);
    context.log("dataset.resize", subject, "size " + toString(verb.size), record->id);
    const OperationResult result{record->id, {}, {}, {}};
    putChanged(context, std::move(*record));
    return result;
}

OperationOutcome decideOne(DecideContext& context, const DatasetSetMetadata& verb)
{
    auto record = livingOne(context.view, verb.dataset);
    if (!record)
        return record.error();
    if (const auto valid = checkMetadata(verb.metadata); !valid)
        return about(valid.error(), datasetSubject(record->header.name));
    const OperationResult result{
        record->id,
        {},
        {},
        record->spec.metadata == verb.metadata ? "it has that metadata already" : ""};
    if (!result.message.empty())
        return result;
    const DatasetRecord before = *record;
    record->spec.metadata = verb.metadata;
    context.log("dataset.set-metadata", datasetSubject(record->header.name),
                changesOf(before, *record, context.state), record->id);
    putChanged(context, std::move(*record));
    return result;
}

OperationOutcome decideOne(DecideContext& context, const DatasetRename& verb)
{
    auto record = livingOne(context.view, verb.dataset);
    if (!record)
        return record.error();
    if (record->header.name == verb.name)
        return OperationResult{record->id, {}, {}, "it has that name already"};
    if (const auto valid = checkFree(context.view, verb.name); !valid)
        return about(valid.error(), datasetSubject(record->header.name));
    context.log("dataset.rename", datasetSubject(record->header.name), "renamed to " + verb.name,
                record->id);
    record->header.name = verb.name;
    const OperationResult result{record->id, {}, {}, {}};
    putChanged(context, std::move(*record));
    return result;
}

} // namespace drover::control::core
