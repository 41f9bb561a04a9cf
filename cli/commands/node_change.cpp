#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"
#include "cli/output/views.h"
#include "cli/resolve.h"

#include <istream>
#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::string node;
    std::vector<std::string> words;
    bool replace = false;
    bool yes = false;
    std::string statement;
    WriteOptions write;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback
using Fill = std::function<Result<WriteVerb>(Cluster&, const NodeRef&)>;

// Resolves the node, lets `fill` make the verb, and sends it.
ExitClass run(Shell& shell, const Options& options, const std::string& done, const Fill& fill)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveNode(**cluster, options.node);
    if (!ref)
        return shell.fail(ref.error());
    auto verb = fill(**cluster, *ref);
    if (!verb)
        return shell.fail(verb.error());
    WriteCommand command;
    command.verb = std::move(*verb);
    command.name = options.node;
    command.done = "node " + options.node + " " + done;
    command.subject = "node " + options.node;
    command.guard = guardOf(*ref);
    return runWrite(shell, options.write, std::move(command));
}

ExitClass label(Shell& shell, Options& options)
{
    if (options.words.empty() && !options.replace)
        return shell.usage("no label is given", "drover node label NODE KEY=VALUE");
    return run(
        shell, options, "labelled", [&](Cluster& cluster, const NodeRef& ref) -> Result<WriteVerb> {
            if (options.replace) {
                auto labels = parseLabels(options.words);
                if (!labels)
                    return labels.error();
                return WriteVerb{NodeLabel{ref, std::move(*labels)}};
            }
            const auto found = cluster.read<NodeListResult>(NodeGet{ref});
            if (!found)
                return found.error();
            if (found->nodes.empty())
                return Error{ErrorCode::NotFound, "there is no such node", "node " + options.node,
                             "drover node list"};
            const NodeView& node = found->nodes.front();
            auto labels =
                editLabels(node.record ? node.record->header.labels : Labels{}, options.words);
            if (!labels)
                return labels.error();
            // Guarded by what the edit was made from.
            if (!options.write.ifRevision && node.record)
                options.write.ifRevision = node.record->header.modRevision;
            return WriteVerb{NodeLabel{ref, std::move(*labels)}};
        });
}

ExitClass cordon(Shell& shell, const Options& options, bool cordoned)
{
    return run(shell, options, cordoned ? "cordoned: nothing new is placed there" : "open again",
               [&](Cluster&, const NodeRef& ref) {
                   return Result<WriteVerb>(WriteVerb{NodeCordon{ref, cordoned}});
               });
}

// What a typed word is asked for: the plan is shown first, so that the person sees what it is
// about.
bool confirmed(Shell& shell, const Options& options, const WriteVerb& verb, const std::string& what)
{
    if (options.yes)
        return true;
    const auto cluster = shell.cluster();
    if (!cluster) {
        shell.fail(cluster.error());
        return false;
    }
    if (shell.terminal().inIsTerminal) {
        Write write;
        write.operations.push_back({verb, {}});
        write.dryRun = true;
        const auto reply = sendWrite(**cluster, std::move(write));
        if (!reply) {
            shell.fail(reply.error());
            return false;
        }
        if (const auto& plan = std::get<WriteResult>(reply->body).plan)
            showPlan(shell.terminal(), *plan, PlanUse::Question);
        shell.out().flush();
    }
    return shell.confirm(what, options.node, /*yes=*/false);
}

ExitClass declareLost(Shell& shell, Options& options)
{
    const bool dryRun = options.write.dryRun || shell.planning;
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveNode(**cluster, options.node);
    if (!ref)
        return shell.fail(ref.error());
    if (!dryRun) {
        if (!confirmed(
                shell, options,
                NodeDeclareLost{*ref, options.statement.empty() ? "dry run" : options.statement},
                "Your word that node " + options.node +
                    " is dead voids its leases and lets its shared datasets be mounted elsewhere.\n"
                    "If it still runs and nothing fences it off, two nodes write to the same data, "
                    "and that data is lost"))
            return ExitClass::Usage;
        if (options.statement.empty() && shell.terminal().inIsTerminal) {
            shell.err() << "How do you know that it is off? This is recorded: " << std::flush;
            std::getline(shell.terminal().in, options.statement);
        }
    }
    return run(shell, options, "declared lost", [&](Cluster&, const NodeRef& node) {
        return Result<WriteVerb>(WriteVerb{NodeDeclareLost{node, options.statement}});
    });
}

ExitClass forget(Shell& shell, const Options& options)
{
    const bool dryRun = options.write.dryRun || shell.planning;
    if (!dryRun &&
        !shell.confirm("This removes node " + options.node + " from the cluster's records",
                       options.node, options.yes))
        return ExitClass::Usage;
    return run(shell, options, "forgotten", [](Cluster&, const NodeRef& ref) {
        return Result<WriteVerb>(WriteVerb{NodeForget{ref}});
    });
}

void addName(CLI::App* app, Options& options)
{
    required(addText(app, "node", options.node, kNodeWord, "Name, id, or the beginning of an id"));
}

} // namespace

void addNodeWrites(CLI::App& node, Shell& shell)
{
    CLI::App* app = addCommand(node, "label", "Change the labels that placement goes by");
    OptionsPtr o = std::make_shared<Options>();
    addName(app, *o);
    addWords(app, "labels", o->words, "KEY=VALUE|KEY-",
             "KEY=VALUE sets, KEY- removes; the rest stays");
    addFlag(app, "--replace", o->replace, "Remove every label that is not given here");
    addWriteOptions(app, o->write, Waits::No, Guards::Yes);
    shell.command(
        app, [&shell, o] { return label(shell, *o); }, /*write=*/true);

    for (const bool cordoned : {true, false}) {
        app = addCommand(node, cordoned ? "cordon" : "uncordon",
                         cordoned ? "Place nothing new on a node; what is there stays"
                                  : "Place things on a node again");
        o = std::make_shared<Options>();
        addName(app, *o);
        addWriteOptions(app, o->write, Waits::No, Guards::Yes);
        shell.command(
            app, [&shell, o, cordoned] { return cordon(shell, *o, cordoned); }, /*write=*/true);
    }

    app = addCommand(node, "declare-lost",
                     "Say that a silent node is dead, so that others may have its shared datasets");
    o = std::make_shared<Options>();
    addName(app, *o);
    addText(app, "--statement", o->statement, "TEXT",
            "How it is known that the machine is off; needed where nothing fences it");
    addFlag(app, "--yes", o->yes, "Do not ask");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return declareLost(shell, *o); }, /*write=*/true);

    app = addCommand(node, "forget",
                     "Remove a lost node from the records; refused while copies are known there");
    o = std::make_shared<Options>();
    addName(app, *o);
    addFlag(app, "--yes", o->yes, "Do not ask");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return forget(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
