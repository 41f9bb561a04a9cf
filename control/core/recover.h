#pragma once

// Recovery: what a store that is behind its cluster, or was lost, is made of again. The nodes' copies
// carry whose they are; the store adds what it still knows (docs/decisions/0010).
//
// Specification
// - Every node that the store knows has reported everything, or is declared lost by the request; no
//   pool of a node that reported is unavailable. Until then it can be planned, and not applied.
// - A dataset's owner becomes the node with the only copy that is primary at the highest epoch of all
//   its copies. Where that is not so (two such copies, a later one that is not primary, none that is
//   primary) a person chooses. Nothing else is ever guessed.
// - A dataset whose newest copy is in the trash stays deleted, and is kept until a person purges it:
//   for how long it was to be kept may be what was lost. One
//   with a primary lives, even if the store says that it was deleted: an undelete may be what was lost.
// - Name and spec are those of the higher generation; where both are equal the store's.
// - Epochs and terms that follow are at a round number above everything seen, so that what was not seen
//   (on lost nodes, by lost controls) lies below too.
// - Nothing is destroyed and no copy is overwritten. Copies that nobody adopted are in no record: their
//   nodes keep them as orphans. Only destructions that the store had committed stand.
// - A dataset without any copy keeps its record and ledger. If it had data, it is missing, and never
//   made anew.
//
// Rationale: a wrong owner costs data, a question costs a minute.

#include "control/core/decide.h"

#include <map>
#include <utility>
#include <vector>

namespace drover::control::core {

// What a node told while control was to be recovered.
struct Witness
{
    model::Hello hello;
    bool complete = false; // its first full report ended
    std::map<std::pair<model::PoolId, model::CopyId>, model::FoundCopy> copies;
};
using Witnesses = std::map<model::NodeId, Witness>;

struct RecoveryPlan
{
    model::Plan plan; // what would become of each dataset, node and copy
    // why it cannot be applied; the first one is what the asker is told
    std::vector<model::Error> obstacles;
    std::vector<model::Commit> commits; // complete when there are no obstacles
    std::size_t adopted = 0, missing = 0, orphans = 0;
};

// Errors are those of the request itself: an unknown node or dataset, a copy that nobody has.
// `safeFor`: how long this process has told nobody to write.
[[nodiscard]] model::Result<RecoveryPlan>
planRecovery(const ClusterState& state, const Witnesses& witnesses, const model::Recover& request,
             const Actor& actor, const model::Now& now, model::Duration safeFor,
             model::IdSource& ids);

// Above everything seen, with room for what was not.
[[nodiscard]] constexpr std::uint64_t aboveAll(std::uint64_t seen)
{
    constexpr std::uint64_t kStep = 1000;
    return (seen / kStep + 1) * kStep;
}

} // namespace drover::control::core
