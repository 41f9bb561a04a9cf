#pragma once

// The identity that lies with the data of each copy, and the rules by which it may change.

#include "proto/model/copy.h"

#include <string>
#include <string_view>

namespace drover::agent::backend {

// What the file holds: the identity, and what only the backend knows.
struct StoredIdentity
{
    model::CopyIdentity identity;
    bool whole = true; // false: reception has not finished; never mounted
    // highest epoch at which this copy was released; at or below it, it is never primary again
    model::Epoch releasedEpoch = 0;
    bool lateWrites = false; // was written to after its release
    // Block kinds:
    std::string filesystem; // that was made on it to the end; empty = none yet
    std::string formatting; // that is being made: what is found on it then is ours, begun
    // as large as the filesystem has been made; less than the image = it has still to grow
    std::uint64_t filesystemBytes = 0;
    bool prepared = false; // the fresh root folder was opened to its users
    auto operator<=>(const StoredIdentity&) const = default;
};

inline constexpr std::size_t kMaximumIdentityBytes = 256 * 1024;

[[nodiscard]] std::string encodeIdentity(const StoredIdentity& stored); // JSON, ends with a newline
// Malformed says what is wrong. Fields it does not know are ignored; a higher format number is
// refused.
[[nodiscard]] model::Result<StoredIdentity> decodeIdentity(std::string_view text);

// What `stored` becomes when its identity is replaced by `wanted`; one set of rules for all kinds.
// Conflict: cluster, dataset or copy differ. FailedState: a lower epoch; primary at an epoch at
// which it was released, or before it is whole; receiving, while it is the dataset or was its last
// holder (only stale, orphan and receiving copies may be overwritten); another role or epoch than
// now while `mounted`.
[[nodiscard]] model::Result<StoredIdentity>
changeIdentity(const StoredIdentity& stored, const model::CopyIdentity& wanted, bool mounted);

// What a new copy with this identity starts as.
[[nodiscard]] StoredIdentity newIdentity(const model::CopyIdentity& identity);
// Success if a copy that exists as `stored` may answer for create(wanted): made already.
// AlreadyExists otherwise.
[[nodiscard]] model::Result<void> sameCreation(const StoredIdentity& stored,
                                               const model::CopyIdentity& wanted);
// Refuses what mount() must refuse.
[[nodiscard]] model::Result<void> checkMountable(const StoredIdentity& stored, model::Epoch epoch);

// What list() shows of a copy whose identity cannot be read: an orphan of no dataset, quarantined,
// with the reason.
[[nodiscard]] model::LocalCopy unreadableCopy(const model::CopyId& copy, const model::Error& why);
[[nodiscard]] model::Condition lateWritesCondition();
// That the filesystem at `where` takes no writes any more.
[[nodiscard]] model::Condition readOnlyCondition(const std::string& where);

// "copy <id>"; the subject of errors.
[[nodiscard]] std::string subjectOf(const model::CopyId& copy);

} // namespace drover::agent::backend
