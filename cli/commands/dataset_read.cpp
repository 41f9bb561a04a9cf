#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <algorithm>
#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

struct ListOptions
{
    bool deleted = false;
    std::string node;
    std::vector<std::string> labels;
};

bool hasLabels(const Labels& labels, const Labels& wanted)
{
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
        const auto it = labels.find(label.first);
        return it != labels.end() && it->second == label.second;
    });
}

ExitClass list(Shell& shell, const ListOptions& options)
{
    const auto wanted = parseLabels(options.labels, "--label");
    if (!wanted)
        return shell.fail(wanted.error());
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    auto datasets = listDatasets(**cluster, options.deleted);
    if (!datasets)
        return shell.fail(datasets.error());

    std::optional<NodeId> node;
    if (!options.node.empty()) {
        const auto ref = resolveNode(**cluster, options.node);
        if (!ref)
            return shell.fail(ref.error());
        const auto found = (*cluster)->read<NodeListResult>(NodeGet{*ref});
        if (!found)
            return shell.fail(found.error());
        if (!found->nodes.empty())
            node = found->nodes.front().ledger.id;
    }
    NodeNames names;
    if (shell.globals.output == Format::Table) {
        auto known = nodeNames(**cluster);
        if (!known)
            return shell.fail(known.error());
        names = std::move(*known);
    }
    std::erase_if(*datasets, [&](const DatasetView& view) {
        if (!hasLabels(view.record.header.labels, *wanted))
            return true;
        return !options.node.empty() && (!view.ledger || view.ledger->owner != node);
    });

    switch (shell.globals.output) {
    case Format::Json:
    case Format::Yaml:
        printStructured(shell.terminal(), shell.globals.output,
                        ReplyBody{DatasetListResult{std::move(*datasets), {}}});
        break;
    case Format::Name:
        for (const DatasetView& view : *datasets)
            shell.out() << harmless(view.record.header.name) << '\n';
        break;
    case Format::Table:
        if (!datasets->empty())
            tableDatasets(shell.terminal(), *datasets, names, (*cluster)->now());
        else if (!options.deleted && options.node.empty() && wanted->empty())
            shell.note("there are no datasets yet",
                       "drover dataset create NAME --size 1GiB --node NODE");
        else
            shell.note(options.deleted ? "no deleted dataset can be had back"
                                       : "no dataset is like that");
        break;
    }
    return ExitClass::Ok;
}

// The deleted dataset that had this name; the error says why none is meant.
Result<DatasetView> findDeleted(Cluster& cluster, const std::string& name, Error absent)
{
    const auto deleted = listDatasets(cluster, /*deleted=*/true);
    if (!deleted)
        return deleted.error();
    std::vector<DatasetView> matches;
    for (const DatasetView& view : *deleted)
        if (view.record.header.name == name)
            matches.push_back(view);
    if (matches.size() == 1)
        return matches.front();
    if (!matches.empty()) {
        absent.message = "several deleted datasets had this name";
        absent.hint = "name one by its id: drover dataset list --deleted --output json";
        return absent;
    }
    const auto living = listDatasets(cluster);
    if (!living)
        return living.error();
    std::vector<std::string> all;
    for (const DatasetView& view : *living)
        all.push_back(view.record.header.name);
    const std::string meant = nearest(name, all);
    absent.hint = meant.empty() ? "drover dataset list" : "did you mean " + meant + "?";
    return absent;
}

// By id, or by name among the living, then among the deleted.
Result<DatasetView> find(Cluster& cluster, const std::string& text)
{
    const auto ref = resolveDataset(cluster, text, /*deleted=*/true);
    if (!ref)
        return ref.error();
    auto found = cluster.read<DatasetListResult>(DatasetGet{*ref});
    if (found && !found->datasets.empty())
        return std::move(found->datasets.front());
    if (!found && (found.error().code != ErrorCode::NotFound || ref->id))
        return found.error();
    return findDeleted(
        cluster, text,
        found ? Error{ErrorCode::NotFound, "there is no such dataset", "dataset " + text, ""}
              : found.error());
}

// Asked for only where a copy was left behind. Asking may fail; the rest is shown anyway.
std::optional<Duration> retiredGrace(Cluster& cluster, const DatasetView& view)
{
    if (!view.ledger || view.ledger->retired.empty())
        return std::nullopt;
    const auto status = cluster.read<StatusResult>(StatusGet{});
    return status ? std::optional(status->cluster.retiredCopyGrace) : std::nullopt;
}

ExitClass show(Shell& shell, const std::vector<std::string>& texts)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    NodeNames names;
    if (shell.globals.output == Format::Table) {
        auto known = nodeNames(**cluster);
        if (!known)
            return shell.fail(known.error());
        names = std::move(*known);
    }
    bool first = true;
    for (const std::string& text : texts) {
        const auto view = find(**cluster, text);
        if (!view)
            return shell.fail(view.error());
        switch (shell.globals.output) {
        case Format::Json:
        case Format::Yaml:
            if (!first && shell.globals.output == Format::Yaml)
                shell.out() << "---\n";
            printStructured(shell.terminal(), shell.globals.output, *view);
            break;
        case Format::Name:
            shell.out() << harmless(view->record.header.name) << '\n';
            break;
        case Format::Table:
            if (!first)
                shell.out() << '\n';
            showDataset(shell.terminal(), *view, names, (*cluster)->now(),
                        retiredGrace(**cluster, *view));
            break;
        }
        first = false;
    }
    return ExitClass::Ok;
}

} // namespace

void addDatasetReads(CLI::App& dataset, Shell& shell)
{
    CLI::App* listApp = addCommand(dataset, "list", "The datasets, one a line");
    const auto options = std::make_shared<ListOptions>(); // shared by the parser and the callback
    addFlag(listApp, "--deleted", options->deleted, "The deleted ones that can still be restored");
    addText(listApp, "--node", options->node, kNodeWord, "Only those that this node has");
    addTexts(listApp, "--label", options->labels, "KEY=VALUE",
             "Only those with this label; may be repeated");
    shell.command(listApp, [&shell, options] { return list(shell, *options); });

    CLI::App* showApp =
        addCommand(dataset, "show", "Everything about a dataset, and why it is not as wanted");
    const auto texts = std::make_shared<std::vector<std::string>>(); // likewise
    required(
        addWords(showApp, "dataset", *texts, kDatasetWord, "Name, id, or the beginning of an id"));
    shell.command(showApp, [&shell, texts] { return show(shell, *texts); });
}

} // namespace drover::cli
