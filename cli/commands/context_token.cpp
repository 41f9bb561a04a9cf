// `context export` and `context import`: a context as one line, from machine to machine.

#include "bus/contexts/context_token.h"
#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/table.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace drover::cli {

namespace {

using contexts::WithKey;

struct Options
{
    std::string name, file, ownKey;
    bool withoutKey = false;
};

bool isOfThisMachineOnly(const std::string& address)
{
    return address.starts_with("ipc://") || address.starts_with("tcp://127.") ||
           address.starts_with("tcp://localhost:") || address.starts_with("tcp://[::1]:");
}

ExitClass exportToken(Shell& shell, const Options& options)
{
    const auto config = contexts::loadConfig(contexts::configPath());
    if (!config)
        return shell.fail(config.error());
    const contexts::Context* context = config->find(options.name);
    if (context == nullptr)
        return shell.fail({model::ErrorCode::NotFound, "there is no such context",
                           "context " + options.name, "drover context list"});
    const WithKey withKey = options.withoutKey ? WithKey::No : WithKey::Yes;
    const auto token = contexts::tokenOf(*context, withKey, options.ownKey);
    if (!token)
        return shell.fail(token.error());
    if (isOfThisMachineOnly(token->context.control))
        shell.warn("control listens on " + token->context.control +
                   ", which only this machine reaches");
    const std::string line = contexts::encodeToken(*token);
    if (!options.file.empty()) {
        if (const auto written = contexts::writePrivately(options.file, line + "\n"); !written)
            return shell.fail(written.error());
        if (shell.globals.output == Format::Table)
            shell.out() << "the token is in " << harmless(options.file) << '\n';
        return ExitClass::Ok;
    }
    if (isStructured(shell.globals.output))
        printStructuredText(shell.terminal(), shell.globals.output,
                            nlohmann::ordered_json{{"token", line}}.dump(2));
    else
        shell.out() << line << '\n';
    return ExitClass::Ok;
}

ExitClass importToken(Shell& shell, const Options& options)
{
    if (contexts::looksLikeToken(options.file))
        return shell.usage("a token is a secret, and every user of this machine can read the "
                           "arguments of a program",
                           "give the file that holds it, or `-` and the token on standard input");
    const auto text = contexts::readText(options.file, shell.terminal().in);
    if (!text)
        return shell.fail(text.error());
    auto token = contexts::decodeToken(*text);
    if (!token)
        return shell.fail(token.error());
    const auto context = contexts::importToken(contexts::configPath(), std::move(*token),
                                               options.name, options.ownKey);
    if (!context)
        return shell.fail(context.error());
    if (shell.globals.output == Format::Table)
        shell.out() << harmless("context " + context->name + " is set, with the key " +
                                context->identity)
                    << '\n';
    return ExitClass::Ok;
}

} // namespace

void addContextToken(CLI::App& context, Shell& shell)
{
    const auto options = std::make_shared<Options>(); // shared by the parsers and the callbacks
    CLI::App* app = addCommand(
        context, "export",
        "Print a context as one line, to be imported elsewhere. With your key in it, it is a "
        "secret: whoever has it is you");
    required(addText(app, "context", options->name, kContextWord, "Its name"));
    addText(app, "--to", options->file, kFileWord,
            "Write it there, for nobody else to read, instead of printing it");
    addText(app, "--own-key", options->ownKey, kFileWord,
            "Put this key into it instead of yours, e.g. one made for somebody else");
    addFlag(app, "--without-key", options->withoutKey,
            "Only name the key file; the token is no secret then");
    shell.command(app, [&shell, options] { return exportToken(shell, *options); });

    app = addCommand(context, "import", "Add the cluster that a token tells of");
    required(addText(app, "file", options->file, kFileWord,
                     "The file that holds the token, or - for standard input"));
    addText(app, "--name", options->name, "NAME", "Its name here; default: as in the token");
    addText(app, "--own-key", options->ownKey, kFileWord,
            "Your own key: the .key_secret file; default: the one in the token");
    shell.command(app, [&shell, options] { return importToken(shell, *options); });
}

} // namespace drover::cli
