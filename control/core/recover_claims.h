#pragma once

// The copies that claim to be a dataset, and which of them is it. Private to recover.cpp.

#include "control/core/recover.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::control::core {

// One copy as one node reports it; of a shared pool's image there are several. `found` of a copy that
// nobody reports, since its node is lost, is what the store says of it.
struct Claim
{
    model::NodeId node;
    model::FoundCopy found;
    bool seen = true;
};
using Claims = std::map<model::DatasetId, std::vector<Claim>>;

// Of all copies of this cluster. `lost`: nodes that will not report; what the store granted to them
// claims too.
[[nodiscard]] Claims claimsOf(const ClusterState& state, const Witnesses& witnesses,
                              const std::set<model::NodeId>& lost);

// Whole, and not what a node keeps as an orphan.
[[nodiscard]] bool canBeAdopted(const Claim& claim);

struct Verdict
{
    const Claim* adopted = nullptr;
    std::string why; // it was adopted, or needs a choice
};
// Of a dataset's claims (not empty); `chosen` by a person.
[[nodiscard]] Verdict judge(const std::vector<Claim>& claims,
                            const std::optional<model::CopyId>& chosen);

// `copy 1f.. in pool default, primary at epoch 4`
[[nodiscard]] std::string describe(const Claim& claim, const std::string& pool);

} // namespace drover::control::core
