#pragma once

// Tables and sheets for people, one function per kind of answer.

#include "cli/output/words.h"
#include "cli/resolve.h"
#include "proto/model/api.h"

#include <optional>
#include <string>
#include <vector>

namespace drover::cli {

// `3: 1 blocked, 2 in sync`
[[nodiscard]] std::string datasetCounts(const model::StatusResult& status);
void showStatus(const Terminal& terminal, const model::StatusResult& status);

void tableDatasets(const Terminal& terminal, const std::vector<model::DatasetView>& datasets,
                   const NodeNames& names, std::optional<model::TimePoint> now);
// The rows of the same table, for `watch`.
[[nodiscard]] Table datasetsTable(const std::vector<model::DatasetView>& datasets,
                                  const NodeNames& names, std::optional<model::TimePoint> now);
// `retiredGrace`: how long the cluster keeps a copy that was left behind, where it is known.
void showDataset(const Terminal& terminal, const model::DatasetView& dataset,
                 const NodeNames& names, std::optional<model::TimePoint> now,
                 std::optional<model::Duration> retiredGrace = {});

void tableNodes(const Terminal& terminal, const std::vector<model::NodeView>& nodes,
                std::optional<model::TimePoint> now);
void showNode(const Terminal& terminal, const model::NodeView& node,
              std::optional<model::TimePoint> now);

// `datasets` gives the names; ids that it lacks are shown short.
void tableLeases(const Terminal& terminal, const std::vector<model::LeaseView>& leases,
                 const std::vector<model::DatasetView>& datasets, const NodeNames& names,
                 std::optional<model::TimePoint> now);
void tableKeys(const Terminal& terminal, const std::vector<model::KeyRecord>& keys,
               const NodeNames& names);

void tableHistory(const Terminal& terminal, const model::HistoryListResult& history);
void showDiff(const Terminal& terminal, const model::DiffResult& diff);

// What a plan is shown for, and so what is said below it.
enum class PlanUse {
    DryRun,   // nothing follows
    Question, // whether to do it is asked next
    Change    // it is done next, unasked
};
void showPlan(const Terminal& terminal, const model::Plan& plan, PlanUse use);

// Conditions, worst first, each in full under a heading; nothing if there are none.
void showConditions(const Terminal& terminal, const std::vector<model::Condition>& conditions,
                    std::optional<model::TimePoint> now);

} // namespace drover::cli
