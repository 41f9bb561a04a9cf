#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"
#include "cli/output/words.h"
#include "cli/resolve.h"

#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::string dataset;
    std::optional<Duration> grace;
    bool whenFree = false;
    bool yes = false;
    std::string name;
    WriteOptions write;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback

// How long the data will be kept: as asked for, or as the cluster has it.
Result<Duration> graceOf(Cluster& cluster, const Options& options)
{
    if (options.grace)
        return *options.grace;
    const auto status = cluster.read<StatusResult>(StatusGet{});
    if (!status)
        return status.error();
    return status->cluster.deleteGrace;
}

// Until when it can be had back, and how. Asking may fail; the deletion is told anyway.
void tellWindow(Shell& shell, Cluster& cluster, const DatasetId& id)
{
    const auto found = cluster.read<DatasetListResult>(DatasetGet{{id, {}}});
    if (!found || found->datasets.empty() || !found->datasets.front().record.deletion)
        return;
    const auto& ledger = found->datasets.front().ledger;
    if (ledger && ledger->purgeCommitted)
        return; // there is no window
    const DatasetRecord& record = found->datasets.front().record;
    shell.out() << "Its data is kept until "
                << moment(record.deletion->at.wall + record.deletion->grace, cluster.now())
                << ".\nTo have it back: drover dataset undelete " << harmless(record.header.name)
                << '\n';
}

ExitClass remove(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveDataset(**cluster, options.dataset, /*deleted=*/true);
    if (!ref)
        return shell.fail(ref.error());
    const bool dryRun = options.write.dryRun || shell.planning;
    bool atOnce = false; // without a grace it is as final as a purge
    if (!dryRun) {
        const auto grace = graceOf(**cluster, options);
        if (!grace)
            return shell.fail(grace.error());
        atOnce = *grace == Duration{0};
        if (atOnce && !shell.confirm("With a grace of 0 this destroys the data of dataset " +
                                         options.dataset + " at once, for ever",
                                     options.dataset, options.yes))
            return ExitClass::Usage;
    }
    WriteCommand command;
    command.verb = DatasetDelete{*ref, options.grace, options.whenFree};
    command.name = options.dataset;
    command.done = "dataset " + options.dataset + " deleted";
    command.subject = "dataset " + options.dataset;
    command.goal = DatasetGoal::Deleted;
    command.waitFor = *ref;
    command.guard = guardOf(*ref);
    if (!atOnce)
        command.afterwards = [&](const DatasetId& id) { tellWindow(shell, **cluster, id); };
    return runWrite(shell, options.write, std::move(command));
}

ExitClass undelete(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveDataset(**cluster, options.dataset, /*deleted=*/true);
    if (!ref)
        return shell.fail(ref.error());
    WriteCommand command;
    command.verb = DatasetUndelete{*ref, options.name};
    command.name = options.name.empty() ? options.dataset : options.name;
    command.done = "dataset " + command.name + " restored";
    command.subject = "dataset " + options.dataset;
    command.goal = DatasetGoal::Mounted;
    command.waitFor = *ref;
    return runWrite(shell, options.write, std::move(command));
}

ExitClass purge(Shell& shell, const Options& options)
{
    const bool dryRun = options.write.dryRun || shell.planning;
    if (!dryRun &&
        !shell.confirm("This destroys the data of dataset " + options.dataset + " for ever",
                       options.dataset, options.yes))
        return ExitClass::Usage;
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveDataset(**cluster, options.dataset, /*deleted=*/true);
    if (!ref)
        return shell.fail(ref.error());
    WriteCommand command;
    command.verb = DatasetPurge{*ref};
    command.name = options.dataset;
    command.done = "dataset " + options.dataset + " purged";
    command.subject = "dataset " + options.dataset;
    command.goal = DatasetGoal::Gone;
    return runWrite(shell, options.write, std::move(command));
}

} // namespace

void addDatasetRemovals(CLI::App& dataset, Shell& shell)
{
    CLI::App* app = addCommand(
        dataset, "delete", "Delete a dataset; its data is kept for a while and can be had back");
    OptionsPtr o = std::make_shared<Options>();
    required(
        addText(app, "dataset", o->dataset, kDatasetWord, "Name, id, or the beginning of an id"));
    addDuration(app, "--grace", o->grace,
                "How long its data is kept; default: the cluster's, 0: destroyed at once");
    addFlag(app, "--when-free", o->whenFree, "If leases hold it: delete once they are released");
    addFlag(app, "--yes", o->yes, "Do not ask; asked is only where the data would not be kept");
    addWriteOptions(app, o->write, Waits::Yes, Guards::Yes);
    shell.command(
        app, [&shell, o] { return remove(shell, *o); }, /*write=*/true);

    app = addCommand(dataset, "undelete", "Have a deleted dataset back, with its data");
    o = std::make_shared<Options>();
    required(addText(app, "dataset", o->dataset, kDeletedWord,
                     "Its name, its id, or the beginning of its id"));
    addText(app, "--name", o->name, "NAME", "A new name, if its own is taken");
    addWriteOptions(app, o->write, Waits::Yes, Guards::No);
    shell.command(
        app, [&shell, o] { return undelete(shell, *o); }, /*write=*/true);

    app = addCommand(dataset, "purge", "Destroy a deleted dataset's data now, for ever");
    o = std::make_shared<Options>();
    required(addText(app, "dataset", o->dataset, kDeletedWord,
                     "Its name, its id, or the beginning of its id"));
    addFlag(app, "--yes", o->yes, "Do not ask");
    addWriteOptions(app, o->write, Waits::Yes, Guards::No);
    shell.command(
        app, [&shell, o] { return purge(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
