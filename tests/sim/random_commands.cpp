#include "tests/sim/random_commands.h"

#include "control/core/overlay.h"

#include <algorithm>
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

std::string anyName(Random& random) { return "d" + std::to_string(random.below(40)); }

model::WriteVerb key(Random& random)
{
    const std::string digit = std::to_string(random.below(2));
    if (random.chance(400))
        return model::KeyRemove{"guest-" + digit};
    model::KeyAdd verb;
    verb.name = "guest-" + digit;
    verb.publicKey = std::string(39, 'g') + digit;
    verb.role = random.chance(500) ? model::KeyRole::Viewer : model::KeyRole::Operator;
    return verb;
}

// Graces stay between what the oracle demands and what a run can wait for.
model::WriteVerb settings(Random& random)
{
    model::ClusterSet verb;
    verb.name = "sim-" + std::to_string(random.below(3));
    if (random.chance(500))
        verb.deleteGrace = kShortestDeleteGrace + std::chrono::seconds(random.below(30));
    if (random.chance(500))
        verb.retiredCopyGrace = std::chrono::seconds(random.between(10, 30));
    return verb;
}

// A file of a few datasets. It never prunes: what a prune deletes, the oracle could not know.
model::WriteVerb apply(Random& random, const KnownCluster& known)
{
    model::Apply verb;
    for (std::uint64_t left = random.between(1, 3); left > 0; --left) {
        model::DesiredDataset dataset;
        dataset.name = anyName(random);
        dataset.size = model::ByteCount{1ULL << 30};
        dataset.pool = random.pick(known.pools);
        if (random.chance(700))
            dataset.node = random.pick(known.nodes);
        dataset.metadata = {{"k", std::to_string(random.below(9))}};
        verb.datasets.push_back(std::move(dataset));
    }
    std::sort(verb.datasets.begin(), verb.datasets.end());
    verb.datasets.erase(std::unique(verb.datasets.begin(), verb.datasets.end(),
                                    [](const auto& a, const auto& b) { return a.name == b.name; }),
                        verb.datasets.end());
    return verb;
}

model::Page page(Random& random)
{
    model::Page page;
    page.limit = static_cast<std::uint32_t>(random.below(5));
    return page;
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
    if (dice < 84)
        return model::DatasetRename{dataset(random, known), anyName(random)};
    if (dice < 91)
        return lease(random, known);
    if (dice < 93)
        return model::NodeCordon{node(random, known), random.chance(300)};
    if (dice < 94)
        return model::NodeLabel{node(random, known), {{"zone", random.chance(500) ? "a" : "b"}}};
    if (dice < 95)
        return model::NodeForget{node(random, known)};
    if (dice < 96)
        return key(random);
    if (dice < 97)
        return settings(random);
    if (dice < 98)
        return apply(random, known);
    return model::Rollback{known.newest > 5 ? known.newest - random.below(5) : 1};
}

model::Write randomWrite(Random& random, const KnownCluster& known)
{
    model::Write write;
    const std::uint64_t operations = random.chance(900) ? 1 : random.between(2, 4);
    while (write.operations.size() < operations) {
        model::Operation operation{randomVerb(random, known), {}};
        const auto* move = std::get_if<model::DatasetMove>(&operation.verb);
        // Sometimes true, mostly not: what is refused for it must not be done.
        if (move != nullptr && move->dataset.id && random.chance(50))
            operation.preconditions.push_back(
                {control::core::keyOf(*move->dataset.id, model::RecordKind::Dataset), "",
                 random.between(1, std::max<model::Revision>(known.newest, 1))});
        write.operations.push_back(std::move(operation));
    }
    write.dryRun = random.chance(50);
    return write;
}

model::ReadVerb randomRead(Random& random, const KnownCluster& known)
{
    const auto anyRevision = [&] {
        return random.between(1, std::max<model::Revision>(known.newest, 1));
    };
    switch (random.below(13)) {
    case 0:
        return model::StatusGet{};
    case 1:
        return model::NodeList{page(random)};
    case 2:
        return model::NodeGet{node(random, known)};
    case 3:
        return model::DatasetList{page(random), random.chance(300)};
    case 4:
        return model::DatasetGet{dataset(random, known)};
    case 5:
        return model::LeaseList{};
    case 6:
        return model::KeyList{};
    case 7:
        return model::HistoryList{random.chance(500) ? 0 : anyRevision(), 20, std::nullopt};
    case 8:
        return model::DiffGet{anyRevision(), 0};
    case 9:
        return model::ExportGet{};
    case 10:
        return model::SnapshotGet{random.chance(500) ? model::Stream::Config : model::Stream::State,
                                  page(random)};
    case 11:
        return model::ChangesGet{model::Stream::Config, {}, random.below(10), 10};
    default:
        return model::SubscriptionStatusGet{"config/"};
    }
}

} // namespace drover::sim
