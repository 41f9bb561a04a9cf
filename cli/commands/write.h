#pragma once

// What all changes share: their options, the sending, the answer, and the waiting afterwards.

#include "cli/shell.h"
#include "cli/wait.h"

#include <functional>
#include <optional>
#include <string>

namespace drover::cli {

enum class Waits { No, Yes };  // whether --wait makes sense for it
enum class Guards { No, Yes }; // whether --if-revision does

void addWriteOptions(CLI::App* app, WriteOptions& options, Waits waits, Guards guards);

struct WriteCommand
{
    model::WriteVerb verb;
    std::string done;                         // said when it worked, e.g. `dataset web created`
    std::string name;                         // of the object, for --output name and for waiting
    std::string subject;                      // `dataset web`: said instead when it was so already
    DatasetGoal goal = DatasetGoal::InSync;   // what --wait waits for
    std::optional<model::DatasetRef> waitFor; // the dataset, where the answer does not name it
    std::optional<model::Precondition> guard; // whose mod_revision --if-revision is about
    // Told after success, before the waiting begins; only where people read.
    std::function<void(const model::DatasetId&)> afterwards;
};

// Runs a change to its end: dry run, or sent and told, and waited for.
[[nodiscard]] ExitClass runWrite(Shell& shell, const WriteOptions& options, WriteCommand command);
// The sending alone: the answer, or the error that was not told yet.
[[nodiscard]] Result<model::Reply> sendWrite(Cluster& cluster, model::Write write);

// Preconditions by reference; the revision is to be filled in.
[[nodiscard]] model::Precondition guardOf(const model::DatasetRef& dataset);
[[nodiscard]] model::Precondition guardOf(const model::NodeRef& node);

} // namespace drover::cli
