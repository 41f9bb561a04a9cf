// Leases: promises that a dataset stays mounted where it is.

#include "control/core/decide_ops.h"

namespace drover::control::core {

using namespace model;

namespace {

constexpr std::size_t kMaximumLeasesPerDataset = 1024;

Result<void> checkHolder(const std::string& holder)
{
    if (holder.empty() || holder.size() > kMaximumHolderLength || !isValidUtf8(holder))
        return refuse(ErrorCode::InvalidArgument,
                      "a lease's holder is 1 to " + std::to_string(kMaximumHolderLength) +
                          " bytes of UTF-8",
                      {}, "say who holds it, such as jenkins-7");
    return {};
}

} // namespace

OperationOutcome decideOne(DecideContext& context, const LeaseAcquire& verb)
{
    const auto record = livingOne(context.view, verb.dataset);
    if (!record)
        return record.error();
    const std::string subject = datasetSubject(record->header.name);
    if (const auto valid = checkHolder(verb.holder); !valid)
        return about(valid.error(), subject);
    if (verb.ttl) {
        if (const auto valid = checkDuration("a lease's time to live", *verb.ttl); !valid)
            return about(valid.error(), subject);
        if (*verb.ttl == Duration{0})
            return refuse(ErrorCode::InvalidArgument, "a lease's time to live must be more than 0",
                          subject, "leave it out for a lease without end");
    }
    const auto node = resolve(context.state, verb.node);
    if (!node)
        return node.error();
    const std::string wantedName = nodeName(context.state, *node);
    const auto* nodeLedger = context.view.nodeLedger(*node);
    if (nodeLedger == nullptr || nodeLedger->lost)
        return refuse(ErrorCode::FailedState,
                      "node " + wantedName + " is declared lost or forgotten", "node " + wantedName,
                      "start its agent, or take the lease on another node");
    const auto* ledger = context.view.ledger(record->id);
    if (ledger == nullptr || !ledger->owner)
        return refuse(ErrorCode::FailedState,
                      "the dataset " + record->header.name + " has no node yet", subject,
                      "wait until it is placed: `drover wait dataset " + record->header.name + "`");
    if (*ledger->owner != *node)
        return refuse(ErrorCode::InUse,
                      "the dataset " + record->header.name + " is on node " +
                          nodeName(context.state, *ledger->owner) + ", not on " + wantedName,
                      subject,
                      "move it first: `drover dataset move " + record->header.name + " --to " +
                          wantedName + "`");
    const auto& wished = record->spec.placement;
    if (ledger->handover || (wished.node && *wished.node != *node))
        return refuse(ErrorCode::FailedState,
                      "the dataset " + record->header.name + " is about to leave node " +
                          wantedName,
                      subject, "wait until it has moved");

    const auto tokens = context.view.leasesOf(record->id);
    for (const auto& token : tokens) {
        LeaseRecord lease = *context.view.lease(token);
        if (lease.node != *node || lease.holder != verb.holder)
            continue;
        context.out.renewed.push_back(token);
        if (lease.ttl != verb.ttl) {
            lease.ttl = verb.ttl;
            context.view.put(lease);
            context.log("lease.acquire", subject, "lease of " + verb.holder + " changed",
                        record->id, *node);
        }
        return OperationResult{record->id, *node, token,
                               "the holder has a lease already; it begins anew"};
    }
    if (tokens.size() >= kMaximumLeasesPerDataset)
        return refuse(ErrorCode::TooLarge,
                      "the dataset " + record->header.name + " has " +
                          std::to_string(tokens.size()) + " leases already",
                      subject, "release some; see `drover lease list`");
    const LeaseRecord lease{
        context.ids.make<LeaseToken>(), record->id, *node, verb.holder, verb.ttl, context.now.wall};
    context.view.put(lease);
    context.log("lease.acquire", subject, "leased to " + verb.holder + " on node " + wantedName,
                record->id, *node);
    return OperationResult{record->id, *node, lease.token, {}};
}

OperationOutcome decideOne(DecideContext& context, const LeaseRenew& verb)
{
    const auto* lease = context.view.lease(verb.token);
    if (lease == nullptr)
        return refuse(ErrorCode::NotFound, "there is no such lease; it ended",
                      "lease " + verb.token.toString(), "acquire a new one");
    context.out.renewed.push_back(verb.token);
    return OperationResult{lease->dataset, lease->node, lease->token, {}};
}

OperationOutcome decideOne(DecideContext& context, const LeaseRelease& verb)
{
    const auto* known = context.view.lease(verb.token);
    if (known == nullptr)
        return refuse(ErrorCode::NotFound, "there is no such lease; it ended",
                      "lease " + verb.token.toString(),
                      "nothing is left to release; `drover lease list` has those that are held");
    const LeaseRecord lease = *known;
    context.view.remove(keyOf(lease.token));
    context.log("lease.release", subjectOf(context.state, lease.dataset),
                "lease of " + lease.holder + " ended", lease.dataset, lease.node);
    restartGraceWhenFree(context.view, lease.dataset, context.now);
    return OperationResult{lease.dataset, lease.node, lease.token, {}};
}

void restartGraceWhenFree(Overlay& view, const DatasetId& id, const Now& now)
{
    const auto* known = view.dataset(id);
    if (known == nullptr || !known->deletion || !view.leasesOf(id).empty())
        return;
    DatasetRecord record = *known;
    record.deletion->at = now;
    view.put(record);
}

} // namespace drover::control::core
