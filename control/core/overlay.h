#pragma once

// The state as it would be after the operations of a batch so far: a few changed records over a
// state that stays as it is. Costs what the batch changes, not what the cluster is.

#include "control/core/cluster_state.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace drover::control::core {

class Overlay
{
public:
    explicit Overlay(const ClusterState& base) : m_base(base) {}
    [[nodiscard]] const ClusterState& base() const { return m_base; }

    // As in ClusterState. A pointer is valid until its record is put or removed.
    [[nodiscard]] const model::ClusterRecord& cluster() const;
    [[nodiscard]] const model::DatasetRecord* dataset(const model::DatasetId& id) const;
    [[nodiscard]] const model::DatasetLedger* ledger(const model::DatasetId& id) const;
    [[nodiscard]] const model::NodeRecord* node(const model::NodeId& id) const;
    [[nodiscard]] const model::NodeLedger* nodeLedger(const model::NodeId& id) const;
    [[nodiscard]] const model::PoolLedger* pool(const model::PoolId& id) const;
    [[nodiscard]] const model::LeaseRecord* lease(const model::LeaseToken& token) const;
    [[nodiscard]] bool isTombstone(const model::DatasetId& id) const;
    [[nodiscard]] const model::DatasetRecord* living(const std::string& name) const;
    [[nodiscard]] std::vector<model::DatasetId> deletedNamed(const std::string& name) const;
    [[nodiscard]] std::vector<model::LeaseToken> leasesOf(const model::DatasetId& id) const;
    [[nodiscard]] std::vector<model::LeaseToken> leasesOn(const model::NodeId& id) const;
    [[nodiscard]] std::vector<model::DatasetId> livingIds() const; // cost: all datasets
    [[nodiscard]] std::vector<model::KeyRecord> keys() const;

    void put(const model::Record& record);
    void remove(const model::RecordKey& key);

    // Bytes that this batch promised in a pool, beyond what the ledger says.
    [[nodiscard]] model::ByteCount promised(const model::PoolId& id) const;
    void promise(const model::PoolId& id, model::ByteCount bytes);

    // The net changes against the base, one per record, in the order of their keys.
    [[nodiscard]] std::vector<model::Change> changes() const;
    // Touched records with their value now (absent = removed), against the base or not.
    [[nodiscard]] const std::map<model::RecordKey, std::optional<model::Record>>& touched() const
    {
        return m_changed;
    }

private:
    template <class T>
    [[nodiscard]] const T* changedOr(const model::RecordKey& key, const T* base) const;

    const ClusterState& m_base;
    std::map<model::RecordKey, std::optional<model::Record>> m_changed;
    // living names that changed hands
    std::map<std::string, std::optional<model::DatasetId>> m_names;
    // names under which something was deleted here
    PairIndex<std::string, model::DatasetId> m_deleted;
    PairIndex<model::DatasetId, model::LeaseToken> m_datasetLeases;
    PairIndex<model::NodeId, model::LeaseToken> m_nodeLeases;
    std::map<model::PoolId, std::uint64_t> m_promised;
};

// Keys of records by id.
[[nodiscard]] model::RecordKey keyOf(const model::DatasetId& id, model::RecordKind kind);
[[nodiscard]] model::RecordKey keyOf(const model::NodeId& id, model::RecordKind kind);
[[nodiscard]] model::RecordKey keyOf(const model::PoolId& id);
[[nodiscard]] model::RecordKey keyOf(const model::LeaseToken& token);

} // namespace drover::control::core
