#include "control/core/recover_claims.h"

#include "control/core/facts.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

Claims claimsOf(const ClusterState& state, const Witnesses& witnesses, const std::set<NodeId>& lost)
{
    Claims claims;
    for (const auto& [node, witness] : witnesses)
        for (const auto& [key, found] : witness.copies)
            if (found.identity.cluster == state.cluster().id)
                claims[found.identity.dataset].push_back({node, found, /*seen=*/true});
    for (const auto& [id, ledger] : state.ledgers()) {
        if (!ledger.owner || ledger.purgeCommitted || !lost.contains(*ledger.owner))
            continue;
        FoundCopy granted;
        granted.identity.cluster = state.cluster().id;
        granted.identity.dataset = id;
        granted.identity.copy = ledger.copy;
        granted.identity.role = CopyRole::Primary;
        granted.identity.epoch = ledger.epoch;
        granted.pool = ledger.pool;
        // The image of a shared pool is seen by others: it is one claim, and the lost node may have it.
        std::vector<Claim>& all = claims[id];
        const bool isSeen = std::any_of(all.begin(), all.end(), [&](const Claim& claim) {
            return claim.found.identity.copy == ledger.copy;
        });
        if (isSeen || !ledger.everCreated)
            continue;
        all.push_back({*ledger.owner, granted, /*seen=*/false});
    }
    std::erase_if(claims, [](const auto& entry) { return entry.second.empty(); });
    return claims;
}

bool canBeAdopted(const Claim& claim)
{
    return claim.found.whole && claim.found.identity.role != CopyRole::Orphan;
}

namespace {

// With another copy in use, two nodes would write to one dataset until its node has heard of the
// new owner; and what is written there now would be lost.
Verdict unlessInUse(const std::vector<Claim>& claims, const Verdict& verdict)
{
    const auto isInUse = [&](const Claim& claim) {
        return claim.seen && isUp(claim.found.phase) &&
               claim.found.identity.copy != verdict.adopted->found.identity.copy;
    };
    if (std::none_of(claims.begin(), claims.end(), isInUse))
        return verdict;
    return {nullptr, "another copy of it is in use; choose that one, or take it down there first"};
}

} // namespace

Verdict judge(const std::vector<Claim>& claims, const std::optional<CopyId>& chosen)
{
    if (chosen) {
        const auto found = std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) {
            return claim.found.identity.copy == *chosen && canBeAdopted(claim);
        });
        return found != claims.end() ? unlessInUse(claims, {&*found, "it was chosen"})
                                     : Verdict{nullptr, "the chosen copy cannot be adopted"};
    }
    const auto isCandidate = [&](const Claim& claim) {
        const CopyRole role = claim.found.identity.role;
        return canBeAdopted(claim) && (role == CopyRole::Primary || role == CopyRole::Trash);
    };
    const Claim* best = nullptr;
    for (const Claim& claim : claims)
        if (isCandidate(claim) &&
            (best == nullptr || claim.found.identity.epoch > best->found.identity.epoch))
            best = &claim;
    if (best == nullptr)
        return {nullptr,
                "no copy is its primary; the newest data is in one that was let go, or on a "
                "node that is not here"};
    for (const Claim& claim : claims) {
        const CopyIdentity& other = claim.found.identity;
        if (other.copy == best->found.identity.copy)
            continue;
        if (other.epoch > best->found.identity.epoch)
            return {nullptr, std::string("the primary is not the newest copy: a ") +
                                 toString(other.role) + " one is of epoch " +
                                 std::to_string(other.epoch)};
        // A copy that is being received carries the epoch of its source.
        const bool equal = other.epoch == best->found.identity.epoch &&
                           other.role != CopyRole::Receiving && other.role != CopyRole::Orphan;
        if (equal)
            return {nullptr, "two copies have equal claims"};
    }
    return unlessInUse(claims,
                       {best, best->seen ? "no other copy has its epoch" : "its node is lost"});
}

std::string describe(const Claim& claim, const std::string& pool)
{
    return "copy " + claim.found.identity.copy.toString() + " in pool " + pool + ", " +
           toString(claim.found.identity.role) + " at epoch " +
           std::to_string(claim.found.identity.epoch) + (claim.found.whole ? "" : ", not whole");
}

} // namespace drover::control::core
