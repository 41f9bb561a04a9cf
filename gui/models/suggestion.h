#pragma once

// What control suggests to do, as a change that can be staged: reads the one `drover …` command in
// a condition's or a refusal's suggestion. What is not a change, leaves out of whom it speaks, or
// destroys something, is for a person to type: there is no suggestion then.

#include "gui/models/cluster_data.h"

#include <QString>

#include <optional>
#include <string>

namespace drover::gui::models {

struct Suggestion
{
    // What the command leaves open, and a dialog has to ask for.
    enum class Open { Nothing, TargetNode, NewName };
    Open open = Open::Nothing;
    model::WriteVerb verb; // meaningless while something is open
    std::optional<model::DatasetId> dataset;
    std::optional<model::NodeId> node;
    std::string name; // of the object
};

// The text between backquotes that begins with `drover `, or the whole text if it does; empty where
// there is none, or more than one.
[[nodiscard]] std::string commandIn(const std::string& suggestion);
// `about` is the dataset that is spoken of: its name may be another one's by now.
[[nodiscard]] std::optional<Suggestion>
suggestionIn(const std::string& suggestion, const ClusterData& data,
             std::optional<model::DatasetId> about = std::nullopt);

} // namespace drover::gui::models
