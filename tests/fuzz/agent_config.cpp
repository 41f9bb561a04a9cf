// An agent's configuration file.

#include "agent/service/config.h"
#include "bus/transport/keys.h"
#include "tests/fuzz/target.h"

#include <set>

namespace drover::tests {

namespace {

// Text that becomes a path, an address or a part of a message.
void requireText(const std::string& text)
{
    require(model::checkText("a text", text, 4096).ok(), "a text can be shown and used", text);
}

void requirePath(const std::filesystem::path& path)
{
    requireText(path.string());
    require(path.is_absolute() && path == path.lexically_normal(), "a path is absolute and plain");
}

void check(const agent::service::Config& config)
{
    requirePath(config.identity);
    requirePath(config.state);
    requirePath(config.mountRoot);
    for (const std::string* text :
         {&config.controlEndpoint, &config.name, &config.address, &config.bulk})
        requireText(*text);
    require(bus::isKey(config.controlKey), "control's key is one");
    require(model::checkLabels(config.labels).ok(), "labels are within their limits");
    std::set<std::string> names;
    for (const auto& pool : config.pools) {
        requirePath(pool.path);
        require(model::checkName("pool", pool.name).ok() && names.insert(pool.name).second,
                "each pool has a name of its own");
        requireText(pool.kind);
    }
}

} // namespace

FUZZ_TARGET(agent_config, Bytes bytes)
{
    const auto config = agent::service::parseConfig(bytes.rest(), "agent.yaml");
    if (config) {
        check(*config);
    } else {
        requireRefusal(config.error());
        require(config.error().message.starts_with("agent.yaml:"), "a refusal says where");
    }
}

} // namespace drover::tests
