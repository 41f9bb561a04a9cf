// The words for enumerations and variants: what people read in messages and tables, and the keys of
// records.

#include "proto/model/api.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace drover::model {
namespace {

// For values that no enumerator names; they cannot come in through the codec.
constexpr const char* kUnknown = "unknown";

template <class... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>; // clang 14 does not find it by itself

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<Enum, N>& all, std::string_view text)
{
    for (const Enum value : all)
        if (text == toString(value))
            return value;
    return std::nullopt;
}

std::string rawBytes(const Uuid& uuid)
{
    return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}

} // namespace

const char* toString(ConditionType type)
{
    switch (type) {
    case ConditionType::WaitingForNode:
        return "WaitingForNode";
    case ConditionType::WaitingForPool:
        return "WaitingForPool";
    case ConditionType::WaitingForLease:
        return "WaitingForLease";
    case ConditionType::WaitingForRelease:
        return "WaitingForRelease";
    case ConditionType::WaitingForPlacement:
        return "WaitingForPlacement";
    case ConditionType::Converging:
        return "Converging";
    case ConditionType::StepFailed:
        return "StepFailed";
    case ConditionType::DataMissing:
        return "DataMissing";
    case ConditionType::Busy:
        return "Busy";
    case ConditionType::Quarantined:
        return "Quarantined";
    case ConditionType::SizeNotEnforced:
        return "SizeNotEnforced";
    case ConditionType::GrowAtNextUnmount:
        return "GrowAtNextUnmount";
    case ConditionType::LateWrites:
        return "LateWrites";
    case ConditionType::PoolUnavailable:
        return "PoolUnavailable";
    case ConditionType::PoolNearlyFull:
        return "PoolNearlyFull";
    case ConditionType::NodeUnreachable:
        return "NodeUnreachable";
    case ConditionType::NodeLost:
        return "NodeLost";
    case ConditionType::DuplicateNode:
        return "DuplicateNode";
    case ConditionType::OrphanCopy:
        return "OrphanCopy";
    case ConditionType::WaitingForPeer:
        return "WaitingForPeer";
    case ConditionType::SourceLost:
        return "SourceLost";
    case ConditionType::DeletePending:
        return "DeletePending";
    case ConditionType::ReadOnly:
        return "ReadOnly";
    }
    return kUnknown;
}

std::optional<ConditionType> parseConditionType(std::string_view text)
{
    // The numbers are without gaps from 1 to the newest.
    for (std::uint32_t i = 1; i <= static_cast<std::uint32_t>(ConditionType::ReadOnly); ++i)
        if (text == toString(static_cast<ConditionType>(i)))
            return static_cast<ConditionType>(i);
    return std::nullopt;
}

const char* toString(ConditionSeverity severity)
{
    switch (severity) {
    case ConditionSeverity::Info:
        return "info";
    case ConditionSeverity::Warning:
        return "warning";
    case ConditionSeverity::Error:
        return "error";
    }
    return kUnknown;
}

const char* toString(Sync sync)
{
    switch (sync) {
    case Sync::InSync:
        return "InSync";
    case Sync::Converging:
        return "Converging";
    case Sync::Blocked:
        return "Blocked";
    }
    return kUnknown;
}

const char* toString(Health health)
{
    switch (health) {
    case Health::Healthy:
        return "Healthy";
    case Health::Degraded:
        return "Degraded";
    case Health::Unavailable:
        return "Unavailable";
    case Health::Unknown:
        return "Unknown";
    }
    return kUnknown;
}

const char* toString(KeyRole role)
{
    switch (role) {
    case KeyRole::Admin:
        return "admin";
    case KeyRole::Operator:
        return "operator";
    case KeyRole::Viewer:
        return "viewer";
    case KeyRole::Plugin:
        return "plugin";
    case KeyRole::Node:
        return "node";
    }
    return kUnknown;
}

