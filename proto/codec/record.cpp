// Records of any kind, and their keys.

#include "proto/codec/wire.h"

#include <algorithm>

namespace drover::codec {
namespace {

// The kinds whose id in a key is that of an object; of the others there is one, or the key is text.
bool hasUuid(model::RecordKind kind)
{
    return kind != model::RecordKind::Cluster && kind != model::RecordKind::History &&
           kind != model::RecordKind::Key;
}

} // namespace

void encode(const model::RecordKey& in, v1::RecordKey& out)
{
    out.set_kind(static_cast<v1::RecordKind>(in.kind));
    model::Uuid uuid;
    if (hasUuid(in.kind) && in.id.size() == uuid.bytes.size()) {
        std::copy(in.id.begin(), in.id.end(), uuid.bytes.begin());
        out.set_id(uuid.toString());
    } else {
        out.set_id(utf8(in.id));
    }
}
std::optional<model::RecordKey> decode(const v1::RecordKey& in, Reader& r)
{
    if (r.source() == Source::Peer && !v1::RecordKind_IsValid(in.kind()))
        return std::nullopt;
    model::RecordKey out;
    out.kind = r.enumerator<model::RecordKind>(in.kind(), v1::RecordKind_IsValid, "kind");
    if (hasUuid(out.kind) && !in.id().empty()) {
        const model::Uuid uuid = r.uuid(in.id(), "id");
        out.id.assign(uuid.bytes.begin(), uuid.bytes.end());
    } else {
        out.id = in.id();
    }
    return out;
}

void encode(const model::Record& in, v1::Record& out)
{
    struct Encoder
    {
        v1::Record& out;
        void operator()(const model::ClusterRecord& record) const
        {
            encode(record, *out.mutable_cluster());
        }
        void operator()(const model::DatasetRecord& record) const
        {
            encode(record, *out.mutable_dataset());
        }
        void operator()(const model::NodeRecord& record) const
        {
            encode(record, *out.mutable_node());
        }
        void operator()(const model::KeyRecord& record) const
        {
            encode(record, *out.mutable_key());
        }
        void operator()(const model::HistoryRecord& record) const
        {
            encode(record, *out.mutable_history());
        }
        void operator()(const model::DatasetLedger& record) const
        {
            encode(record, *out.mutable_dataset_ledger());
        }
        void operator()(const model::NodeLedger& record) const
        {
            encode(record, *out.mutable_node_ledger());
        }
        void operator()(const model::PoolLedger& record) const
        {
            encode(record, *out.mutable_pool_ledger());
        }
        void operator()(const model::LeaseRecord& record) const
        {
            encode(record, *out.mutable_lease());
        }
        void operator()(const model::Tombstone& record) const
        {
            encode(record, *out.mutable_tombstone());
        }
    };
    std::visit(Encoder{out}, in);
}
std::optional<model::Record> decode(const v1::Record& in, Reader& r)
{
    switch (in.record_case()) {
    case v1::Record::kCluster:
        return r.one(in.cluster(), "cluster");
    case v1::Record::kDataset:
        return r.one(in.dataset(), "dataset");
    case v1::Record::kNode:
        return r.one(in.node(), "node");
    case v1::Record::kKey:
        return r.one(in.key(), "key");
    case v1::Record::kHistory:
        return r.one(in.history(), "history");
    case v1::Record::kDatasetLedger:
        return r.one(in.dataset_ledger(), "dataset_ledger");
    case v1::Record::kNodeLedger:
        return r.one(in.node_ledger(), "node_ledger");
    case v1::Record::kPoolLedger:
        return r.one(in.pool_ledger(), "pool_ledger");
    case v1::Record::kLease:
        return r.one(in.lease(), "lease");
    case v1::Record::kTombstone:
        return r.one(in.tombstone(), "tombstone");
    case v1::Record::RECORD_NOT_SET:
        break;
    }
    if (r.source() != Source::Peer)
        r.fail(model::ErrorCode::Unsupported, "", "is a record of an unknown kind");
    return std::nullopt;
}

} // namespace drover::codec
