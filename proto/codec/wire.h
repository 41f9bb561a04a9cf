#pragma once

// Every value of the model beside its message of the schema: encode() fills a fresh message,
// decode() makes the value and tells the reader what is wrong. One file per aggregate has the
// bodies.
//
// Internal to the codec: the only place that sees the generated headers.

#include "proto/codec/reader.h"
#include "proto/model/api.h"

#include "drover/v1/envelope.pb.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::codec {

// Errors, clocks, references, pages and conditions.
void encode(const model::DatasetRef& in, v1::DatasetRef& out);
[[nodiscard]] model::DatasetRef decode(const v1::DatasetRef& in, Reader& r);
void encode(const model::NodeRef& in, v1::NodeRef& out);
[[nodiscard]] model::NodeRef decode(const v1::NodeRef& in, Reader& r);
void encode(const model::Error& in, v1::Error& out);
[[nodiscard]] model::Error decode(const v1::Error& in, Reader& r);
void encode(const model::Now& in, v1::Now& out);
[[nodiscard]] model::Now decode(const v1::Now& in, Reader& r);
void encode(const model::Page& in, v1::Page& out);
[[nodiscard]] model::Page decode(const v1::Page& in, Reader& r);
void encode(const model::Condition& in, v1::Condition& out);
[[nodiscard]] model::Condition decode(const v1::Condition& in, Reader& r);

// Records of the configuration.
void encode(const model::Header& in, v1::Header& out);
[[nodiscard]] model::Header decode(const v1::Header& in, Reader& r);
void encode(const model::Placement& in, v1::Placement& out);
[[nodiscard]] model::Placement decode(const v1::Placement& in, Reader& r);
void encode(const model::DatasetSpec& in, v1::DatasetSpec& out);
[[nodiscard]] model::DatasetSpec decode(const v1::DatasetSpec& in, Reader& r);
void encode(const model::Deletion& in, v1::Deletion& out);
[[nodiscard]] model::Deletion decode(const v1::Deletion& in, Reader& r);
void encode(const model::DatasetRecord& in, v1::DatasetRecord& out);
[[nodiscard]] model::DatasetRecord decode(const v1::DatasetRecord& in, Reader& r);
void encode(const model::NodeRecord& in, v1::NodeRecord& out);
[[nodiscard]] model::NodeRecord decode(const v1::NodeRecord& in, Reader& r);
void encode(const model::ClusterRecord& in, v1::ClusterRecord& out);
[[nodiscard]] model::ClusterRecord decode(const v1::ClusterRecord& in, Reader& r);
void encode(const model::KeyRecord& in, v1::KeyRecord& out);
[[nodiscard]] model::KeyRecord decode(const v1::KeyRecord& in, Reader& r);

// Records of the ledger.
void encode(const model::Handover& in, v1::Handover& out);
[[nodiscard]] model::Handover decode(const v1::Handover& in, Reader& r);
void encode(const model::RetiredCopy& in, v1::RetiredCopy& out);
[[nodiscard]] model::RetiredCopy decode(const v1::RetiredCopy& in, Reader& r);
void encode(const model::DatasetLedger& in, v1::DatasetLedger& out);
[[nodiscard]] model::DatasetLedger decode(const v1::DatasetLedger& in, Reader& r);
void encode(const model::Tombstone& in, v1::Tombstone& out);
[[nodiscard]] model::Tombstone decode(const v1::Tombstone& in, Reader& r);
void encode(const model::LostMark& in, v1::LostMark& out);
[[nodiscard]] model::LostMark decode(const v1::LostMark& in, Reader& r);
void encode(const model::NodeLedger& in, v1::NodeLedger& out);
[[nodiscard]] model::NodeLedger decode(const v1::NodeLedger& in, Reader& r);
void encode(const model::PoolLedger& in, v1::PoolLedger& out);
[[nodiscard]] model::PoolLedger decode(const v1::PoolLedger& in, Reader& r);
void encode(const model::LeaseRecord& in, v1::LeaseRecord& out);
[[nodiscard]] model::LeaseRecord decode(const v1::LeaseRecord& in, Reader& r);
void encode(const model::HistoryRecord& in, v1::HistoryRecord& out);
[[nodiscard]] model::HistoryRecord decode(const v1::HistoryRecord& in, Reader& r);

