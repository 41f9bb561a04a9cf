#pragma once

// Whose data a copy is, as it is written with the data itself; and what an agent tells of it to a control that is being recovered.

#include "proto/model/state.h"

#include <optional>
#include <string>

namespace drover::model {

// Stored in the backend beside the data, durable, replaced atomically. Whoever finds the data finds out whose it is.
struct CopyIdentity
{
    ClusterId cluster;
    DatasetId dataset;
    CopyId copy;
    CopyRole role = CopyRole::Primary;
    Epoch epoch = 0;
    std::uint64_t generation = 0;
    std::string name;
    DatasetSpec spec;
    auto operator<=>(const CopyIdentity&) const = default;
};

// A copy as an agent tells of it where control's store is being recovered: the identity in full, which other reports do not carry.
struct FoundCopy
{
    CopyIdentity identity;
    PoolId pool;
    bool whole = true; // its creation or reception was finished
    CopyPhase phase = CopyPhase::Created;
    std::string filesystem; // really on it; empty = none, or not known
    std::optional<ByteCount> used;
    auto operator<=>(const FoundCopy&) const = default;
};

} // namespace drover::model
