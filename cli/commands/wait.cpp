#include "cli/wait.h"

#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/resolve.h"

#include <memory>

namespace drover::cli {

namespace {

struct Options
{
    std::string name;
    DatasetGoal dataset = DatasetGoal::InSync;
    NodeGoal node = NodeGoal::Alive;
    std::optional<model::Duration> timeout;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback

ExitClass waitDataset(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    // The deleted ones too: `deleted` and `gone` are asked of them.
    const auto ref = resolveDataset(**cluster, options.name, /*deleted=*/true);
    if (!ref)
        return shell.fail(ref.error());
    return waitForDataset(shell, **cluster,
                          {.dataset = *ref,
                           .name = options.name,
                           .goal = options.dataset,
                           .since = 0,
                           .timeout = options.timeout.value_or(kDefaultWait)});
}

ExitClass waitNode(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    return waitForNode(shell, **cluster, options.name, options.node,
                       options.timeout.value_or(kDefaultWait));
}

} // namespace

void addWait(CLI::App& root, Shell& shell)
{
    CLI::App* wait =
        addCommand(root, "wait", "Wait until a dataset or a node has come to be as wanted");
    requireCommand(*wait);

    CLI::App* app = addCommand(*wait, "dataset", "Wait for a dataset");
    OptionsPtr o = std::make_shared<Options>();
    required(addText(app, "dataset", o->name, kDatasetWord, "Name, id, or the beginning of an id"));
    addChoice<DatasetGoal>(app, "--for", o->dataset,
                           {{"mounted", DatasetGoal::Mounted},
                            {"in-sync", DatasetGoal::InSync},
                            {"deleted", DatasetGoal::Deleted},
                            {"gone", DatasetGoal::Gone}},
                           "What to wait for; default: in-sync");
    addDuration(app, "--timeout", o->timeout,
                "Give up after this time, with exit code 4; default 10 min");
    shell.command(app, [&shell, o] { return waitDataset(shell, *o); });

    app = addCommand(*wait, "node", "Wait for a node");
    o = std::make_shared<Options>();
    required(addText(app, "node", o->name, kNodeWord, "Name, id, or the beginning of an id"));
    addChoice<NodeGoal>(app, "--for", o->node,
                        {{"alive", NodeGoal::Alive},
                         {"unreachable", NodeGoal::Unreachable},
                         {"lost", NodeGoal::Lost},
                         {"gone", NodeGoal::Gone}},
                        "What to wait for; default: alive");
    addDuration(app, "--timeout", o->timeout,
                "Give up after this time, with exit code 4; default 10 min");
    shell.command(app, [&shell, o] { return waitNode(shell, *o); });
}

} // namespace drover::cli
