#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

ExitClass list(Shell& shell)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    auto nodes = listNodes(**cluster);
    if (!nodes)
        return shell.fail(nodes.error());
    switch (shell.globals.output) {
    case Format::Json:
    case Format::Yaml:
        printStructured(shell.terminal(), shell.globals.output,
                        ReplyBody{NodeListResult{std::move(*nodes), {}}});
        break;
    case Format::Name:
        for (const NodeView& node : *nodes)
            shell.out() << harmless(nameOf(node)) << '\n';
        break;
    case Format::Table:
        if (nodes->empty())
            shell.note("no node has spoken to control yet",
                       "start a drover-agent with an accepted key");
        else
            tableNodes(shell.terminal(), *nodes, (*cluster)->now());
        break;
    }
    return ExitClass::Ok;
}

ExitClass show(Shell& shell, const std::string& text)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    const auto ref = resolveNode(**cluster, text);
    if (!ref)
        return shell.fail(ref.error());
    const auto found = (*cluster)->read<NodeListResult>(NodeGet{*ref});
    if (!found)
        return shell.fail(found.error());
    if (found->nodes.empty())
        return shell.fail(
            {ErrorCode::NotFound, "there is no such node", "node " + text, "drover node list"});
    const NodeView& node = found->nodes.front();
    switch (shell.globals.output) {
    case Format::Json:
    case Format::Yaml:
        printStructured(shell.terminal(), shell.globals.output, node);
        break;
    case Format::Name:
        shell.out() << harmless(nameOf(node)) << '\n';
        break;
    case Format::Table:
        showNode(shell.terminal(), node, (*cluster)->now());
        break;
    }
    return ExitClass::Ok;
}

} // namespace

void addNode(CLI::App& root, Shell& shell)
{
    CLI::App* app = addCommand(root, "node", "The machines: look at, label, take out of service");
    requireCommand(*app);
    addNodeReads(*app, shell);
    addNodeWrites(*app, shell);
}

void addNodeReads(CLI::App& node, Shell& shell)
{
    CLI::App* listApp = addCommand(node, "list", "The nodes, one a line");
    shell.command(listApp, [&shell] { return list(shell); });

    CLI::App* showApp =
        addCommand(node, "show", "Everything about a node: state, pools, what is wrong");
    const auto text = std::make_shared<std::string>(); // shared by the parser and the callback
    required(addText(showApp, "node", *text, kNodeWord, "Name, id, or the beginning of an id"));
    shell.command(showApp, [&shell, text] { return show(shell, *text); });
}

} // namespace drover::cli
