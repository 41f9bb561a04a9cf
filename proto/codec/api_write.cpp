// The verbs that write.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::DatasetCreate& in, v1::DatasetCreate& out)
{
    if (in.id)
        out.set_id(in.id->toString());
    out.set_name(utf8(in.name));
    encodeMap(in.labels, *out.mutable_labels());
    if (in.size)
        out.set_size_bytes(in.size->value);
    out.set_filesystem(utf8(in.filesystem));
    encodeMap(in.metadata, *out.mutable_metadata());
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
    out.set_pool(utf8(in.pool));
    encodeMap(in.requiredLabels, *out.mutable_required_labels());
    encodeTexts(in.poolKinds, *out.mutable_pool_kinds());
}
model::DatasetCreate decode(const v1::DatasetCreate& in, Reader& r)
{
    model::DatasetCreate out;
    if (in.has_id())
        out.id = r.id<model::DatasetId>(in.id(), "id");
    out.name = in.name();
    out.labels = labelsOf(in.labels());
    if (in.has_size_bytes())
        out.size = model::ByteCount{in.size_bytes()};
    out.filesystem = in.filesystem();
    out.metadata = labelsOf(in.metadata());
    out.node = r.one(in.node(), "node");
    out.pool = in.pool();
    out.requiredLabels = labelsOf(in.required_labels());
    out.poolKinds = textsOf(in.pool_kinds());
    return out;
}

void encode(const model::DatasetMove& in, v1::DatasetMove& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    if (isSet(in.to))
        encode(in.to, *out.mutable_to());
    out.set_pool(utf8(in.pool));
    out.set_when_free(in.whenFree);
}
model::DatasetMove decode(const v1::DatasetMove& in, Reader& r)
{
    model::DatasetMove out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.to = r.one(in.to(), "to");
    out.pool = in.pool();
    out.whenFree = in.when_free();
    return out;
}

void encode(const model::DatasetResize& in, v1::DatasetResize& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    out.set_size_bytes(in.size.value);
}
model::DatasetResize decode(const v1::DatasetResize& in, Reader& r)
{
    model::DatasetResize out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.size = model::ByteCount{in.size_bytes()};
    return out;
}

void encode(const model::DatasetSetMetadata& in, v1::DatasetSetMetadata& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    encodeMap(in.metadata, *out.mutable_metadata());
}
model::DatasetSetMetadata decode(const v1::DatasetSetMetadata& in, Reader& r)
{
    model::DatasetSetMetadata out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.metadata = labelsOf(in.metadata());
    return out;
}

void encode(const model::DatasetRename& in, v1::DatasetRename& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    out.set_name(utf8(in.name));
}
model::DatasetRename decode(const v1::DatasetRename& in, Reader& r)
{
    model::DatasetRename out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.name = in.name();
    return out;
}

void encode(const model::DatasetDelete& in, v1::DatasetDelete& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    if (in.grace)
        out.set_grace_ms(in.grace->count());
    out.set_when_free(in.whenFree);
}
model::DatasetDelete decode(const v1::DatasetDelete& in, Reader& r)
{
    model::DatasetDelete out;
    out.dataset = r.one(in.dataset(), "dataset");
    if (in.has_grace_ms())
        out.grace = r.duration(in.grace_ms(), "grace_ms");
    out.whenFree = in.when_free();
    return out;
}

void encode(const model::DatasetUndelete& in, v1::DatasetUndelete& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    out.set_name(utf8(in.name));
}
model::DatasetUndelete decode(const v1::DatasetUndelete& in, Reader& r)
{
    model::DatasetUndelete out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.name = in.name();
    return out;
}

void encode(const model::DatasetPurge& in, v1::DatasetPurge& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
}
model::DatasetPurge decode(const v1::DatasetPurge& in, Reader& r)
{
    model::DatasetPurge out;
    out.dataset = r.one(in.dataset(), "dataset");
    return out;
}

