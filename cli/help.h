#pragma once

// The help of a command, within 80 columns.

#include <CLI/CLI.hpp>

#include <string>

namespace drover::cli {

// The whole name, e.g. `drover dataset create`.
[[nodiscard]] std::string commandPath(const CLI::App& app);
// Usage, description, commands or arguments and options; where more is to be found.
[[nodiscard]] std::string helpText(const CLI::App& app);

} // namespace drover::cli
