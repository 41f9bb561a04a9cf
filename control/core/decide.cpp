#include "control/core/decide.h"

#include "control/core/decide_ops.h"
#include "control/core/plan.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

Error refuse(ErrorCode code, std::string message, std::string subject, std::string hint)
{
    return Error{code, std::move(message), std::move(subject), std::move(hint)};
}

std::string datasetSubject(const std::string& name) { return "dataset " + name; }

std::string subjectOf(const ClusterState& state, const DatasetId& id)
{
    const auto* record = state.dataset(id);
    return "dataset " + (record != nullptr ? record->header.name : id.toString());
}

std::string nodeName(const ClusterState& state, const NodeId& id)
{
    const auto* node = state.nodeLedger(id);
    return node != nullptr && !node->hostname.empty() ? node->hostname : id.toString();
}

std::string poolName(const ClusterState& state, const PoolId& id)
{
    const auto* pool = state.pool(id);
    return pool != nullptr && !pool->name.empty() ? pool->name : id.toString();
}

Result<NodeId> resolve(const ClusterState& state, const NodeRef& ref)
{
    if (ref.id) {
        if (state.nodeLedger(*ref.id) != nullptr)
            return *ref.id;
        return refuse(ErrorCode::NotFound, "there is no node with the id " + ref.id->toString(),
                      "node " + ref.id->toString(), "see `drover node list`");
    }
    if (ref.name.empty())
        return refuse(ErrorCode::InvalidArgument, "no node is named", {},
                      "give its name or its id; see `drover node list`");
    const auto nodes = state.nodesNamed(ref.name);
    if (nodes.size() == 1)
        return nodes.front();
    const std::string subject = "node " + ref.name;
    if (nodes.empty())
        return refuse(ErrorCode::NotFound, "there is no node named " + ref.name, subject,
                      "see `drover node list`");
    return refuse(ErrorCode::Conflict, "several nodes are named " + ref.name, subject,
                  "name it by its id");
}

Result<DatasetId> resolveIn(const Overlay& view, const DatasetRef& ref, bool evenDeleted)
{
    if (ref.id) {
        const std::string subject = "dataset " + ref.id->toString();
        const auto* record = view.dataset(*ref.id);
        if (record == nullptr) {
            const bool purged = view.isTombstone(*ref.id) || view.ledger(*ref.id) != nullptr;
            return refuse(ErrorCode::NotFound,
                          purged ? "the dataset " + ref.id->toString() + " was purged"
                                 : "there is no dataset with the id " + ref.id->toString(),
                          subject, "see `drover dataset list`");
        }
        if (record->deletion && !evenDeleted)
            return refuse(ErrorCode::FailedState,
                          "the dataset " + record->header.name + " is deleted",
                          datasetSubject(record->header.name),
                          "bring it back with `drover dataset undelete`");
        return *ref.id;
    }
    if (ref.name.empty())
        return refuse(ErrorCode::InvalidArgument, "no dataset is named", {},
                      "give its name or its id; see `drover dataset list`");
    if (const auto* record = view.living(ref.name))
        return record->id;
    const auto deleted = view.deletedNamed(ref.name);
    const std::string subject = datasetSubject(ref.name);
    if (deleted.empty())
        return refuse(ErrorCode::NotFound, "there is no dataset named " + ref.name, subject,
                      "see `drover dataset list`");
    if (!evenDeleted)
        return refuse(ErrorCode::FailedState, "the dataset " + ref.name + " is deleted", subject,
                      "bring it back with `drover dataset undelete`");
    if (deleted.size() > 1)
        return refuse(ErrorCode::Conflict, "several deleted datasets were named " + ref.name,
                      subject, "name it by its id; see `drover dataset list --deleted`");
    return deleted.front();
}

Result<DatasetId> resolve(const ClusterState& state, const DatasetRef& ref, bool evenDeleted)
{
    return resolveIn(Overlay(state), ref, evenDeleted);
}

Result<DatasetRecord> livingOne(const Overlay& view, const DatasetRef& ref)
{
    const auto id = resolveIn(view, ref, /*evenDeleted=*/false);
    if (!id)
        return id.error();
    return *view.dataset(*id);
}

