// What control publishes: numbered messages and ticks, and what they do to a mirror's tables.

#include "bus/client/tables.h"
#include "proto/codec/json.h"
#include "proto/codec/stream_codec.h"
#include "tests/fuzz/target.h"

#include <variant>

namespace drover::tests {

namespace {

void checkTick(std::string_view frame)
{
    const auto tick = codec::decodeTick(frame);
    if (!tick)
        return requireRefusal(tick.error());
    const auto again = codec::decodeTick(codec::encodeTick(*tick));
    require(again && *again == *tick, "decode, encode, decode is the same tick");
    require(codec::toJson(*tick) != "{}", "a tick has a JSON form");
}

void checkMessage(std::string_view frame)
{
    const auto message = codec::decodeStreamMessage(frame);
    if (!message)
        return requireRefusal(message.error());
    const std::string bytes = codec::encodeStreamMessage(*message);
    const auto again = codec::decodeStreamMessage(bytes);
    require(again && *again == *message, "decode, encode, decode is the same message");
    require(codec::encodeStreamMessage(*again) == bytes, "one value has one encoding");
    require(codec::toJson(*message) != "{}", "a message has a JSON form");

    client::Tables tables;
    const auto applyAll = [&](const auto& changes) {
        for (const auto& change : changes)
            static_cast<void>(tables.apply(change));
        const client::Tables before = tables;
        for (const auto& change : changes)
            static_cast<void>(tables.apply(change));
        require(tables == before, "what a message says twice is said once");
    };
    if (message->commit)
        applyAll(message->commit->changes);
    applyAll(message->facts);
}

} // namespace

FUZZ_TARGET(streams, Bytes bytes)
{
    if (bytes.byte() % 4 == 0)
        checkTick(bytes.rest());
    else
        checkMessage(bytes.rest());
}

} // namespace drover::tests
