#include "tests/sim/random_commands.h"

#include <utility>

namespace drover::sim {

using namespace std::chrono_literals;

namespace {

model::DatasetRef dataset(Random& random, const KnownCluster& known)
{
    if (known.datasets.empty() || random.chance(20))
        return {{}, "no-such-dataset"};
    return {random.pick(known.datasets), ""};
}

model::NodeRef node(Random& random, const KnownCluster& known)
{
    if (random.chance(10))
        return {{}, "no-such-node"};
    return {{}, random.pick(known.nodes)};
}

model::ByteCount size(Random& random) { return {random.between(64, 1024) << 20}; }

model::WriteVerb create(Random& random, const KnownCluster& known)
{
    model::DatasetCreate create;
    create.id = random.make<model::DatasetId>();
    create.name = "d" + std::to_string(random.below(40));
    create.size = size(random);
    create.pool = random.pick(known.pools);
    if (random.chance(700))
        create.node = node(random, known);
    if (random.chance(200))
        create.metadata = {{"owner", "sim"}};
    return create;
}

model::WriteVerb remove(Random& random, const KnownCluster& known)
{
    model::DatasetDelete verb;
    verb.dataset = dataset(random, known);
    verb.whenFree = random.chance(300);
    if (random.chance(700))
        verb.grace = std::chrono::seconds(random.below(120));
    return verb;
}

model::WriteVerb lease(Random& random, const KnownCluster& known)
{
    if (!known.leases.empty() && random.chance(500)) {
        if (random.chance(300))
            return model::LeaseRenew{random.pick(known.leases)};
        return model::LeaseRelease{random.pick(known.leases)};
    }
    model::LeaseAcquire verb;
    verb.dataset = dataset(random, known);
    verb.node = node(random, known);
    verb.holder = "holder-" + std::to_string(random.below(3));
    if (random.chance(800))
        verb.ttl = std::chrono::seconds(random.between(1, 60));
    return verb;
}

} // namespace

model::WriteVerb randomVerb(Random& random, const KnownCluster& known)
{
    const std::uint64_t dice = random.below(100);
    if (dice < 25)
        return create(random, known);
    if (dice < 55)
        return model::DatasetMove{dataset(random, known), node(random, known), "",
                                  random.chance(200)};
    if (dice < 65)
        return remove(random, known);
    if (dice < 71)
        return model::DatasetUndelete{dataset(random, known), ""};
    if (dice < 74)
        return model::DatasetPurge{dataset(random, known)};
    if (dice < 79)
        return model::DatasetResize{dataset(random, known), size(random)};
    if (dice < 82)
        return model::DatasetSetMetadata{dataset(random, known),
                                         {{"k", std::to_string(random.below(9))}}};
    if (dice < 85)
        return model::DatasetRename{dataset(random, known), "d" + std::to_string(random.below(40))};
    if (dice < 94)
        return lease(random, known);
    if (dice < 96)
        return model::NodeCordon{node(random, known), random.chance(300)};
    if (dice < 98)
        return model::NodeLabel{node(random, known), {{"zone", random.chance(500) ? "a" : "b"}}};
    return model::Rollback{known.newest > 5 ? known.newest - random.below(5) : 1};
}

} // namespace drover::sim
