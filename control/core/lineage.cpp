#include "control/core/lineage.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

std::optional<std::string> contradiction(const HistoryRecord& history, const Lineage& lineage,
                                         Revision revision, const Hello& hello)
{
    if (hello.highestHistory.isNil() || hello.highestHistory != history.history)
        return std::nullopt;
    const std::string saw = "node " + hello.hostname + " saw revision " +
                            std::to_string(hello.highestRevision) + " of term " +
                            std::to_string(hello.highestTerm);
    const std::string older = "; this store is older than the cluster";
    if (hello.highestTerm > history.term)
        return saw + ", but control is only at term " + std::to_string(history.term) + older;

    const auto after =
        std::upper_bound(lineage.begin(), lineage.end(), hello.highestTerm,
                         [](Term term, const TermStart& start) { return term < start.term; });
    const bool known = after != lineage.begin() && std::prev(after)->term == hello.highestTerm;
    if (known && !hello.highestNonce.isNil() && std::prev(after)->nonce != hello.highestNonce)
        return saw + ", but of another control that began a term " +
               std::to_string(hello.highestTerm) +
               "; two controls ran on this history, or this store is an older copy";
    if (after != lineage.end() && hello.highestRevision >= after->first)
        return saw + ", but here term " + std::to_string(after->term) + " begins at revision " +
               std::to_string(after->first) + older;
    if (hello.highestRevision > revision)
        return saw + ", but control is only at revision " + std::to_string(revision) + older;
    return std::nullopt;
}

} // namespace drover::control::core
