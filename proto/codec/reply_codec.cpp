#include "proto/codec/reply_codec.h"

#include "proto/codec/messages.h"
#include "proto/codec/wire.h"

#include <google/protobuf/util/json_util.h>

namespace drover::codec {
namespace {

model::Error malformed(std::string message)
{
    return {model::ErrorCode::Malformed, std::move(message), "", ""};
}

} // namespace

std::string encodeReply(const model::Reply& reply, bool json)
{
    v1::Reply message;
    encode(reply, message);
    return json ? jsonOf(message, JsonStyle::Compact) : bytesOf(message);
}

model::Result<model::Reply> decodeReply(std::string_view frame)
{
    v1::Reply message;
    if (frame.starts_with('{')) {
        google::protobuf::util::JsonParseOptions options;
        options.ignore_unknown_fields = true;
        const auto status = google::protobuf::util::JsonStringToMessage(
            {frame.data(), frame.size()}, &message, options);
        if (!status.ok())
            return malformed("the reply is not decodable: " + std::string(status.message()));
    } else if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
        return malformed("the reply is not decodable");
    }
    if (message.protocol_version() > model::kProtocolVersion)
        return model::Error{
            model::ErrorCode::UnsupportedVersion,
            "the reply is of protocol version " + std::to_string(message.protocol_version()) +
                "; this program knows up to " + std::to_string(model::kProtocolVersion),
            "", "update this program"};
    Reader reader(Source::Peer);
    auto reply = decode(message, reader);
    if (!reader.ok())
        return *reader.error();
    return reply;
}

} // namespace drover::codec
