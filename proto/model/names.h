#pragma once

// What may be a name, a label, metadata. One place for all limits of text that comes from outside.

#include "proto/model/result.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace drover::model {

using Labels = std::map<std::string, std::string>;

inline constexpr std::size_t kMaximumNameLength = 128;
inline constexpr std::size_t kMaximumMetadataPairs = 16;
inline constexpr std::size_t kMaximumMetadataKey = 256;   // characters, at least 1
inline constexpr std::size_t kMaximumMetadataValue = 256; // characters
inline constexpr std::size_t kMaximumLabels = 64;
inline constexpr std::size_t kMaximumHolderLength = 256;
inline constexpr std::size_t kMaximumTextLength = 1024; // characters of a reason or a statement

// Datasets, pools, clusters: 1..128 of [A-Za-z0-9_.-], first one alphanumeric; not a UUID and not
// `by-id`, so that a name in the mount root, and a name beside an id prefix on the command line,
// cannot be mistaken.
[[nodiscard]] Result<void> checkName(std::string_view kind, std::string_view name);
// Valid UTF-8 without control characters, within the limits above (Flocker's limits, REFERENCE
// A.1).
[[nodiscard]] Result<void> checkMetadata(const Labels& metadata);
// Keys like names (with `/` allowed inside), values up to 256 characters.
[[nodiscard]] Result<void> checkLabels(const Labels& labels);
// Any other text for people (holders, reasons, statements): valid UTF-8 without control characters,
// at most so many characters. `what` names it in the message, e.g. `the holder`.
[[nodiscard]] Result<void> checkText(std::string_view what, std::string_view text,
                                     std::size_t maximumCharacters);
[[nodiscard]] bool isValidUtf8(std::string_view text);

} // namespace drover::model
