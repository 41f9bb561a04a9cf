#pragma once

// An object field by field: what is desired and what is there, side by side.

#include "gui/models/cluster_data.h"

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

// `now` is control's clock.
[[nodiscard]] std::vector<FieldRow>
fieldsOf(const ClusterData& data, const model::DatasetRecord& record, model::TimePoint now);

} // namespace drover::gui::models
