#pragma once

// The GUI thread's copy of the cluster: records and facts as the mirror has them, fed by batches.
//
// Nothing is decided here. It only looks up, and says of each batch which objects it touched, so
// that models change the rows that are concerned and no others. What it holds stays when the
// connection is lost.
//
// Owner: the GUI thread.

#include "gui/models/batch.h"

#include <QObject>

#include <map>
#include <optional>
#include <set>
#include <string>

namespace drover::gui::models {

// The objects that a batch touched. A dataset is touched by its record, ledger, status, copies and
// leases.
struct Touched
{
    std::set<model::DatasetId> datasets;
    std::set<model::NodeId> nodes; // record, ledger or state
    std::set<model::LeaseToken> leases;
    std::set<std::string> keys; // public keys
    bool pools = false;
    bool nodeNames = false; // some node has another name now
    bool all = false;       // everything: another cluster
};

class ClusterData final : public QObject
{
    Q_OBJECT
public:
    explicit ClusterData(QObject* parent = nullptr) : QObject(parent) {}

    void apply(const Batch& batch);
    void clear(); // before another cluster is shown

    template <class Key, class Value>
    using Table = std::map<Key, Value>;
    [[nodiscard]] model::Revision revision() const { return m_revision; } // 0: nothing yet
    [[nodiscard]] const std::optional<model::ClusterRecord>& cluster() const { return m_cluster; }
    // Those that were purged, too, until their copies are destroyed: deleted, by their former record.
    [[nodiscard]] const Table<model::DatasetId, model::DatasetRecord>& datasets() const
    {
        return m_datasets;
    }
    [[nodiscard]] const Table<model::NodeId, model::NodeLedger>& nodeLedgers() const
    {
        return m_nodeLedgers;
    }
    [[nodiscard]] const Table<model::LeaseToken, model::LeaseRecord>& leases() const
    {
        return m_leases;
    }

    // The accepted keys, by public key.
    [[nodiscard]] const Table<std::string, model::KeyRecord>& keys() const { return m_keys; }

    // Null where there is none.
    [[nodiscard]] const model::DatasetRecord* dataset(const model::DatasetId& id) const;
    [[nodiscard]] const model::DatasetLedger* ledger(const model::DatasetId& id) const;
    [[nodiscard]] const model::DatasetStatus* status(const model::DatasetId& id) const;
    [[nodiscard]] const model::NodeRecord* node(const model::NodeId& id) const;
    [[nodiscard]] const model::NodeLedger* nodeLedger(const model::NodeId& id) const;
    [[nodiscard]] const model::NodeState* nodeState(const model::NodeId& id) const;
    [[nodiscard]] const model::PoolLedger* pool(const model::PoolId& id) const;
    [[nodiscard]] const model::CopyState* copy(const model::CopyKey& key) const;
    [[nodiscard]] std::vector<const model::LeaseRecord*> leasesOf(const model::DatasetId& id) const;
    [[nodiscard]] std::vector<std::pair<model::NodeId, const model::CopyState*>>
    copiesOf(const model::DatasetId& id) const;
    // The living dataset of this name.
    [[nodiscard]] const model::DatasetRecord* datasetNamed(const std::string& name) const;
    // The hostname, or the beginning of the id.
    [[nodiscard]] QString nodeName(const model::NodeId& id) const;
    // How many datasets there are that are not deleted.
    [[nodiscard]] std::size_t living() const { return m_living.size(); }
    // How many datasets a node owns.
    [[nodiscard]] std::size_t ownedBy(const model::NodeId& id) const;

Q_SIGNALS:
    // After everything of a batch is in.
    void changed(const drover::gui::models::Touched& touched);

private:
    void put(const model::Record& record, Touched& touched);
    void remove(const model::RecordKey& key, Touched& touched);
    void take(const model::StateChange& fact, Touched& touched);
    void putDataset(const model::DatasetRecord& record);
    // What was purged has no record any more; until its copies are destroyed it is shown as it was.
    void showPurged(const model::DatasetLedger& ledger);
    void removeDataset(const model::DatasetId& id);
    void setOwner(const model::DatasetId& id, const std::optional<model::NodeId>& owner,
                  Touched& touched);
    void removeLease(const model::LeaseToken& token, Touched& touched);

    model::Revision m_revision = 0;
    std::optional<model::ClusterRecord> m_cluster;
    Table<model::DatasetId, model::DatasetRecord> m_datasets;
    Table<model::NodeId, model::NodeRecord> m_nodes;
    Table<model::DatasetId, model::DatasetLedger> m_ledgers;
    Table<model::NodeId, model::NodeLedger> m_nodeLedgers;
    Table<model::PoolId, model::PoolLedger> m_pools;
    Table<model::LeaseToken, model::LeaseRecord> m_leases;
    Table<std::string, model::KeyRecord> m_keys;
    Table<model::NodeId, model::NodeState> m_nodeStates;
    Table<model::CopyKey, model::CopyState> m_copies;
    Table<model::DatasetId, model::DatasetStatus> m_statuses;
    // found without a search
    std::map<std::string, model::DatasetId> m_living; // by name
    std::set<std::pair<model::DatasetId, model::LeaseToken>> m_leasesByDataset;
    std::set<std::pair<model::DatasetId, model::CopyKey>> m_copiesByDataset;
    std::map<model::NodeId, std::size_t> m_owned;
};

} // namespace drover::gui::models
