// Answers.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::DatasetView& in, v1::DatasetView& out)
{
    encode(in.record, *out.mutable_record());
    if (in.ledger)
        encode(*in.ledger, *out.mutable_ledger());
    encode(in.status, *out.mutable_status());
    encodeList(in.leases, *out.mutable_leases());
}
model::DatasetView decode(const v1::DatasetView& in, Reader& r)
{
    model::DatasetView out;
    out.record = r.one(in.record(), "record");
    if (in.has_ledger())
        out.ledger = r.one(in.ledger(), "ledger");
    out.status = r.one(in.status(), "status");
    out.leases = r.list(in.leases(), "leases");
    return out;
}

void encode(const model::NodeView& in, v1::NodeView& out)
{
    encode(in.ledger, *out.mutable_ledger());
    if (in.record)
        encode(*in.record, *out.mutable_record());
    if (in.state)
        encode(*in.state, *out.mutable_state());
    out.set_datasets(in.datasets);
}
model::NodeView decode(const v1::NodeView& in, Reader& r)
{
    model::NodeView out;
    out.ledger = r.one(in.ledger(), "ledger");
    if (in.has_record())
        out.record = r.one(in.record(), "record");
    if (in.has_state())
        out.state = r.one(in.state(), "state");
    out.datasets = in.datasets();
    return out;
}

void encode(const model::LeaseView& in, v1::LeaseView& out)
{
    encode(in.record, *out.mutable_record());
    if (in.remaining)
        out.set_remaining_ms(in.remaining->count());
}
model::LeaseView decode(const v1::LeaseView& in, Reader& r)
{
    model::LeaseView out;
    out.record = r.one(in.record(), "record");
    if (in.has_remaining_ms())
        out.remaining = r.duration(in.remaining_ms(), "remaining_ms");
    return out;
}

void encode(const model::PlanStep& in, v1::PlanStep& out)
{
    out.set_node(utf8(in.node));
    out.set_subject(utf8(in.subject));
    out.set_action(utf8(in.action));
    out.set_reason(utf8(in.reason));
}
model::PlanStep decode(const v1::PlanStep& in, Reader& /*r*/)
{
    model::PlanStep out;
    out.node = in.node();
    out.subject = in.subject();
    out.action = in.action();
    out.reason = in.reason();
    return out;
}

void encode(const model::Plan& in, v1::Plan& out)
{
    encodeList(in.steps, *out.mutable_steps());
    encodeTexts(in.warnings, *out.mutable_warnings());
    out.set_digest(utf8(in.digest));
}
model::Plan decode(const v1::Plan& in, Reader& r)
{
    model::Plan out;
    out.steps = r.list(in.steps(), "steps");
    out.warnings = textsOf(in.warnings());
    out.digest = in.digest();
    return out;
}

void encode(const model::OperationResult& in, v1::OperationResult& out)
{
    if (in.dataset)
        out.set_dataset(in.dataset->toString());
    if (in.node)
        out.set_node(in.node->toString());
    if (in.lease)
        out.set_lease(in.lease->toString());
    out.set_message(utf8(in.message));
}
model::OperationResult decode(const v1::OperationResult& in, Reader& r)
{
    model::OperationResult out;
    if (in.has_dataset())
        out.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    if (in.has_node())
        out.node = r.id<model::NodeId>(in.node(), "node");
    if (in.has_lease())
        out.lease = r.id<model::LeaseToken>(in.lease(), "lease");
    out.message = in.message();
    return out;
}

void encode(const model::WriteResult& in, v1::WriteResult& out)
{
    encodeList(in.results, *out.mutable_results());
    if (in.plan)
        encode(*in.plan, *out.mutable_plan());
    encodeTexts(in.warnings, *out.mutable_warnings());
}
model::WriteResult decode(const v1::WriteResult& in, Reader& r)
{
    model::WriteResult out;
    out.results = r.list(in.results(), "results");
    if (in.has_plan())
        out.plan = r.one(in.plan(), "plan");
    out.warnings = textsOf(in.warnings());
    return out;
}

