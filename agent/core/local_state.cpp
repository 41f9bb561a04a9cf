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

std::set<model::DatasetId> Assignments::apply(const AssignmentChanges& changes)
{
    std::set<model::DatasetId> changed;
    const auto remove = [&](const model::AssignmentKey& key) {
        const auto known = datasetOf.find(key);
        if (known == datasetOf.end())
            return;
        const auto of = byDataset.find(known->second);
        of->second.erase(key);
        changed.insert(known->second);
        if (of->second.empty())
            byDataset.erase(of);
        datasetOf.erase(known);
    };
    for (const auto& key : changes.unassign)
        remove(key);
    for (const auto& [key, assignment] : changes.upserts) {
        const auto known = datasetOf.find(key);
        if (known != datasetOf.end()) {
            if (byDataset.at(known->second).at(key) == assignment)
                continue;
            if (known->second != assignment.dataset)
                remove(key);
        }
        byDataset[assignment.dataset].insert_or_assign(key, assignment);
        datasetOf.insert_or_assign(key, assignment.dataset);
        changed.insert(assignment.dataset);
    }
    clusterAgentFor = {changes.clusterAgentFor.begin(), changes.clusterAgentFor.end()};
    return changed;
}

std::vector<model::Assignment> Assignments::all() const
{
    std::vector<model::Assignment> list;
    list.reserve(datasetOf.size());
    for (const auto& [key, dataset] : datasetOf)
        list.push_back(byDataset.at(dataset).at(key));
    return list;
}

AssignmentChanges asChanges(const std::vector<model::Assignment>& list,
                            const std::vector<model::PoolId>& clusterAgentFor)
{
    AssignmentChanges changes;
    for (const auto& a : list)
        changes.upserts.insert_or_assign(keyOf(a), a);
    changes.clusterAgentFor = clusterAgentFor;
    return changes;
}

Assignments makeAssignments(const std::vector<model::Assignment>& list,
                            const std::vector<model::PoolId>& clusterAgentFor)
{
    Assignments result;
    result.apply(asChanges(list, clusterAgentFor));
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
