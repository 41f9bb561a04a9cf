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

// One operation; what it is about is in the verb itself.
[[nodiscard]] model::WriteVerb randomVerb(Random& random, const KnownCluster& known);

} // namespace drover::sim
