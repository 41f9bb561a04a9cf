#include "tests/fuzz/round_trip.h"

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/fuzz/target.h"

#include <variant>

namespace drover::tests {

void checkRequestFrame(std::string_view frame)
{
    const auto decoded = codec::decodeRequest(frame);
    const bool json = frame.starts_with('{');
    if (const auto* failure = std::get_if<codec::DecodeFailure>(&decoded)) {
        requireRefusal(failure->error);
        require(failure->json == json, "a refusal is in the form of the request");
        require(failure->requestId.size() <= 64 && model::isValidUtf8(failure->requestId),
                "a request id that is given back is one");
        model::Reply reply;
        reply.requestId = failure->requestId;
        reply.error = failure->error;
        for (const bool form : {false, true}) {
            const auto told = codec::decodeReply(codec::encodeReply(reply, form));
            require(told && told->error && told->error->code == reply.error->code &&
                        !told->error->message.empty() && told->requestId == reply.requestId,
                    "a refusal reaches the asker");
        }
        return;
    }
    const auto& taken = std::get<codec::DecodedRequest>(decoded);
    require(taken.json == json, "the form of a request is that of its frame");
    checkLimits(taken.request);
    for (const bool form : {false, true}) {
        const std::string again = codec::encodeRequest(taken.request, form);
        if (again.size() > model::kMaximumFrame)
            continue;
        const auto second = codec::decodeRequest(again);
        const auto* failure = std::get_if<codec::DecodeFailure>(&second);
        require(failure == nullptr, "what was taken is taken again",
                failure ? failure->error.message : "");
        const auto& same = std::get<codec::DecodedRequest>(second);
        require(same.request == taken.request, "decode, encode, decode is the same request");
        require(same.bodyDigest == taken.bodyDigest, "the digest does not depend on the form");
        require(codec::encodeRequest(same.request, form) == again, "one value has one encoding");
    }
}

void checkReplyFrame(std::string_view frame)
{
    const auto reply = codec::decodeReply(frame);
    if (!reply) {
        requireRefusal(reply.error());
        return;
    }
    for (const bool form : {false, true}) {
        const std::string again = codec::encodeReply(*reply, form);
        const auto second = codec::decodeReply(again);
        require(second.ok(), "what was taken is taken again", second ? "" : second.error().message);
        require(*second == *reply, "decode, encode, decode is the same reply");
        require(codec::encodeReply(*second, form) == again, "one value has one encoding");
    }
}

} // namespace drover::tests
