#pragma once

// Values that the agent core's tests share: one cluster, one local block pool, one shared one, one
// directory pool.

#include "agent/core/agent_core.h"
#include "agent/core/plan.h"

#include <string>

namespace drover::agent::core::test {

template <class AnyId>
AnyId idOf(std::uint8_t n)
{
    AnyId id;
    id.value.bytes[0] = 0xd0;
    id.value.bytes[15] = n;
    return id;
}

inline const auto kCluster = idOf<model::ClusterId>(1);
inline const auto kBlockPool = idOf<model::PoolId>(2);
inline const auto kSharedPool = idOf<model::PoolId>(3);
inline const auto kFolderPool = idOf<model::PoolId>(4);
inline const auto kDataset = idOf<model::DatasetId>(5);
inline const auto kCopy = idOf<model::CopyId>(6);
inline const auto kTransfer = idOf<model::TransferId>(7);
inline constexpr model::Duration kTerm{30'000};

inline model::Now at(std::int64_t ms)
{
    return {model::TimePoint{model::Duration{1'700'000'000'000 + ms}},
            model::Duration{1'000'000 + ms}};
}

inline PoolFacts poolFacts(const model::PoolId& id, bool shared, bool block)
{
    PoolFacts pool;
    pool.shared = shared;
    pool.probed = pool.discovered = pool.attempted = true;
    pool.listedAll = !shared;
    pool.state.id = id;
    pool.state.name = shared ? "shared" : "local";
    pool.state.shared = shared;
    pool.state.fence = shared ? model::Fence::Self : model::Fence::None;
    pool.state.available = true;
    pool.state.capabilities.transfer = !shared;
    if (block) {
        pool.state.capabilities.sizes = true;
        pool.state.capabilities.growOnline = true;
        pool.state.capabilities.growOffline = true;
        pool.state.capabilities.filesystems = {"ext4"};
        pool.state.capabilities.defaultFilesystem = "ext4";
    }
    return pool;
}

// Control is there, its assignments are on disk, and it was heard a second ago.
inline LocalState calmState()
{
    LocalState state;
    state.cluster = kCluster;
    state.pools.emplace(kBlockPool, poolFacts(kBlockPool, /*shared=*/false, /*block=*/true));
    state.pools.emplace(kSharedPool, poolFacts(kSharedPool, /*shared=*/true, /*block=*/true));
    state.pools.emplace(kFolderPool, poolFacts(kFolderPool, /*shared=*/false, /*block=*/false));
    state.contact.session = state.contact.snapshot = state.contact.everSpoke = true;
    state.contact.lastWord = at(-1000).running;
    state.contact.ownershipTerm = kTerm;
    return state;
}

inline model::Assignment assignment(model::Goal goal, const model::PoolId& pool = kBlockPool,
                                    model::Epoch epoch = 3)
{
    model::Assignment a;
    a.dataset = kDataset;
    a.copy = kCopy;
    a.pool = pool;
    a.epoch = epoch;
    a.goal = goal;
    a.name = "web";
    a.spec.size = model::ByteCount{128ULL << 20};
    a.generation = 4;
    return a;
}

inline model::TransferOrder order(model::TransferDirection direction)
{
    model::TransferOrder o;
    o.id = kTransfer;
    o.direction = direction;
    o.peerKey = "key";
    o.peerEndpoint = "tcp://peer:1";
    return o;
}

inline model::LocalCopy found(const model::Assignment& a, model::CopyRole role, model::Epoch epoch,
                              model::CopyPhase phase)
{
    model::LocalCopy copy;
    copy.identity.cluster = kCluster;
    copy.identity.dataset = a.dataset;
    copy.identity.copy = a.copy;
    copy.identity.role = role;
    copy.identity.epoch = epoch;
    copy.identity.generation = a.generation;
    copy.identity.name = a.name;
    copy.identity.spec = a.spec;
    copy.phase = phase;
    copy.filesystem = "ext4";
    copy.size = a.spec.size;
    if (phase == model::CopyPhase::Mounted) {
        copy.path = "/m/" + a.name;
        copy.publishedName = a.name;
    }
    return copy;
}

inline CopyFacts& put(LocalState& state, const model::PoolId& pool, model::LocalCopy copy)
{
    auto& facts = state.copies[{pool, copy.identity.copy}];
    facts.dataset = copy.identity.dataset;
    facts.presence = Presence::Present;
    facts.everSeen = true;
    facts.everFormatted = !copy.filesystem.empty();
    facts.found = std::move(copy);
    return facts;
}

inline CopyFacts& putAbsent(LocalState& state, const model::PoolId& pool,
                            const model::Assignment& a)
{
    auto& facts = state.copies[{pool, a.copy}];
    facts.dataset = a.dataset;
    facts.presence = Presence::Absent;
    return facts;
}

} // namespace drover::agent::core::test
