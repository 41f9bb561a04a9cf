#pragma once

// What all views of a window share: the cluster's data, the connection, the pending changes, the
// actions, and what is selected. Views get a reference; none of them knows another.

#include "gui/bridge/change_sender.h"
#include "gui/bridge/known_clusters.h"
#include "gui/bridge/session.h"
#include "gui/models/cluster_data.h"
#include "gui/models/datasets_model.h"
#include "gui/models/keys_model.h"
#include "gui/models/leases_model.h"
#include "gui/models/nodes_model.h"
#include "gui/models/pending_changes.h"
#include "gui/models/saved_filters.h"
#include "gui/views/action_registry.h"

#include <QObject>

#include <optional>
#include <vector>

namespace drover::gui {

class Workbench final : public QObject
{
    Q_OBJECT
public:
    explicit Workbench(QObject* parent = nullptr);
    ~Workbench() override;

    bridge::KnownClusters clusters;
    models::ClusterData data;
    bridge::Session session{data};
    models::PendingChanges pending{data};
    bridge::ChangeSender sender{session, pending};
    models::DatasetsModel datasets{data};
    models::NodesModel nodes{data};
    models::LeasesModel leases{data};
    models::KeysModel keys{data};
    models::SavedFilters filters;
    ActionRegistry actions;

    // One kind of object is selected at a time; the current one stands first.
    void selectDatasets(std::vector<model::DatasetId> ids);
    void selectNodes(std::vector<model::NodeId> ids);
    // With a lease its dataset is selected, too.
    void selectLeases(std::vector<model::LeaseToken> tokens);
    void selectKeys(std::vector<std::string> publicKeys);
    [[nodiscard]] const std::vector<model::DatasetId>& selectedDatasets() const
    {
        return m_selected;
    }
    [[nodiscard]] const std::vector<model::NodeId>& selectedNodes() const { return m_nodes; }
    // Their records; what is gone meanwhile is left out.
    [[nodiscard]] std::vector<const model::DatasetRecord*> selectedRecords() const;
    [[nodiscard]] std::vector<const model::NodeLedger*> selectedNodeLedgers() const;
    [[nodiscard]] std::vector<const model::LeaseRecord*> selectedLeases() const;
    // The only one; null where none or several are.
    [[nodiscard]] const model::KeyRecord* selectedKey() const;

    // Asks the window to show a facet; with a filter where the facet has one.
    void show(const QString& facet, const QString& filter);
    void showDataset(const model::DatasetId& id);
    void showNode(const model::NodeId& id);

    // Why nothing can be changed at all; empty: it can.
    [[nodiscard]] QString changeBlocker() const;

Q_SIGNALS:
    void selectionChanged();
    void showRequested(const QString& facet, const QString& filter);
    void datasetRequested(const drover::model::DatasetId& id);
    void nodeRequested(const drover::model::NodeId& id);

private:
    void clearSelection();

    std::vector<model::DatasetId> m_selected;
    std::vector<model::NodeId> m_nodes;
    std::vector<model::LeaseToken> m_leases;
    std::vector<std::string> m_keys;
};

} // namespace drover::gui
