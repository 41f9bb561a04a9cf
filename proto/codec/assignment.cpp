// Sessions, reports, assignments.

#include "proto/codec/messages.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/wire.h"

#include <sodium.h>

namespace drover::codec {

void encode(const model::TransferOrder& in, v1::TransferOrder& out)
{
    out.set_id(textOf(in.id));
    out.set_direction(static_cast<v1::TransferDirection>(in.direction));
    out.set_peer(textOf(in.peer));
    out.set_peer_key(utf8(in.peerKey));
    out.set_peer_endpoint(utf8(in.peerEndpoint));
    out.set_digest(utf8(in.digest));
}
model::TransferOrder decode(const v1::TransferOrder& in, Reader& r)
{
    model::TransferOrder out;
    out.id = r.id<model::TransferId>(in.id(), "id");
    out.direction = r.enumerator<model::TransferDirection>(
        in.direction(), v1::TransferDirection_IsValid, "direction");
    out.peer = r.id<model::NodeId>(in.peer(), "peer");
    out.peerKey = in.peer_key();
    out.peerEndpoint = in.peer_endpoint();
    out.digest = in.digest();
    return out;
}

void encode(const model::Assignment& in, v1::Assignment& out)
{
    out.set_dataset(textOf(in.dataset));
    out.set_copy(textOf(in.copy));
    out.set_pool(textOf(in.pool));
    out.set_epoch(in.epoch);
    out.set_goal(static_cast<v1::Goal>(in.goal));
    out.set_may_create(in.mayCreate);
    out.set_cluster_agent(in.clusterAgent);
    out.set_retired_role(static_cast<v1::CopyRole>(in.retiredRole));
    out.set_name(utf8(in.name));
    encode(in.spec, *out.mutable_spec());
    out.set_generation(in.generation);
    if (in.transfer)
        encode(*in.transfer, *out.mutable_transfer());
}
model::Assignment decode(const v1::Assignment& in, Reader& r)
{
    model::Assignment out;
    out.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    out.pool = r.id<model::PoolId>(in.pool(), "pool");
    out.epoch = in.epoch();
    out.goal = r.enumerator<model::Goal>(in.goal(), v1::Goal_IsValid, "goal");
    out.mayCreate = in.may_create();
    out.clusterAgent = in.cluster_agent();
    out.retiredRole =
        r.enumerator<model::CopyRole>(in.retired_role(), v1::CopyRole_IsValid, "retired_role");
    out.name = in.name();
    out.spec = r.one(in.spec(), "spec");
    out.generation = in.generation();
    if (in.has_transfer())
        out.transfer = r.one(in.transfer(), "transfer");
    return out;
}

void encode(const model::AssignmentKey& in, v1::AssignmentKey& out)
{
    out.set_copy(textOf(in.copy));
    out.set_cluster_agent(in.clusterAgent);
}
model::AssignmentKey decode(const v1::AssignmentKey& in, Reader& r)
{
    model::AssignmentKey out;
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    out.clusterAgent = in.cluster_agent();
    return out;
}

void encode(const model::Hello& in, v1::Hello& out)
{
    out.set_node(textOf(in.node));
    out.set_machine(textOf(in.machine));
    out.set_boot(textOf(in.boot));
    out.set_incarnation(textOf(in.incarnation));
    out.set_hostname(utf8(in.hostname));
    out.set_address(utf8(in.address));
    out.set_bulk_endpoint(utf8(in.bulkEndpoint));
    out.set_version(utf8(in.version));
    encodeMap(in.labels, *out.mutable_labels());
    encodeList(in.pools, *out.mutable_pools());
    encodeTexts(in.features, *out.mutable_features());
    out.set_highest_history(textOf(in.highestHistory));
    out.set_highest_term(in.highestTerm);
    out.set_highest_revision(in.highestRevision);
    out.set_highest_nonce(textOf(in.highestNonce));
}
model::Hello decode(const v1::Hello& in, Reader& r)
{
    model::Hello out;
    out.node = r.id<model::NodeId>(in.node(), "node");
    out.machine = r.id<model::MachineId>(in.machine(), "machine");
    out.boot = r.id<model::BootId>(in.boot(), "boot");
    out.incarnation = r.uuid(in.incarnation(), "incarnation");
    out.hostname = in.hostname();
    out.address = in.address();
    out.bulkEndpoint = in.bulk_endpoint();
    out.version = in.version();
    out.labels = labelsOf(in.labels());
    out.pools = r.list(in.pools(), "pools");
    out.features = textsOf(in.features());
    out.highestHistory = r.id<model::HistoryId>(in.highest_history(), "highest_history");
    out.highestTerm = in.highest_term();
    out.highestRevision = in.highest_revision();
    out.highestNonce = r.uuid(in.highest_nonce(), "highest_nonce");
    return out;
}

void encode(const model::Welcome& in, v1::Welcome& out)
{
    out.set_session(textOf(in.session));
    out.set_cluster(textOf(in.cluster));
    out.set_history(textOf(in.history));
    out.set_term(in.term);
    out.set_nonce(textOf(in.nonce));
    out.set_heartbeat_ms(in.heartbeat.count());
    out.set_ownership_term_ms(in.ownershipTerm.count());
    out.set_window(in.window);
    out.set_control_time_ms(millisecondsOf(in.controlTime));
    encodeTexts(in.features, *out.mutable_features());
    out.set_recovering(in.recovering);
    encodeIds(in.supersedes, *out.mutable_supersedes());
}
model::Welcome decode(const v1::Welcome& in, Reader& r)
{
    model::Welcome out;
    out.session = r.id<model::SessionId>(in.session(), "session");
    out.cluster = r.id<model::ClusterId>(in.cluster(), "cluster");
    out.history = r.id<model::HistoryId>(in.history(), "history");
    out.term = in.term();
    out.nonce = r.uuid(in.nonce(), "nonce");
    out.heartbeat = r.duration(in.heartbeat_ms(), "heartbeat_ms");
    out.ownershipTerm = r.duration(in.ownership_term_ms(), "ownership_term_ms");
    out.window = in.window();
    out.controlTime = r.time(in.control_time_ms(), "control_time_ms");
    out.features = textsOf(in.features());
    out.recovering = in.recovering();
    out.supersedes = r.ids<model::HistoryId>(in.supersedes(), "supersedes");
    return out;
}

void encode(const model::FoundCopy& in, v1::FoundCopy& out)
{
    out.set_cluster(textOf(in.identity.cluster));
    out.set_dataset(textOf(in.identity.dataset));
    out.set_copy(textOf(in.identity.copy));
    out.set_role(static_cast<v1::CopyRole>(in.identity.role));
    out.set_epoch(in.identity.epoch);
    out.set_generation(in.identity.generation);
    out.set_name(utf8(in.identity.name));
    encode(in.identity.spec, *out.mutable_spec());
    out.set_pool(textOf(in.pool));
    out.set_whole(in.whole);
    out.set_phase(static_cast<v1::CopyPhase>(in.phase));
    out.set_filesystem(utf8(in.filesystem));
    if (in.used)
        out.set_used_bytes(in.used->value);
}
model::FoundCopy decode(const v1::FoundCopy& in, Reader& r)
{
    model::FoundCopy out;
    out.identity.cluster = r.id<model::ClusterId>(in.cluster(), "cluster");
    out.identity.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    out.identity.copy = r.id<model::CopyId>(in.copy(), "copy");
    out.identity.role = r.enumerator<model::CopyRole>(in.role(), v1::CopyRole_IsValid, "role");
    out.identity.epoch = in.epoch();
    out.identity.generation = in.generation();
    out.identity.name = in.name();
    out.identity.spec = r.one(in.spec(), "spec");
    out.pool = r.id<model::PoolId>(in.pool(), "pool");
    out.whole = in.whole();
    out.phase = r.enumerator<model::CopyPhase>(in.phase(), v1::CopyPhase_IsValid, "phase");
    out.filesystem = in.filesystem();
    if (in.has_used_bytes())
        out.used = r.space(in.used_bytes());
    return out;
}

void encode(const model::Report& in, v1::Report& out)
{
    out.set_session(textOf(in.session));
    out.set_n(in.n);
    out.set_complete(in.complete);
    encodeList(in.pools, *out.mutable_pools());
    encodeList(in.copies, *out.mutable_copies());
    encodeIds(in.gone, *out.mutable_gone());
    out.set_loop_iterations(in.loopIterations);
    encodeList(in.found, *out.mutable_found());
}
model::Report decode(const v1::Report& in, Reader& r)
{
    model::Report out;
    out.session = r.id<model::SessionId>(in.session(), "session");
    out.n = in.n();
    out.complete = in.complete();
    out.pools = r.list(in.pools(), "pools");
    out.copies = r.list(in.copies(), "copies");
    out.gone = r.ids<model::CopyId>(in.gone(), "gone");
    out.loopIterations = in.loop_iterations();
    out.found = r.list(in.found(), "found");
    return out;
}

void encode(const model::ReportAck& in, v1::ReportAck& out)
{
    out.set_session(textOf(in.session));
    out.set_n(in.n);
}
model::ReportAck decode(const v1::ReportAck& in, Reader& r)
{
    model::ReportAck out;
    out.session = r.id<model::SessionId>(in.session(), "session");
    out.n = in.n();
    return out;
}

void encode(const model::AssignmentBatch& in, v1::AssignmentBatch& out)
{
    out.set_session(textOf(in.session));
    out.set_n(in.n);
    out.set_term(in.term);
    out.set_revision(in.revision);
    out.set_snapshot(in.snapshot);
    out.set_snapshot_continues(in.snapshotContinues);
    encodeList(in.upserts, *out.mutable_upserts());
    encodeList(in.unassign, *out.mutable_unassign());
    encodeIds(in.clusterAgentFor, *out.mutable_cluster_agent_for());
}
model::AssignmentBatch decode(const v1::AssignmentBatch& in, Reader& r)
{
    model::AssignmentBatch out;
    out.session = r.id<model::SessionId>(in.session(), "session");
    out.n = in.n();
    out.term = in.term();
    out.revision = in.revision();
    out.snapshot = in.snapshot();
    out.snapshotContinues = in.snapshot_continues();
    out.upserts = r.list(in.upserts(), "upserts");
    out.unassign = r.list(in.unassign(), "unassign");
    out.clusterAgentFor = r.ids<model::PoolId>(in.cluster_agent_for(), "cluster_agent_for");
    return out;
}

void encode(const model::AssignmentAck& in, v1::AssignmentAck& out)
{
    out.set_session(textOf(in.session));
    out.set_n(in.n);
}
model::AssignmentAck decode(const v1::AssignmentAck& in, Reader& r)
{
    model::AssignmentAck out;
    out.session = r.id<model::SessionId>(in.session(), "session");
    out.n = in.n();
    return out;
}

AssignmentDigest digestOf(const model::Assignment& assignment)
{
    v1::Assignment message;
    encode(assignment, message);
    const std::string bytes = bytesOf(message);
    AssignmentDigest digest{};
    crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    return digest;
}

} // namespace drover::codec
