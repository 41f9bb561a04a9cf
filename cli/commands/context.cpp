#include "cli/commands/commands.h"
#include "bus/contexts/key_files.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/table.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace drover::cli {

namespace {

using Json = nlohmann::ordered_json;

ExitClass list(Shell& shell)
{
    const auto config = contexts::loadConfig(contexts::configPath());
    if (!config)
        return shell.fail(config.error());
    if (isStructured(shell.globals.output)) {
        Json contexts = Json::array();
        for (const contexts::Context& c : config->contexts) {
            Json json{{"name", c.name}, {"control", c.control}};
            if (!c.events.empty())
                json["events"] = c.events;
            json["key"] = c.key;
            json["identity"] = c.identity;
            contexts.push_back(std::move(json));
        }
        printStructuredText(shell.terminal(), shell.globals.output,
                            Json{{"current", config->current}, {"contexts", contexts}}.dump(2));
        return ExitClass::Ok;
    }
    if (shell.globals.output == Format::Name) {
        for (const contexts::Context& c : config->contexts)
            shell.out() << harmless(c.name) << '\n';
        return ExitClass::Ok;
    }
    if (config->contexts.empty()) {
        shell.note("there are no contexts in " + contexts::configPath().string(),
                   "drover context set --help");
        return ExitClass::Ok;
    }
    Table table({"", "NAME", "CONTROL", "IDENTITY"});
    for (const contexts::Context& c : config->contexts)
        table.add({c.name == config->current ? "*" : "", c.name, c.control, c.identity});
    table.print(shell.terminal());
    return ExitClass::Ok;
}

// Reads, lets `change` edit, writes back whole.
ExitClass edit(Shell& shell, const std::string& done,
               const std::function<Result<void>(contexts::Config&)>& change)
{
    auto config = contexts::loadConfig(contexts::configPath());
    if (!config)
        return shell.fail(config.error());
    if (const auto changed = change(*config); !changed)
        return shell.fail(changed.error());
    if (const auto saved = contexts::saveConfig(contexts::configPath(), *config); !saved)
        return shell.fail(saved.error());
    if (shell.globals.output == Format::Table)
        shell.out() << harmless(done) << '\n';
    return ExitClass::Ok;
}

model::Error unknown(const std::string& name)
{
    return {model::ErrorCode::NotFound, "there is no such context", "context " + name,
            "drover context list"};
}

} // namespace

void addContext(CLI::App& root, Shell& shell)
{
    CLI::App* context =
        addCommand(root, "context", "Which cluster is meant: addresses and keys, kept in a file");
    requireCommand(*context);
    CLI::App* app = addCommand(*context, "list", "The known clusters; * marks the current one");
    shell.command(app, [&shell] { return list(shell); });

    // shared by the parsers and the callbacks: one of them is chosen
    const auto name = std::make_shared<std::string>();
    const auto added = std::make_shared<contexts::Context>();
    app = addCommand(*context, "use", "Mean this cluster from now on");
    required(addText(app, "context", *name, kContextWord, "Its name"));
    shell.command(app, [&shell, name] {
        return edit(shell, "the current context is " + *name,
                    [&](contexts::Config& config) -> Result<void> {
                        if (!config.find(*name))
                            return unknown(*name);
                        config.current = *name;
                        return {};
                    });
    });

    app = addCommand(*context, "set", "Add a cluster, or change its entry");
    required(addText(app, "context", added->name, kContextWord, "Its name here"));
    required(addText(app, "--address", added->control, "ADDRESS",
                     "Where control listens, e.g. tcp://10.0.0.1:4523"));
    addText(app, "--events", added->events, "ADDRESS",
            "Where its events are; default: as control says");
    required(addText(app, "--key", added->key, kKeyOrFileWord,
                     "Control's public key, or the file that holds it"));
    required(addText(app, "--own-key", added->identity, kFileWord,
                     "Your own key: the .key_secret file"));
    shell.command(app, [&shell, added] {
        return edit(shell, "context " + added->name + " is set",
                    [&](contexts::Config& config) -> Result<void> {
                        const auto key = contexts::publicKeyFrom(added->key);
                        if (!key)
                            return key.error();
                        added->key = *key;
                        config.set(*added);
                        if (config.current.empty())
                            config.current = added->name;
                        return {};
                    });
    });

    addContextToken(*context, shell);
    app = addCommand(*context, "remove",
                     "Forget a cluster's entry; the cluster itself is not touched");
    required(addText(app, "context", *name, kContextWord, "Its name"));
    shell.command(app, [&shell, name] {
        return edit(shell, "context " + *name + " is removed",
                    [&](contexts::Config& config) -> Result<void> {
                        if (std::erase_if(config.contexts, [&](const contexts::Context& c) {
                                return c.name == *name;
                            }) == 0)
                            return unknown(*name);
                        if (config.current == *name)
                            config.current.clear();
                        return {};
                    });
    });
}

} // namespace drover::cli