void encode(const model::ClientWelcome& in, v1::ClientWelcome& out)
{
    out.set_protocol_version(in.protocolVersion);
    out.set_version(utf8(in.version));
    out.set_cluster(textOf(in.cluster));
    out.set_cluster_name(utf8(in.clusterName));
    out.set_history(textOf(in.history));
    out.set_term(in.term);
    out.set_control_time_ms(millisecondsOf(in.controlTime));
    out.set_events_endpoint(utf8(in.eventsEndpoint));
    out.set_user(utf8(in.user));
    out.set_role(static_cast<v1::KeyRole>(in.role));
    encodeTexts(in.features, *out.mutable_features());
}
model::ClientWelcome decode(const v1::ClientWelcome& in, Reader& r)
{
    model::ClientWelcome out;
    out.protocolVersion = in.protocol_version();
    out.version = in.version();
    out.cluster = r.id<model::ClusterId>(in.cluster(), "cluster");
    out.clusterName = in.cluster_name();
    out.history = r.id<model::HistoryId>(in.history(), "history");
    out.term = in.term();
    out.controlTime = r.time(in.control_time_ms(), "control_time_ms");
    out.eventsEndpoint = in.events_endpoint();
    out.user = in.user();
    out.role = r.enumerator<model::KeyRole>(in.role(), v1::KeyRole_IsValid, "role");
    out.features = textsOf(in.features());
    return out;
}

void encode(const model::StatusResult& in, v1::StatusResult& out)
{
    out.set_version(utf8(in.version));
    encode(in.cluster, *out.mutable_cluster());
    encode(in.history, *out.mutable_history());
    out.set_revision(in.revision);
    out.set_safe_mode(in.safeMode);
    out.set_safe_mode_reason(utf8(in.safeModeReason));
    out.set_control_time_ms(millisecondsOf(in.controlTime));
    out.set_user(utf8(in.user));
    out.set_role(static_cast<v1::KeyRole>(in.role));
    out.set_datasets(in.datasets);
    out.set_in_sync(in.inSync);
    out.set_converging(in.converging);
    out.set_blocked(in.blocked);
    out.set_deleted(in.deleted);
    out.set_purging(in.purging);
    out.set_nodes(in.nodes);
    out.set_alive(in.alive);
    out.set_evasive(in.evasive);
    out.set_unreachable(in.unreachable);
    out.set_lost(in.lost);
    out.set_syncing(in.syncing);
    out.set_leases(in.leases);
    out.set_events_endpoint(utf8(in.eventsEndpoint));
    encodeList(in.conditions, *out.mutable_conditions());
    if (in.safeModeSince)
        out.set_safe_mode_since_ms(millisecondsOf(*in.safeModeSince));
}
model::StatusResult decode(const v1::StatusResult& in, Reader& r)
{
    model::StatusResult out;
    out.version = in.version();
    out.cluster = r.one(in.cluster(), "cluster");
    out.history = r.one(in.history(), "history");
    out.revision = in.revision();
    out.safeMode = in.safe_mode();
    out.safeModeReason = in.safe_mode_reason();
    out.controlTime = r.time(in.control_time_ms(), "control_time_ms");
    out.user = in.user();
    out.role = r.enumerator<model::KeyRole>(in.role(), v1::KeyRole_IsValid, "role");
    out.datasets = in.datasets();
    out.inSync = in.in_sync();
    out.converging = in.converging();
    out.blocked = in.blocked();
    out.deleted = in.deleted();
    out.purging = in.purging();
    out.nodes = in.nodes();
    out.alive = in.alive();
    out.evasive = in.evasive();
    out.unreachable = in.unreachable();
    out.lost = in.lost();
    out.syncing = in.syncing();
    out.leases = in.leases();
    out.eventsEndpoint = in.events_endpoint();
    out.conditions = r.list(in.conditions(), "conditions");
    if (in.has_safe_mode_since_ms())
        out.safeModeSince = r.time(in.safe_mode_since_ms(), "safe_mode_since_ms");
    return out;
}

void encode(const model::NodeListResult& in, v1::NodeListResult& out)
{
    encodeList(in.nodes, *out.mutable_nodes());
    out.set_next(utf8(in.next));
}
model::NodeListResult decode(const v1::NodeListResult& in, Reader& r)
{
    model::NodeListResult out;
    out.nodes = r.list(in.nodes(), "nodes");
    out.next = in.next();
    return out;
}

