#include "cli/commands/commands.h"
#include "cli/options.h"

namespace drover::cli {

void addDataset(CLI::App& root, Shell& shell)
{
    CLI::App* app =
        addCommand(root, "dataset", "Volumes: make, look at, move, delete and restore them");
    requireCommand(*app);
    addDatasetReads(*app, shell);
    addDatasetCreate(*app, shell);
    addDatasetChanges(*app, shell);
    addDatasetRemovals(*app, shell);
}

} // namespace drover::cli
