#include "control/service/told_assignments.h"

#include <algorithm>

namespace drover::control::service {

using namespace model;

std::vector<ToldAssignments::Told> ToldAssignments::of(const NodeId& node,
                                                       const DatasetId& dataset) const
{
    std::vector<Told> found;
    for (auto it = m_told.lower_bound(Place{dataset, node, {}});
         it != m_told.end() && it->place.dataset == dataset && it->place.node == node; ++it)
        found.push_back(*it);
    return found;
}

ToldAssignments::Difference ToldAssignments::difference(const NodeId& node,
                                                        const DatasetId& dataset,
                                                        const std::vector<Assignment>& now) const
{
    Difference difference;
    const std::vector<Told> before = of(node, dataset);
    for (const Assignment& assignment : now) {
        const auto told = std::find_if(before.begin(), before.end(), [&](const Told& one) {
            return one.place.key == keyOf(assignment);
        });
        if (told == before.end() || told->digest != codec::digestOf(assignment))
            difference.upserts.push_back(assignment);
    }
    for (const Told& one : before) {
        const bool stays = std::any_of(now.begin(), now.end(), [&](const Assignment& assignment) {
            return keyOf(assignment) == one.place.key;
        });
        if (!stays)
            difference.unassign.push_back(one.place.key);
    }
    return difference;
}

void ToldAssignments::tell(const NodeId& node, const DatasetId& dataset,
                           const Difference& difference)
{
    for (const AssignmentKey& key : difference.unassign)
        m_told.erase(Place{dataset, node, key});
    for (const Assignment& assignment : difference.upserts)
        m_told.put({{dataset, node, keyOf(assignment)}, codec::digestOf(assignment)});
    if (!difference.upserts.empty())
        m_byNode.put({node, dataset});
    else if (!difference.unassign.empty() && of(node, dataset).empty())
        m_byNode.erase(Owned{node, dataset});
}

void ToldAssignments::forget(const NodeId& node)
{
    std::vector<DatasetId> datasets;
    for (auto it = m_byNode.lower_bound(Owned{node, {}}); it != m_byNode.end() && it->node == node;
         ++it)
        datasets.push_back(it->dataset);
    for (const DatasetId& dataset : datasets) {
        for (const Told& one : of(node, dataset))
            m_told.erase(one.place);
        m_byNode.erase(Owned{node, dataset});
    }
}

std::set<NodeId> ToldAssignments::nodes(const DatasetId& dataset) const
{
    std::set<NodeId> nodes;
    for (auto it = m_told.lower_bound(Place{dataset, {}, {}});
         it != m_told.end() && it->place.dataset == dataset; ++it)
        nodes.insert(it->place.node);
    return nodes;
}

} // namespace drover::control::service
