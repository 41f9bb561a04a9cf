#pragma once

// One row of the table of datasets: everything that it shows, sorts and filters by, worked out once
// per change and then only read.

#include "gui/models/cluster_data.h"

#include <QString>

#include <optional>

namespace drover::gui::models {

struct DatasetRow
{
    model::DatasetId id;
    QString name;
    model::Sync sync = model::Sync::Converging;
    model::Health health = model::Health::Unknown;
    bool deleted = false;
    bool moving = false;
    std::optional<int> percent; // of the running pass of a transfer
    QString node;               // its owner; while there is none, the wished one
    QString target;             // of a move
    QString pool;
    std::optional<model::ByteCount> size;
    std::optional<model::ByteCount> used;
    std::optional<double>
        grown; // bytes, over the values that are remembered; absent: never changed
    QString filesystem;
    QString holders; // of its leases
    QString reason;  // why it is not in sync and healthy, or what goes on
    model::ConditionSeverity severity = model::ConditionSeverity::Info; // of the worst condition
    QString labels;
    model::Labels labelPairs;
    model::Epoch epoch = 0;
    model::Revision modRevision = 0;

    bool operator==(const DatasetRow&) const = default;
};

[[nodiscard]] DatasetRow rowOf(const ClusterData& data, const model::DatasetRecord& record);

// Whether it stays as it is until somebody does something.
[[nodiscard]] bool needsPerson(const DatasetRow& row);
[[nodiscard]] bool needsPerson(const model::DatasetRecord& record,
                               const model::DatasetStatus& status);
// How much a dataset needs somebody's attention: 0 is the most.
[[nodiscard]] int urgency(const DatasetRow& row);

} // namespace drover::gui::models
