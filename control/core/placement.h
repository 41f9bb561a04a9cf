#pragma once

// Where a dataset's primary shall be: one node and pool, with the reason why every other one was
// not taken.
//
// Specification
// - A dataset that names its node gets that node or none.
// - By constraints: of the nodes that are usable, not cordoned, have all required labels and a
//   fitting pool, the one with the most room left after the dataset; then the one that owns fewest
//   datasets; then the smallest id. Same input, same answer.
// - A pool that enforces sizes fits when the size, on top of everything committed there, is within
//   its capacity, and within what is free now. Sizes are promises: they are never given twice.

#include "control/core/cluster_state.h"

#include <string>
#include <vector>

namespace drover::control::core {

struct RejectedNode
{
    model::NodeId node;
    std::string reason;     // e.g. `cordoned`, `pool default is a directory pool`
    bool temporary = false; // may change without anybody's doing: silent, syncing, pool unavailable
};

struct PlacementChoice
{
    std::optional<model::NodeId> node;
    model::PoolId pool;
    // by node id; every known node that was not taken, except equally good ones
    std::vector<RejectedNode> rejected;
    // `n1: cordoned; n2: needs 2 GiB, has 1 GiB`
    [[nodiscard]] std::string why(const ClusterState& state) const;
    // Something may fit as soon as a silent node speaks or a pool comes back.
    [[nodiscard]] bool mayFitLater() const;
};

class PlacementPlanner
{
public:
    explicit PlacementPlanner(const ClusterState& state) : m_state(state) {}
    // Where a dataset of this spec goes now.
    [[nodiscard]] PlacementChoice choose(const model::DatasetSpec& spec) const;
    // The same among the nodes of one shared pool, for a dataset whose copy is there already.
    [[nodiscard]] PlacementChoice chooseIn(const model::DatasetSpec& spec,
                                           const model::PoolId& pool) const;

    // The pool a spec means on one node: by name; without a name the only one, else `default`.
    // `like` (the pool the dataset is in, if any) is taken first when the node reaches it or has
    // one of its name. NotFound names the node's pools.
    [[nodiscard]] model::Result<model::PoolId> poolOn(const model::NodeId& node,
                                                      const std::string& name,
                                                      const model::PoolId* like = nullptr) const;
    // Whether the pool can hold such a dataset, as far as the node reports it: InvalidArgument,
    // Unsupported or NoPlacement (room) say why not. A pool that was not reported in this run of
    // control is not refused here; it is asked again before the grant.
    struct Room
    {
        model::ByteCount others;       // what is promised there to others
        model::ByteCount alreadyThere; // what this dataset has there
    };
    [[nodiscard]] model::Result<void> fits(const model::DatasetSpec& spec,
                                           const model::NodeId& node, const model::PoolId& pool,
                                           const Room& room) const;
    // Desired labels over those that the agent states.
    [[nodiscard]] model::Labels labelsOf(const model::NodeId& node) const;

private:
    struct Candidate
    {
        model::NodeId node;
        model::PoolId pool;
        std::uint64_t left = 0; // bytes, after the dataset
    };
    [[nodiscard]] PlacementChoice best(const model::DatasetSpec& spec,
                                       const std::vector<model::NodeId>& nodes,
                                       const model::PoolId* there) const;
    [[nodiscard]] std::optional<RejectedNode> rejectNode(const model::DatasetSpec& spec,
                                                         const model::NodeId& node) const;
    [[nodiscard]] model::Result<std::vector<model::PoolId>>
    poolsFor(const model::DatasetSpec& spec, const model::NodeId& node) const;
    const ClusterState& m_state;
};

} // namespace drover::control::core
