#include "cli/commands/write.h"

#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <algorithm>
#include <ostream>
#include <utility>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

void addWriteOptions(CLI::App* app, WriteOptions& options, Waits waits, Guards guards)
{
    addFlag(app, "--dry-run", options.dryRun,
            "Show what would change, node by node, and why; change nothing");
    addText(app, "--expect-plan", options.expectPlan, "DIGEST",
            "Refuse unless exactly the plan of a dry run would be done");
    addText(app, "--reason", options.reason, "TEXT", "Why, for the history");
    if (guards == Guards::Yes)
        addNumber(app, "--if-revision", options.ifRevision, "REVISION",
                  "Refuse unless it was last changed at this revision");
    if (waits == Waits::Yes)
        setWord(addDuration(app, "--wait", options.wait,
                            "Wait until it is done, at most so long; alone: 10 min"),
                kOptionalDuration);
}

namespace {

template <class AnyId>
std::string rawId(const std::optional<AnyId>& id)
{
    if (!id)
        return {};
    return {reinterpret_cast<const char*>(id->value.bytes.data()), id->value.bytes.size()};
}

// The object as the person named it, where the answer has only the id that was sent for that.
Error inTheirWords(Error error, const WriteCommand& command)
{
    const auto space = error.subject.find(' ');
    const bool sameKind = space != std::string::npos &&
                          command.subject.starts_with(error.subject.substr(0, space + 1));
    if (sameKind && Uuid::parse(error.subject.substr(space + 1)).ok())
        error.subject = command.subject;
    return error;
}

void tell(Shell& shell, const Reply& reply, const WriteResult& result, const WriteCommand& command)
{
    switch (shell.globals.output) {
    case Format::Json:
    case Format::Yaml:
        printStructured(shell.terminal(), shell.globals.output, reply);
        return;
    case Format::Name:
        if (!command.name.empty())
            shell.out() << harmless(command.name) << '\n';
        return;
    case Format::Table:
        break;
    }
    std::string line = command.done;
    for (const OperationResult& operation : result.results)
        if (!operation.message.empty()) {
            if (!command.subject.empty())
                line = command.subject;
            line += (line.empty() ? "" : ": ") + operation.message;
        }
    shell.out() << harmless(line) << " (revision " << reply.revision << ")\n";
}

} // namespace

Precondition guardOf(const DatasetRef& dataset)
{
    return {{RecordKind::Dataset, rawId(dataset.id)}, dataset.name, 0};
}
Precondition guardOf(const NodeRef& node)
{
    return {{RecordKind::Node, rawId(node.id)}, node.name, 0};
}

Result<Reply> sendWrite(Cluster& cluster, Write write)
{
    auto reply = cluster.call(std::move(write), {.timeout = cluster.timeout(), .minRevision = 0});
    if (reply && !std::holds_alternative<WriteResult>(reply->body))
        return Error{ErrorCode::Malformed, "control's answer is not one to a change", "",
                     "drover history"};
    return reply;
}

ExitClass runWrite(Shell& shell, const WriteOptions& options, WriteCommand command)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());

    Write write;
    write.dryRun = options.dryRun || shell.planning;
    write.expectPlan = options.expectPlan;
    write.reason = options.reason;
    Operation operation{std::move(command.verb), {}};
    if (options.ifRevision && command.guard) {
        command.guard->modRevision = *options.ifRevision;
        operation.preconditions.push_back(*command.guard);
    }
    write.operations.push_back(std::move(operation));
    const bool dryRun = write.dryRun;

    const auto reply = sendWrite(**cluster, std::move(write));
    if (!reply)
        return shell.fail(inTheirWords(reply.error(), command));
    const auto& result = std::get<WriteResult>(reply->body);
    const Plan plan = result.plan.value_or(Plan{});
    for (const std::string& warning : result.warnings)
        if (std::find(plan.warnings.begin(), plan.warnings.end(), warning) == plan.warnings.end())
            shell.warn(warning);

    if (dryRun) {
        if (isStructured(shell.globals.output))
            printStructured(shell.terminal(), shell.globals.output, *reply);
        else
            showPlan(shell.terminal(), plan, PlanUse::DryRun);
        return ExitClass::Ok;
    }
    tell(shell, *reply, result, command);
    std::optional<DatasetId> changed;
    if (!result.results.empty())
        changed = result.results.front().dataset;
    if (command.afterwards && changed && shell.globals.output == Format::Table)
        command.afterwards(*changed);
    shell.out().flush();
    if (!options.wait)
        return ExitClass::Ok;

    DatasetWait wait;
    if (changed)
        wait.dataset.id = changed;
    else if (command.waitFor)
        wait.dataset = *command.waitFor;
    else
        return ExitClass::Ok;
    wait.name = command.name;
    wait.goal = command.goal;
    wait.since = reply->revision;
    wait.timeout = *options.wait;
    return waitForDataset(shell, **cluster, wait);
}

} // namespace drover::cli
