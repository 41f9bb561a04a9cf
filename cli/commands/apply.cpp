#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/desired.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::string file;
    bool prune = false;
    bool yes = false;
    WriteOptions write;
};

// With --prune: shows the plan, and asks for the cluster's name. The digest of the plan that was
// agreed to.
Result<std::optional<std::string>> agree(Shell& shell, Cluster& cluster, const Apply& configuration,
                                         const Options& options)
{
    Write write;
    write.operations.push_back({configuration, {}});
    write.dryRun = true;
    const auto reply = sendWrite(cluster, std::move(write));
    if (!reply)
        return reply.error();
    const Plan plan = std::get<WriteResult>(reply->body).plan.value_or(Plan{});
    if (shell.globals.output == Format::Table) {
        showPlan(shell.terminal(), plan, options.yes ? PlanUse::Change : PlanUse::Question);
        shell.out().flush();
    }
    if (!options.yes) {
        const auto status = cluster.read<StatusResult>(StatusGet{});
        if (!status)
            return status.error();
        const std::string& name = status->cluster.header.name;
        if (!shell.confirm("This deletes every dataset of cluster " + name + " that " +
                               options.file + " does not name",
                           name, /*yes=*/false))
            return std::optional<std::string>();
    }
    return std::optional(plan.digest);
}

ExitClass apply(Shell& shell, Options options)
{
    const auto text = contexts::readText(options.file, shell.terminal().in);
    if (!text)
        return shell.fail(text.error());
    auto configuration = parseDesired(*text, options.file == "-" ? "standard input" : options.file);
    if (!configuration)
        return shell.fail(configuration.error());
    configuration->prune = options.prune;
    const bool dryRun = options.write.dryRun || shell.planning;
    if (options.prune && !dryRun) {
        if (!options.yes && !shell.terminal().inIsTerminal)
            return shell.usage(
                "--prune deletes what the file does not name, and nobody is here to confirm it",
                "add --yes if that is meant");
        const auto cluster = shell.cluster();
        if (!cluster)
            return shell.fail(cluster.error());
        const auto digest = agree(shell, **cluster, *configuration, options);
        if (!digest)
            return shell.fail(digest.error());
        if (!*digest)
            return ExitClass::Usage;
        // What was shown is what is done, or nothing.
        if (options.write.expectPlan.empty())
            options.write.expectPlan = **digest;
    }
    WriteCommand command;
    command.verb = std::move(*configuration);
    command.subject = options.file == "-" ? "standard input" : options.file;
    command.done = command.subject + " applied";
    command.name = options.file;
    return runWrite(shell, options.write, std::move(command));
}

ExitClass exportAll(Shell& shell)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto result = (*cluster)->read<ExportResult>(ExportGet{});
    if (!result)
        return shell.fail(result.error());
    switch (shell.globals.output) {
    case Format::Json:
        printStructured(shell.terminal(), Format::Json, ReplyBody{*result});
        break;
    case Format::Name:
        for (const DesiredDataset& dataset : result->configuration.datasets)
            shell.out() << harmless(dataset.name) << '\n';
        break;
    case Format::Yaml:
    case Format::Table:
        shell.out() << formatDesired(result->configuration);
        break;
    }
    return ExitClass::Ok;
}

} // namespace

void addApply(CLI::App& root, Shell& shell)
{
    CLI::App* app = addCommand(root, "apply",
                               "Want what a file says; what it omits stays, unless told to prune");
    const auto o = std::make_shared<Options>(); // shared by the parser and the callback
    required(addText(app, "-f,--file", o->file, kFileWord,
                     "The configuration as YAML; - is standard input"));
    addFlag(app, "--prune", o->prune,
            "Delete the datasets that the file does not name; shows the plan and asks");
    addFlag(app, "--yes", o->yes, "Do not ask");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return apply(shell, *o); }, /*write=*/true);

    CLI::App* exporting =
        addCommand(root, "export",
                   "Print the whole configuration as a file for `apply`; with --output json: for "
                   "programs, and apply does not take it");
    shell.command(exporting, [&shell] { return exportAll(shell); });
}

} // namespace drover::cli
