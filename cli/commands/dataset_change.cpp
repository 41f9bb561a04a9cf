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
    std::string dataset;
    std::string to, pool;
    bool whenFree = false;
    bool replace = false;
    std::optional<ByteCount> size;
    std::string name;
    std::vector<std::string> words;
    WriteOptions write;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback
using Fill = std::function<Result<WriteVerb>(Cluster&, const DatasetRef&)>;

// Resolves the dataset, lets `fill` make the verb, and sends it.
ExitClass run(Shell& shell, const Options& options, const std::string& done, DatasetGoal goal,
              const Fill& fill)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveDataset(**cluster, options.dataset);
    if (!ref)
        return shell.fail(ref.error());
    auto verb = fill(**cluster, *ref);
    if (!verb)
        return shell.fail(verb.error());
    WriteCommand command;
    command.verb = std::move(*verb);
    command.name = options.name.empty() ? options.dataset : options.name;
    command.done = "dataset " + options.dataset + done;
    command.subject = "dataset " + options.dataset;
    command.goal = goal;
    command.waitFor = *ref;
    command.guard = guardOf(*ref);
    return runWrite(shell, options.write, std::move(command));
}

void addName(CLI::App* app, Options& options)
{
    required(addText(app, "dataset", options.dataset, kDatasetWord,
                     "Name, id, or the beginning of an id"));
}

ExitClass move(Shell& shell, const Options& options)
{
    return run(
        shell, options, " moves to " + options.to, DatasetGoal::Mounted,
        [&](Cluster& cluster, const DatasetRef& ref) -> Result<WriteVerb> {
            auto node = resolveNode(cluster, options.to);
            if (!node)
                return node.error();
            return WriteVerb{DatasetMove{ref, std::move(*node), options.pool, options.whenFree}};
        });
}

ExitClass resize(Shell& shell, const Options& options)
{
    return run(shell, options, " grows to " + toString(*options.size), DatasetGoal::InSync,
               [&](Cluster&, const DatasetRef& ref) -> Result<WriteVerb> {
                   return WriteVerb{DatasetResize{ref, *options.size}};
               });
}

ExitClass rename(Shell& shell, const Options& options)
{
    return run(shell, options, " renamed to " + options.name, DatasetGoal::InSync,
               [&](Cluster&, const DatasetRef& ref) -> Result<WriteVerb> {
                   if (const auto good = checkName("dataset", options.name); !good)
                       return good.error();
                   return WriteVerb{DatasetRename{ref, options.name}};
               });
}

// Edits what is there. Without an --if-revision of the person's own, the edit is guarded by the
// revision that it was made from.
ExitClass setMetadata(Shell& shell, Options& options)
{
    if (options.words.empty() && !options.replace)
        return shell.usage("no metadata is given", "drover dataset set-metadata NAME KEY=VALUE");
    return run(shell, options, ": metadata set", DatasetGoal::InSync,
               [&](Cluster& cluster, const DatasetRef& ref) -> Result<WriteVerb> {
                   if (options.replace) {
                       auto metadata = parseLabels(options.words);
                       if (!metadata)
                           return metadata.error();
                       return WriteVerb{DatasetSetMetadata{ref, std::move(*metadata)}};
                   }
                   const auto found = cluster.read<DatasetListResult>(DatasetGet{ref});
                   if (!found)
                       return found.error();
                   if (found->datasets.empty())
                       return Error{ErrorCode::NotFound, "there is no such dataset",
                                    "dataset " + options.dataset, "drover dataset list"};
                   const DatasetRecord& record = found->datasets.front().record;
                   auto metadata = editLabels(record.spec.metadata, options.words);
                   if (!metadata)
                       return metadata.error();
                   if (!options.write.ifRevision)
                       options.write.ifRevision = record.header.modRevision;
                   return WriteVerb{DatasetSetMetadata{{record.id, {}}, std::move(*metadata)}};
               });
}

} // namespace

void addDatasetChanges(CLI::App& dataset, Shell& shell)
{
    CLI::App* app = addCommand(dataset, "move", "Move a dataset, with its data, to another node");
    OptionsPtr o = std::make_shared<Options>();
    addName(app, *o);
    required(addText(app, "--to", o->to, kNodeWord, "The node that shall have it"));
    addText(app, "--pool", o->pool, kPoolWord,
            "Which pool there; default: the one of the same name");
    addFlag(app, "--when-free", o->whenFree,
            "If leases hold it where it is: move once they are released");
    addWriteOptions(app, o->write, Waits::Yes, Guards::Yes);
    shell.command(
        app, [&shell, o] { return move(shell, *o); }, /*write=*/true);

    app = addCommand(dataset, "resize", "Make a dataset larger");
    o = std::make_shared<Options>();
    addName(app, *o);
    required(addSize(app, "--size", o->size, "The new size, e.g. 2GiB"));
    addWriteOptions(app, o->write, Waits::Yes, Guards::Yes);
    shell.command(
        app, [&shell, o] { return resize(shell, *o); }, /*write=*/true);

    app = addCommand(dataset, "set-metadata", "Change the free text that a dataset carries");
    o = std::make_shared<Options>();
    addName(app, *o);
    addWords(app, "metadata", o->words, "KEY=VALUE|KEY-",
             "KEY=VALUE sets, KEY- removes; the rest stays");
    addFlag(app, "--replace", o->replace, "Remove everything that is not given here");
    addWriteOptions(app, o->write, Waits::Yes, Guards::Yes);
    shell.command(
        app, [&shell, o] { return setMetadata(shell, *o); }, /*write=*/true);

    app = addCommand(dataset, "rename", "Give a dataset another name; its id and its data stay");
    o = std::make_shared<Options>();
    addName(app, *o);
    required(addText(app, "name", o->name, "NEW-NAME", "The new name"));
    addWriteOptions(app, o->write, Waits::Yes, Guards::Yes);
    shell.command(
        app, [&shell, o] { return rename(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
