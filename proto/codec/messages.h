#pragma once

// What is the same for every message of the schema: to bytes, to JSON, and whether it holds what
// this program does not know.
//
// Internal to the codec.

#include "proto/codec/json.h"

#include <google/protobuf/message.h>

#include <optional>
#include <string>

namespace drover::codec {

// The same bytes for the same content, always: maps in the order of their keys.
[[nodiscard]] std::string bytesOf(const google::protobuf::Message& message);

[[nodiscard]] std::string jsonOf(const google::protobuf::Message& message, JsonStyle style);

// Says where the first unknown field is, e.g. `write.operations[0].dataset_create: field 99`.
[[nodiscard]] std::optional<std::string> unknownFieldIn(const google::protobuf::Message& message);

} // namespace drover::codec