Result<NodeId> openNode(const DecideContext& context, const NodeRef& ref)
{
    const auto node = resolve(context.state, ref);
    if (!node)
        return node.error();
    const std::string name = nodeName(context.state, *node);
    const auto* ledger = context.view.nodeLedger(*node);
    if (ledger == nullptr)
        return refuse(ErrorCode::NotFound, "node " + name + " is forgotten in this very batch",
                      "node " + name, "choose another node");
    if (ledger->lost)
        return refuse(ErrorCode::FailedState, "node " + name + " is declared lost", "node " + name,
                      "choose another node, or start its agent");
    const auto* wished = context.view.node(*node);
    if (wished != nullptr && wished->cordoned)
        return refuse(ErrorCode::FailedState, "node " + name + " is cordoned", "node " + name,
                      "`drover node uncordon " + name + "`, or choose another node");
    return *node;
}

std::string holdersOf(const Overlay& view, const DatasetId& id)
{
    std::string text;
    for (const auto& token : view.leasesOf(id)) {
        const auto* lease = view.lease(token);
        text +=
            (text.empty() ? "" : ", ") + nodeName(view.base(), lease->node) + "/" + lease->holder;
    }
    return text;
}

bool isFrozen(const DatasetLedger* ledger)
{
    return ledger != nullptr && ledger->handover &&
           ledger->handover->phase != HandoverPhase::Copying;
}

ByteCount othersIn(const DecideContext& context, const PoolId& pool, const DatasetRecord* self)
{
    std::uint64_t bytes = context.state.committed(pool).value + context.view.promised(pool).value;
    const auto* before = self != nullptr ? context.state.dataset(self->id) : nullptr;
    const auto* ledger = self != nullptr ? context.state.ledger(self->id) : nullptr;
    if (before != nullptr && before->spec.size && ledger != nullptr && ledger->owner &&
        ledger->pool == pool)
        bytes -= std::min(bytes, before->spec.size->value);
    return ByteCount{bytes};
}

Result<void> checkDuration(const char* what, Duration duration)
{
    if (duration < Duration{0} || duration > kMaximumDuration)
        return refuse(ErrorCode::InvalidArgument,
                      std::string(what) + " must be between 0 and " + toString(kMaximumDuration) +
                          ", not " + toString(duration),
                      {}, "take a time in between, such as 24h");
    return {};
}

std::string listed(const std::vector<std::string>& names)
{
    constexpr std::size_t kShown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kShown)
        text += " and " + std::to_string(names.size() - kShown) + " more";
    return text;
}

Error about(Error error, const std::string& subject)
{
    if (error.subject.empty())
        error.subject = subject;
    return error;
}

void DecideContext::log(const char* verb, const std::string& subject, const std::string& message,
                        const std::optional<DatasetId>& dataset, const std::optional<NodeId>& node)
{
    out.log.push_back({now.wall, actor.user, verb, subject, dataset, node,
                       reason.empty() ? message : message + " (" + reason + ")"});
}

void DecideContext::bump(Header& header) const
{
    ++header.generation;
    header.modRevision = revision;
}

void putChanged(DecideContext& context, DatasetRecord record)
{
    context.bump(record.header);
    context.view.put(record);
}