void encode(const model::NodeLabel& in, v1::NodeLabel& out)
{
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
    encodeMap(in.labels, *out.mutable_labels());
}
model::NodeLabel decode(const v1::NodeLabel& in, Reader& r)
{
    model::NodeLabel out;
    out.node = r.one(in.node(), "node");
    out.labels = labelsOf(in.labels());
    return out;
}

void encode(const model::NodeCordon& in, v1::NodeCordon& out)
{
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
    out.set_cordoned(in.cordoned);
}
model::NodeCordon decode(const v1::NodeCordon& in, Reader& r)
{
    model::NodeCordon out;
    out.node = r.one(in.node(), "node");
    if (in.has_cordoned())
        out.cordoned = in.cordoned();
    return out;
}

void encode(const model::NodeDeclareLost& in, v1::NodeDeclareLost& out)
{
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
    out.set_statement(utf8(in.statement));
}
model::NodeDeclareLost decode(const v1::NodeDeclareLost& in, Reader& r)
{
    model::NodeDeclareLost out;
    out.node = r.one(in.node(), "node");
    out.statement = in.statement();
    return out;
}

void encode(const model::NodeForget& in, v1::NodeForget& out)
{
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
}
model::NodeForget decode(const v1::NodeForget& in, Reader& r)
{
    model::NodeForget out;
    out.node = r.one(in.node(), "node");
    return out;
}

void encode(const model::LeaseAcquire& in, v1::LeaseAcquire& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
    out.set_holder(utf8(in.holder));
    if (in.ttl)
        out.set_ttl_ms(in.ttl->count());
}
model::LeaseAcquire decode(const v1::LeaseAcquire& in, Reader& r)
{
    model::LeaseAcquire out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.node = r.one(in.node(), "node");
    out.holder = in.holder();
    if (in.has_ttl_ms())
        out.ttl = r.duration(in.ttl_ms(), "ttl_ms");
    return out;
}

void encode(const model::LeaseRenew& in, v1::LeaseRenew& out) { out.set_token(textOf(in.token)); }
model::LeaseRenew decode(const v1::LeaseRenew& in, Reader& r)
{
    model::LeaseRenew out;
    out.token = r.id<model::LeaseToken>(in.token(), "token");
    return out;
}

void encode(const model::LeaseRelease& in, v1::LeaseRelease& out)
{
    out.set_token(textOf(in.token));
}
model::LeaseRelease decode(const v1::LeaseRelease& in, Reader& r)
{
    model::LeaseRelease out;
    out.token = r.id<model::LeaseToken>(in.token(), "token");
    return out;
}

void encode(const model::ClusterSet& in, v1::ClusterSet& out)
{
    out.set_name(utf8(in.name));
    if (in.deleteGrace)
        out.set_delete_grace_ms(in.deleteGrace->count());
    if (in.retiredCopyGrace)
        out.set_retired_copy_grace_ms(in.retiredCopyGrace->count());
}
model::ClusterSet decode(const v1::ClusterSet& in, Reader& r)
{
    model::ClusterSet out;
    out.name = in.name();
    if (in.has_delete_grace_ms())
        out.deleteGrace = r.duration(in.delete_grace_ms(), "delete_grace_ms");
    if (in.has_retired_copy_grace_ms())
        out.retiredCopyGrace = r.duration(in.retired_copy_grace_ms(), "retired_copy_grace_ms");
    return out;
}

void encode(const model::Rollback& in, v1::Rollback& out) { out.set_to(in.to); }
model::Rollback decode(const v1::Rollback& in, Reader& /*r*/)
{
    model::Rollback out;
    out.to = in.to();
    return out;
}

void encode(const model::KeyAdd& in, v1::KeyAdd& out)
{
    out.set_public_key(utf8(in.publicKey));
    out.set_name(utf8(in.name));
    out.set_role(static_cast<v1::KeyRole>(in.role));
    if (in.node)
        out.set_node(in.node->toString());
}
model::KeyAdd decode(const v1::KeyAdd& in, Reader& r)
{
    model::KeyAdd out;
    out.publicKey = in.public_key();
    out.name = in.name();
    out.role = r.enumerator<model::KeyRole>(in.role(), v1::KeyRole_IsValid, "role");
    if (in.has_node())
        out.node = r.id<model::NodeId>(in.node(), "node");
    return out;
}

