// The actual state.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::Capabilities& in, v1::Capabilities& out)
{
    out.set_sizes(in.sizes);
    out.set_grow_online(in.growOnline);
    out.set_grow_offline(in.growOffline);
    out.set_proven_release(in.provenRelease);
    out.set_transfer(in.transfer);
    encodeTexts(in.filesystems, *out.mutable_filesystems());
    out.set_default_filesystem(utf8(in.defaultFilesystem));
}
model::Capabilities decode(const v1::Capabilities& in, Reader& /*r*/)
{
    model::Capabilities out;
    out.sizes = in.sizes();
    out.growOnline = in.grow_online();
    out.growOffline = in.grow_offline();
    out.provenRelease = in.proven_release();
    out.transfer = in.transfer();
    out.filesystems = textsOf(in.filesystems());
    out.defaultFilesystem = in.default_filesystem();
    return out;
}

void encode(const model::PoolState& in, v1::PoolState& out)
{
    out.set_id(textOf(in.id));
    out.set_name(utf8(in.name));
    out.set_kind(utf8(in.kind));
    out.set_shared(in.shared);
    out.set_fence(static_cast<v1::Fence>(in.fence));
    encode(in.capabilities, *out.mutable_capabilities());
    out.set_capacity_bytes(in.capacity.value);
    out.set_free_bytes(in.free.value);
    out.set_available(in.available);
    encodeList(in.conditions, *out.mutable_conditions());
}
model::PoolState decode(const v1::PoolState& in, Reader& r)
{
    model::PoolState out;
    out.id = r.id<model::PoolId>(in.id(), "id");
    out.name = in.name();
    out.kind = in.kind();
    out.shared = in.shared();
    out.fence = r.enumerator<model::Fence>(in.fence(), v1::Fence_IsValid, "fence");
    out.capabilities = r.one(in.capabilities(), "capabilities");
    out.capacity = r.space(in.capacity_bytes());
    out.free = r.space(in.free_bytes());
    out.available = in.available();
    out.conditions = r.list(in.conditions(), "conditions");
    return out;
}

void encode(const model::TransferProgress& in, v1::TransferProgress& out)
{
    out.set_id(textOf(in.id));
    out.set_pass(in.pass);
    out.set_pass_done(in.passDone);
    out.set_final_done(in.finalDone);
    out.set_bytes_done(in.bytesDone.value);
    out.set_bytes_total(in.bytesTotal.value);
    out.set_bytes_per_second(in.bytesPerSecond);
    out.set_last_pass_bytes(in.lastPassBytes.value);
    out.set_digest(utf8(in.digest));
    out.set_sealed(in.sealed);
}
model::TransferProgress decode(const v1::TransferProgress& in, Reader& r)
{
    model::TransferProgress out;
    out.id = r.id<model::TransferId>(in.id(), "id");
    out.pass = in.pass();
    out.passDone = in.pass_done();
    out.finalDone = in.final_done();
    out.bytesDone = model::ByteCount{in.bytes_done()};
    out.bytesTotal = model::ByteCount{in.bytes_total()};
    out.bytesPerSecond = in.bytes_per_second();
    out.lastPassBytes = model::ByteCount{in.last_pass_bytes()};
    out.digest = in.digest();
    out.sealed = in.sealed();
    return out;
}

void encode(const model::CopyState& in, v1::CopyState& out)
{
    out.set_dataset(textOf(in.dataset));
    out.set_copy(textOf(in.copy));
    out.set_pool(textOf(in.pool));
    out.set_role(static_cast<v1::CopyRole>(in.role));
    out.set_epoch(in.epoch);
    out.set_phase(static_cast<v1::CopyPhase>(in.phase));
    out.set_dataset_name(utf8(in.datasetName));
    out.set_path(utf8(in.path));
    out.set_filesystem(utf8(in.filesystem));
    if (in.size)
        out.set_size_bytes(in.size->value);
    if (in.used)
        out.set_used_bytes(in.used->value);
    out.set_frozen(in.frozen);
    out.set_observed_generation(in.observedGeneration);
    if (in.transfer)
        encode(*in.transfer, *out.mutable_transfer());
    out.set_step(utf8(in.step));
    encodeList(in.conditions, *out.mutable_conditions());
}
model::CopyState decode(const v1::CopyState& in, Reader& r)
{
    model::CopyState out;
    out.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    out.pool = r.id<model::PoolId>(in.pool(), "pool");
    out.role = r.enumerator<model::CopyRole>(in.role(), v1::CopyRole_IsValid, "role");
    out.epoch = in.epoch();
    out.phase = r.enumerator<model::CopyPhase>(in.phase(), v1::CopyPhase_IsValid, "phase");
    out.datasetName = in.dataset_name();
    out.path = in.path();
    out.filesystem = in.filesystem();
    if (in.has_size_bytes())
        out.size = model::ByteCount{in.size_bytes()};
    if (in.has_used_bytes())
        out.used = model::ByteCount{in.used_bytes()};
    out.frozen = in.frozen();
    out.observedGeneration = in.observed_generation();
    if (in.has_transfer())
        out.transfer = r.one(in.transfer(), "transfer");
    out.step = r.words(in.step());
    out.conditions = r.list(in.conditions(), "conditions");
    return out;
}