std::optional<KeyRole> parseKeyRole(std::string_view text)
{
    return find(std::array{KeyRole::Admin, KeyRole::Operator, KeyRole::Viewer, KeyRole::Plugin,
                           KeyRole::Node},
                text);
}

const char* toString(Fence fence)
{
    switch (fence) {
    case Fence::None:
        return "none";
    case Fence::Self:
        return "self";
    case Fence::Storage:
        return "storage";
    }
    return kUnknown;
}

std::optional<Fence> parseFence(std::string_view text)
{
    return find(std::array{Fence::None, Fence::Self, Fence::Storage}, text);
}

const char* toString(CopyRole role)
{
    switch (role) {
    case CopyRole::Primary:
        return "primary";
    case CopyRole::Receiving:
        return "receiving";
    case CopyRole::Released:
        return "released";
    case CopyRole::Stale:
        return "stale";
    case CopyRole::Trash:
        return "trash";
    case CopyRole::Orphan:
        return "orphan";
    }
    return kUnknown;
}

const char* toString(HandoverPhase phase)
{
    switch (phase) {
    case HandoverPhase::Copying:
        return "copying";
    case HandoverPhase::Frozen:
        return "frozen";
    case HandoverPhase::Verified:
        return "verified";
    case HandoverPhase::Released:
        return "released";
    case HandoverPhase::Granted:
        return "granted";
    }
    return kUnknown;
}

const char* toString(CopyPhase phase)
{
    switch (phase) {
    case CopyPhase::Created:
        return "created";
    case CopyPhase::Attached:
        return "attached";
    case CopyPhase::Formatted:
        return "formatted";
    case CopyPhase::Mounted:
        return "mounted";
    case CopyPhase::Locked:
        return "locked";
    }
    return kUnknown;
}

const char* toString(Liveness liveness)
{
    switch (liveness) {
    case Liveness::Syncing:
        return "syncing";
    case Liveness::Alive:
        return "alive";
    case Liveness::Evasive:
        return "evasive";
    case Liveness::Unreachable:
        return "unreachable";
    case Liveness::Lost:
        return "lost";
    }
    return kUnknown;
}

const char* toString(Goal goal)
{
    switch (goal) {
    case Goal::Mounted:
        return "mounted";
    case Goal::Frozen:
        return "frozen";
    case Goal::Released:
        return "released";
    case Goal::Receive:
        return "receive";
    case Goal::Retired:
        return "retired";
    case Goal::Destroyed:
        return "destroyed";
    case Goal::Present:
        return "present";
    }
    return kUnknown;
}

const char* toString(RecordKind kind)
{
    switch (kind) {
    case RecordKind::Cluster:
        return "cluster";
    case RecordKind::Dataset:
        return "dataset";
    case RecordKind::Node:
        return "node";
    case RecordKind::Key:
        return "key";
    case RecordKind::History:
        return "history";
    case RecordKind::DatasetLedger:
        return "dataset-ledger";
    case RecordKind::NodeLedger:
        return "node-ledger";
    case RecordKind::PoolLedger:
        return "pool-ledger";
    case RecordKind::Lease:
        return "lease";
    case RecordKind::Tombstone:
        return "tombstone";
    }
    return kUnknown;
}

const char* topicOf(Stream stream)
{
    switch (stream) {
    case Stream::Config:
        return "config/";
    case Stream::Log:
        return "log/";
    case Stream::State:
        return "state/";
    }
    return "";
}