// The actual state.
void encode(const model::Capabilities& in, v1::Capabilities& out);
[[nodiscard]] model::Capabilities decode(const v1::Capabilities& in, Reader& r);
void encode(const model::PoolState& in, v1::PoolState& out);
[[nodiscard]] model::PoolState decode(const v1::PoolState& in, Reader& r);
void encode(const model::TransferProgress& in, v1::TransferProgress& out);
[[nodiscard]] model::TransferProgress decode(const v1::TransferProgress& in, Reader& r);
void encode(const model::CopyState& in, v1::CopyState& out);
[[nodiscard]] model::CopyState decode(const v1::CopyState& in, Reader& r);
void encode(const model::NodeState& in, v1::NodeState& out);
[[nodiscard]] model::NodeState decode(const v1::NodeState& in, Reader& r);
void encode(const model::DatasetStatus& in, v1::DatasetStatus& out);
[[nodiscard]] model::DatasetStatus decode(const v1::DatasetStatus& in, Reader& r);
void encode(const model::CopyKey& in, v1::CopyKey& out);
[[nodiscard]] model::CopyKey decode(const v1::CopyKey& in, Reader& r);
void encode(const model::CopyStatePut& in, v1::CopyStatePut& out);
[[nodiscard]] model::CopyStatePut decode(const v1::CopyStatePut& in, Reader& r);

// Changes, commits, and what the streams carry.
void encode(const model::LogEntry& in, v1::LogEntry& out);
[[nodiscard]] model::LogEntry decode(const v1::LogEntry& in, Reader& r);
void encode(const model::Commit& in, v1::Commit& out);
[[nodiscard]] model::Commit decode(const v1::Commit& in, Reader& r);
void encode(const model::StreamMessage& in, v1::StreamMessage& out);
[[nodiscard]] model::StreamMessage decode(const v1::StreamMessage& in, Reader& r);
void encode(const model::Tick& in, v1::Tick& out);
[[nodiscard]] model::Tick decode(const v1::Tick& in, Reader& r);

// Sessions, reports, assignments.
void encode(const model::TransferOrder& in, v1::TransferOrder& out);
[[nodiscard]] model::TransferOrder decode(const v1::TransferOrder& in, Reader& r);
void encode(const model::Assignment& in, v1::Assignment& out);
[[nodiscard]] model::Assignment decode(const v1::Assignment& in, Reader& r);
void encode(const model::AssignmentKey& in, v1::AssignmentKey& out);
[[nodiscard]] model::AssignmentKey decode(const v1::AssignmentKey& in, Reader& r);
void encode(const model::Hello& in, v1::Hello& out);
[[nodiscard]] model::Hello decode(const v1::Hello& in, Reader& r);
void encode(const model::Welcome& in, v1::Welcome& out);
[[nodiscard]] model::Welcome decode(const v1::Welcome& in, Reader& r);
void encode(const model::FoundCopy& in, v1::FoundCopy& out);
[[nodiscard]] model::FoundCopy decode(const v1::FoundCopy& in, Reader& r);
void encode(const model::Report& in, v1::Report& out);
[[nodiscard]] model::Report decode(const v1::Report& in, Reader& r);
void encode(const model::ReportAck& in, v1::ReportAck& out);
[[nodiscard]] model::ReportAck decode(const v1::ReportAck& in, Reader& r);
void encode(const model::AssignmentBatch& in, v1::AssignmentBatch& out);
[[nodiscard]] model::AssignmentBatch decode(const v1::AssignmentBatch& in, Reader& r);
void encode(const model::AssignmentAck& in, v1::AssignmentAck& out);
[[nodiscard]] model::AssignmentAck decode(const v1::AssignmentAck& in, Reader& r);

