#include "proto/codec/request_codec.h"

#include "proto/codec/messages.h"
#include "proto/codec/rules.h"
#include "proto/codec/wire.h"

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <array>

namespace drover::codec {
namespace {

using model::Error;
using model::ErrorCode;

// An id that can be given back: what is longer or not UTF-8 was not one.
std::string usableId(const std::string& id)
{
    return id.size() <= 64 && model::isValidUtf8(id) ? id : std::string();
}

// The request id of a frame that is JSON but not a request.
std::string idInJson(std::string_view frame)
{
    const auto json = nlohmann::json::parse(frame, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object())
        return {};
    for (const char* name : {"requestId", "request_id"})
        if (const auto found = json.find(name); found != json.end() && found->is_string())
            return usableId(found->get<std::string>());
    return {};
}

// Digest of the request as it is understood, so that the form it came in and defaults make no
// difference.
std::string digestOf(model::Request request)
{
    request.requestId.clear();
    request.deadline.reset();
    v1::Request message;
    encode(request, message);
    const std::string bytes = bytesOf(message);
    std::array<unsigned char, crypto_generichash_BYTES> digest{};
    crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    std::string text(2 * digest.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    text.pop_back(); // the terminating zero
    return text;
}

// A frame parsed as far as it goes.
struct Parsed
{
    v1::Request message;
    std::optional<Error> broken;        // it is no request
    std::optional<std::string> unknown; // it has something that this program does not know
};

Parsed parseJson(std::string_view frame)
{
    Parsed parsed;
    const google::protobuf::StringPiece text(frame.data(), frame.size());
    google::protobuf::util::JsonParseOptions options;
    const auto strict = google::protobuf::util::JsonStringToMessage(text, &parsed.message, options);
    if (strict.ok())
        return parsed;
    std::string why(strict.message());
    if (why.ends_with('.')) // protobuf writes sentences; our messages go on or end without
        why.pop_back();
    parsed.message.Clear();
    options.ignore_unknown_fields = true;
    if (google::protobuf::util::JsonStringToMessage(text, &parsed.message, options).ok()) {
        parsed.unknown = why;
        return parsed;
    }
    parsed.message.Clear();
    parsed.message.set_request_id(idInJson(frame));
    parsed.broken =
        Error{ErrorCode::Malformed,
              "the frame begins with '{' and is not a request in JSON: " + utf8(why), "", ""};
    return parsed;
}

Parsed parseBinary(std::string_view frame)
{
    Parsed parsed;
    // A failed parse leaves what came before the mistake: with luck, the request id.
    if (!parsed.message.ParseFromArray(frame.data(), static_cast<int>(frame.size())))
        parsed.broken = Error{ErrorCode::Malformed,
                              "the frame is not a request: it is cut off, or not protobuf, or has "
                              "text that is not UTF-8",
                              "", ""};
    else if (parsed.message.has_write() || parsed.message.body_case() == v1::Request::BODY_NOT_SET)
        parsed.unknown = unknownFieldIn(parsed.message); // elsewhere they are ignored
    return parsed;
}

// Where nothing better can be said of the way out.
Error withHint(Error error)
{
    if (error.hint.empty())
        error.hint = "docs/protocol.md says what a request looks like";
    return error;
}

// The first thing that is wrong with the message as such.
std::optional<Error> refusal(const Parsed& parsed)
{
    if (parsed.broken)
        return parsed.broken;
    const v1::Request& message = parsed.message;
    if (message.protocol_version() > model::kProtocolVersion)
        return Error{ErrorCode::UnsupportedVersion,
                     "the request is of protocol version " +
                         std::to_string(message.protocol_version()) +
                         "; this control knows up to " + std::to_string(model::kProtocolVersion),
                     "", "use client_hello to agree on a version"};
    if (message.body_case() == v1::Request::BODY_NOT_SET && parsed.unknown)
        return Error{ErrorCode::Malformed,
                     "the request has no verb that this control knows: " + utf8(*parsed.unknown),
                     "", ""};
    if (message.has_write() && parsed.unknown)
        return Error{ErrorCode::UnknownFields,
                     "the write has what this control does not know, and was not executed: " +
                         utf8(*parsed.unknown),
                     "", "leave it out, or update control"};
    return std::nullopt;
}

} // namespace

RequestDecoding decodeRequest(std::string_view frame)
{
    const bool json = frame.starts_with('{');
    if (frame.size() > model::kMaximumFrame)
        return DecodeFailure{Error{ErrorCode::TooLarge,
                                   "the frame has " + std::to_string(frame.size()) +
                                       " bytes; at most " + std::to_string(model::kMaximumFrame) +
                                       " are allowed",
                                   "", "split it into several requests"},
                             "", json};
    const Parsed parsed = json ? parseJson(frame) : parseBinary(frame);
    const std::string id = usableId(parsed.message.request_id());
    if (auto error = refusal(parsed))
        return DecodeFailure{withHint(*std::move(error)), id, json};

    Reader reader(Source::Request);
    DecodedRequest decoded;
    decoded.json = json;
    decoded.request = decode(parsed.message, reader);
    if (!reader.ok())
        return DecodeFailure{withHint(*reader.error()), id, json};
    if (const auto checked = checkRequest(decoded.request); !checked)
        return DecodeFailure{withHint(checked.error()), id, json};
    if (std::holds_alternative<model::Write>(decoded.request.body))
        decoded.bodyDigest = digestOf(decoded.request);
    return decoded;
}

std::string encodeRequest(const model::Request& request, bool json)
{
    v1::Request message;
    encode(request, message);
    return json ? jsonOf(message, JsonStyle::Compact) : bytesOf(message);
}

} // namespace drover::codec
