#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"
#include "cli/resolve.h"

#include <memory>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::string name;
    std::optional<ByteCount> size;
    std::string node, pool, filesystem, id;
    std::vector<std::string> metadata, labels, requiredLabels, poolKinds;
    WriteOptions write;
};

Result<DatasetCreate> verbOf(const Options& options, Shell& shell)
{
    DatasetCreate create;
    if (const auto good = checkName("dataset", options.name); !good)
        return good.error();
    create.name = options.name;
    create.size = options.size;
    create.filesystem = options.filesystem;
    create.pool = options.pool;
    create.poolKinds = options.poolKinds;
    const auto take = [](const std::vector<std::string>& words, const char* option,
                         Labels& labels) -> Result<void> {
        auto parsed = parseLabels(words, option);
        if (!parsed)
            return parsed.error();
        labels = std::move(*parsed);
        return {};
    };
    if (const auto good = take(options.metadata, "--metadata", create.metadata); !good)
        return good.error();
    if (const auto good = take(options.labels, "--label", create.labels); !good)
        return good.error();
    if (const auto good = take(options.requiredLabels, "--require-label", create.requiredLabels);
        !good)
        return good.error();
    if (!options.id.empty()) {
        const auto id = DatasetId::parse(options.id);
        if (!id)
            return id.error();
        create.id = *id;
    }
    if (!options.node.empty()) {
        const auto cluster = shell.cluster();
        if (!cluster)
            return cluster.error();
        auto node = resolveNode(**cluster, options.node);
        if (!node)
            return node.error();
        create.node = std::move(*node);
    }
    return create;
}

ExitClass create(Shell& shell, const Options& options)
{
    auto verb = verbOf(options, shell);
    if (!verb)
        return shell.fail(verb.error());
    WriteCommand command;
    command.verb = std::move(*verb);
    command.name = options.name;
    command.done = "dataset " + options.name + " created";
    command.goal = DatasetGoal::Mounted;
    command.waitFor = DatasetRef{std::nullopt, options.name};
    return runWrite(shell, options.write, std::move(command));
}

} // namespace

void addDatasetCreate(CLI::App& dataset, Shell& shell)
{
    CLI::App* app = addCommand(dataset, "create", "Make a new, empty dataset");
    const auto o = std::make_shared<Options>(); // shared by the parser and the callback
    required(addText(app, "name", o->name, "NAME", "Its name, unique among the living datasets"));
    addSize(app, "--size", o->size,
            "How large, e.g. 1GiB; without it as large as its pool, where pools allow that");
    addText(app, "--node", o->node, kNodeWord,
            "Where it shall be; without it control picks a node that satisfies the rest");
    addText(app, "--pool", o->pool, kPoolWord,
            "Which pool of the node; default: its only one, or the one named default");
    addText(app, "--fs", o->filesystem, "ext4|xfs|btrfs",
            "Filesystem, where the pool makes one; default: the pool's");
    addTexts(app, "--metadata", o->metadata, "KEY=VALUE",
             "Free text for whoever uses it; may be repeated");
    addTexts(app, "--label", o->labels, "KEY=VALUE", "A label to find it by; may be repeated");
    addTexts(app, "--require-label", o->requiredLabels, "KEY=VALUE",
             "Without --node: only nodes with this label; may be repeated");
    addTexts(app, "--pool-kind", o->poolKinds, "KIND",
             "Without --node: only pools of this kind; may be repeated");
    addText(app, "--id", o->id, "UUID",
            "Its id, for programs that create the same dataset again and again");
    addWriteOptions(app, o->write, Waits::Yes, Guards::No);
    shell.command(
        app, [&shell, o] { return create(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
