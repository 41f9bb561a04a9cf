#include "proto/codec/json.h"

#include "proto/codec/messages.h"
#include "proto/codec/wire.h"

#include <google/protobuf/descriptor.h>

namespace drover::codec {
namespace {

template <class Message, class Value>
std::string print(const Value& value, JsonStyle style)
{
    Message message;
    encode(value, message);
    return jsonOf(message, style);
}

} // namespace

std::string toJson(const model::Reply& reply, JsonStyle style)
{
    return print<v1::Reply>(reply, style);
}

std::string toJson(const model::ReplyBody& body, JsonStyle style)
{
    v1::Reply reply;
    encodeBody(body, reply);
    const auto* field = reply.GetReflection()->GetOneofFieldDescriptor(
        reply, reply.GetDescriptor()->FindOneofByName("body"));
    return field ? jsonOf(reply.GetReflection()->GetMessage(reply, field), style) : "{}";
}

std::string toJson(const model::DatasetView& view, JsonStyle style)
{
    return print<v1::DatasetView>(view, style);
}
std::string toJson(const model::NodeView& view, JsonStyle style)
{
    return print<v1::NodeView>(view, style);
}
std::string toJson(const model::LeaseView& view, JsonStyle style)
{
    return print<v1::LeaseView>(view, style);
}
std::string toJson(const model::KeyRecord& key, JsonStyle style)
{
    return print<v1::KeyRecord>(key, style);
}
std::string toJson(const model::Plan& plan, JsonStyle style)
{
    return print<v1::Plan>(plan, style);
}
std::string toJson(const model::Apply& configuration, JsonStyle style)
{
    return print<v1::Apply>(configuration, style);
}
std::string toJson(const model::Commit& commit, JsonStyle style)
{
    return print<v1::Commit>(commit, style);
}
std::string toJson(const model::StreamMessage& message, JsonStyle style)
{
    return print<v1::StreamMessage>(message, style);
}
std::string toJson(const model::Tick& tick, JsonStyle style)
{
    return print<v1::Tick>(tick, style);
}
std::string toJson(const model::Error& error, JsonStyle style)
{
    return print<v1::Error>(error, style);
}

} // namespace drover::codec
