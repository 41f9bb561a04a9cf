#pragma once

// The help of a command, within 80 columns.

#include <CLI/CLI.hpp>

#include <string>

namespace drover::cli {

// A positional argument in a usage line: `NAME`.
[[nodiscard]] std::string placeholder(const CLI::Option& positional);
// The whole name, e.g. `drover dataset create`.
[[nodiscard]] std::string commandPath(const CLI::App& app);
// Usage, description, commands or arguments and options; where more is to be found.
// The commands alone, for whoever typed nothing else: fits on a screen of 24 lines.
[[nodiscard]] std::string overview(const CLI::App& root);
[[nodiscard]] std::string helpText(const CLI::App& app);

} // namespace drover::cli
