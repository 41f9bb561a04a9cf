#pragma once

// Random but mostly sensible commands of every verb, for a client that knows the names it made.

#include "proto/model/api.h"
#include "tests/sim/random.h"

#include <string>
#include <vector>

namespace drover::sim {

struct KnownCluster
{
    std::vector<std::string> nodes;         // hostnames
    std::vector<std::string> pools;         // pool names
    std::vector<model::DatasetId> datasets; // that were ever asked for
    std::vector<model::LeaseToken> leases;
    model::Revision newest = 0;
};

// Of every cluster, whatever is set in a run: nothing that was deleted without saying how long to keep it is destroyed earlier.
inline constexpr model::Duration kShortestDeleteGrace{60'000};

// One operation; what it is about is in the verb itself.
[[nodiscard]] model::WriteVerb randomVerb(Random& random, const KnownCluster& known);
// Mostly one operation, sometimes a batch, a dry run, or one with a precondition.
[[nodiscard]] model::Write randomWrite(Random& random, const KnownCluster& known);
[[nodiscard]] model::ReadVerb randomRead(Random& random, const KnownCluster& known);

} // namespace drover::sim
