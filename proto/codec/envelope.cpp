// Operations and the envelopes: what is one of all the verbs or answers.

#include "proto/codec/wire.h"

#include <algorithm>

namespace drover::codec {
namespace {

std::string rawBytes(const model::Uuid& uuid) { return {uuid.bytes.begin(), uuid.bytes.end()}; }

struct VerbEncoder
{
    v1::Operation& out;
    void operator()(const model::DatasetCreate& verb) const
    {
        encode(verb, *out.mutable_dataset_create());
    }
    void operator()(const model::DatasetMove& verb) const
    {
        encode(verb, *out.mutable_dataset_move());
    }
    void operator()(const model::DatasetResize& verb) const
    {
        encode(verb, *out.mutable_dataset_resize());
    }
    void operator()(const model::DatasetSetMetadata& verb) const
    {
        encode(verb, *out.mutable_dataset_set_metadata());
    }
    void operator()(const model::DatasetRename& verb) const
    {
        encode(verb, *out.mutable_dataset_rename());
    }
    void operator()(const model::DatasetDelete& verb) const
    {
        encode(verb, *out.mutable_dataset_delete());
    }
    void operator()(const model::DatasetUndelete& verb) const
    {
        encode(verb, *out.mutable_dataset_undelete());
    }
    void operator()(const model::DatasetPurge& verb) const
    {
        encode(verb, *out.mutable_dataset_purge());
    }
    void operator()(const model::NodeLabel& verb) const { encode(verb, *out.mutable_node_label()); }
    void operator()(const model::NodeCordon& verb) const
    {
        encode(verb, *out.mutable_node_cordon());
    }
    void operator()(const model::NodeDeclareLost& verb) const
    {
        encode(verb, *out.mutable_node_declare_lost());
    }
    void operator()(const model::NodeForget& verb) const
    {
        encode(verb, *out.mutable_node_forget());
    }
    void operator()(const model::LeaseAcquire& verb) const
    {
        encode(verb, *out.mutable_lease_acquire());
    }
    void operator()(const model::LeaseRenew& verb) const
    {
        encode(verb, *out.mutable_lease_renew());
    }
    void operator()(const model::LeaseRelease& verb) const
    {
        encode(verb, *out.mutable_lease_release());
    }
    void operator()(const model::ClusterSet& verb) const
    {
        encode(verb, *out.mutable_cluster_set());
    }
    void operator()(const model::Rollback& verb) const { encode(verb, *out.mutable_rollback()); }
    void operator()(const model::KeyAdd& verb) const { encode(verb, *out.mutable_key_add()); }
    void operator()(const model::KeyRemove& verb) const { encode(verb, *out.mutable_key_remove()); }
    void operator()(const model::Apply& verb) const { encode(verb, *out.mutable_apply()); }
    void operator()(const model::Recover& verb) const { encode(verb, *out.mutable_recover()); }
};

struct ReadEncoder
{
    v1::Request& out;
    void operator()(const model::ClientHello& verb) const
    {
        encode(verb, *out.mutable_client_hello());
    }
    void operator()(const model::StatusGet& verb) const { encode(verb, *out.mutable_status_get()); }
    void operator()(const model::NodeList& verb) const { encode(verb, *out.mutable_node_list()); }
    void operator()(const model::NodeGet& verb) const { encode(verb, *out.mutable_node_get()); }
    void operator()(const model::DatasetList& verb) const
    {
        encode(verb, *out.mutable_dataset_list());
    }
    void operator()(const model::DatasetGet& verb) const
    {
        encode(verb, *out.mutable_dataset_get());
    }
    void operator()(const model::LeaseList& verb) const { encode(verb, *out.mutable_lease_list()); }
    void operator()(const model::KeyList& verb) const { encode(verb, *out.mutable_key_list()); }
    void operator()(const model::HistoryList& verb) const
    {
        encode(verb, *out.mutable_history_list());
    }
    void operator()(const model::DiffGet& verb) const { encode(verb, *out.mutable_diff_get()); }
    void operator()(const model::ExportGet& verb) const { encode(verb, *out.mutable_export_get()); }
    void operator()(const model::SnapshotGet& verb) const
    {
        encode(verb, *out.mutable_snapshot_get());
    }
    void operator()(const model::ChangesGet& verb) const
    {
        encode(verb, *out.mutable_changes_get());
    }
    void operator()(const model::SubscriptionStatusGet& verb) const
    {
        encode(verb, *out.mutable_subscription_status_get());
    }
};

struct AgentEncoder
{
    v1::Request& out;
    void operator()(const model::Hello& verb) const { encode(verb, *out.mutable_hello()); }
    void operator()(const model::Report& verb) const { encode(verb, *out.mutable_report()); }
    void operator()(const model::AssignmentAck& verb) const
    {
        encode(verb, *out.mutable_assignment_ack());
    }
};

struct RequestEncoder
{
    v1::Request& out;
    void operator()(const model::Write& write) const { encode(write, *out.mutable_write()); }
    void operator()(const model::ReadVerb& verb) const { std::visit(ReadEncoder{out}, verb); }
    void operator()(const model::AgentVerb& verb) const { std::visit(AgentEncoder{out}, verb); }
};

struct BodyEncoder
{
    v1::Reply& out;
    void operator()(const std::monostate&) const {}
    void operator()(const model::Welcome& body) const { encode(body, *out.mutable_welcome()); }
    void operator()(const model::ReportAck& body) const { encode(body, *out.mutable_report_ack()); }
    void operator()(const model::AssignmentBatch& body) const
    {
        encode(body, *out.mutable_assignment_batch());
    }
    void operator()(const model::WriteResult& body) const
    {
        encode(body, *out.mutable_write_result());
    }
    void operator()(const model::ClientWelcome& body) const
    {
        encode(body, *out.mutable_client_welcome());
    }
    void operator()(const model::StatusResult& body) const
    {
        encode(body, *out.mutable_status_result());
    }
    void operator()(const model::NodeListResult& body) const
    {
        encode(body, *out.mutable_node_list_result());
    }
    void operator()(const model::DatasetListResult& body) const
    {
        encode(body, *out.mutable_dataset_list_result());
    }
    void operator()(const model::LeaseListResult& body) const
    {
        encode(body, *out.mutable_lease_list_result());
    }
    void operator()(const model::KeyListResult& body) const
    {
        encode(body, *out.mutable_key_list_result());
    }
    void operator()(const model::HistoryListResult& body) const
    {
        encode(body, *out.mutable_history_list_result());
    }
    void operator()(const model::DiffResult& body) const
    {
        encode(body, *out.mutable_diff_result());
    }
    void operator()(const model::ExportResult& body) const
    {
        encode(body, *out.mutable_export_result());
    }
    void operator()(const model::SnapshotResult& body) const
    {
        encode(body, *out.mutable_snapshot_result());
    }
    void operator()(const model::ChangesResult& body) const
    {
        encode(body, *out.mutable_changes_result());
    }
    void operator()(const model::SubscriptionStatusResult& body) const
    {
        encode(body, *out.mutable_subscription_status_result());
    }
};

model::ReplyBody decodeBody(const v1::Reply& in, Reader& r)
{
    switch (in.body_case()) {
    case v1::Reply::kWelcome:
        return r.one(in.welcome(), "welcome");
    case v1::Reply::kReportAck:
        return r.one(in.report_ack(), "report_ack");
    case v1::Reply::kAssignmentBatch:
        return r.one(in.assignment_batch(), "assignment_batch");
    case v1::Reply::kWriteResult:
        return r.one(in.write_result(), "write_result");
    case v1::Reply::kClientWelcome:
        return r.one(in.client_welcome(), "client_welcome");
    case v1::Reply::kStatusResult:
        return r.one(in.status_result(), "status_result");
    case v1::Reply::kNodeListResult:
        return r.one(in.node_list_result(), "node_list_result");
    case v1::Reply::kDatasetListResult:
        return r.one(in.dataset_list_result(), "dataset_list_result");
    case v1::Reply::kLeaseListResult:
        return r.one(in.lease_list_result(), "lease_list_result");
    case v1::Reply::kKeyListResult:
        return r.one(in.key_list_result(), "key_list_result");
    case v1::Reply::kHistoryListResult:
        return r.one(in.history_list_result(), "history_list_result");
    case v1::Reply::kDiffResult:
        return r.one(in.diff_result(), "diff_result");
    case v1::Reply::kExportResult:
        return r.one(in.export_result(), "export_result");
    case v1::Reply::kSnapshotResult:
        return r.one(in.snapshot_result(), "snapshot_result");
    case v1::Reply::kChangesResult:
        return r.one(in.changes_result(), "changes_result");
    case v1::Reply::kSubscriptionStatusResult:
        return r.one(in.subscription_status_result(), "subscription_status_result");
    case v1::Reply::BODY_NOT_SET:
        break;
    }
    return {};
}

model::WriteVerb decodeVerb(const v1::Operation& in, Reader& r)
{
    switch (in.verb_case()) {
    case v1::Operation::kDatasetCreate:
        return r.one(in.dataset_create(), "dataset_create");
    case v1::Operation::kDatasetMove:
        return r.one(in.dataset_move(), "dataset_move");
    case v1::Operation::kDatasetResize:
        return r.one(in.dataset_resize(), "dataset_resize");
    case v1::Operation::kDatasetSetMetadata:
        return r.one(in.dataset_set_metadata(), "dataset_set_metadata");
    case v1::Operation::kDatasetRename:
        return r.one(in.dataset_rename(), "dataset_rename");
    case v1::Operation::kDatasetDelete:
        return r.one(in.dataset_delete(), "dataset_delete");
    case v1::Operation::kDatasetUndelete:
        return r.one(in.dataset_undelete(), "dataset_undelete");
    case v1::Operation::kDatasetPurge:
        return r.one(in.dataset_purge(), "dataset_purge");
    case v1::Operation::kNodeLabel:
        return r.one(in.node_label(), "node_label");
    case v1::Operation::kNodeCordon:
        return r.one(in.node_cordon(), "node_cordon");
    case v1::Operation::kNodeDeclareLost:
        return r.one(in.node_declare_lost(), "node_declare_lost");
    case v1::Operation::kNodeForget:
        return r.one(in.node_forget(), "node_forget");
    case v1::Operation::kLeaseAcquire:
        return r.one(in.lease_acquire(), "lease_acquire");
    case v1::Operation::kLeaseRenew:
        return r.one(in.lease_renew(), "lease_renew");
    case v1::Operation::kLeaseRelease:
        return r.one(in.lease_release(), "lease_release");
    case v1::Operation::kClusterSet:
        return r.one(in.cluster_set(), "cluster_set");
    case v1::Operation::kRollback:
        return r.one(in.rollback(), "rollback");
    case v1::Operation::kKeyAdd:
        return r.one(in.key_add(), "key_add");
    case v1::Operation::kKeyRemove:
        return r.one(in.key_remove(), "key_remove");
    case v1::Operation::kApply:
        return r.one(in.apply(), "apply");
    case v1::Operation::kRecover:
        return r.one(in.recover(), "recover");
    case v1::Operation::VERB_NOT_SET:
        break;
    }
    r.fail(model::ErrorCode::Malformed, "", "has no verb, or one that this control does not know");
    return {};
}

} // namespace

void encode(const model::Precondition& in, v1::Precondition& out)
{
    out.set_kind(static_cast<v1::RecordKind>(in.key.kind));
    model::Uuid uuid;
    if (in.key.id.size() == uuid.bytes.size()) {
        std::copy(in.key.id.begin(), in.key.id.end(), uuid.bytes.begin());
        out.set_id(uuid.toString());
    }
    out.set_name(utf8(in.name));
    out.set_mod_revision(in.modRevision);
}
model::Precondition decode(const v1::Precondition& in, Reader& r)
{
    model::Precondition out;
    out.key.kind = r.enumerator<model::RecordKind>(in.kind(), v1::RecordKind_IsValid, "kind");
    if (!in.id().empty())
        out.key.id = rawBytes(r.uuid(in.id(), "id"));
    out.name = in.name();
    out.modRevision = in.mod_revision();
    return out;
}

void encode(const model::Operation& in, v1::Operation& out)
{
    encodeList(in.preconditions, *out.mutable_preconditions());
    std::visit(VerbEncoder{out}, in.verb);
}
model::Operation decode(const v1::Operation& in, Reader& r)
{
    model::Operation out;
    out.preconditions = r.list(in.preconditions(), "preconditions");
    out.verb = decodeVerb(in, r);
    return out;
}

void encode(const model::Request& in, v1::Request& out)
{
    out.set_protocol_version(in.protocolVersion);
    out.set_request_id(utf8(in.requestId));
    if (in.deadline)
        out.set_deadline_ms(millisecondsOf(*in.deadline));
    out.set_min_revision(in.minRevision);
    std::visit(RequestEncoder{out}, in.body);
}
model::Request decode(const v1::Request& in, Reader& r)
{
    model::Request out;
    out.protocolVersion =
        in.protocol_version() == 0 ? model::kProtocolVersion : in.protocol_version();
    out.requestId = in.request_id();
    if (in.has_deadline_ms())
        out.deadline = r.time(in.deadline_ms(), "deadline_ms");
    out.minRevision = in.min_revision();
    switch (in.body_case()) {
    case v1::Request::kWrite:
        out.body = r.one(in.write(), "write");
        break;
    case v1::Request::kHello:
        out.body = model::AgentVerb{r.one(in.hello(), "hello")};
        break;
    case v1::Request::kReport:
        out.body = model::AgentVerb{r.one(in.report(), "report")};
        break;
    case v1::Request::kAssignmentAck:
        out.body = model::AgentVerb{r.one(in.assignment_ack(), "assignment_ack")};
        break;
    case v1::Request::kClientHello:
        out.body = model::ReadVerb{r.one(in.client_hello(), "client_hello")};
        break;
    case v1::Request::kStatusGet:
        out.body = model::ReadVerb{r.one(in.status_get(), "status_get")};
        break;
    case v1::Request::kNodeList:
        out.body = model::ReadVerb{r.one(in.node_list(), "node_list")};
        break;
    case v1::Request::kNodeGet:
        out.body = model::ReadVerb{r.one(in.node_get(), "node_get")};
        break;
    case v1::Request::kDatasetList:
        out.body = model::ReadVerb{r.one(in.dataset_list(), "dataset_list")};
        break;
    case v1::Request::kDatasetGet:
        out.body = model::ReadVerb{r.one(in.dataset_get(), "dataset_get")};
        break;
    case v1::Request::kLeaseList:
        out.body = model::ReadVerb{r.one(in.lease_list(), "lease_list")};
        break;
    case v1::Request::kKeyList:
        out.body = model::ReadVerb{r.one(in.key_list(), "key_list")};
        break;
    case v1::Request::kHistoryList:
        out.body = model::ReadVerb{r.one(in.history_list(), "history_list")};
        break;
    case v1::Request::kDiffGet:
        out.body = model::ReadVerb{r.one(in.diff_get(), "diff_get")};
        break;
    case v1::Request::kExportGet:
        out.body = model::ReadVerb{r.one(in.export_get(), "export_get")};
        break;
    case v1::Request::kSnapshotGet:
        out.body = model::ReadVerb{r.one(in.snapshot_get(), "snapshot_get")};
        break;
    case v1::Request::kChangesGet:
        out.body = model::ReadVerb{r.one(in.changes_get(), "changes_get")};
        break;
    case v1::Request::kSubscriptionStatusGet:
        out.body = model::ReadVerb{r.one(in.subscription_status_get(), "subscription_status_get")};
        break;
    case v1::Request::BODY_NOT_SET:
        r.fail(model::ErrorCode::Malformed, "",
               "the request has no verb, or one that this control does not know");
        break;
    }
    return out;
}

void encodeBody(const model::ReplyBody& in, v1::Reply& out) { std::visit(BodyEncoder{out}, in); }

void encode(const model::Reply& in, v1::Reply& out)
{
    out.set_protocol_version(in.protocolVersion);
    out.set_request_id(utf8(in.requestId));
    if (in.error)
        encode(*in.error, *out.mutable_error());
    out.set_revision(in.revision);
    if (in.current)
        encode(*in.current, *out.mutable_current());
    encodeBody(in.body, out);
}
model::Reply decode(const v1::Reply& in, Reader& r)
{
    model::Reply out;
    out.protocolVersion = in.protocol_version();
    out.requestId = in.request_id();
    if (in.has_error())
        out.error = r.one(in.error(), "error");
    out.revision = in.revision();
    if (in.has_current())
        out.current = r.one(in.current(), "current");
    out.body = decodeBody(in, r);
    return out;
}

} // namespace drover::codec
