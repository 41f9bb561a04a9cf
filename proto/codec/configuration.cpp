// Records of the configuration.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::Header& in, v1::Header& out)
{
    out.set_name(utf8(in.name));
    encodeMap(in.labels, *out.mutable_labels());
    out.set_generation(in.generation);
    out.set_mod_revision(in.modRevision);
    out.set_created_at_ms(millisecondsOf(in.createdAt));
    out.set_created_by(utf8(in.createdBy));
}
model::Header decode(const v1::Header& in, Reader& r)
{
    model::Header out;
    out.name = in.name();
    out.labels = labelsOf(in.labels());
    out.generation = in.generation();
    out.modRevision = in.mod_revision();
    out.createdAt = r.time(in.created_at_ms(), "created_at_ms");
    out.createdBy = in.created_by();
    return out;
}

void encode(const model::Placement& in, v1::Placement& out)
{
    if (in.node)
        out.set_node(in.node->toString());
    out.set_pool(utf8(in.pool));
    encodeMap(in.requiredLabels, *out.mutable_required_labels());
    encodeTexts(in.poolKinds, *out.mutable_pool_kinds());
}
model::Placement decode(const v1::Placement& in, Reader& r)
{
    model::Placement out;
    if (in.has_node())
        out.node = r.id<model::NodeId>(in.node(), "node");
    out.pool = in.pool();
    out.requiredLabels = labelsOf(in.required_labels());
    out.poolKinds = textsOf(in.pool_kinds());
    return out;
}

void encode(const model::DatasetSpec& in, v1::DatasetSpec& out)
{
    if (in.size)
        out.set_size_bytes(in.size->value);
    out.set_filesystem(utf8(in.filesystem));
    encode(in.placement, *out.mutable_placement());
    encodeMap(in.metadata, *out.mutable_metadata());
}
model::DatasetSpec decode(const v1::DatasetSpec& in, Reader& r)
{
    model::DatasetSpec out;
    if (in.has_size_bytes())
        out.size = model::ByteCount{in.size_bytes()};
    out.filesystem = in.filesystem();
    out.placement = r.one(in.placement(), "placement");
    out.metadata = labelsOf(in.metadata());
    return out;
}

void encode(const model::Deletion& in, v1::Deletion& out)
{
    encode(in.at, *out.mutable_at());
    out.set_grace_ms(in.grace.count());
    out.set_by(utf8(in.by));
}
model::Deletion decode(const v1::Deletion& in, Reader& r)
{
    model::Deletion out;
    out.at = r.one(in.at(), "at");
    out.grace = r.duration(in.grace_ms(), "grace_ms");
    out.by = in.by();
    return out;
}

void encode(const model::DatasetRecord& in, v1::DatasetRecord& out)
{
    out.set_id(textOf(in.id));
    encode(in.header, *out.mutable_header());
    encode(in.spec, *out.mutable_spec());
    if (in.deletion)
        encode(*in.deletion, *out.mutable_deletion());
}
model::DatasetRecord decode(const v1::DatasetRecord& in, Reader& r)
{
    model::DatasetRecord out;
    out.id = r.id<model::DatasetId>(in.id(), "id");
    out.header = r.one(in.header(), "header");
    out.spec = r.one(in.spec(), "spec");
    if (in.has_deletion())
        out.deletion = r.one(in.deletion(), "deletion");
    return out;
}

void encode(const model::NodeRecord& in, v1::NodeRecord& out)
{
    out.set_id(textOf(in.id));
    encode(in.header, *out.mutable_header());
    out.set_cordoned(in.cordoned);
}
model::NodeRecord decode(const v1::NodeRecord& in, Reader& r)
{
    model::NodeRecord out;
    out.id = r.id<model::NodeId>(in.id(), "id");
    out.header = r.one(in.header(), "header");
    out.cordoned = in.cordoned();
    return out;
}

void encode(const model::ClusterRecord& in, v1::ClusterRecord& out)
{
    out.set_id(textOf(in.id));
    encode(in.header, *out.mutable_header());
    out.set_delete_grace_ms(in.deleteGrace.count());
    out.set_retired_copy_grace_ms(in.retiredCopyGrace.count());
    out.set_history_revisions(in.historyRevisions);
    out.set_history_age_ms(in.historyAge.count());
    out.set_ownership_term_ms(in.ownershipTerm.count());
    out.set_evasive_after_ms(in.evasiveAfter.count());
    out.set_unreachable_after_ms(in.unreachableAfter.count());
}
model::ClusterRecord decode(const v1::ClusterRecord& in, Reader& r)
{
    model::ClusterRecord out;
    out.id = r.id<model::ClusterId>(in.id(), "id");
    out.header = r.one(in.header(), "header");
    out.deleteGrace = r.duration(in.delete_grace_ms(), "delete_grace_ms");
    out.retiredCopyGrace = r.duration(in.retired_copy_grace_ms(), "retired_copy_grace_ms");
    out.historyRevisions = in.history_revisions();
    out.historyAge = r.duration(in.history_age_ms(), "history_age_ms");
    out.ownershipTerm = r.duration(in.ownership_term_ms(), "ownership_term_ms");
    out.evasiveAfter = r.duration(in.evasive_after_ms(), "evasive_after_ms");
    out.unreachableAfter = r.duration(in.unreachable_after_ms(), "unreachable_after_ms");
    return out;
}

void encode(const model::KeyRecord& in, v1::KeyRecord& out)
{
    out.set_public_key(utf8(in.publicKey));
    out.set_name(utf8(in.name));
    out.set_role(static_cast<v1::KeyRole>(in.role));
    if (in.node)
        out.set_node(in.node->toString());
    out.set_created_at_ms(millisecondsOf(in.createdAt));
    out.set_created_by(utf8(in.createdBy));
}
model::KeyRecord decode(const v1::KeyRecord& in, Reader& r)
{
    model::KeyRecord out;
    out.publicKey = in.public_key();
    out.name = in.name();
    out.role = r.enumerator<model::KeyRole>(in.role(), v1::KeyRole_IsValid, "role");
    if (in.has_node())
        out.node = r.id<model::NodeId>(in.node(), "node");
    out.createdAt = r.time(in.created_at_ms(), "created_at_ms");
    out.createdBy = in.created_by();
    return out;
}

} // namespace drover::codec
