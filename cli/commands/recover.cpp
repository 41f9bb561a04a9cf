#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"
#include "cli/resolve.h"

#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::vector<std::string> choices; // DATASET=COPY
    std::vector<std::string> lost;
    std::string statement;
    bool yes = false;
    WriteOptions write;
};

Result<Recover> verbOf(Cluster& cluster, const Options& options)
{
    Recover verb;
    verb.statement = options.statement;
    for (const std::string& word : options.choices) {
        const auto equals = word.rfind('=');
        const auto copy =
            CopyId::parse(equals == std::string::npos ? std::string() : word.substr(equals + 1));
        if (!copy || equals == 0)
            return Error{ErrorCode::InvalidArgument, "`" + word + "` is not DATASET=COPY",
                         "--choose", "the copies stand in `drover recover plan`"};
        // Not looked up: control's store may not know the dataset.
        RecoverChoice choice;
        choice.copy = *copy;
        const std::string dataset = word.substr(0, equals);
        if (const auto id = DatasetId::parse(dataset))
            choice.dataset.id = *id;
        else
            choice.dataset.name = dataset;
        verb.choices.push_back(std::move(choice));
    }
    for (const std::string& word : options.lost) {
        auto node = resolveNode(cluster, word);
        if (!node)
            return node.error();
        verb.lost.push_back(std::move(*node));
    }
    return verb;
}

ExitClass plan(Shell& shell, Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    auto verb = verbOf(**cluster, options);
    if (!verb)
        return shell.fail(verb.error());
    WriteCommand command;
    command.verb = std::move(*verb);
    options.write.dryRun = true;
    return runWrite(shell, options.write, std::move(command));
}

ExitClass apply(Shell& shell, Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    auto verb = verbOf(**cluster, options);
    if (!verb)
        return shell.fail(verb.error());
    const bool dryRun = options.write.dryRun || shell.planning;
    if (!dryRun && options.write.expectPlan.empty()) {
        Write write;
        write.operations.push_back({*verb, {}});
        write.dryRun = true;
        const auto reply = sendWrite(**cluster, std::move(write));
        if (!reply)
            return shell.fail(reply.error());
        const Plan shown = std::get<WriteResult>(reply->body).plan.value_or(Plan{});
        // What was shown is what is done, or nothing.
        options.write.expectPlan = shown.digest;
        if (shell.globals.output == Format::Table) {
            showPlan(shell.terminal(), shown, options.yes ? PlanUse::Change : PlanUse::Question);
            shell.out().flush();
        }
    }
    if (!dryRun) {
        const auto status = (*cluster)->read<StatusResult>(StatusGet{});
        if (!status)
            return shell.fail(status.error());
        const std::string& name = status->cluster.header.name;
        if (!shell.confirm("This ends safe mode: from then on cluster " + name +
                               " takes for true what the plan says.\nIf a newer copy of control's "
                               "store exists, start control on that instead",
                           name, options.yes))
            return ExitClass::Usage;
    }
    WriteCommand command;
    command.verb = std::move(*verb);
    command.done = "recovered";
    return runWrite(shell, options.write, std::move(command));
}

void addOptions(CLI::App* app, Options& options)
{
    addTexts(app, "--choose", options.choices, "DATASET=COPY",
             "Which copy is the dataset, where control cannot know; may be repeated");
    addTexts(app, "--lost", options.lost, kNodeWord,
             "Take this silent node as lost; may be repeated");
    addText(app, "--statement", options.statement, "TEXT",
            "How it is known that the lost machines are off");
}

} // namespace

void addRecover(CLI::App& root, Shell& shell)
{
    CLI::App* recover = addCommand(
        root, "recover", "Make control's store true again by what the nodes have, in safe mode");
    requireCommand(*recover);

    CLI::App* app = addCommand(
        *recover, "plan", "Show what would become of each dataset, and what stands against it");
    auto o = std::make_shared<Options>(); // shared by the parser and the callback
    addOptions(app, *o);
    shell.command(app, [&shell, o] { return plan(shell, *o); });

    app = addCommand(*recover, "apply",
                     "End safe mode: adopt the copies as planned; destroys nothing");
    o = std::make_shared<Options>();
    addOptions(app, *o);
    addFlag(app, "--yes", o->yes, "Do not ask");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return apply(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
