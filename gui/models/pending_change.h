#pragma once

// A change that a person has made up and not yet sent: what it does, to which object, and what the
// person saw of that object when making it.

#include "gui/models/cluster_data.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <string>

namespace drover::gui::models {

struct PendingChange
{
    enum class State {
        Staged,
        Conflict, // the object is not any more what was seen
        Sending,
        Failed, // control refused it, or did not answer; `note` says why
        Done
    };
    std::uint64_t number = 0; // unique in this run of the program
    model::WriteVerb verb;
    std::optional<model::DatasetId> dataset; // absent: it makes one
    std::optional<model::NodeId> node;       // of changes to a node
    std::string name;                        // of the object, when the change was made
    model::Revision seen = 0;                // the object's mod_revision; 0: it did not exist
    State state = State::Staged;
    QString note; // why it is in this state
    QString hint; // what to do about it
    bool operator==(const PendingChange&) const = default;
};

// The object that it changes; changes of one object are sent together, in their order.
[[nodiscard]] std::string objectOf(const PendingChange& change);
// What it changes of that object: of two changes with the same, only the newer one is kept.
[[nodiscard]] std::string aspectOf(const PendingChange& change);
// `dataset web`, as in control's messages.
[[nodiscard]] QString subjectOf(const PendingChange& change);
// What it does, e.g. `Move web from n1 to n2`.
[[nodiscard]] QString describe(const PendingChange& change, const ClusterData& data);
// What control checks before it executes the change; absent where it is about no single object.
[[nodiscard]] std::optional<model::Precondition> preconditionOf(const PendingChange& change);
// The object's present mod_revision; 0: there is none.
[[nodiscard]] model::Revision presentRevision(const PendingChange& change, const ClusterData& data);

} // namespace drover::gui::models
