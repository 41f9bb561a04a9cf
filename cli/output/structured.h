#pragma once

// Output for programs: the schema's JSON mapping, or the same as YAML. Stable; what people read is
// elsewhere.

#include "cli/globals.h"
#include "cli/terminal.h"
#include "proto/model/api.h"

#include <string>
#include <vector>

namespace drover::cli {

// Whether the format is one of these; else the caller prints a table or names.
[[nodiscard]] inline bool isStructured(Format format)
{
    return format == Format::Json || format == Format::Yaml;
}

// One document: indented JSON, or YAML.
void printStructured(const Terminal& terminal, Format format, const model::Reply& reply);
void printStructured(const Terminal& terminal, Format format, const model::ReplyBody& body);
void printStructured(const Terminal& terminal, Format format, const model::DatasetView& view);
void printStructured(const Terminal& terminal, Format format, const model::NodeView& view);
void printStructured(const Terminal& terminal, Format format, const model::Apply& configuration);
// For what is the command line's own: a JSON text.
void printStructuredText(const Terminal& terminal, Format format, const std::string& json);

// One line per message: compact JSON, or a YAML document.
void printMessage(const Terminal& terminal, Format format, const model::StreamMessage& message);
void printMessage(const Terminal& terminal, Format format, const model::DatasetView& view);

// A JSON text as YAML, in the same order; what are texts in JSON stay texts. An ill-formed one
// comes back as it is.
[[nodiscard]] std::string jsonToYaml(const std::string& json);

} // namespace drover::cli
