#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <ostream>

namespace drover::cli {

void addStatus(CLI::App& root, Shell& shell)
{
    CLI::App* app = addCommand(root, "status",
                               "The cluster at a glance: control, nodes, datasets, what is wrong");
    shell.command(app, [&shell] {
        const auto cluster = shell.cluster();
        if (!cluster)
            return shell.fail(cluster.error());
        const auto status = (*cluster)->read<model::StatusResult>(model::StatusGet{});
        if (!status)
            return shell.fail(status.error());
        if (isStructured(shell.globals.output))
            printStructured(shell.terminal(), shell.globals.output, model::ReplyBody{*status});
        else if (shell.globals.output == Format::Name)
            shell.out() << harmless(status->cluster.header.name) << '\n';
        else
            showStatus(shell.terminal(), *status);
        return ExitClass::Ok;
    });
}

} // namespace drover::cli
