#pragma once

// A message as protobuf's text format has it: fields by their names in the schema, nothing escaped
// that can be read.

#include <QString>

namespace drover::gui::models {

// `json`: the message in its JSON form. What is no JSON object comes back as it is.
[[nodiscard]] QString messageText(const QString& json);

} // namespace drover::gui::models
