// The command line's configuration file: contexts. What was read is the same after saving and
// loading it.

#include "bus/contexts/config.h"
#include "tests/fuzz/sandbox.h"
#include "tests/fuzz/target.h"

#include <set>

namespace drover::tests {

FUZZ_TARGET(cli_config, Bytes bytes)
{
    const std::string text(bytes.rest());
    const auto config = contexts::parseConfig(text, "config");
    if (!config) {
        requireRefusal(config.error());
        require(config.error().subject.starts_with("config"), "a refusal says where");
        return;
    }
    std::set<std::string> names;
    for (const auto& context : config->contexts)
        require(!context.name.empty() && names.insert(context.name).second,
                "each context has a name of its own");
    Sandbox::instance().run([&](const std::string& folder) {
        const std::string path = folder + "/config";
        require(contexts::saveConfig(path, *config).ok(), "what was read can be saved");
        const auto again = contexts::loadConfig(path);
        require(again.ok(), "what was saved can be read", again ? "" : again.error().message);
        require(*again == *config, "read, save, load is the same configuration");
    });
}

} // namespace drover::tests