// The verbs that write.
void encode(const model::DatasetCreate& in, v1::DatasetCreate& out);
[[nodiscard]] model::DatasetCreate decode(const v1::DatasetCreate& in, Reader& r);
void encode(const model::DatasetMove& in, v1::DatasetMove& out);
[[nodiscard]] model::DatasetMove decode(const v1::DatasetMove& in, Reader& r);
void encode(const model::DatasetResize& in, v1::DatasetResize& out);
[[nodiscard]] model::DatasetResize decode(const v1::DatasetResize& in, Reader& r);
void encode(const model::DatasetSetMetadata& in, v1::DatasetSetMetadata& out);
[[nodiscard]] model::DatasetSetMetadata decode(const v1::DatasetSetMetadata& in, Reader& r);
void encode(const model::DatasetRename& in, v1::DatasetRename& out);
[[nodiscard]] model::DatasetRename decode(const v1::DatasetRename& in, Reader& r);
void encode(const model::DatasetDelete& in, v1::DatasetDelete& out);
[[nodiscard]] model::DatasetDelete decode(const v1::DatasetDelete& in, Reader& r);
void encode(const model::DatasetUndelete& in, v1::DatasetUndelete& out);
[[nodiscard]] model::DatasetUndelete decode(const v1::DatasetUndelete& in, Reader& r);
void encode(const model::DatasetPurge& in, v1::DatasetPurge& out);
[[nodiscard]] model::DatasetPurge decode(const v1::DatasetPurge& in, Reader& r);
void encode(const model::NodeLabel& in, v1::NodeLabel& out);
[[nodiscard]] model::NodeLabel decode(const v1::NodeLabel& in, Reader& r);
void encode(const model::NodeCordon& in, v1::NodeCordon& out);
[[nodiscard]] model::NodeCordon decode(const v1::NodeCordon& in, Reader& r);
void encode(const model::NodeDeclareLost& in, v1::NodeDeclareLost& out);
[[nodiscard]] model::NodeDeclareLost decode(const v1::NodeDeclareLost& in, Reader& r);
void encode(const model::NodeForget& in, v1::NodeForget& out);
[[nodiscard]] model::NodeForget decode(const v1::NodeForget& in, Reader& r);
void encode(const model::LeaseAcquire& in, v1::LeaseAcquire& out);
[[nodiscard]] model::LeaseAcquire decode(const v1::LeaseAcquire& in, Reader& r);
void encode(const model::LeaseRenew& in, v1::LeaseRenew& out);
[[nodiscard]] model::LeaseRenew decode(const v1::LeaseRenew& in, Reader& r);
void encode(const model::LeaseRelease& in, v1::LeaseRelease& out);
[[nodiscard]] model::LeaseRelease decode(const v1::LeaseRelease& in, Reader& r);
void encode(const model::ClusterSet& in, v1::ClusterSet& out);
[[nodiscard]] model::ClusterSet decode(const v1::ClusterSet& in, Reader& r);
void encode(const model::Rollback& in, v1::Rollback& out);
[[nodiscard]] model::Rollback decode(const v1::Rollback& in, Reader& r);
void encode(const model::KeyAdd& in, v1::KeyAdd& out);
[[nodiscard]] model::KeyAdd decode(const v1::KeyAdd& in, Reader& r);
void encode(const model::KeyRemove& in, v1::KeyRemove& out);
[[nodiscard]] model::KeyRemove decode(const v1::KeyRemove& in, Reader& r);
void encode(const model::RecoverChoice& in, v1::RecoverChoice& out);
[[nodiscard]] model::RecoverChoice decode(const v1::RecoverChoice& in, Reader& r);
void encode(const model::Recover& in, v1::Recover& out);
[[nodiscard]] model::Recover decode(const v1::Recover& in, Reader& r);
void encode(const model::DesiredDataset& in, v1::DesiredDataset& out);
[[nodiscard]] model::DesiredDataset decode(const v1::DesiredDataset& in, Reader& r);
void encode(const model::DesiredNode& in, v1::DesiredNode& out);
[[nodiscard]] model::DesiredNode decode(const v1::DesiredNode& in, Reader& r);
void encode(const model::Apply& in, v1::Apply& out);
[[nodiscard]] model::Apply decode(const v1::Apply& in, Reader& r);
void encode(const model::Write& in, v1::Write& out);
[[nodiscard]] model::Write decode(const v1::Write& in, Reader& r);

