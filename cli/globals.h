#pragma once

// What every command is told on the command line besides its own options.

#include "proto/model/quantity.h"

#include <string>

namespace drover::cli {

enum class Format { Table, Json, Yaml, Name };

struct Globals
{
    std::string context;    // of the configuration file; empty: its current one
    std::string control;    // overrides the context's address
    std::string controlKey; // overrides the context's key of control; z85, or a file that holds it
    std::string identity;   // overrides the context's file of one's own key
    Format output = Format::Table;
    bool noColour = false;
    model::Duration timeout{30'000}; // for one answer of control
};

} // namespace drover::cli
