// The verbs that read.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::ClientHello& in, v1::ClientHello& out)
{
    out.set_minimum_version(in.minimumVersion);
    out.set_maximum_version(in.maximumVersion);
    out.set_program(utf8(in.program));
    encodeTexts(in.features, *out.mutable_features());
}
model::ClientHello decode(const v1::ClientHello& in, Reader& /*r*/)
{
    model::ClientHello out;
    if (in.minimum_version() != 0)
        out.minimumVersion = in.minimum_version();
    if (in.maximum_version() != 0)
        out.maximumVersion = in.maximum_version();
    out.program = in.program();
    out.features = textsOf(in.features());
    return out;
}

void encode(const model::StatusGet&, v1::StatusGet&) {}
model::StatusGet decode(const v1::StatusGet&, Reader&) { return {}; }

void encode(const model::NodeList& in, v1::NodeList& out) { encode(in.page, *out.mutable_page()); }
model::NodeList decode(const v1::NodeList& in, Reader& r)
{
    model::NodeList out;
    out.page = r.one(in.page(), "page");
    return out;
}

void encode(const model::NodeGet& in, v1::NodeGet& out)
{
    if (isSet(in.node))
        encode(in.node, *out.mutable_node());
}
model::NodeGet decode(const v1::NodeGet& in, Reader& r)
{
    model::NodeGet out;
    out.node = r.one(in.node(), "node");
    return out;
}

void encode(const model::DatasetList& in, v1::DatasetList& out)
{
    encode(in.page, *out.mutable_page());
    out.set_deleted(in.deleted);
}
model::DatasetList decode(const v1::DatasetList& in, Reader& r)
{
    model::DatasetList out;
    out.page = r.one(in.page(), "page");
    out.deleted = in.deleted();
    return out;
}

void encode(const model::DatasetGet& in, v1::DatasetGet& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
}
model::DatasetGet decode(const v1::DatasetGet& in, Reader& r)
{
    model::DatasetGet out;
    out.dataset = r.one(in.dataset(), "dataset");
    return out;
}

void encode(const model::LeaseList& in, v1::LeaseList& out)
{
    if (isSet(in.dataset))
        encode(in.dataset, *out.mutable_dataset());
}
model::LeaseList decode(const v1::LeaseList& in, Reader& r)
{
    model::LeaseList out;
    out.dataset = r.one(in.dataset(), "dataset");
    return out;
}

void encode(const model::KeyList&, v1::KeyList&) {}
model::KeyList decode(const v1::KeyList&, Reader&) { return {}; }

void encode(const model::HistoryList& in, v1::HistoryList& out)
{
    out.set_before(in.before);
    out.set_limit(in.limit);
    if (in.dataset)
        out.set_dataset(in.dataset->toString());
}
model::HistoryList decode(const v1::HistoryList& in, Reader& r)
{
    model::HistoryList out;
    out.before = in.before();
    if (in.limit() != 0)
        out.limit = in.limit();
    if (in.has_dataset())
        out.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    return out;
}

void encode(const model::DiffGet& in, v1::DiffGet& out)
{
    out.set_from(in.from);
    out.set_to(in.to);
}
model::DiffGet decode(const v1::DiffGet& in, Reader& /*r*/)
{
    model::DiffGet out;
    out.from = in.from();
    out.to = in.to();
    return out;
}

void encode(const model::ExportGet&, v1::ExportGet&) {}
model::ExportGet decode(const v1::ExportGet&, Reader&) { return {}; }

void encode(const model::SnapshotGet& in, v1::SnapshotGet& out)
{
    out.set_stream(static_cast<v1::Stream>(in.stream));
    encode(in.page, *out.mutable_page());
    out.set_at(in.at);
}
model::SnapshotGet decode(const v1::SnapshotGet& in, Reader& r)
{
    model::SnapshotGet out;
    out.stream = r.enumerator<model::Stream>(in.stream(), v1::Stream_IsValid, "stream");
    out.page = r.one(in.page(), "page");
    out.at = in.at();
    return out;
}

void encode(const model::ChangesGet& in, v1::ChangesGet& out)
{
    out.set_stream(static_cast<v1::Stream>(in.stream));
    out.set_stream_id(textOf(in.streamId));
    out.set_after(in.after);
    out.set_limit(in.limit);
}
model::ChangesGet decode(const v1::ChangesGet& in, Reader& r)
{
    model::ChangesGet out;
    out.stream = r.enumerator<model::Stream>(in.stream(), v1::Stream_IsValid, "stream");
    out.streamId = r.id<model::StreamId>(in.stream_id(), "stream_id");
    out.after = in.after();
    out.limit = in.limit();
    return out;
}

void encode(const model::SubscriptionStatusGet& in, v1::SubscriptionStatusGet& out)
{
    out.set_topic(utf8(in.topic));
}
model::SubscriptionStatusGet decode(const v1::SubscriptionStatusGet& in, Reader& /*r*/)
{
    model::SubscriptionStatusGet out;
    out.topic = in.topic();
    return out;
}

} // namespace drover::codec
