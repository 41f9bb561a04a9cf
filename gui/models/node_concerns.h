#pragma once

// The lines that a node has in the list of what needs a person.

#include "gui/models/concerns.h"

namespace drover::gui::models {

enum class NodeConcern { Silent, Trouble, NearlyFull, Cordoned };

[[nodiscard]] std::string lineId(NodeConcern concern, const model::NodeId& node);
// Nothing: it is not of concern. `datasets`: how many wait for it.
[[nodiscard]] std::optional<ConcernRow> nodeConcern(const ClusterData& data, NodeConcern concern,
                                                    const model::NodeId& node,
                                                    std::size_t datasets);
[[nodiscard]] bool isSilent(const ClusterData& data, const model::NodeId& node);

} // namespace drover::gui::models
