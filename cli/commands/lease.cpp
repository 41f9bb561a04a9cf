#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <cstdlib>
#include <memory>
#include <ostream>

#include <unistd.h>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::string dataset, node, holder, token;
    std::optional<Duration> ttl;
    WriteOptions write;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback

// Who holds a lease when nothing else is said: user and machine.
std::string ownName()
{
    char host[256] = "";
    if (::gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    const char* user = std::getenv("USER");
    return std::string(user && *user ? user : "somebody") + "@" + host;
}

ExitClass acquire(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto dataset = resolveDataset(**cluster, options.dataset);
    if (!dataset)
        return shell.fail(dataset.error());
    const auto node = resolveNode(**cluster, options.node);
    if (!node)
        return shell.fail(node.error());
    const std::string holder = options.holder.empty() ? ownName() : options.holder;
    if (options.write.dryRun || shell.planning || isStructured(shell.globals.output)) {
        WriteCommand command;
        command.verb = LeaseAcquire{*dataset, *node, holder, options.ttl};
        command.name = options.dataset;
        return runWrite(shell, options.write, std::move(command));
    }
    // The token is what the holder needs: it alone is printed with --output name.
    Write write;
    write.operations.push_back({LeaseAcquire{*dataset, *node, holder, options.ttl}, {}});
    write.reason = options.write.reason;
    write.expectPlan = options.write.expectPlan;
    const auto reply = sendWrite(**cluster, std::move(write));
    if (!reply)
        return shell.fail(reply.error());
    const auto& result = std::get<WriteResult>(reply->body);
    for (const std::string& warning : result.warnings)
        shell.warn(warning);
    const bool given = !result.results.empty() && result.results.front().lease;
    const std::string token = given ? result.results.front().lease->toString() : std::string();
    if (shell.globals.output == Format::Name)
        shell.out() << token << '\n';
    else
        shell.out() << "lease " << token << " on dataset " << harmless(options.dataset) << " for "
                    << harmless(holder)
                    << (options.ttl ? ", to be renewed within " + span(*options.ttl)
                                    : ", until released")
                    << " (revision " << reply->revision << ")\n";
    return ExitClass::Ok;
}

ExitClass byToken(Shell& shell, const Options& options, bool renew)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto token = resolveLease(**cluster, options.token);
    if (!token)
        return shell.fail(token.error());
    WriteCommand command;
    if (renew)
        command.verb = LeaseRenew{*token};
    else
        command.verb = LeaseRelease{*token};
    command.name = token->toString();
    command.done = "lease " + token->toString() + (renew ? " renewed" : " released");
    return runWrite(shell, options.write, std::move(command));
}

ExitClass list(Shell& shell, const std::string& dataset)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    LeaseList verb;
    if (!dataset.empty()) {
        auto ref = resolveDataset(**cluster, dataset);
        if (!ref)
            return shell.fail(ref.error());
        verb.dataset = std::move(*ref);
    }
    auto leases = (*cluster)->read<LeaseListResult>(std::move(verb));
    if (!leases)
        return shell.fail(leases.error());
    switch (shell.globals.output) {
    case Format::Json:
    case Format::Yaml:
        printStructured(shell.terminal(), shell.globals.output, ReplyBody{std::move(*leases)});
        return ExitClass::Ok;
    case Format::Name:
        for (const LeaseView& lease : leases->leases)
            shell.out() << lease.record.token.toString() << '\n';
        return ExitClass::Ok;
    case Format::Table:
        break;
    }
    if (leases->leases.empty()) {
        shell.note("there are no leases");
        return ExitClass::Ok;
    }
    const auto datasets = listDatasets(**cluster);
    if (!datasets)
        return shell.fail(datasets.error());
    const auto names = nodeNames(**cluster);
    if (!names)
        return shell.fail(names.error());
    tableLeases(shell.terminal(), leases->leases, *datasets, *names, (*cluster)->now());
    return ExitClass::Ok;
}

} // namespace

void addLease(CLI::App& root, Shell& shell)
{
    CLI::App* lease =
        addCommand(root, "lease", "Promises that a dataset stays mounted where it is");
    requireCommand(*lease);

    CLI::App* app = addCommand(*lease, "acquire", "Hold a dataset on a node");
    OptionsPtr o = std::make_shared<Options>();
    required(
        addText(app, "dataset", o->dataset, kDatasetWord, "Name, id, or the beginning of an id"));
    required(addText(app, "--node", o->node, kNodeWord, "The node where it has to stay"));
    addDuration(app, "--ttl", o->ttl,
                "Ends by itself unless renewed within this time; default: until released");
    addText(app, "--holder", o->holder, "NAME", "Who holds it; default: user@host");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return acquire(shell, *o); }, /*write=*/true);

    for (const bool renew : {true, false}) {
        app = addCommand(*lease, renew ? "renew" : "release",
                         renew ? "Begin a lease's time anew" : "Give a lease back");
        o = std::make_shared<Options>();
        required(addText(app, "lease", o->token, kLeaseWord, "Its token, or the beginning of it"));
        addWriteOptions(app, o->write, Waits::No, Guards::No);
        shell.command(
            app, [&shell, o, renew] { return byToken(shell, *o, renew); }, /*write=*/true);
    }

    app = addCommand(*lease, "list", "The leases, one a line");
    const auto dataset = std::make_shared<std::string>(); // likewise
    addText(app, "dataset", *dataset, kDatasetWord, "Only those on this dataset");
    shell.command(app, [&shell, dataset] { return list(shell, *dataset); });
}

} // namespace drover::cli
