#pragma once

// What the agent remembers of control over its restarts.

#include "proto/model/id.h"

namespace drover::agent::service {

struct Remembered
{
    model::ClusterId cluster; // nil = none yet
    model::HistoryId history; // the highest that was seen, with term and revision; nil = none yet
    model::Term term = 0;
    model::Revision revision = 0;
    model::Uuid nonce{}; // of the term; nil = not known
    bool operator==(const Remembered&) const = default;
};

} // namespace drover::agent::service
