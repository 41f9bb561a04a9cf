#pragma once

// The cluster's records and facts as plain tables: what a mirror holds. Changes are applied by key;
// nothing is decided here. A value type: it can be copied and compared.

#include "proto/model/api.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace drover::client {

class Tables
{
public:
    // configuration
    [[nodiscard]] const std::optional<model::ClusterRecord>& cluster() const { return m_cluster; }
    [[nodiscard]] const std::map<model::DatasetId, model::DatasetRecord>& datasets() const
    {
        return m_datasets;
    }
    [[nodiscard]] const std::map<model::NodeId, model::NodeRecord>& nodes() const
    {
        return m_nodes;
    }
    [[nodiscard]] const std::map<std::string, model::KeyRecord>& keys() const
    {
        return m_keys;
    } // by public key
    // ledger
    [[nodiscard]] const std::optional<model::HistoryRecord>& history() const { return m_history; }
    [[nodiscard]] const std::map<model::DatasetId, model::DatasetLedger>& datasetLedgers() const
    {
        return m_datasetLedgers;
    }
    [[nodiscard]] const std::map<model::NodeId, model::NodeLedger>& nodeLedgers() const
    {
        return m_nodeLedgers;
    }
    [[nodiscard]] const std::map<model::PoolId, model::PoolLedger>& poolLedgers() const
    {
        return m_poolLedgers;
    }
    [[nodiscard]] const std::map<model::LeaseToken, model::LeaseRecord>& leases() const
    {
        return m_leases;
    }
    [[nodiscard]] const std::map<model::DatasetId, model::Tombstone>& tombstones() const
    {
        return m_tombstones;
    }
    // actual state
    [[nodiscard]] const std::map<model::NodeId, model::NodeState>& nodeStates() const
    {
        return m_nodeStates;
    }
    [[nodiscard]] const std::map<model::CopyKey, model::CopyState>& copyStates() const
    {
        return m_copyStates;
    }
    [[nodiscard]] const std::map<model::DatasetId, model::DatasetStatus>& datasetStatuses() const
    {
        return m_statuses;
    }

    // Each returns whether anything is different now.
    bool apply(const model::Change& change);
    bool apply(const model::StateChange& change);

    // Takes over the durable half, or the actual state, of another; the rest of this one stays.
    // Calls `changed` for each key that differs, once this table holds the new value of everything.
    void adoptRecords(Tables&& other, const std::function<void(const model::Change&)>& changed);
    void adoptFacts(Tables&& other, const std::function<void(const model::StateChange&)>& changed);

    auto operator<=>(const Tables&) const = default;

private:
    std::optional<model::ClusterRecord> m_cluster;
    std::map<model::DatasetId, model::DatasetRecord> m_datasets;
    std::map<model::NodeId, model::NodeRecord> m_nodes;
    std::map<std::string, model::KeyRecord> m_keys;
    std::optional<model::HistoryRecord> m_history;
    std::map<model::DatasetId, model::DatasetLedger> m_datasetLedgers;
    std::map<model::NodeId, model::NodeLedger> m_nodeLedgers;
    std::map<model::PoolId, model::PoolLedger> m_poolLedgers;
    std::map<model::LeaseToken, model::LeaseRecord> m_leases;
    std::map<model::DatasetId, model::Tombstone> m_tombstones;
    std::map<model::NodeId, model::NodeState> m_nodeStates;
    std::map<model::CopyKey, model::CopyState> m_copyStates;
    std::map<model::DatasetId, model::DatasetStatus> m_statuses;
};

} // namespace drover::client