// The verbs that read.
void encode(const model::ClientHello& in, v1::ClientHello& out);
[[nodiscard]] model::ClientHello decode(const v1::ClientHello& in, Reader& r);
void encode(const model::StatusGet& in, v1::StatusGet& out);
[[nodiscard]] model::StatusGet decode(const v1::StatusGet& in, Reader& r);
void encode(const model::NodeList& in, v1::NodeList& out);
[[nodiscard]] model::NodeList decode(const v1::NodeList& in, Reader& r);
void encode(const model::NodeGet& in, v1::NodeGet& out);
[[nodiscard]] model::NodeGet decode(const v1::NodeGet& in, Reader& r);
void encode(const model::DatasetList& in, v1::DatasetList& out);
[[nodiscard]] model::DatasetList decode(const v1::DatasetList& in, Reader& r);
void encode(const model::DatasetGet& in, v1::DatasetGet& out);
[[nodiscard]] model::DatasetGet decode(const v1::DatasetGet& in, Reader& r);
void encode(const model::LeaseList& in, v1::LeaseList& out);
[[nodiscard]] model::LeaseList decode(const v1::LeaseList& in, Reader& r);
void encode(const model::KeyList& in, v1::KeyList& out);
[[nodiscard]] model::KeyList decode(const v1::KeyList& in, Reader& r);
void encode(const model::HistoryList& in, v1::HistoryList& out);
[[nodiscard]] model::HistoryList decode(const v1::HistoryList& in, Reader& r);
void encode(const model::DiffGet& in, v1::DiffGet& out);
[[nodiscard]] model::DiffGet decode(const v1::DiffGet& in, Reader& r);
void encode(const model::ExportGet& in, v1::ExportGet& out);
[[nodiscard]] model::ExportGet decode(const v1::ExportGet& in, Reader& r);
void encode(const model::SnapshotGet& in, v1::SnapshotGet& out);
[[nodiscard]] model::SnapshotGet decode(const v1::SnapshotGet& in, Reader& r);
void encode(const model::ChangesGet& in, v1::ChangesGet& out);
[[nodiscard]] model::ChangesGet decode(const v1::ChangesGet& in, Reader& r);
void encode(const model::SubscriptionStatusGet& in, v1::SubscriptionStatusGet& out);
[[nodiscard]] model::SubscriptionStatusGet decode(const v1::SubscriptionStatusGet& in, Reader& r);

// Answers.
void encode(const model::DatasetView& in, v1::DatasetView& out);
[[nodiscard]] model::DatasetView decode(const v1::DatasetView& in, Reader& r);
void encode(const model::NodeView& in, v1::NodeView& out);
[[nodiscard]] model::NodeView decode(const v1::NodeView& in, Reader& r);
void encode(const model::LeaseView& in, v1::LeaseView& out);
[[nodiscard]] model::LeaseView decode(const v1::LeaseView& in, Reader& r);
void encode(const model::PlanStep& in, v1::PlanStep& out);
[[nodiscard]] model::PlanStep decode(const v1::PlanStep& in, Reader& r);
void encode(const model::Plan& in, v1::Plan& out);
[[nodiscard]] model::Plan decode(const v1::Plan& in, Reader& r);
void encode(const model::OperationResult& in, v1::OperationResult& out);
[[nodiscard]] model::OperationResult decode(const v1::OperationResult& in, Reader& r);
void encode(const model::WriteResult& in, v1::WriteResult& out);
[[nodiscard]] model::WriteResult decode(const v1::WriteResult& in, Reader& r);
void encode(const model::ClientWelcome& in, v1::ClientWelcome& out);
[[nodiscard]] model::ClientWelcome decode(const v1::ClientWelcome& in, Reader& r);
void encode(const model::StatusResult& in, v1::StatusResult& out);
[[nodiscard]] model::StatusResult decode(const v1::StatusResult& in, Reader& r);
void encode(const model::NodeListResult& in, v1::NodeListResult& out);
[[nodiscard]] model::NodeListResult decode(const v1::NodeListResult& in, Reader& r);
void encode(const model::DatasetListResult& in, v1::DatasetListResult& out);
[[nodiscard]] model::DatasetListResult decode(const v1::DatasetListResult& in, Reader& r);
void encode(const model::LeaseListResult& in, v1::LeaseListResult& out);
[[nodiscard]] model::LeaseListResult decode(const v1::LeaseListResult& in, Reader& r);
void encode(const model::KeyListResult& in, v1::KeyListResult& out);
[[nodiscard]] model::KeyListResult decode(const v1::KeyListResult& in, Reader& r);
void encode(const model::HistoryListResult& in, v1::HistoryListResult& out);
[[nodiscard]] model::HistoryListResult decode(const v1::HistoryListResult& in, Reader& r);
void encode(const model::FieldDiff& in, v1::FieldDiff& out);
[[nodiscard]] model::FieldDiff decode(const v1::FieldDiff& in, Reader& r);
void encode(const model::DiffResult& in, v1::DiffResult& out);
[[nodiscard]] model::DiffResult decode(const v1::DiffResult& in, Reader& r);
void encode(const model::ExportResult& in, v1::ExportResult& out);
[[nodiscard]] model::ExportResult decode(const v1::ExportResult& in, Reader& r);
void encode(const model::SnapshotResult& in, v1::SnapshotResult& out);
[[nodiscard]] model::SnapshotResult decode(const v1::SnapshotResult& in, Reader& r);
void encode(const model::ChangesResult& in, v1::ChangesResult& out);
[[nodiscard]] model::ChangesResult decode(const v1::ChangesResult& in, Reader& r);
void encode(const model::SubscriptionStatusResult& in, v1::SubscriptionStatusResult& out);
[[nodiscard]] model::SubscriptionStatusResult decode(const v1::SubscriptionStatusResult& in,
                                                     Reader& r);

