#include "gui/models/overview.h"

#include "gui/models/node_row.h"

#include <algorithm>
#include <utility>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

namespace {

using Counters = std::vector<std::size_t Overview::*>;

Counters countersOf(const ClusterData& data, const DatasetId& id)
{
    static const DatasetStatus kNone;
    Counters in;
    if (!data.leasesOf(id).empty())
        in.push_back(&Overview::leased);
    const DatasetRecord* record = data.dataset(id);
    if (!record)
        return in;
    if (record->deletion) {
        in.push_back(&Overview::deleted);
        return in;
    }
    const DatasetStatus* known = data.status(id);
    const DatasetStatus& status = known ? *known : kNone;
    in.push_back(&Overview::datasets);
    in.push_back(status.sync == Sync::InSync       ? &Overview::inSync
                 : status.sync == Sync::Converging ? &Overview::converging
                                                   : &Overview::blocked);
    in.push_back(status.health == Health::Healthy       ? &Overview::healthy
                 : status.health == Health::Degraded    ? &Overview::degraded
                 : status.health == Health::Unavailable ? &Overview::unavailable
                                                        : &Overview::unknown);
    const DatasetLedger* ledger = data.ledger(id);
    if (ledger && ledger->handover)
        in.push_back(&Overview::moving);
    return in;
}

Counters countersOf(const ClusterData& data, const NodeId& id)
{
    const NodeLedger* ledger = data.nodeLedger(id);
    if (!ledger)
        return {};
    Counters in{&Overview::nodes};
    const Liveness liveness = livenessOf(data, *ledger);
    if (liveness != Liveness::Alive && liveness != Liveness::Syncing)
        in.push_back(&Overview::silent);
    const NodeState* state = data.nodeState(id);
    if (state && std::any_of(state->pools.begin(), state->pools.end(), isNearlyFull))
        in.push_back(&Overview::nearlyFull);
    return in;
}

} // namespace

Overview overviewOf(const ClusterData& data) { return OverviewTally(data).overview(); }

OverviewTally::OverviewTally(const ClusterData& data, QObject* parent)
    : QObject(parent), m_data(data)
{
    connect(&data, &ClusterData::changed, this, &OverviewTally::update);
    recount();
}

template <class Key>
void OverviewTally::count(std::map<Key, Counters>& known, const Key& key, Counters counters)
{
    Counters& before = known[key];
    for (const Counter counter : before)
        --(m_overview.*counter);
    for (const Counter counter : counters)
        ++(m_overview.*counter);
    before = std::move(counters);
    if (before.empty())
        known.erase(key);
}

void OverviewTally::update(const Touched& touched)
{
    if (touched.all)
        return recount();
    for (const DatasetId& id : touched.datasets)
        count(m_datasets, id, countersOf(m_data, id));
    for (const NodeId& id : touched.nodes)
        count(m_nodes, id, countersOf(m_data, id));
}

void OverviewTally::recount()
{
    m_overview = {};
    m_datasets.clear();
    m_nodes.clear();
    for (const auto& [id, record] : m_data.datasets())
        count(m_datasets, id, countersOf(m_data, id));
    for (const auto& [token, lease] : m_data.leases()) // of datasets that are not known, too
        count(m_datasets, lease.dataset, countersOf(m_data, lease.dataset));
    for (const auto& [id, ledger] : m_data.nodeLedgers())
        count(m_nodes, id, countersOf(m_data, id));
}

} // namespace drover::gui::models
