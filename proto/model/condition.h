#pragma once

// A condition explains: why something is not (yet) as wanted, since when, what is tried, and what a
// person can do.

#include "proto/model/quantity.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace drover::model {

// Append-only; the names are stable in JSON output.
enum class ConditionType : std::uint32_t {
    WaitingForNode = 1,      // the node is silent, syncing or unknown
    WaitingForPool = 2,      // the pool is unavailable there
    WaitingForLease = 3,     // holders named in the message
    WaitingForRelease = 4,   // the source has not proven that it let go
    WaitingForPlacement = 5, // nowhere fits; the reasons are in the message
    Converging = 6,          // steps are running; the message says which
    StepFailed = 7,          // the last try failed; nextRetry says when the next one is
    DataMissing = 8,         // the dataset existed and its data is not where it must be
    Busy = 9,                // writers hold the mount; the message names them
    Quarantined = 10,        // a backend call hangs or failed in a way that needs a person
    SizeNotEnforced = 11,    // the pool cannot limit the size
    GrowAtNextUnmount = 12,  // the size changes when it is next unmounted
    LateWrites = 13,         // a released copy was written to afterwards; kept as an orphan
    PoolUnavailable = 14,    // no marker, wrong marker, not mounted
    PoolNearlyFull = 15,
    NodeUnreachable = 16,
    NodeLost = 17,       // declared lost by a person
    DuplicateNode = 18,  // a second machine speaks with this node's identity
    OrphanCopy = 19,     // a copy that no record accounts for; kept
    WaitingForPeer = 20, // the other end of a transfer is not ready
    SourceLost = 21,     // the source was lost in a move
    DeletePending = 22,  // in its grace period
    ReadOnly = 23        // the filesystem became read-only: what is written to it is refused
};
[[nodiscard]] const char* toString(ConditionType type); // e.g. "WaitingForNode"
[[nodiscard]] std::optional<ConditionType> parseConditionType(std::string_view text);

enum class ConditionSeverity : std::uint32_t { Info = 1, Warning = 2, Error = 3 };
[[nodiscard]] const char* toString(ConditionSeverity severity); // "info", ...

struct Condition
{
    ConditionType type = ConditionType::Converging;
    ConditionSeverity severity = ConditionSeverity::Info;
    std::string reason;  // CamelCase word, stable, for programs
    std::string message; // for people: blocker and values
    TimePoint since;
    std::uint32_t attempts = 0;
    std::optional<TimePoint> nextRetry;
    std::string suggestion; // a command or an act, may be empty
    std::uint64_t observedGeneration = 0;
    auto operator<=>(const Condition&) const = default;
};

// What a person sees of an object: does reality match the wish, and can the data be used.
enum class Sync : std::uint32_t { InSync = 1, Converging = 2, Blocked = 3 };
enum class Health : std::uint32_t { Healthy = 1, Degraded = 2, Unavailable = 3, Unknown = 4 };
[[nodiscard]] const char* toString(Sync sync);     // "InSync", ...
[[nodiscard]] const char* toString(Health health); // "Healthy", ...

} // namespace drover::model
