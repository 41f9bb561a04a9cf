#include "cli/app.h"

#include "cli/commands/commands.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/options.h"
#include "cli/resolve.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ostream>

namespace drover::cli {

namespace {

void addGlobals(CLI::App& root, Globals& globals)
{
    addText(&root, "--context", globals.context, kContextWord,
            "The cluster that is meant; default: the current one");
    addText(&root, "--control", globals.control, "ADDRESS",
            "Where control listens, e.g. tcp://127.0.0.1:4523; over the context's");
    addText(&root, "--control-key", globals.controlKey, kKeyOrFileWord,
            "Control's public key, over the context's");
    addText(&root, "--identity", globals.identity, kFileWord,
            "Your own key file, over the context's");
    addChoice<Format>(&root, "-o,--output", globals.output,
                      {{"table", Format::Table},
                       {"json", Format::Json},
                       {"yaml", Format::Yaml},
                       {"name", Format::Name}},
                      "How to print; default: table");
    root.add_flag("--no-color,--no-colour", globals.noColour,
                  "No colours; so does NO_COLOR in the environment");
    root.add_option_function<std::string>(
            "--answer-within",
            [&globals](const std::string& text) {
                const auto duration = model::parseDuration(text);
                if (!duration)
                    throw CLI::ValidationError("--answer-within", duration.error().message);
                globals.timeout = *duration;
            },
            "How long control may take for one answer; default 30s")
        ->type_name("DURATION")
        ->expected(1);
}

// The deepest command that the arguments reach, for its name and its help.
const CLI::App* deepest(const CLI::App& root)
{
    const CLI::App* app = &root;
    while (true) {
        const auto chosen = app->get_subcommands();
        if (chosen.empty())
            return app;
        app = chosen.back();
    }
}

// `--output needs a value: table|json`, of what the parser says of an option that stands last.
std::string withoutValue(const CLI::App& app, const std::string& said)
{
    const std::string name = said.substr(0, said.find(':'));
    for (const CLI::App* at = &app; at; at = at->get_parent())
        if (const CLI::Option* option = at->get_option_no_throw(name))
            return name + " needs a value: " + option->get_type_name();
    return said;
}

// Says what is wrong with the arguments in our own words where the parser's are poor.
ExitClass explain(Shell& shell, const CLI::App& root, const CLI::ParseError& error)
{
    const CLI::App* app = deepest(root);
    const std::string path = commandPath(*app);
    std::string message = error.what();
    std::string hint = path + " --help";
    const auto extras = root.remaining(/*recurse=*/true); // they climb up to it
    const auto commands =
        app->get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); });
    const bool lacks = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    const bool odd = !extras.empty() && extras.front() != "--" && extras.front() != "-";
    // A word that is not known says more than what it left missing.
    if (odd && (lacks || dynamic_cast<const CLI::ExtrasError*>(&error))) {
        const std::string word = extras.front().substr(0, extras.front().find('='));
        std::vector<std::string> names;
        if (word.starts_with("-")) {
            for (const CLI::App* at = app; at; at = at->get_parent())
                for (const CLI::Option* option : at->get_options())
                    for (const std::string& name : option->get_lnames())
                        names.push_back("--" + name);
            message = "there is no option " + word;
            const auto options = app->get_options();
            if (std::any_of(options.begin(), options.end(),
                            [](const CLI::Option* option) { return option->get_positional(); }))
                hint += "; a name that begins with a dash stands after --";
        } else if (!commands.empty()) {
            for (const CLI::App* command : commands)
                names.push_back(command->get_name());
            message = "'" + word + "' is not a command of " + path;
        } else {
            message = "'" + extras.front() + "' is one word too many";
        }
        if (const std::string meant = nearest(word, names); !meant.empty())
            hint = "did you mean " + meant + "? " + hint;
    } else if (lacks && !commands.empty() && app->get_subcommands().empty()) {
        message = "say which command of " + path;
    } else if (lacks) {
        for (const CLI::Option* option : app->get_options())
            if (option->get_positional() && message == option->get_name() + " is required")
                message = placeholder(*option) + " is required";
    } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
        message = withoutValue(*app, message);
    }
    return shell.usage(message, hint);
}

// The exit code of a command that ended; one whose output was not taken has failed.
int ended(Shell& shell, ExitClass result)
{
    errno = 0;
    shell.out().flush();
    if (!shell.out() && result == ExitClass::Ok) {
        const std::string why = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
        result = shell.fail({model::ErrorCode::Io, "cannot write the output" + why, "", ""});
    }
    return static_cast<int>(result);
}

