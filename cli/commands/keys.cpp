#include "cli/commands/commands.h"
#include "cli/commands/write.h"
#include "bus/contexts/key_files.h"
#include "cli/options.h"
#include "cli/output/structured.h"
#include "cli/output/views.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

using Json = nlohmann::ordered_json;

struct Options
{
    std::string folder, file, key, name, role, node;
    std::vector<std::string> nodes;
    bool yes = false;
    WriteOptions write;
};
using OptionsPtr = std::shared_ptr<Options>; // shared by the parser and the callback

Json jsonOf(const contexts::KeyFile& file)
{
    Json json{{"name", file.name}};
    if (!file.role.empty())
        json["role"] = file.role;
    if (file.node)
        json["node"] = file.node->toString();
    json["publicKey"] = file.publicKey;
    json["fingerprint"] = bus::fingerprint(file.publicKey);
    if (!file.secretPath.empty())
        json["file"] = file.secretPath.string();
    return json;
}

ExitClass init(Shell& shell, const Options& options)
{
    const auto files = contexts::makeClusterKeys(options.folder, options.nodes);
    if (!files)
        return shell.fail(files.error());
    if (isStructured(shell.globals.output)) {
        Json json = Json::array();
        for (const contexts::KeyFile& file : *files)
            json.push_back(jsonOf(file));
        printStructuredText(shell.terminal(), shell.globals.output, Json{{"keys", json}}.dump(2));
    } else if (shell.globals.output == Format::Name) {
        for (const contexts::KeyFile& file : *files)
            shell.out() << file.name << '\n';
    } else {
        Table table({"FILE", "ROLE", "FINGERPRINT"});
        for (const contexts::KeyFile& file : *files)
            table.add(
                {file.secretPath.filename().string(), file.role, bus::fingerprint(file.publicKey)});
        table.print(shell.terminal());
        shell.out() << "Keep " << harmless(options.folder)
                    << " as safe as the data: whoever has admin.key_secret can do everything.\n";
    }
    return ExitClass::Ok;
}

ExitClass makeOne(Shell& shell, const Options& options)
{
    const std::string name = options.name.empty()
                                 ? std::filesystem::path(options.file).filename().string()
                                 : options.name;
    const auto file = contexts::makeKey(options.file, name, /*role=*/"", std::nullopt);
    if (!file)
        return shell.fail(file.error());
    if (isStructured(shell.globals.output))
        printStructuredText(shell.terminal(), shell.globals.output, jsonOf(*file).dump(2));
    else if (shell.globals.output == Format::Name)
        shell.out() << file->name << '\n';
    else
        shell.out() << "made " << file->secretPath.string() << ", fingerprint "
                    << bus::fingerprint(file->publicKey)
                    << "\nTo have it accepted: drover keys add " << options.file << ".key --name "
                    << harmless(name) << " --role ROLE\n";
    return ExitClass::Ok;
}

ExitClass show(Shell& shell, const Options& options)
{
    std::filesystem::path path = options.file;
    if (path.empty()) {
        if (!shell.globals.identity.empty())
            path = contexts::expandHome(shell.globals.identity);
        else {
            const auto config = contexts::loadConfig(contexts::configPath());
            if (!config)
                return shell.fail(config.error());
            const std::string& wanted =
                shell.globals.context.empty() ? config->current : shell.globals.context;
            const contexts::Context* context = config->find(wanted);
            if (!context)
                return shell.usage("no key file is named, and there is no current context",
                                   "drover keys show FILE");
            path = contexts::expandHome(context->identity);
        }
    }
    const auto file = contexts::readKey(path);
    if (!file)
        return shell.fail(file.error());
    if (isStructured(shell.globals.output))
        printStructuredText(shell.terminal(), shell.globals.output, jsonOf(*file).dump(2));
    else if (shell.globals.output == Format::Name)
        shell.out() << harmless(file->name) << '\n';
    else {
        Sheet sheet(shell.terminal());
        sheet.line("Key", file->name);
        sheet.line("Role", file->role);
        if (file->node)
            sheet.line("Node", file->node->toString());
        sheet.line("Public key", file->publicKey);
        sheet.line("Fingerprint", bus::fingerprint(file->publicKey));
        sheet.line("File", path.string() + (file->secretPath.empty() ? " (public half only)" : ""));
    }
    return ExitClass::Ok;
}

