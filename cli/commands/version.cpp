#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"

#include <nlohmann/json.hpp>

#include <ostream>

namespace drover::cli {

void addVersion(CLI::App& root, Shell& shell)
{
    CLI::App* app =
        addCommand(root, "version", "The version of this program; control's: drover status");
    shell.command(app, [&shell] {
        if (isStructured(shell.globals.output)) {
            const nlohmann::ordered_json json{{"version", DROVER_VERSION},
                                              {"protocolVersion", model::kProtocolVersion}};
            printStructuredText(shell.terminal(), shell.globals.output, json.dump(2));
        } else {
            shell.out() << "drover " << DROVER_VERSION << ", protocol " << model::kProtocolVersion
                        << '\n';
        }
        return ExitClass::Ok;
    });
}

} // namespace drover::cli
