#include "proto/codec/stream_codec.h"

#include "proto/codec/messages.h"
#include "proto/codec/wire.h"

namespace drover::codec {
namespace {

template <class Message, class Value>
std::string toFrame(const Value& value)
{
    Message message;
    encode(value, message);
    return bytesOf(message);
}

template <class Message>
auto fromFrame(std::string_view frame, const char* what)
{
    Reader reader(Source::Peer);
    Message message;
    using Value = decltype(decode(message, reader));
    if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size())))
        return model::Result<Value>(model::Error{model::ErrorCode::Malformed,
                                                 std::string(what) + " is not decodable", "", ""});
    auto value = decode(message, reader);
    if (!reader.ok())
        return model::Result<Value>(*reader.error());
    return model::Result<Value>(std::move(value));
}

} // namespace

std::string encodeStreamMessage(const model::StreamMessage& message)
{
    return toFrame<v1::StreamMessage>(message);
}
model::Result<model::StreamMessage> decodeStreamMessage(std::string_view frame)
{
    return fromFrame<v1::StreamMessage>(frame, "the event");
}

std::string encodeTick(const model::Tick& tick) { return toFrame<v1::Tick>(tick); }
model::Result<model::Tick> decodeTick(std::string_view frame)
{
    return fromFrame<v1::Tick>(frame, "the tick");
}

} // namespace drover::codec
