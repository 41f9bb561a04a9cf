#pragma once

// An object as a program gets it: its record and its facts in the schema's JSON mapping, as
// `drover ... --output json` prints them.

#include "gui/models/cluster_data.h"

#include <QString>

namespace drover::gui::bridge {

[[nodiscard]] QString rawJson(const models::ClusterData& data, const model::DatasetRecord& record);
[[nodiscard]] QString rawJson(const models::ClusterData& data, const model::NodeLedger& ledger);

} // namespace drover::gui::bridge
