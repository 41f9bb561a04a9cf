#pragma once

// What the dialogs offer of nodes and pools.

#include "gui/models/cluster_data.h"

#include <QString>

#include <optional>
#include <vector>

class QComboBox;

namespace drover::gui {

struct NodeChoice
{
    model::NodeId id;
    QString name;
    QString note; // why not to take it, or how much room it has; may be empty
    bool good = true;
};
// All nodes, the usable ones first, each by name.
[[nodiscard]] std::vector<NodeChoice> nodeChoices(const models::ClusterData& data);
// The pools of a node, or of all nodes where it is absent; each name once.
[[nodiscard]] QStringList poolNames(const models::ClusterData& data,
                                    const std::optional<model::NodeId>& node);

void addNodes(QComboBox& box, const models::ClusterData& data);
// Absent where the entry is none of a node.
[[nodiscard]] std::optional<model::NodeId> chosenNode(const QComboBox& box);

// `k=v, k=v` as labels; the error says what is wrong.
[[nodiscard]] model::Result<model::Labels> parseLabels(const QString& text);

} // namespace drover::gui
