#pragma once

// One row of the table of nodes.

#include "gui/models/cluster_data.h"

#include <QString>

#include <optional>

namespace drover::gui::models {

struct NodeRow
{
    model::NodeId id;
    QString name;
    model::Liveness liveness = model::Liveness::Unreachable;
    std::optional<model::TimePoint> since; // of this liveness
    bool cordoned = false;
    std::size_t datasets = 0;  // that it owns
    model::ByteCount capacity; // of its pools, shared ones included
    model::ByteCount free;
    QString pools;
    QString labels; // its own and the desired ones
    QString version;
    QString address;
    QString reason; // why it needs a look
    [[nodiscard]] bool isSilent() const
    {
        return liveness != model::Liveness::Alive && liveness != model::Liveness::Syncing;
    }
    bool operator==(const NodeRow&) const = default;
};

[[nodiscard]] NodeRow rowOf(const ClusterData& data, const model::NodeLedger& ledger);
// Whether a pool has less than a tenth of its room left.
[[nodiscard]] bool isNearlyFull(const model::PoolState& pool);
[[nodiscard]] model::Liveness livenessOf(const ClusterData& data, const model::NodeLedger& ledger);

} // namespace drover::gui::models
