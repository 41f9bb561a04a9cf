#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"

#include <memory>

namespace drover::cli {

namespace {

struct Options
{
    std::string name;
    std::optional<model::Duration> deleteGrace, retiredCopyGrace;
    WriteOptions write;
};

ExitClass set(Shell& shell, const Options& options)
{
    if (options.name.empty() && !options.deleteGrace && !options.retiredCopyGrace)
        return shell.usage("nothing to set is given", "drover cluster set --help");
    WriteCommand command;
    command.verb = model::ClusterSet{options.name, options.deleteGrace, options.retiredCopyGrace};
    command.name = options.name;
    command.done = "cluster settings changed";
    return runWrite(shell, options.write, std::move(command));
}

} // namespace

void addCluster(CLI::App& root, Shell& shell)
{
    CLI::App* cluster = addCommand(root, "cluster", "The cluster's own settings");
    requireCommand(*cluster);
    CLI::App* app = addCommand(*cluster, "set", "Change settings; what is not given stays");
    const auto o = std::make_shared<Options>(); // shared by the parser and the callback
    addText(app, "--name", o->name, "NAME", "The cluster's name");
    addDuration(app, "--delete-grace", o->deleteGrace,
                "How long a deleted dataset can be had back, e.g. 24h; 0: not at all");
    addDuration(app, "--retired-copy-grace", o->retiredCopyGrace,
                "How long the old copy is kept after a move");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return set(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
