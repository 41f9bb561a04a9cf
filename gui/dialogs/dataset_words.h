#pragma once

// What the dialogs about datasets say of them.

#include "gui/models/cluster_data.h"

#include <QString>

#include <vector>

namespace drover::gui {

// `web`, or `web, db and 3 more`.
[[nodiscard]] QString namesOf(const models::ClusterData& data,
                              const std::vector<model::DatasetId>& ids);
// Who holds leases on any of them, or an empty text.
[[nodiscard]] QString holdersOf(const models::ClusterData& data,
                                const std::vector<model::DatasetId>& ids);

} // namespace drover::gui
