#pragma once

// Values in the schema's JSON mapping, as the command line prints them and as a client that sends
// JSON gets them. Stable: fields are only ever added. Every field is there, empty lists and zeros
// too; only what is absent (`optional`) is left out.

#include "proto/model/api.h"

#include <string>

namespace drover::codec {

enum class JsonStyle { Compact, Indented }; // on one line; for people

[[nodiscard]] std::string toJson(const model::Reply& reply, JsonStyle style = JsonStyle::Compact);
// The body alone, of any kind: StatusResult, DatasetListResult, WriteResult ... convert to it by
// themselves. `{}` for none.
[[nodiscard]] std::string toJson(const model::ReplyBody& body,
                                 JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::DatasetView& view,
                                 JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::NodeView& view, JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::LeaseView& view,
                                 JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::KeyRecord& key, JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::Plan& plan, JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::Apply& configuration,
                                 JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::Commit& commit, JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::StreamMessage& message,
                                 JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::Tick& tick, JsonStyle style = JsonStyle::Compact);
[[nodiscard]] std::string toJson(const model::Error& error, JsonStyle style = JsonStyle::Compact);

} // namespace drover::codec
