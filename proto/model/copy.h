#pragma once

// A copy as it lies in a pool on one machine: its identity, written with the data itself, and what
// the machine makes of it.

#include "proto/model/assignment.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::model {

// What a look at the machine found. Facts only; nothing remembered.
struct LocalCopy
{
    CopyIdentity identity;
    CopyPhase phase = CopyPhase::Created; // as far as it is up on *this* machine
    std::string path;                     // where its users find it; set when mounted
    // name under which it is published in the mount root now; empty = not
    std::string publishedName;
    std::string filesystem; // really on it; empty = none yet, or a kind without
    std::optional<ByteCount> size;
    std::optional<ByteCount> used;
    bool createdWhole = true; // false: creation or reception never finished; never mount it
    std::vector<Condition> conditions; // found at looking, e.g. LateWrites
    auto operator<=>(const LocalCopy&) const = default;
};

// The marker that makes a folder a pool; only `pool init` writes it.
struct PoolMarker
{
    ClusterId cluster;
    PoolId pool;
    std::string kind;
    bool shared = false;
    Fence fence = Fence::None;
    auto operator<=>(const PoolMarker&) const = default;
};

} // namespace drover::model
