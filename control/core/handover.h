#pragma once

// The next durable facts of one dataset, from what is wished, what is granted and what is reported.
//
// Specification
// - Level-triggered: advance() looks only at records and facts, never at what happened before. It
//   returns the next step, or nothing when nothing is next; calling it again after applying goes on
//   until then. A message lost, repeated or late changes nothing.
// - A grant (owner, epoch) is given only to a node that is alive, synced and not lost, in a pool
//   that it reports as available.
// - Owner and epoch change only (a) at the first placement, (b) on the source's own report that its
//   copy is `released` at the current epoch, (c) when the former owner was declared lost: in a
//   shared pool (for fence `self` after the ownership term and a margin have passed since), or when
//   the data never existed, or its image is to be destroyed, or back to a source that still has its
//   released copy. Each raises the epoch.
// - Before the release is ordered (phases Copying, Frozen) the newest wish wins at once: another
//   target, no move, a deletion. From Verified on the hand-over is finished, or given back to the
//   source by a grant at epoch + 2, and then the next wish counts.
// - everCreated is set by the owner's report of the mounted primary at the current epoch, and never
//   unset. A hand-over begins only after it: what may exist is never given up for an empty volume
//   elsewhere.
// - Nothing is destroyed without purgeCommitted, which is durable before any order names the copy:
//   for a deleted dataset when its grace has passed on both clocks; for a source left behind by a
//   move when its grace has passed on both clocks and the primary is reported mounted; for the
//   unfinished copy of a cancelled transfer at once, since it never was the dataset.
// - A ledger goes (and the tombstone comes) when every copy it names was proven gone after its
//   destruction was ordered.
// - When two nodes claim the primary at the granted epoch nothing at all is decided for the
//   dataset.
//
// Rationale: every phase is entered by one report that proves it, so each proof stands in one
// place; what a dead process forgot is found again by looking.

#include "control/core/decide.h"

#include <set>
#include <string>
#include <vector>

namespace drover::control::core {

// a last pass of at most this much: freeze now
inline constexpr model::ByteCount kSmallPass{16ULL << 20};
inline constexpr std::uint32_t kMaximumPasses = 3; // freeze after so many in any case
inline constexpr model::Duration kFenceMargin{
    5'000}; // beyond the ownership term, for clocks that drift

// The next facts of one dataset; empty when nothing is next.
[[nodiscard]] Decision advance(const ClusterState& state, const model::DatasetId& id,
                               const model::Now& now, model::IdSource& ids);
// The same for a shared pool: who runs its cluster agent. Changes only when there is none or it was
// declared lost.
[[nodiscard]] Decision advancePool(const ClusterState& state, const model::PoolId& id,
                                   const model::Now& now, model::IdSource& ids);
// The same for a node: takes the mark `lost` off one that is back, synced, and mounts nothing that
// was granted elsewhere.
[[nodiscard]] Decision advanceNode(const ClusterState& state, const model::NodeId& id,
                                   const model::Now& now);

// Nodes that must hear about the dataset: those that assignmentsOf() has something for.
[[nodiscard]] std::set<model::NodeId> concernedNodes(const ClusterState& state,
                                                     const model::DatasetId& id);

// Where the dataset shall be according to its record; absent while it stays where it is. Error: the
// named node has no such pool.
struct Place
{
    model::NodeId node;
    model::PoolId pool;
    bool operator==(const Place&) const = default;
};
[[nodiscard]] model::Result<std::optional<Place>> wishedPlace(const ClusterState& state,
                                                              const model::DatasetRecord& record,
                                                              const model::DatasetLedger& ledger);
// Whether a dataset can be handed over from one place to another at all; Unsupported says why not.
[[nodiscard]] model::Result<void> canHandOver(const ClusterState& state,
                                              const model::DatasetLedger& ledger, const Place& to);

// A node other than the owner that reports the primary mounted, or claims it at the granted epoch
// or above: a contradiction that only a person can solve. Absent = none.
[[nodiscard]] std::optional<model::NodeId> conflictingClaim(const ClusterState& state,
                                                            const model::DatasetLedger& ledger);
// Why the hand-over, whose release was not ordered yet, ends where it began: the newest wish wins.
// Absent: it goes on.
[[nodiscard]] std::optional<std::string> whyCancel(const ClusterState& state,
                                                   const model::DatasetRecord& record,
                                                   const model::DatasetLedger& ledger);
// How the transfer of the hand-over is doing at its ends, as reported; null = nothing of this one.
[[nodiscard]] const model::TransferProgress* sentBySource(const ClusterState& state,
                                                          const model::Handover& handover);
[[nodiscard]] const model::TransferProgress* takenByTarget(const ClusterState& state,
                                                           const model::Handover& handover);
// The source reports its copy as released at the granted epoch.
[[nodiscard]] bool hasReleased(const ClusterState& state, const model::DatasetLedger& ledger);
// Holders of leases, `NODE/HOLDER`, for messages. Empty = not leased.
[[nodiscard]] std::string leaseHolders(const ClusterState& state, const model::DatasetId& id);

// Only for its mutation (proto/model/mutation.h): takes what a former move left at the target of
// the hand-over, just begun, for the dataset's bytes.
void adoptStale(model::DatasetLedger& ledger);

} // namespace drover::control::core
