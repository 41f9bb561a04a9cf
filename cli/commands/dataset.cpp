#include "cli/commands/commands.h"

namespace drover::cli {

void addDataset(CLI::App& root, Shell& shell)
{
    CLI::App* app = root.add_subcommand("dataset", "Volumes: make them, look at them, move them, delete and restore them");
    app->require_subcommand(1);
    addDatasetReads(*app, shell);
    addDatasetCreate(*app, shell);
    addDatasetChanges(*app, shell);
    addDatasetRemovals(*app, shell);
}

} // namespace drover::cli
