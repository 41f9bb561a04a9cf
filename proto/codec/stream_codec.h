#pragma once

// What is published: messages of the numbered streams, and ticks. The topic is a frame of its own
// and not part of these.

#include "proto/model/api.h"

#include <string>
#include <string_view>

namespace drover::codec {

[[nodiscard]] std::string encodeStreamMessage(const model::StreamMessage& message);
[[nodiscard]] model::Result<model::StreamMessage> decodeStreamMessage(std::string_view frame);

[[nodiscard]] std::string encodeTick(const model::Tick& tick);
[[nodiscard]] model::Result<model::Tick> decodeTick(std::string_view frame);

} // namespace drover::codec
