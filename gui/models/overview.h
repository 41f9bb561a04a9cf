#pragma once

// How many of what there are: the numbers of the first page.

#include "gui/models/cluster_data.h"

#include <cstddef>
#include <map>
#include <vector>

namespace drover::gui::models {

struct Overview
{
    std::size_t datasets = 0; // living
    std::size_t inSync = 0;
    std::size_t converging = 0;
    std::size_t blocked = 0;
    std::size_t healthy = 0;
    std::size_t degraded = 0;
    std::size_t unavailable = 0;
    std::size_t unknown = 0;
    std::size_t moving = 0;
    std::size_t deleted = 0; // in their grace
    std::size_t leased = 0;  // datasets with a lease
    std::size_t nodes = 0;
    std::size_t silent = 0;     // nodes that are evasive, unreachable or lost
    std::size_t nearlyFull = 0; // nodes with such a pool
    bool operator==(const Overview&) const = default;
};

// Looks at everything; not for every batch of a large cluster.
[[nodiscard]] Overview overviewOf(const ClusterData& data);

// The same, kept by counting only what was touched.
class OverviewTally final : public QObject
{
    Q_OBJECT
public:
    // The data outlives it.
    explicit OverviewTally(const ClusterData& data, QObject* parent = nullptr);
    [[nodiscard]] const Overview& overview() const { return m_overview; }

private:
    using Counter = std::size_t Overview::*;
    using Counters = std::vector<Counter>; // those that one object counts in
    template <class Key>
    void count(std::map<Key, Counters>& known, const Key& key, Counters counters);
    void update(const Touched& touched);
    void recount();

    const ClusterData& m_data;
    Overview m_overview;
    std::map<model::DatasetId, Counters> m_datasets;
    std::map<model::NodeId, Counters> m_nodes;
};

} // namespace drover::gui::models
