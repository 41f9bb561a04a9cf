#pragma once

// What control suggests, as something that a button can do: stage the change, or open the dialog that
// asks for what the suggestion leaves open.

#include "gui/models/suggestion.h"

#include <QString>

#include <functional>
#include <optional>
#include <string>

namespace drover::gui {

class Workbench;

struct SuggestedAct
{
    QString words;   // of the button
    QString blocker; // why it cannot be done now; empty: it can
    std::function<void()> run;
};

// Nothing where the suggestion is for a person to read or to type. The bench outlives the act.
[[nodiscard]] std::optional<SuggestedAct>
suggestedAct(Workbench& bench, const std::string& suggestion,
             std::optional<model::DatasetId> about = std::nullopt);

} // namespace drover::gui