void encode(const model::KeyRemove& in, v1::KeyRemove& out) { out.set_name(utf8(in.name)); }
model::KeyRemove decode(const v1::KeyRemove& in, Reader& /*r*/)
{
    model::KeyRemove out;
    out.name = in.name();
    return out;
}

void encode(const model::RecoverChoice& in, v1::RecoverChoice& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
    out.set_copy(textOf(in.copy));
}
model::RecoverChoice decode(const v1::RecoverChoice& in, Reader& r)
{
    model::RecoverChoice out;
    out.dataset = r.one(in.dataset(), "dataset");
    out.copy = r.id<model::CopyId>(in.copy(), "copy");
    return out;
}

void encode(const model::Recover& in, v1::Recover& out)
{
    encodeList(in.choices, *out.mutable_choices());
    encodeList(in.lost, *out.mutable_lost());
    out.set_statement(utf8(in.statement));
}
model::Recover decode(const v1::Recover& in, Reader& r)
{
    model::Recover out;
    out.choices = r.list(in.choices(), "choices");
    out.lost = r.list(in.lost(), "lost");
    out.statement = in.statement();
    return out;
}

void encode(const model::DesiredDataset& in, v1::DesiredDataset& out)
{
    out.set_name(utf8(in.name));
    encodeMap(in.labels, *out.mutable_labels());
    if (in.size)
        out.set_size_bytes(in.size->value);
    out.set_filesystem(utf8(in.filesystem));
    encodeMap(in.metadata, *out.mutable_metadata());
    out.set_node(utf8(in.node));
    out.set_pool(utf8(in.pool));
    encodeMap(in.requiredLabels, *out.mutable_required_labels());
    encodeTexts(in.poolKinds, *out.mutable_pool_kinds());
}
model::DesiredDataset decode(const v1::DesiredDataset& in, Reader& /*r*/)
{
    model::DesiredDataset out;
    out.name = in.name();
    out.labels = labelsOf(in.labels());
    if (in.has_size_bytes())
        out.size = model::ByteCount{in.size_bytes()};
    out.filesystem = in.filesystem();
    out.metadata = labelsOf(in.metadata());
    out.node = in.node();
    out.pool = in.pool();
    out.requiredLabels = labelsOf(in.required_labels());
    out.poolKinds = textsOf(in.pool_kinds());
    return out;
}

void encode(const model::DesiredNode& in, v1::DesiredNode& out)
{
    out.set_name(utf8(in.name));
    encodeMap(in.labels, *out.mutable_labels());
    out.set_cordoned(in.cordoned);
}
model::DesiredNode decode(const v1::DesiredNode& in, Reader& /*r*/)
{
    model::DesiredNode out;
    out.name = in.name();
    out.labels = labelsOf(in.labels());
    out.cordoned = in.cordoned();
    return out;
}

void encode(const model::Apply& in, v1::Apply& out)
{
    encodeList(in.datasets, *out.mutable_datasets());
    encodeList(in.nodes, *out.mutable_nodes());
    out.set_prune(in.prune);
}
model::Apply decode(const v1::Apply& in, Reader& r)
{
    model::Apply out;
    out.datasets = r.list(in.datasets(), "datasets");
    out.nodes = r.list(in.nodes(), "nodes");
    out.prune = in.prune();
    return out;
}

void encode(const model::Write& in, v1::Write& out)
{
    encodeList(in.operations, *out.mutable_operations());
    out.set_dry_run(in.dryRun);
    out.set_expect_plan(utf8(in.expectPlan));
    out.set_reason(utf8(in.reason));
}
model::Write decode(const v1::Write& in, Reader& r)
{
    model::Write out;
    out.operations = r.list(in.operations(), "operations");
    out.dryRun = in.dry_run();
    out.expectPlan = in.expect_plan();
    out.reason = in.reason();
    return out;
}

} // namespace drover::codec
