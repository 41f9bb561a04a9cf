// Errors, clocks, references, pages and conditions.

#include "proto/codec/wire.h"

namespace drover::codec {

namespace {

template <class Ref, class Message>
void encodeRef(const Ref& in, Message& out)
{
    if (in.id)
        out.set_id(in.id->toString());
    else
        out.set_name(utf8(in.name));
}

template <class AnyId, class Message>
model::Ref<AnyId> decodeRef(const Message& in, Reader& r)
{
    model::Ref<AnyId> out;
    if (in.has_id()) {
        out.id = r.id<AnyId>(in.id(), "id");
        if (out.id->isNil())
            r.fail(model::ErrorCode::InvalidArgument, "id", "is empty");
    } else if (in.has_name()) {
        out.name = in.name();
        if (out.name.empty())
            r.fail(model::ErrorCode::InvalidArgument, "name", "is empty");
    }
    return out;
}

} // namespace

void encode(const model::DatasetRef& in, v1::DatasetRef& out) { encodeRef(in, out); }
model::DatasetRef decode(const v1::DatasetRef& in, Reader& r)
{
    return decodeRef<model::DatasetId>(in, r);
}

void encode(const model::NodeRef& in, v1::NodeRef& out) { encodeRef(in, out); }
model::NodeRef decode(const v1::NodeRef& in, Reader& r) { return decodeRef<model::NodeId>(in, r); }

void encode(const model::Error& in, v1::Error& out)
{
    out.set_code(static_cast<v1::ErrorCode>(in.code));
    out.set_message(utf8(in.message));
    out.set_subject(utf8(in.subject));
    out.set_hint(utf8(in.hint));
}
model::Error decode(const v1::Error& in, Reader& r)
{
    model::Error out;
    out.code = r.enumerator<model::ErrorCode>(in.code(), v1::ErrorCode_IsValid, "code");
    out.message = in.message();
    out.subject = in.subject();
    out.hint = in.hint();
    return out;
}

void encode(const model::Now& in, v1::Now& out)
{
    out.set_wall_ms(millisecondsOf(in.wall));
    out.set_running_ms(in.running.count());
}
model::Now decode(const v1::Now& in, Reader& r)
{
    model::Now out;
    out.wall = r.time(in.wall_ms(), "wall_ms");
    out.running = r.duration(in.running_ms(), "running_ms");
    return out;
}

void encode(const model::Page& in, v1::Page& out)
{
    out.set_limit(in.limit);
    out.set_after(utf8(in.after));
}
model::Page decode(const v1::Page& in, Reader& /*r*/)
{
    model::Page out;
    out.limit = in.limit();
    out.after = in.after();
    return out;
}

void encode(const model::Condition& in, v1::Condition& out)
{
    out.set_type(static_cast<v1::ConditionType>(in.type));
    out.set_severity(static_cast<v1::ConditionSeverity>(in.severity));
    out.set_reason(utf8(in.reason));
    out.set_message(utf8(in.message));
    out.set_since_ms(millisecondsOf(in.since));
    out.set_attempts(in.attempts);
    if (in.nextRetry)
        out.set_next_retry_ms(millisecondsOf(*in.nextRetry));
    out.set_suggestion(utf8(in.suggestion));
    out.set_observed_generation(in.observedGeneration);
}
model::Condition decode(const v1::Condition& in, Reader& r)
{
    model::Condition out;
    out.type = r.enumerator<model::ConditionType>(in.type(), v1::ConditionType_IsValid, "type");
    out.severity = r.enumerator<model::ConditionSeverity>(
        in.severity(), v1::ConditionSeverity_IsValid, "severity");
    out.reason = r.words(in.reason());
    out.message = r.words(in.message());
    out.since = r.time(in.since_ms(), "since_ms");
    out.attempts = in.attempts();
    if (in.has_next_retry_ms())
        out.nextRetry = r.time(in.next_retry_ms(), "next_retry_ms");
    out.suggestion = r.words(in.suggestion());
    out.observedGeneration = in.observed_generation();
    return out;
}

std::string textOf(const model::Uuid& uuid)
{
    return uuid.isNil() ? std::string() : uuid.toString();
}

std::string utf8(const std::string& text)
{
    if (model::isValidUtf8(text))
        return text;
    std::string mended;
    std::string_view rest = text;
    while (!rest.empty()) {
        // The character here is the shortest beginning that is valid; none within four bytes: this
        // byte is not part of one.
        std::size_t length = 1;
        while (length <= 4 && length <= rest.size() && !model::isValidUtf8(rest.substr(0, length)))
            ++length;
        const bool valid = length <= 4 && length <= rest.size();
        mended += valid ? rest.substr(0, length) : std::string_view("\xEF\xBF\xBD");
        rest.remove_prefix(valid ? length : 1);
    }
    return mended;
}

void encodeTexts(const std::vector<std::string>& in,
                 google::protobuf::RepeatedPtrField<std::string>& out)
{
    out.Reserve(static_cast<int>(in.size()));
    for (const std::string& text : in)
        *out.Add() = utf8(text);
}

void encodeMap(const model::Labels& in, google::protobuf::Map<std::string, std::string>& out)
{
    for (const auto& [key, value] : in)
        out[utf8(key)] = utf8(value);
}

} // namespace drover::codec
