#pragma once

// The program without its surroundings: the command tree, the global options, `plan`, and the way
// from arguments to an exit code.

#include "cli/shell.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace drover::cli {

// The whole tree over a shell, which outlives it.
[[nodiscard]] std::unique_ptr<CLI::App> makeTree(Shell& shell);

// Runs one command; arguments without the program's name. An exit code, or 128 and the signal that
// ended the command.
[[nodiscard]] int run(std::vector<std::string> arguments, Terminal& terminal,
                      const ClusterFactory& open);

// What the parser's own rules would get wrong: `--wait` alone becomes `--wait=10m` (so that it
// never takes the next word), and a number with a minus sign stays the value of the option before
// it.
[[nodiscard]] std::vector<std::string> normalise(const std::vector<std::string>& arguments);

} // namespace drover::cli
