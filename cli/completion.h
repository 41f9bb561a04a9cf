#pragma once

// What could stand next on the command line. The shells' scripts ask `drover __complete WORDS...`,
// the last word being the one that is typed; the answer is one candidate a line. Names of datasets,
// nodes and the rest are asked of the cluster, briefly and silently.

#include "cli/shell.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::cli {

// Runs the hidden commands `__complete` and `__man`; nothing if the arguments are neither.
[[nodiscard]] std::optional<ExitClass> completeOrDocument(const std::vector<std::string>& arguments,
                                                          Shell& shell, CLI::App& root);

// Candidates for the last of `words`: never empty ones, nor any that a shell would take for more
// than a plain word, whatever the cluster's nodes call themselves. kFiles alone: the names of files
// fit.
inline constexpr const char* kFiles = ":files";
[[nodiscard]] std::vector<std::string> candidates(const std::vector<std::string>& words,
                                                  Shell& shell, CLI::App& root);

} // namespace drover::cli
