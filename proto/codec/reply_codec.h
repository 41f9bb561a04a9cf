#pragma once

// Answers, and what control sends agents unasked.

#include "proto/model/api.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover::codec {

[[nodiscard]] std::string encodeReply(const model::Reply& reply, bool json);
// Either form, by the first byte as for requests. Unknown fields are ignored: a newer control may
// say more. Malformed, UnsupportedVersion.
[[nodiscard]] model::Result<model::Reply> decodeReply(std::string_view frame);

// Equal for equal assignments, different for different ones: what stands for one that was told.
using AssignmentDigest = std::array<std::uint8_t, 16>;
[[nodiscard]] AssignmentDigest digestOf(const model::Assignment& assignment);

} // namespace drover::codec
