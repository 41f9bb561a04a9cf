#include "gui/models/overview.h"

#include "gui/models/node_row.h"

#include <algorithm>
#include <set>

namespace drover::gui::models {

using namespace model; // NOLINT: this file is about nothing else

Overview overviewOf(const ClusterData& data)
{
    Overview result;
    static const DatasetStatus kNone;
    for (const auto& [id, record] : data.datasets()) {
        if (record.deletion) {
            ++result.deleted;
            continue;
        }
        const DatasetStatus* known = data.status(id);
        const DatasetStatus& status = known ? *known : kNone;
        ++result.datasets;
        ++(status.sync == Sync::InSync       ? result.inSync
           : status.sync == Sync::Converging ? result.converging
                                             : result.blocked);
        ++(status.health == Health::Healthy       ? result.healthy
           : status.health == Health::Degraded    ? result.degraded
           : status.health == Health::Unavailable ? result.unavailable
                                                  : result.unknown);
        const DatasetLedger* ledger = data.ledger(id);
        result.moving += ledger && ledger->handover ? 1 : 0;
    }
    std::set<DatasetId> leased;
    for (const auto& [token, lease] : data.leases())
        leased.insert(lease.dataset);
    result.leased = leased.size();
    for (const auto& [id, ledger] : data.nodeLedgers()) {
        ++result.nodes;
        const Liveness liveness = livenessOf(data, ledger);
        result.silent += liveness != Liveness::Alive && liveness != Liveness::Syncing ? 1 : 0;
        const NodeState* state = data.nodeState(id);
        result.nearlyFull +=
            state && std::any_of(state->pools.begin(), state->pools.end(), isNearlyFull) ? 1 : 0;
    }
    return result;
}

} // namespace drover::gui::models
