#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <algorithm>
#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct Options
{
    std::string dataset;
    std::optional<std::uint64_t> limit, before, from, to;
    WriteOptions write;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback

ExitClass history(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    HistoryList verb;
    verb.before = options.before.value_or(0);
    verb.limit =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(options.limit.value_or(20), 10'000));
    if (!options.dataset.empty()) {
        const auto ref = resolveDataset(**cluster, options.dataset, /*deleted=*/true);
        if (!ref)
            return shell.fail(ref.error());
        verb.dataset = ref->id;
        if (!ref->id) {
            const auto found = (*cluster)->read<DatasetListResult>(DatasetGet{*ref});
            if (!found)
                return shell.fail(found.error());
            if (found->datasets.empty())
                return shell.fail({ErrorCode::NotFound, "there is no such dataset",
                                   "dataset " + options.dataset, ""});
            verb.dataset = found->datasets.front().record.id;
        }
    }
    const auto result = (*cluster)->read<HistoryListResult>(std::move(verb));
    if (!result)
        return shell.fail(result.error());
    if (isStructured(shell.globals.output))
        printStructured(shell.terminal(), shell.globals.output, ReplyBody{*result});
    else if (shell.globals.output == Format::Name)
        for (const Commit& commit : result->commits)
            shell.out() << commit.revision << '\n';
    else
        tableHistory(shell.terminal(), *result);
    return ExitClass::Ok;
}

ExitClass diff(Shell& shell, const Options& options)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto result =
        (*cluster)->read<DiffResult>(DiffGet{*options.from, options.to.value_or(0)});
    if (!result)
        return shell.fail(result.error());
    if (isStructured(shell.globals.output))
        printStructured(shell.terminal(), shell.globals.output, ReplyBody{*result});
    else if (shell.globals.output == Format::Name) {
        std::string last;
        for (const FieldDiff& field : result->fields)
            if (field.subject != last)
                shell.out() << harmless(last = field.subject) << '\n';
    } else
        showDiff(shell.terminal(), *result);
    return ExitClass::Ok;
}

ExitClass rollback(Shell& shell, const Options& options)
{
    WriteCommand command;
    command.verb = Rollback{*options.to};
    command.name = std::to_string(*options.to);
    command.done = "rolled back to what was wanted at revision " + command.name;
    return runWrite(shell, options.write, std::move(command));
}

} // namespace

void addHistory(CLI::App& root, Shell& shell)
{
    CLI::App* app = addCommand(root, "history", "Who changed what, when and why; newest first");
    OptionsPtr o = std::make_shared<Options>();
    addText(app, "dataset", o->dataset, kDatasetWord, "Only what touches this dataset");
    addCount(app, "--limit", o->limit, "At most so many revisions; default 20");
    addNumber(app, "--before", o->before, "REVISION", "Only those before this revision");
    shell.command(app, [&shell, o] { return history(shell, *o); });

    app = addCommand(root, "diff", "What differs in the configuration between two revisions");
    o = std::make_shared<Options>();
    required(addNumber(app, "from", o->from, "REVISION", "The earlier revision"));
    addNumber(app, "to", o->to, "REVISION", "The later one; default: now");
    shell.command(app, [&shell, o] { return diff(shell, *o); });

    app = addCommand(root, "rollback", "Want again what was wanted at a revision; deletes nothing");
    o = std::make_shared<Options>();
    required(addNumber(app, "to", o->to, "REVISION", "The revision to go back to"));
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return rollback(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
