#include "agent/core/local_state.h"

namespace drover::agent::core {

const model::Assignment* Assignments::find(const model::DatasetId& dataset,
                                           const model::AssignmentKey& key) const
{
    const auto of = byDataset.find(dataset);
    if (of == byDataset.end())
        return nullptr;
    const auto it = of->second.find(key);
    return it == of->second.end() ? nullptr : &it->second;
}

const model::Assignment* Assignments::ofCopy(const model::DatasetId& dataset,
                                             const model::CopyId& copy) const
{
    const auto* own = find(dataset, {copy, /*clusterAgent=*/false});
    return own != nullptr ? own : find(dataset, {copy, /*clusterAgent=*/true});
}

Assignments makeAssignments(const std::vector<model::Assignment>& list,
                            const std::vector<model::PoolId>& clusterAgentFor)
{
    Assignments result;
    for (const auto& a : list)
        result.byDataset[a.dataset].insert_or_assign(keyOf(a), a);
    result.clusterAgentFor.insert(clusterAgentFor.begin(), clusterAgentFor.end());
    return result;
}

std::vector<model::Assignment> merge(const std::vector<model::Assignment>& saved,
                                     const model::AssignmentBatch& batch)
{
    std::map<model::AssignmentKey, model::Assignment> byKey;
    if (!batch.snapshot) {
        for (const auto& a : saved)
            byKey.insert_or_assign(keyOf(a), a);
    }
    for (const auto& key : batch.unassign)
        byKey.erase(key);
    for (const auto& a : batch.upserts)
        byKey.insert_or_assign(keyOf(a), a);
    std::vector<model::Assignment> result;
    result.reserve(byKey.size());
    for (auto& [key, a] : byKey)
        result.push_back(std::move(a));
    return result;
}

const CopyFacts* findCopy(const LocalState& state, const model::PoolId& pool,
                          const model::CopyId& copy)
{
    const auto it = state.copies.find({pool, copy});
    return it == state.copies.end() ? nullptr : &it->second;
}

const PoolFacts* findPool(const LocalState& state, const model::PoolId& pool)
{
    const auto it = state.pools.find(pool);
    return it == state.pools.end() ? nullptr : &it->second;
}

} // namespace drover::agent::core
