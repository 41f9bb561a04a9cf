#pragma once

// What the bridge hands to the GUI thread at once: the changes of one frame, as values.

#include "proto/model/api.h"

#include <vector>

namespace drover::gui::models {

struct Batch
{
    std::vector<model::Change> records;    // configuration and ledger
    std::vector<model::StateChange> facts; // actual state
    model::Revision revision = 0;          // that the records are true at
};

} // namespace drover::gui::models
