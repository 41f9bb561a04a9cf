// Records of the ledger.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::Handover& in, v1::Handover& out)
{
    out.set_id(textOf(in.id));
    out.set_phase(static_cast<v1::HandoverPhase>(in.phase));
    out.set_source(textOf(in.source));
    out.set_source_pool(textOf(in.sourcePool));
    out.set_source_copy(textOf(in.sourceCopy));
    out.set_target(textOf(in.target));
    out.set_target_pool(textOf(in.targetPool));
    out.set_target_copy(textOf(in.targetCopy));
    out.set_transfer(textOf(in.transfer));
    out.set_digest(utf8(in.digest));
    out.set_started_at_ms(millisecondsOf(in.startedAt));
    out.set_phase_since_ms(millisecondsOf(in.phaseSince));
}
model::Handover decode(const v1::Handover& in, Reader& r)
{
    model::Handover out;
    out.id = r.id<model::OperationId>(in.id(), "id");
    out.phase = r.enumerator<model::HandoverPhase>(in.phase(), v1::HandoverPhase_IsValid, "phase");
    out.source = r.id<model::NodeId>(in.source(), "source");
    out.sourcePool = r.id<model::PoolId>(in.source_pool(), "source_pool");
    out.sourceCopy = r.id<model::CopyId>(in.source_copy(), "source_copy");
    out.target = r.id<model::NodeId>(in.target(), "target");
    out.targetPool = r.id<model::PoolId>(in.target_pool(), "target_pool");
    out.targetCopy = r.id<model::CopyId>(in.target_copy(), "target_copy");
    out.transfer = r.id<model::TransferId>(in.transfer(), "transfer");
    out.digest = in.digest();
    out.startedAt = r.time(in.started_at_ms(), "started_at_ms");
    out.phaseSince = r.time(in.phase_since_ms(), "phase_since_ms");
    return out;
}

void encode(const model::RetiredCopy& in, v1::RetiredCopy& out)
{
    out.set_copy(textOf(in.copy));
    out.set_pool(textOf(in.pool));
    out.set_node(textOf(in.node));
    out.set_role(static_cast<v1::CopyRole>(in.role));
    encode(in.since, *out.mutable_since());
    out.set_purge_committed(in.purgeCommitted);
}
model::RetiredCopy decode(const v1::RetiredCopy& in, Reader& r)
{
    model::RetiredCopy out;
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    out.pool = r.id<model::PoolId>(in.pool(), "pool");
    out.node = r.id<model::NodeId>(in.node(), "node");
    out.role = r.enumerator<model::CopyRole>(in.role(), v1::CopyRole_IsValid, "role");
    out.since = r.one(in.since(), "since");
    out.purgeCommitted = in.purge_committed();
    return out;
}

void encode(const model::DatasetLedger& in, v1::DatasetLedger& out)
{
    out.set_id(textOf(in.id));
    out.set_epoch(in.epoch);
    if (in.owner)
        out.set_owner(in.owner->toString());
    out.set_pool(textOf(in.pool));
    out.set_copy(textOf(in.copy));
    out.set_ever_created(in.everCreated);
    if (in.handover)
        encode(*in.handover, *out.mutable_handover());
    encodeList(in.retired, *out.mutable_retired());
    out.set_purge_committed(in.purgeCommitted);
    if (in.purged)
        encode(*in.purged, *out.mutable_purged());
}
model::DatasetLedger decode(const v1::DatasetLedger& in, Reader& r)
{
    model::DatasetLedger out;
    out.id = r.id<model::DatasetId>(in.id(), "id");
    out.epoch = in.epoch();
    if (in.has_owner())
        out.owner = r.id<model::NodeId>(in.owner(), "owner");
    out.pool = r.id<model::PoolId>(in.pool(), "pool");
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    out.everCreated = in.ever_created();
    if (in.has_handover())
        out.handover = r.one(in.handover(), "handover");
    out.retired = r.list(in.retired(), "retired");
    out.purgeCommitted = in.purge_committed();
    if (in.has_purged())
        out.purged = r.one(in.purged(), "purged");
    return out;
}

void encode(const model::Tombstone& in, v1::Tombstone& out) { out.set_id(textOf(in.id)); }
model::Tombstone decode(const v1::Tombstone& in, Reader& r)
{
    model::Tombstone out;
    out.id = r.id<model::DatasetId>(in.id(), "id");
    return out;
}

