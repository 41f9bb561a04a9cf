#pragma once

// The timeline as lanes: one for each dataset, node or person, with a mark for everything that
// happened to it, deleted objects included.

#include "gui/models/cluster_data.h"
#include "gui/models/timeline_model.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace drover::gui::models {

struct LaneMark
{
    enum class What { Made, Changed, Moved, Removed };
    enum class By { Person, Node, Control };
    std::uint64_t id = 0; // of the timeline's row
    model::Revision revision = 0;
    model::TimePoint at;
    What what = What::Changed;
    By by = By::Person;
    QString text;
    bool operator==(const LaneMark&) const = default;
};

struct Lane
{
    QString name;
    bool gone = false;           // the object is not there any more, or is deleted
    std::vector<LaneMark> marks; // by time, then by revision
    bool operator==(const Lane&) const = default;
};

enum class LanesBy { Datasets, Nodes, People };

// By name. What is about no object of that kind is left out; people are users, nodes and control.
[[nodiscard]] std::vector<Lane> lanesOf(const std::vector<TimelineRow>& rows, LanesBy by,
                                        const ClusterData& data);

} // namespace drover::gui::models
