#pragma once

// Requests between frames and model values. The server's side of it is the door through which
// everything from outside comes:
// what it lets pass is complete, within all limits and of known meaning; whatever depends on the
// cluster's state is decided later.

#include "proto/model/api.h"

#include <string>
#include <string_view>
#include <variant>

namespace drover::codec {

struct DecodedRequest
{
    model::Request request;
    bool json = false; // the frame was JSON: answer in JSON
    // Of a write: hexadecimal digest of what is asked, without the request id and the deadline; the
    // same for JSON and binary. Empty for other requests.
    std::string bodyDigest;
    bool operator==(const DecodedRequest&) const = default;
};

// What is known of a request that is refused, so that the refusal reaches the asker.
struct DecodeFailure
{
    model::Error error;
    std::string requestId; // empty when it could not be read, or is itself what is wrong
    bool json = false;
    bool operator==(const DecodeFailure&) const = default;
};

using RequestDecoding = std::variant<DecodedRequest, DecodeFailure>;

// A frame whose first byte is '{' is JSON, every other is binary. Errors: Malformed (not decodable,
// no or no known verb), UnsupportedVersion, UnknownFields (writes only; names them), TooLarge
// (lists, depth), InvalidArgument (a value).
[[nodiscard]] RequestDecoding decodeRequest(std::string_view frame);

[[nodiscard]] std::string encodeRequest(const model::Request& request, bool json = false);

} // namespace drover::codec