void encode(const model::LostMark& in, v1::LostMark& out)
{
    out.set_at_ms(millisecondsOf(in.at));
    out.set_by(utf8(in.by));
    out.set_statement(utf8(in.statement));
}
model::LostMark decode(const v1::LostMark& in, Reader& r)
{
    model::LostMark out;
    out.at = r.time(in.at_ms(), "at_ms");
    out.by = in.by();
    out.statement = in.statement();
    return out;
}

void encode(const model::NodeLedger& in, v1::NodeLedger& out)
{
    out.set_id(textOf(in.id));
    out.set_machine(textOf(in.machine));
    out.set_hostname(utf8(in.hostname));
    out.set_address(utf8(in.address));
    out.set_bulk_endpoint(utf8(in.bulkEndpoint));
    out.set_public_key(utf8(in.publicKey));
    out.set_first_seen_ms(millisecondsOf(in.firstSeen));
    if (in.lost)
        encode(*in.lost, *out.mutable_lost());
}
model::NodeLedger decode(const v1::NodeLedger& in, Reader& r)
{
    model::NodeLedger out;
    out.id = r.id<model::NodeId>(in.id(), "id");
    out.machine = r.id<model::MachineId>(in.machine(), "machine");
    out.hostname = in.hostname();
    out.address = in.address();
    out.bulkEndpoint = in.bulk_endpoint();
    out.publicKey = in.public_key();
    out.firstSeen = r.time(in.first_seen_ms(), "first_seen_ms");
    if (in.has_lost())
        out.lost = r.one(in.lost(), "lost");
    return out;
}

void encode(const model::PoolLedger& in, v1::PoolLedger& out)
{
    out.set_id(textOf(in.id));
    out.set_name(utf8(in.name));
    out.set_kind(utf8(in.kind));
    out.set_shared(in.shared);
    out.set_fence(static_cast<v1::Fence>(in.fence));
    encodeIds(in.nodes, *out.mutable_nodes());
    if (in.agentNode)
        out.set_agent_node(in.agentNode->toString());
    out.set_agent_epoch(in.agentEpoch);
}
model::PoolLedger decode(const v1::PoolLedger& in, Reader& r)
{
    model::PoolLedger out;
    out.id = r.id<model::PoolId>(in.id(), "id");
    out.name = in.name();
    out.kind = in.kind();
    out.shared = in.shared();
    out.fence = r.enumerator<model::Fence>(in.fence(), v1::Fence_IsValid, "fence");
    out.nodes = r.ids<model::NodeId>(in.nodes(), "nodes");
    if (in.has_agent_node())
        out.agentNode = r.id<model::NodeId>(in.agent_node(), "agent_node");
    out.agentEpoch = in.agent_epoch();
    return out;
}

void encode(const model::LeaseRecord& in, v1::LeaseRecord& out)
{
    out.set_token(textOf(in.token));
    out.set_dataset(textOf(in.dataset));
    out.set_node(textOf(in.node));
    out.set_holder(utf8(in.holder));
    if (in.ttl)
        out.set_ttl_ms(in.ttl->count());
    out.set_acquired_at_ms(millisecondsOf(in.acquiredAt));
}
model::LeaseRecord decode(const v1::LeaseRecord& in, Reader& r)
{
    model::LeaseRecord out;
    out.token = r.id<model::LeaseToken>(in.token(), "token");
    out.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    out.node = r.id<model::NodeId>(in.node(), "node");
    out.holder = in.holder();
    if (in.has_ttl_ms())
        out.ttl = r.duration(in.ttl_ms(), "ttl_ms");
    out.acquiredAt = r.time(in.acquired_at_ms(), "acquired_at_ms");
    return out;
}

void encode(const model::HistoryRecord& in, v1::HistoryRecord& out)
{
    out.set_history(textOf(in.history));
    out.set_term(in.term);
    out.set_nonce(textOf(in.nonce));
    out.set_running_ms(in.running.count());
    encodeIds(in.superseded, *out.mutable_superseded());
}
model::HistoryRecord decode(const v1::HistoryRecord& in, Reader& r)
{
    model::HistoryRecord out;
    out.history = r.id<model::HistoryId>(in.history(), "history");
    out.term = in.term();
    out.nonce = r.uuid(in.nonce(), "nonce");
    out.running = r.duration(in.running_ms(), "running_ms");
    out.superseded = r.ids<model::HistoryId>(in.superseded(), "superseded");
    return out;
}

} // namespace drover::codec
