#pragma once

// Waits until a dataset or a node has come to be as wanted, and shows how far it is.
//
// Events say when to look; control says what is so. A look every two seconds guards against lost
// events. An unreachable control is waited for too: it may be restarting. Progress goes to the
// error stream: one live line on a screen, else a line per change.

#include "cli/shell.h"

#include <string>

namespace drover::cli {

enum class DatasetGoal {
    InSync,  // reality is as configured
    Mounted, // in sync, and in use at its place
    Deleted, // marked as deleted, and no longer mounted
    Gone     // purged from the configuration
};
enum class NodeGoal { Alive, Unreachable, Lost, Gone };

inline constexpr model::Duration kDefaultWait{600'000};

struct DatasetWait
{
    model::DatasetRef dataset;
    std::string name; // for people
    DatasetGoal goal = DatasetGoal::InSync;
    model::Revision since = 0; // nothing older than this is looked at
    model::Duration timeout = kDefaultWait;
};

// Ok; Refused when it is blocked by what no waiting mends (the condition is printed), or is not
// there; TimedOut; Unreachable.
[[nodiscard]] ExitClass waitForDataset(Shell& shell, Cluster& cluster, const DatasetWait& wait);
[[nodiscard]] ExitClass waitForNode(Shell& shell, Cluster& cluster, const std::string& name,
                                    NodeGoal goal, model::Duration timeout);

// Whether waiting alone can mend this.
[[nodiscard]] bool hopeless(const model::Condition& condition);

} // namespace drover::cli
