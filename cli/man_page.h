#pragma once

// The manual page, made from the command tree, so that it cannot say anything else than the program
// does.

#include <CLI/CLI.hpp>

#include <string>

namespace drover::cli {

// In man(7) macros. The same for the same tree: no dates.
[[nodiscard]] std::string manPage(const CLI::App& root);

} // namespace drover::cli
