#include "gui/views/workbench.h"

#include "gui/models/words.h"

#include <algorithm>
#include <utility>

namespace drover::gui {

using models::ConnectionInfo;
using models::Words;

Workbench::Workbench(QObject* parent) : QObject(parent)
{
    const auto refresh = [this] { actions.refresh(); };
    connect(&session, &bridge::Session::connectionChanged, this, refresh);
    connect(&pending, &models::PendingChanges::countChanged, this, refresh);
    connect(this, &Workbench::selectionChanged, this, refresh);
    connect(&data, &models::ClusterData::changed, this, [this](const models::Touched& touched) {
        // What may be done with the selected ones depends on what they are now.
        const bool concerned =
            touched.all || touched.nodeNames ||
            std::any_of(m_selected.begin(), m_selected.end(),
                        [&](const auto& id) { return touched.datasets.contains(id); }) ||
            std::any_of(m_nodes.begin(), m_nodes.end(),
                        [&](const auto& id) { return touched.nodes.contains(id); }) ||
            std::any_of(m_keys.begin(), m_keys.end(),
                        [&](const auto& key) { return touched.keys.contains(key); });
        if (concerned)
            Q_EMIT selectionChanged();
    });
}

Workbench::~Workbench() = default;

void Workbench::selectDatasets(std::vector<model::DatasetId> ids)
{
    if (ids == m_selected && m_nodes.empty() && m_leases.empty() && m_keys.empty())
        return;
    clearSelection();
    m_selected = std::move(ids);
    Q_EMIT selectionChanged();
}

void Workbench::selectNodes(std::vector<model::NodeId> ids)
{
    if (ids == m_nodes && m_selected.empty() && m_leases.empty() && m_keys.empty())
        return;
    clearSelection();
    m_nodes = std::move(ids);
    Q_EMIT selectionChanged();
}

void Workbench::selectLeases(std::vector<model::LeaseToken> tokens)
{
    clearSelection();
    m_leases = std::move(tokens);
    for (const model::LeaseRecord* lease : selectedLeases())
        if (std::find(m_selected.begin(), m_selected.end(), lease->dataset) == m_selected.end())
            m_selected.push_back(lease->dataset);
    Q_EMIT selectionChanged();
}

void Workbench::selectKeys(std::vector<std::string> publicKeys)
{
    clearSelection();
    m_keys = std::move(publicKeys);
    Q_EMIT selectionChanged();
}

void Workbench::clearSelection()
{
    m_selected.clear();
    m_nodes.clear();
    m_leases.clear();
    m_keys.clear();
}

const model::KeyRecord* Workbench::selectedKey() const
{
    if (m_keys.size() != 1)
        return nullptr;
    const auto found = data.keys().find(m_keys.front());
    return found == data.keys().end() ? nullptr : &found->second;
}

std::vector<const model::DatasetRecord*> Workbench::selectedRecords() const
{
    std::vector<const model::DatasetRecord*> records;
    for (const model::DatasetId& id : m_selected)
        if (const model::DatasetRecord* record = data.dataset(id))
            records.push_back(record);
    return records;
}

std::vector<const model::NodeLedger*> Workbench::selectedNodeLedgers() const
{
    std::vector<const model::NodeLedger*> ledgers;
    for (const model::NodeId& id : m_nodes)
        if (const model::NodeLedger* ledger = data.nodeLedger(id))
            ledgers.push_back(ledger);
    return ledgers;
}

std::vector<const model::LeaseRecord*> Workbench::selectedLeases() const
{
    std::vector<const model::LeaseRecord*> records;
    for (const model::LeaseToken& token : m_leases)
        if (const auto it = data.leases().find(token); it != data.leases().end())
            records.push_back(&it->second);
    return records;
}

void Workbench::show(const QString& facet, const QString& filter)
{
    Q_EMIT showRequested(facet, filter);
}

void Workbench::showDataset(const model::DatasetId& id) { Q_EMIT datasetRequested(id); }

void Workbench::showNode(const model::NodeId& id) { Q_EMIT nodeRequested(id); }

QString Workbench::changeBlocker() const
{
    const ConnectionInfo& connection = session.connection();
    if (!connection.hasData())
        return tr("No cluster is shown yet");
    if (!connection.mayChange())
        return connection.role
                   ? tr("Your role, %1, may look but not change").arg(Words::of(*connection.role))
                   : tr("Your role is not known yet");
    return {};
}

} // namespace drover::gui
