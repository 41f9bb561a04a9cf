#pragma once

// An object field by field: what is desired and what is there, side by side.

#include "gui/models/cluster_data.h"
#include "gui/models/sign.h"

#include <QString>

#include <vector>

namespace drover::gui::models {

struct FieldRow
{
    QString field;
    QString desired; // empty: nobody wishes anything of it
    QString actual;  // empty: not known, or nothing is there
    bool differs = false;
    bool operator==(const FieldRow&) const = default;
};

// Everything that a page about one object says, beside what it asks control for.
struct Detail
{
    QString title;
    QString state; // in words, with the reason
    Sign sign = Sign::None;
    std::vector<FieldRow> fields;
    std::vector<model::Condition> conditions; // the worst first
};

// `now` is control's clock.
[[nodiscard]] Detail detailOf(const ClusterData& data, const model::DatasetRecord& record,
                              model::TimePoint now);
[[nodiscard]] Detail detailOf(const ClusterData& data, const model::NodeLedger& ledger,
                              model::TimePoint now);

} // namespace drover::gui::models