void encode(const model::DatasetListResult& in, v1::DatasetListResult& out)
{
    encodeList(in.datasets, *out.mutable_datasets());
    out.set_next(utf8(in.next));
}
model::DatasetListResult decode(const v1::DatasetListResult& in, Reader& r)
{
    model::DatasetListResult out;
    out.datasets = r.list(in.datasets(), "datasets");
    out.next = in.next();
    return out;
}

void encode(const model::LeaseListResult& in, v1::LeaseListResult& out)
{
    encodeList(in.leases, *out.mutable_leases());
}
model::LeaseListResult decode(const v1::LeaseListResult& in, Reader& r)
{
    model::LeaseListResult out;
    out.leases = r.list(in.leases(), "leases");
    return out;
}

void encode(const model::KeyListResult& in, v1::KeyListResult& out)
{
    encodeList(in.keys, *out.mutable_keys());
}
model::KeyListResult decode(const v1::KeyListResult& in, Reader& r)
{
    model::KeyListResult out;
    out.keys = r.list(in.keys(), "keys");
    return out;
}

void encode(const model::HistoryListResult& in, v1::HistoryListResult& out)
{
    encodeList(in.commits, *out.mutable_commits());
    out.set_oldest_kept(in.oldestKept);
}
model::HistoryListResult decode(const v1::HistoryListResult& in, Reader& r)
{
    model::HistoryListResult out;
    out.commits = r.list(in.commits(), "commits");
    out.oldestKept = in.oldest_kept();
    return out;
}

void encode(const model::FieldDiff& in, v1::FieldDiff& out)
{
    out.set_subject(utf8(in.subject));
    out.set_field(utf8(in.field));
    out.set_before(utf8(in.before));
    out.set_after(utf8(in.after));
}
model::FieldDiff decode(const v1::FieldDiff& in, Reader& /*r*/)
{
    model::FieldDiff out;
    out.subject = in.subject();
    out.field = in.field();
    out.before = in.before();
    out.after = in.after();
    return out;
}

void encode(const model::DiffResult& in, v1::DiffResult& out)
{
    encodeList(in.fields, *out.mutable_fields());
}
model::DiffResult decode(const v1::DiffResult& in, Reader& r)
{
    model::DiffResult out;
    out.fields = r.list(in.fields(), "fields");
    return out;
}

void encode(const model::ExportResult& in, v1::ExportResult& out)
{
    encode(in.configuration, *out.mutable_configuration());
}
model::ExportResult decode(const v1::ExportResult& in, Reader& r)
{
    model::ExportResult out;
    out.configuration = r.one(in.configuration(), "configuration");
    return out;
}

void encode(const model::SnapshotResult& in, v1::SnapshotResult& out)
{
    out.set_stream_id(textOf(in.streamId));
    out.set_n(in.n);
    encodeList(in.records, *out.mutable_records());
    encodeList(in.facts, *out.mutable_facts());
    out.set_next(utf8(in.next));
}
model::SnapshotResult decode(const v1::SnapshotResult& in, Reader& r)
{
    model::SnapshotResult out;
    out.streamId = r.id<model::StreamId>(in.stream_id(), "stream_id");
    out.n = in.n();
    out.records = r.known(in.records(), "records");
    out.facts = r.known(in.facts(), "facts");
    out.next = in.next();
    return out;
}

void encode(const model::ChangesResult& in, v1::ChangesResult& out)
{
    encodeList(in.messages, *out.mutable_messages());
    out.set_last(in.last);
}
model::ChangesResult decode(const v1::ChangesResult& in, Reader& r)
{
    model::ChangesResult out;
    out.messages = r.list(in.messages(), "messages");
    out.last = in.last();
    return out;
}

void encode(const model::SubscriptionStatusResult& in, v1::SubscriptionStatusResult& out)
{
    out.set_allowed(in.allowed);
    out.set_reason(utf8(in.reason));
}
model::SubscriptionStatusResult decode(const v1::SubscriptionStatusResult& in, Reader& /*r*/)
{
    model::SubscriptionStatusResult out;
    out.allowed = in.allowed();
    out.reason = in.reason();
    return out;
}

} // namespace drover::codec