namespace {

// What a precondition names now; absent when there is no such object.
struct Subject
{
    std::string name;
    std::optional<Record> record;
    Revision modRevision = 0;
};

Result<Subject> find(const ClusterState& state, const Precondition& wanted)
{
    Subject subject;
    switch (wanted.key.kind) {
    case RecordKind::Cluster: {
        subject.name = "cluster";
        subject.record = state.record({RecordKind::Cluster, {}});
        subject.modRevision = state.cluster().header.modRevision;
        return subject;
    }
    case RecordKind::Dataset: {
        subject.name = "dataset " + wanted.name;
        if (wanted.key.id.empty()) {
            if (const auto* record = state.living(wanted.name))
                subject.record = *record;
        } else {
            subject.record = state.record(wanted.key);
        }
        if (subject.record) {
            const auto& header = std::get<DatasetRecord>(*subject.record).header;
            subject.name = "dataset " + header.name;
            subject.modRevision = header.modRevision;
        }
        return subject;
    }
    case RecordKind::Node: {
        subject.name = "node " + wanted.name;
        RecordKey key = wanted.key;
        if (key.id.empty()) {
            const auto nodes = state.nodesNamed(wanted.name);
            if (nodes.size() > 1)
                return refuse(ErrorCode::Conflict, "several nodes are named " + wanted.name,
                              subject.name, "name it by its id");
            if (nodes.size() == 1)
                key = keyOf(nodes.front(), RecordKind::Node);
        }
        if (!key.id.empty())
            subject.record = state.record(key);
        if (subject.record) {
            const auto& header = std::get<NodeRecord>(*subject.record).header;
            subject.name = "node " + header.name;
            subject.modRevision = header.modRevision;
        }
        return subject;
    }
    case RecordKind::Key:
    case RecordKind::History:
    case RecordKind::DatasetLedger:
    case RecordKind::NodeLedger:
    case RecordKind::PoolLedger:
    case RecordKind::Lease:
    case RecordKind::Tombstone:
        break;
    }
    return refuse(ErrorCode::InvalidArgument,
                  std::string("a precondition cannot stand on a record of kind ") +
                      toString(wanted.key.kind),
                  {}, "datasets, nodes and the cluster have a mod_revision");
}

std::optional<PreconditionFailure> check(const ClusterState& state, const Precondition& wanted)
{
    auto subject = find(state, wanted);
    if (!subject)
        return PreconditionFailure{subject.error(), std::nullopt};
    const auto fail = [&](const std::string& message) {
        return PreconditionFailure{refuse(ErrorCode::PreconditionFailed, message, subject->name,
                                          "look at it as it is now, then decide again"),
                                   subject->record};
    };
    if (wanted.modRevision == 0)
        return subject->record ? std::optional(fail(subject->name + " exists, at mod_revision " +
                                                    std::to_string(subject->modRevision)))
                               : std::nullopt;
    if (!subject->record)
        return fail(subject->name + " does not exist");
    if (subject->modRevision == wanted.modRevision)
        return std::nullopt;
    return fail(subject->name + " is at mod_revision " + std::to_string(subject->modRevision) +
                ", not " + std::to_string(wanted.modRevision));
}

Error inBatch(Error error, std::size_t number, std::size_t size)
{
    if (size > 1)
        error.message = "operation " + std::to_string(number) + " of " + std::to_string(size) +
                        ": " + error.message;
    return error;
}

} // namespace

std::optional<PreconditionFailure> checkPreconditions(const ClusterState& state, const Write& write)
{
    for (std::size_t i = 0; i < write.operations.size(); ++i)
        for (const auto& precondition : write.operations[i].preconditions)
            if (auto failure = check(state, precondition)) {
                failure->error = inBatch(std::move(failure->error), i + 1, write.operations.size());
                return failure;
            }
    return std::nullopt;
}

Result<Decision> decide(const ClusterState& state, const Write& write, const Actor& actor,
                        const Now& now, IdSource& ids, const PastConfiguration& past)
{
    if (write.operations.empty())
        return refuse(ErrorCode::InvalidArgument, "the write contains no operation", {},
                      "put at least one into it");
    if (write.operations.size() > kMaximumBatchOperations)
        return refuse(ErrorCode::TooLarge,
                      "the write contains " + std::to_string(write.operations.size()) +
                          " operations; at most " + std::to_string(kMaximumBatchOperations) +
                          " are allowed",
                      {}, "send them in several writes");
    if (auto failure = checkPreconditions(state, write))
        return failure->error;

    Decision decision;
    Overlay view(state);
    DecideContext context{state,   view, actor, now, ids, past, write.reason, state.revision() + 1,
                          decision};
    for (std::size_t i = 0; i < write.operations.size(); ++i) {
        auto result = std::visit([&](const auto& verb) { return decideOne(context, verb); },
                                 write.operations[i].verb);
        if (!result)
            return inBatch(result.error(), i + 1, write.operations.size());
        decision.results.push_back(std::move(*result));
    }
    decision.changes = view.changes();
    // What was already so leaves no trace: no commit, no revision.
    if (decision.changes.empty())
        decision.log.clear();

    if (!write.expectPlan.empty()) {
        const Plan made = plan(state, decision, now);
        if (made.digest != write.expectPlan)
            return refuse(ErrorCode::PlanChanged,
                          "the plan is not the expected one any more: its digest is " +
                              made.digest + ", not " + write.expectPlan,
                          {}, "look at the plan again, then decide");
    }
    return decision;
}

} // namespace drover::control::core