RecordKey keyOf(const Record& record)
{
    return std::visit(Overloaded{
                          [](const ClusterRecord&) {
                              return RecordKey{RecordKind::Cluster, {}};
                          },
                          [](const DatasetRecord& r) {
                              return RecordKey{RecordKind::Dataset, rawBytes(r.id.value)};
                          },
                          [](const NodeRecord& r) {
                              return RecordKey{RecordKind::Node, rawBytes(r.id.value)};
                          },
                          [](const KeyRecord& r) {
                              return RecordKey{RecordKind::Key, r.publicKey};
                          },
                          [](const HistoryRecord&) {
                              return RecordKey{RecordKind::History, {}};
                          },
                          [](const DatasetLedger& r) {
                              return RecordKey{RecordKind::DatasetLedger, rawBytes(r.id.value)};
                          },
                          [](const NodeLedger& r) {
                              return RecordKey{RecordKind::NodeLedger, rawBytes(r.id.value)};
                          },
                          [](const PoolLedger& r) {
                              return RecordKey{RecordKind::PoolLedger, rawBytes(r.id.value)};
                          },
                          [](const LeaseRecord& r) {
                              return RecordKey{RecordKind::Lease, rawBytes(r.token.value)};
                          },
                          [](const Tombstone& r) {
                              return RecordKey{RecordKind::Tombstone, rawBytes(r.id.value)};
                          },
                      },
                      record);
}

RecordKey keyOf(const Change& change)
{
    return std::visit(Overloaded{
                          [](const RecordPut& put) { return keyOf(put.record); },
                          [](const RecordRemoved& removed) { return removed.key; },
                      },
                      change);
}

const char* verbName(const WriteVerb& verb)
{
    return std::visit(
        Overloaded{
            [](const DatasetCreate&) { return "dataset.create"; },
            [](const DatasetMove&) { return "dataset.move"; },
            [](const DatasetResize&) { return "dataset.resize"; },
            [](const DatasetSetMetadata&) { return "dataset.set-metadata"; },
            [](const DatasetRename&) { return "dataset.rename"; },
            [](const DatasetDelete&) { return "dataset.delete"; },
            [](const DatasetUndelete&) { return "dataset.undelete"; },
            [](const DatasetPurge&) { return "dataset.purge"; },
            [](const NodeLabel&) { return "node.label"; },
            [](const NodeCordon& c) { return c.cordoned ? "node.cordon" : "node.uncordon"; },
            [](const NodeDeclareLost&) { return "node.declare-lost"; },
            [](const NodeForget&) { return "node.forget"; },
            [](const LeaseAcquire&) { return "lease.acquire"; },
            [](const LeaseRenew&) { return "lease.renew"; },
            [](const LeaseRelease&) { return "lease.release"; },
            [](const ClusterSet&) { return "cluster.set"; },
            [](const Rollback&) { return "rollback"; },
            [](const KeyAdd&) { return "key.add"; },
            [](const KeyRemove&) { return "key.remove"; },
            [](const Recover&) { return "recover"; },
            [](const Apply&) { return "apply"; },
        },
        verb);
}

const char* verbName(const ReadVerb& verb)
{
    return std::visit(Overloaded{
                          [](const ClientHello&) { return "hello"; },
                          [](const StatusGet&) { return "status"; },
                          [](const NodeList&) { return "node.list"; },
                          [](const NodeGet&) { return "node.get"; },
                          [](const DatasetList&) { return "dataset.list"; },
                          [](const DatasetGet&) { return "dataset.get"; },
                          [](const LeaseList&) { return "lease.list"; },
                          [](const KeyList&) { return "key.list"; },
                          [](const HistoryList&) { return "history"; },
                          [](const DiffGet&) { return "diff"; },
                          [](const ExportGet&) { return "export"; },
                          [](const SnapshotGet&) { return "snapshot"; },
                          [](const ChangesGet&) { return "changes"; },
                          [](const SubscriptionStatusGet&) { return "subscription.status"; },
                      },
                      verb);
}

const char* verbName(const AgentVerb& verb)
{
    return std::visit(Overloaded{
                          [](const Hello&) { return "agent.hello"; },
                          [](const Report&) { return "agent.report"; },
                          [](const AssignmentAck&) { return "agent.assignment-ack"; },
                      },
                      verb);
}

} // namespace drover::model
