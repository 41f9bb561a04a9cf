#pragma once

// Events: facts about records. The durable ones are what the store keeps and the config/ stream
// carries: a record has a new value, or is gone. Replaying them gives the live state; the inverse
// of each is known, so an append that failed is undone.

#include "proto/model/ledger.h"

#include <string>
#include <variant>
#include <vector>

namespace drover::model {

// A value of each kind; the alternative is the kind.
// configuration
using Record =
    std::variant<ClusterRecord, DatasetRecord, NodeRecord, KeyRecord,
                 // ledger
                 HistoryRecord, DatasetLedger, NodeLedger, PoolLedger, LeaseRecord, Tombstone>;

enum class RecordKind : std::uint32_t {
    Cluster = 1,
    Dataset = 2,
    Node = 3,
    Key = 4,
    History = 16,
    DatasetLedger = 17,
    NodeLedger = 18,
    PoolLedger = 19,
    Lease = 20,
    Tombstone = 21
};
[[nodiscard]] const char* toString(RecordKind kind);

// Names a record: its kind and its id (16 raw bytes; for keys the public key's text; empty for
// Cluster and History).
struct RecordKey
{
    RecordKind kind = RecordKind::Cluster;
    std::string id;
    auto operator<=>(const RecordKey&) const = default;
};
[[nodiscard]] RecordKey keyOf(const Record& record);
[[nodiscard]] constexpr bool isConfiguration(RecordKind kind)
{
    return static_cast<std::uint32_t>(kind) < 16;
}

struct RecordPut
{
    Record record;
    auto operator<=>(const RecordPut&) const = default;
};
struct RecordRemoved
{
    RecordKey key;
    auto operator<=>(const RecordRemoved&) const = default;
};
using Change = std::variant<RecordPut, RecordRemoved>;
[[nodiscard]] RecordKey keyOf(const Change& change);

// Who did what, why, with which result: one entry of the timeline and audit log.
struct LogEntry
{
    TimePoint at;
    std::string actor;   // user name, `node NAME`, or `control`
    std::string verb;    // e.g. `dataset.move`, `handover.frozen`
    std::string subject; // e.g. `dataset web-1`
    std::optional<DatasetId> dataset;
    std::optional<NodeId> node;
    std::string message; // for people
    auto operator<=>(const LogEntry&) const = default;
};

// One committed revision: atomic, in this order.
struct Commit
{
    Revision revision = 0;
    Term term = 0;
    TimePoint at;
    std::vector<Change> changes; // may be empty (a log entry alone)
    std::vector<LogEntry> log;
    auto operator<=>(const Commit&) const = default;
};

} // namespace drover::model