// What is one of several kinds. The decoded value is absent when this program does not know the
// kind, which only Source::Peer allows.
void encode(const model::RecordKey& in, v1::RecordKey& out);
[[nodiscard]] std::optional<model::RecordKey> decode(const v1::RecordKey& in, Reader& r);
void encode(const model::Record& in, v1::Record& out);
[[nodiscard]] std::optional<model::Record> decode(const v1::Record& in, Reader& r);
void encode(const model::Change& in, v1::Change& out);
[[nodiscard]] std::optional<model::Change> decode(const v1::Change& in, Reader& r);
void encode(const model::StateChange& in, v1::StateChange& out);
[[nodiscard]] std::optional<model::StateChange> decode(const v1::StateChange& in, Reader& r);
void encode(const model::Tick::Position& in, v1::Tick::Position& out);
[[nodiscard]] model::Tick::Position decode(const v1::Tick::Position& in, Reader& r);
void encode(const model::Precondition& in, v1::Precondition& out);
[[nodiscard]] model::Precondition decode(const v1::Precondition& in, Reader& r);
void encode(const model::Operation& in, v1::Operation& out);
[[nodiscard]] model::Operation decode(const v1::Operation& in, Reader& r);

// The whole envelopes.
void encode(const model::Request& in, v1::Request& out);
[[nodiscard]] model::Request decode(const v1::Request& in, Reader& r);
void encode(const model::Reply& in, v1::Reply& out);
[[nodiscard]] model::Reply decode(const v1::Reply& in, Reader& r);
// The body alone, into the reply's oneof.
void encodeBody(const model::ReplyBody& in, v1::Reply& out);

// Empty for nil.
[[nodiscard]] std::string textOf(const model::Uuid& uuid);
template <class Tag>
[[nodiscard]] std::string textOf(const model::Id<Tag>& id)
{
    return textOf(id.value);
}
// Protobuf refuses to read text that is not UTF-8, though it writes it. What comes from the machine
// (paths, messages of the operating system) may be anything, and must not make a message
// unreadable: bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string utf8(const std::string& text);
[[nodiscard]] inline std::int64_t millisecondsOf(model::TimePoint time)
{
    return time.time_since_epoch().count();
}
template <class AnyId>
[[nodiscard]] bool isSet(const model::Ref<AnyId>& ref)
{
    return ref.id.has_value() || !ref.name.empty();
}

template <class Value, class Message>
void encodeList(const std::vector<Value>& in, google::protobuf::RepeatedPtrField<Message>& out)
{
    out.Reserve(static_cast<int>(in.size()));
    for (const Value& value : in)
        encode(value, *out.Add());
}
template <class AnyId>
void encodeIds(const std::vector<AnyId>& in, google::protobuf::RepeatedPtrField<std::string>& out)
{
    out.Reserve(static_cast<int>(in.size()));
    for (const AnyId& id : in)
        *out.Add() = textOf(id);
}
void encodeTexts(const std::vector<std::string>& in,
                 google::protobuf::RepeatedPtrField<std::string>& out);
void encodeMap(const model::Labels& in, google::protobuf::Map<std::string, std::string>& out);

} // namespace drover::codec