ExitClass list(Shell& shell)
{
    const auto cluster = shell.cluster();
    if (!cluster)
        return shell.fail(cluster.error());
    auto keys = (*cluster)->read<KeyListResult>(KeyList{});
    if (!keys)
        return shell.fail(keys.error());
    switch (shell.globals.output) {
    case Format::Json:
    case Format::Yaml:
        printStructured(shell.terminal(), shell.globals.output, ReplyBody{std::move(*keys)});
        break;
    case Format::Name:
        for (const KeyRecord& key : keys->keys)
            shell.out() << harmless(key.name) << '\n';
        break;
    case Format::Table: {
        const auto names = nodeNames(**cluster);
        if (!names)
            return shell.fail(names.error());
        tableKeys(shell.terminal(), keys->keys, *names);
        break;
    }
    }
    return ExitClass::Ok;
}

ExitClass add(Shell& shell, const Options& options)
{
    const auto key = contexts::publicKeyFrom(options.key);
    if (!key)
        return shell.fail(key.error());
    KeyAdd verb;
    verb.publicKey = *key;
    verb.name = options.name;
    const auto role = parseKeyRole(options.role);
    if (!role)
        return shell.usage("--role: '" + options.role +
                           "' is not one of admin, operator, viewer, plugin, node");
    verb.role = *role;
    if (!options.node.empty()) {
        // A key may be accepted before its node was ever heard of, so an id is taken as it is.
        const auto id = NodeId::parse(options.node);
        if (id)
            verb.node = *id;
        else {
            const auto cluster = shell.cluster();
            if (!cluster)
                return shell.fail(cluster.error());
            const auto nodes = listNodes(**cluster);
            if (!nodes)
                return shell.fail(nodes.error());
            for (const NodeView& node : *nodes)
                if (nameOf(node) == options.node)
                    verb.node = node.ledger.id;
            if (!verb.node)
                return shell.fail({ErrorCode::NotFound, "there is no such node",
                                   "node " + options.node, "give its id"});
        }
    }
    if (verb.role == KeyRole::Node && !verb.node)
        return shell.usage("a node's key needs --node",
                           "its id stands in the key file: drover keys show FILE");
    WriteCommand command;
    command.done = "key " + options.name + " accepted as " + options.role;
    command.name = options.name;
    command.verb = std::move(verb);
    return runWrite(shell, options.write, std::move(command));
}

ExitClass remove(Shell& shell, const Options& options)
{
    WriteCommand command;
    command.verb = KeyRemove{options.name};
    command.name = options.name;
    command.done = "key " + options.name + " is refused from now on";
    return runWrite(shell, options.write, std::move(command));
}

} // namespace

void addKeys(CLI::App& root, Shell& shell)
{
    CLI::App* keys =
        addCommand(root, "keys", "Who may speak to the cluster: make, accept and refuse keys");
    requireCommand(*keys);

    CLI::App* app = addCommand(
        *keys, "init", "Make the keys of a new cluster: control's, an administrator's, the nodes'");
    OptionsPtr o = std::make_shared<Options>();
    required(addText(app, "folder", o->folder, kFolderWord, "Where to; made if it is not there"));
    addTexts(app, "--node", o->nodes, "NAME", "A node to make a key for; may be repeated");
    shell.command(app, [&shell, o] { return init(shell, *o); });

    app = addCommand(*keys, "new", "Make one more key pair, to be accepted with `add`");
    o = std::make_shared<Options>();
    required(addText(app, "file", o->file, kFileWord,
                     "Its files: FILE.key_secret, and FILE.key to be handed on"));
    addText(app, "--name", o->name, "NAME", "Whose it is; default: the file's name");
    shell.command(app, [&shell, o] { return makeOne(shell, *o); });

    app = addCommand(*keys, "show", "What a key file holds, without the secret; default: your own");
    o = std::make_shared<Options>();
    addText(app, "file", o->file, kFileWord, "A .key or .key_secret file");
    shell.command(app, [&shell, o] { return show(shell, *o); });

    app = addCommand(*keys, "list", "The accepted keys");
    shell.command(app, [&shell] { return list(shell); });

    app = addCommand(*keys, "add", "Accept a key. Compare its fingerprint with its owner first");
    o = std::make_shared<Options>();
    required(
        addText(app, "key", o->key, kFileWord, "The public key, or the .key file that holds it"));
    required(addText(app, "--name", o->name, "NAME", "Whose it is; stands in the history"));
    required(
        addText(app, "--role", o->role, "admin|operator|viewer|plugin|node", "What it may do"));
    addText(app, "--node", o->node, kNodeWord,
            "For the role node: the only node that it speaks for");
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return add(shell, *o); }, /*write=*/true);

    app = addCommand(*keys, "remove", "Refuse a key from now on, and end its connections");
    o = std::make_shared<Options>();
    required(addText(app, "name", o->name, kKeyWord, "Whose key"));
    addWriteOptions(app, o->write, Waits::No, Guards::No);
    shell.command(
        app, [&shell, o] { return remove(shell, *o); }, /*write=*/true);
}

} // namespace drover::cli
