// Changes, commits, and what the streams carry.

#include "proto/codec/wire.h"

namespace drover::codec {

void encode(const model::Change& in, v1::Change& out)
{
    if (const auto* put = std::get_if<model::RecordPut>(&in))
        encode(put->record, *out.mutable_put());
    else
        encode(std::get<model::RecordRemoved>(in).key, *out.mutable_removed());
}
std::optional<model::Change> decode(const v1::Change& in, Reader& r)
{
    switch (in.change_case()) {
    case v1::Change::kPut:
        if (auto record = r.one(in.put(), "put"))
            return model::RecordPut{*std::move(record)};
        return std::nullopt;
    case v1::Change::kRemoved:
        if (auto key = r.one(in.removed(), "removed"))
            return model::RecordRemoved{*std::move(key)};
        return std::nullopt;
    case v1::Change::CHANGE_NOT_SET:
        break;
    }
    if (r.source() != Source::Peer)
        r.fail(model::ErrorCode::Unsupported, "", "is a change of an unknown kind");
    return std::nullopt;
}

void encode(const model::Tick::Position& in, v1::Tick::Position& out)
{
    out.set_stream(static_cast<v1::Stream>(in.stream));
    out.set_stream_id(textOf(in.streamId));
    out.set_n(in.n);
}
model::Tick::Position decode(const v1::Tick::Position& in, Reader& r)
{
    model::Tick::Position out;
    out.stream = r.enumerator<model::Stream>(in.stream(), v1::Stream_IsValid, "stream");
    out.streamId = r.id<model::StreamId>(in.stream_id(), "stream_id");
    out.n = in.n();
    return out;
}

void encode(const model::LogEntry& in, v1::LogEntry& out)
{
    out.set_at_ms(millisecondsOf(in.at));
    out.set_actor(utf8(in.actor));
    out.set_verb(utf8(in.verb));
    out.set_subject(utf8(in.subject));
    if (in.dataset)
        out.set_dataset(in.dataset->toString());
    if (in.node)
        out.set_node(in.node->toString());
    out.set_message(utf8(in.message));
}
model::LogEntry decode(const v1::LogEntry& in, Reader& r)
{
    model::LogEntry out;
    out.at = r.time(in.at_ms(), "at_ms");
    out.actor = in.actor();
    out.verb = in.verb();
    out.subject = in.subject();
    if (in.has_dataset())
        out.dataset = r.id<model::DatasetId>(in.dataset(), "dataset");
    if (in.has_node())
        out.node = r.id<model::NodeId>(in.node(), "node");
    out.message = in.message();
    return out;
}

void encode(const model::Commit& in, v1::Commit& out)
{
    out.set_revision(in.revision);
    out.set_term(in.term);
    out.set_at_ms(millisecondsOf(in.at));
    encodeList(in.changes, *out.mutable_changes());
    encodeList(in.log, *out.mutable_log());
}
model::Commit decode(const v1::Commit& in, Reader& r)
{
    model::Commit out;
    out.revision = in.revision();
    out.term = in.term();
    out.at = r.time(in.at_ms(), "at_ms");
    out.changes = r.known(in.changes(), "changes");
    out.log = r.list(in.log(), "log");
    return out;
}

void encode(const model::StreamMessage& in, v1::StreamMessage& out)
{
    out.set_stream(static_cast<v1::Stream>(in.stream));
    out.set_stream_id(textOf(in.streamId));
    out.set_n(in.n);
    out.set_prev_n(in.prevN);
    out.set_revision(in.revision);
    if (in.commit)
        encode(*in.commit, *out.mutable_commit());
    encodeList(in.facts, *out.mutable_facts());
}
model::StreamMessage decode(const v1::StreamMessage& in, Reader& r)
{
    model::StreamMessage out;
    out.stream = r.enumerator<model::Stream>(in.stream(), v1::Stream_IsValid, "stream");
    out.streamId = r.id<model::StreamId>(in.stream_id(), "stream_id");
    out.n = in.n();
    out.prevN = in.prev_n();
    out.revision = in.revision();
    if (in.has_commit())
        out.commit = r.one(in.commit(), "commit");
    out.facts = r.known(in.facts(), "facts");
    return out;
}

void encode(const model::Tick& in, v1::Tick& out)
{
    out.set_history(textOf(in.history));
    out.set_term(in.term);
    out.set_nonce(textOf(in.nonce));
    out.set_heartbeat_ms(in.heartbeat.count());
    out.set_revision(in.revision);
    encodeList(in.positions, *out.mutable_positions());
    out.set_control_time_ms(millisecondsOf(in.controlTime));
}
model::Tick decode(const v1::Tick& in, Reader& r)
{
    model::Tick out;
    out.history = r.id<model::HistoryId>(in.history(), "history");
    out.term = in.term();
    out.nonce = r.uuid(in.nonce(), "nonce");
    out.heartbeat = r.duration(in.heartbeat_ms(), "heartbeat_ms");
    out.revision = in.revision();
    out.positions = r.list(in.positions(), "positions");
    out.controlTime = r.time(in.control_time_ms(), "control_time_ms");
    return out;
}

} // namespace drover::codec
