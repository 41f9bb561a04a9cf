#pragma once

// Storage as the simulation has it: bytes that survive every crash, and machines whose mounts
// survive a crash of the agent but not a reboot. The bytes are tokens that writers appended; the
// oracle compares them, never a flag.

#include "proto/model/copy.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace drover::sim {

// One acknowledged write of one writer; unique in a run.
using Token = std::uint64_t;

// Who has the image of a shared pool; outlives the agent (DESIGN.md section 6).
struct DiskLock
{
    model::NodeId node;
    model::Epoch epoch = 0;
    bool released = false; // its holder has let go
};

struct DiskCopy
{
    model::CopyIdentity identity;
    bool whole = true;
    bool formatted = false;               // block kinds
    std::optional<model::ByteCount> size; // block kinds: what its users have, whatever is wished
    std::vector<Token> data;
    std::optional<DiskLock> lock;

    [[nodiscard]] bool isLockedBy(const model::NodeId& node) const
    {
        return lock && !lock->released && lock->node == node;
    }
    // Another node holds it, and the image was not granted above it at this epoch.
    [[nodiscard]] bool isLockedAgainst(const model::NodeId& node, model::Epoch epoch) const
    {
        return lock && !lock->released && lock->node != node && lock->epoch >= epoch;
    }
};

// A pool: one per machine, or one for several when shared.
struct Disk
{
    model::PoolMarker marker;
    std::string name;
    bool markerThere = true; // false: the folder is not mounted or was emptied
    bool block = false;      // a block kind: attach, format, mount; sizes
    model::ByteCount capacity{1ULL << 40};
    std::map<model::CopyId, DiskCopy> copies;
    // What lies in the empty folder under a disk that is not mounted: nothing, as long as backends look for the marker.
    std::map<model::CopyId, DiskCopy> below;

    // Whether a backend takes the folder for the pool, and what it then finds there.
    [[nodiscard]] bool usable() const;
    [[nodiscard]] std::map<model::CopyId, DiskCopy>& seen() { return markerThere ? copies : below; }
    [[nodiscard]] const std::map<model::CopyId, DiskCopy>& seen() const
    {
        return markerThere ? copies : below;
    }
    [[nodiscard]] model::ByteCount used() const;
    [[nodiscard]] model::PoolState probe() const;
};

// A machine between two boots: what is attached and mounted there.
struct Machine
{
    model::NodeId node;
    model::BootId boot;
    std::set<model::CopyId> attached;
    std::map<model::CopyId, model::Epoch> mounted; // with the epoch it was mounted at
    std::set<model::CopyId> busy;                  // writers hold it: unmount is refused
};

// What a look at this machine finds of a copy.
[[nodiscard]] model::LocalCopy look(const Disk& disk, const DiskCopy& copy, const Machine& machine);

// Of the content, as the backends' digests are: equal for equal bytes.
[[nodiscard]] std::string digestOf(const std::vector<Token>& data);

} // namespace drover::sim