void encode(const model::NodeState& in, v1::NodeState& out)
{
    out.set_id(textOf(in.id));
    out.set_liveness(static_cast<v1::Liveness>(in.liveness));
    out.set_since_ms(millisecondsOf(in.since));
    out.set_last_heard_ms(millisecondsOf(in.lastHeard));
    if (in.session)
        out.set_session(in.session->toString());
    out.set_boot(textOf(in.boot));
    out.set_version(utf8(in.version));
    encodeMap(in.labels, *out.mutable_labels());
    encodeList(in.pools, *out.mutable_pools());
    encodeList(in.conditions, *out.mutable_conditions());
}
model::NodeState decode(const v1::NodeState& in, Reader& r)
{
    model::NodeState out;
    out.id = r.id<model::NodeId>(in.id(), "id");
    out.liveness = r.enumerator<model::Liveness>(in.liveness(), v1::Liveness_IsValid, "liveness");
    out.since = r.time(in.since_ms(), "since_ms");
    out.lastHeard = r.time(in.last_heard_ms(), "last_heard_ms");
    if (in.has_session())
        out.session = r.id<model::SessionId>(in.session(), "session");
    out.boot = r.id<model::BootId>(in.boot(), "boot");
    out.version = in.version();
    out.labels = labelsOf(in.labels());
    out.pools = r.list(in.pools(), "pools");
    out.conditions = r.list(in.conditions(), "conditions");
    return out;
}

void encode(const model::DatasetStatus& in, v1::DatasetStatus& out)
{
    out.set_id(textOf(in.id));
    out.set_sync(static_cast<v1::Sync>(in.sync));
    out.set_health(static_cast<v1::Health>(in.health));
    if (in.node)
        out.set_node(in.node->toString());
    out.set_path(utf8(in.path));
    if (in.size)
        out.set_size_bytes(in.size->value);
    encodeList(in.conditions, *out.mutable_conditions());
    if (in.transfer)
        encode(*in.transfer, *out.mutable_transfer());
}
model::DatasetStatus decode(const v1::DatasetStatus& in, Reader& r)
{
    model::DatasetStatus out;
    out.id = r.id<model::DatasetId>(in.id(), "id");
    out.sync = r.enumerator<model::Sync>(in.sync(), v1::Sync_IsValid, "sync");
    out.health = r.enumerator<model::Health>(in.health(), v1::Health_IsValid, "health");
    if (in.has_node())
        out.node = r.id<model::NodeId>(in.node(), "node");
    out.path = in.path();
    if (in.has_size_bytes())
        out.size = model::ByteCount{in.size_bytes()};
    out.conditions = r.list(in.conditions(), "conditions");
    if (in.has_transfer())
        out.transfer = r.one(in.transfer(), "transfer");
    return out;
}

void encode(const model::CopyKey& in, v1::CopyKey& out)
{
    out.set_node(textOf(in.node));
    out.set_copy(textOf(in.copy));
}
model::CopyKey decode(const v1::CopyKey& in, Reader& r)
{
    model::CopyKey out;
    out.node = r.id<model::NodeId>(in.node(), "node");
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    return out;
}

void encode(const model::CopyStatePut& in, v1::CopyStatePut& out)
{
    out.set_node(textOf(in.node));
    encode(in.copy, *out.mutable_copy());
}
model::CopyStatePut decode(const v1::CopyStatePut& in, Reader& r)
{
    model::CopyStatePut out;
    out.node = r.id<model::NodeId>(in.node(), "node");
    out.copy = r.one(in.copy(), "copy");
    return out;
}

void encode(const model::StateChange& in, v1::StateChange& out)
{
    struct Encoder
    {
        v1::StateChange& out;
        void operator()(const model::NodeStatePut& put) const
        {
            encode(put.node, *out.mutable_node_put());
        }
        void operator()(const model::NodeStateRemoved& removed) const
        {
            out.set_node_removed(textOf(removed.node));
        }
        void operator()(const model::CopyStatePut& put) const
        {
            encode(put, *out.mutable_copy_put());
        }
        void operator()(const model::CopyStateRemoved& removed) const
        {
            encode(removed.key, *out.mutable_copy_removed());
        }
        void operator()(const model::DatasetStatusPut& put) const
        {
            encode(put.status, *out.mutable_dataset_put());
        }
        void operator()(const model::DatasetStatusRemoved& removed) const
        {
            out.set_dataset_removed(textOf(removed.id));
        }
    };
    std::visit(Encoder{out}, in);
}
std::optional<model::StateChange> decode(const v1::StateChange& in, Reader& r)
{
    switch (in.change_case()) {
    case v1::StateChange::kNodePut:
        return model::NodeStatePut{r.one(in.node_put(), "node_put")};
    case v1::StateChange::kNodeRemoved:
        return model::NodeStateRemoved{r.id<model::NodeId>(in.node_removed(), "node_removed")};
    case v1::StateChange::kCopyPut:
        return r.one(in.copy_put(), "copy_put");
    case v1::StateChange::kCopyRemoved:
        return model::CopyStateRemoved{r.one(in.copy_removed(), "copy_removed")};
    case v1::StateChange::kDatasetPut:
        return model::DatasetStatusPut{r.one(in.dataset_put(), "dataset_put")};
    case v1::StateChange::kDatasetRemoved:
        return model::DatasetStatusRemoved{
            r.id<model::DatasetId>(in.dataset_removed(), "dataset_removed")};
    case v1::StateChange::CHANGE_NOT_SET:
        break;
    }
    if (r.source() != Source::Peer)
        r.fail(model::ErrorCode::Unsupported, "", "is a fact of an unknown kind");
    return std::nullopt;
}

} // namespace drover::codec