// `plan COMMAND ...` is COMMAND with --dry-run. Takes the word out where the command would stand.
bool takePlan(std::vector<std::string>& arguments, const CLI::App& root)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "--")
            return false;
        if (!word.starts_with("-")) {
            if (word != "plan")
                return false;
            const bool help = i + 1 >= arguments.size() || arguments[i + 1] == "--help" ||
                              arguments[i + 1] == "-h";
            if (help)
                return false;
            arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
            return true;
        }
        const CLI::Option* option =
            word.find('=') == std::string::npos ? root.get_option_no_throw(word) : nullptr;
        if (option && option->get_expected_min() > 0)
            ++i; // its value
    }
    return false;
}

} // namespace

std::vector<std::string> normalise(const std::vector<std::string>& arguments)
{
    std::vector<std::string> result;
    bool options = true;
    for (const std::string& word : arguments) {
        if (word == "--")
            options = false;
        const bool negative = word.size() > 1 && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
        if (options && word == "--wait")
            result.push_back("--wait=10m");
        else if (options && negative && !result.empty() && result.back().starts_with("--") &&
                 result.back().find('=') == std::string::npos)
            result.back() += "=" + word;
        else
            result.push_back(word);
    }
    return result;
}

std::unique_ptr<CLI::App> makeTree(Shell& shell)
{
    auto root = std::make_unique<CLI::App>(
        "Keeps a cluster's data volumes where their owners want them", "drover");
    root->require_subcommand(1);
    root->fallthrough();
    root->set_help_flag("-h,--help", "Print this help");
    addGlobals(*root, shell.globals);
    addStatus(*root, shell);
    addDataset(*root, shell);
    addNode(*root, shell);
    addLease(*root, shell);
    addWatch(*root, shell);
    addEvents(*root, shell);
    addWait(*root, shell);
    addHistory(*root, shell);
    addApply(*root, shell);
    CLI::App* plan =
        root->add_subcommand("plan", "Show what a command would change, node by node, and why");
    plan->footer(
        "Any command that changes something can stand behind it, as in drover plan dataset "
        "move web --to n2. The same as that command with --dry-run.");
    shell.command(plan, [&shell] {
        return shell.usage("say which change to plan", "drover plan dataset move NAME --to NODE");
    });
    addCluster(*root, shell);
    addKeys(*root, shell);
    addRecover(*root, shell);
    addContext(*root, shell);
    addCompletion(*root, shell);
    addVersion(*root, shell);
    // Options of the whole program may stand anywhere: unknown ones climb up to the root.
    const std::function<void(CLI::App*)> climb = [&](CLI::App* app) {
        app->fallthrough();
        for (CLI::App* child : app->get_subcommands([](CLI::App*) { return true; }))
            climb(child);
    };
    climb(root.get());
    root->footer("Exit codes: 0 done, 1 usage, 2 refused, 3 control unreachable, 4 timed "
                 "out.\nMore: man drover");
    return root;
}

int run(std::vector<std::string> arguments, Terminal& terminal, const ClusterFactory& open)
{
    Shell shell(terminal, open);
    const auto root = makeTree(shell);
    if (const auto special = completeOrDocument(arguments, shell, *root))
        return ended(shell, *special);
    if (arguments.empty()) {
        terminal.err << overview(*root);
        return static_cast<int>(ExitClass::Usage);
    }
    if (arguments.front() == "help") { // `help COMMAND` is `COMMAND --help`
        arguments.erase(arguments.begin());
        arguments.emplace_back("--help");
    }
    if (arguments.size() == 1 && arguments.front() == "--version")
        arguments.front() = "version";
    for (const std::string& argument : arguments)
        if (!model::isValidUtf8(argument))
            return static_cast<int>(
                shell.usage("the argument '" + argument + "' is not UTF-8 text"));
    arguments = normalise(arguments);
    shell.planning = takePlan(arguments, *root);
    try {
        std::reverse(arguments.begin(), arguments.end()); // as the parser wants them
        root->parse(arguments);
    } catch (const CLI::CallForHelp&) {
        terminal.out << helpText(*deepest(*root));
        return ended(shell, ExitClass::Ok);
    } catch (const CLI::ParseError& error) {
        return static_cast<int>(explain(shell, *root, error));
    }
    if (shell.globals.noColour)
        terminal.colour = false;
    if (shell.planning && !shell.chosenIsWrite())
        return static_cast<int>(shell.usage("only commands that change something can be planned",
                                            "drover plan dataset move NAME --to NODE"));
    const ExitClass result = shell.chosen()();
    return shell.signal() != 0 ? 128 + shell.signal() : ended(shell, result);
}

} // namespace drover::cli
