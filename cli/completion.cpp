#include "cli/completion.h"

#include "cli/man_page.h"
#include "cli/options.h"
#include "cli/resolve.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>
#include <sstream>

namespace drover::cli {

namespace {

// A person waits for a Tab no longer than this.
constexpr model::Duration kPatience{1'500};

std::vector<std::string> datasetNames(Cluster& cluster, bool deleted)
{
    std::vector<std::string> names;
    if (const auto views = listDatasets(cluster, deleted))
        for (const auto& view : *views)
            names.push_back(view.record.header.name);
    return names;
}

// Whether every shell takes the text for one word and nothing else.
bool isPlainWord(const std::string& text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_.:/=@%+,").find(c) != std::string_view::npos;
    });
}

// What may be the value of an option or a positional, by its word.
std::vector<std::string> valuesFor(const CLI::Option& option, Shell& shell)
{
    const std::string word = option.get_type_name();
    if (word == kContextWord) {
        std::vector<std::string> names;
        if (const auto config = contexts::loadConfig(contexts::configPath()))
            for (const contexts::Context& context : config->contexts)
                names.push_back(context.name);
        return names;
    }
    if (word == kFileWord || word == kKeyOrFileWord || word == kFolderWord)
        return {kFiles};
    const bool remote = word == kDatasetWord || word == kDeletedWord || word == kNodeWord ||
                        word == kPoolWord || word == kLeaseWord || word == kKeyWord;
    if (!remote) {
        // `a|b|c` in small letters are the values themselves.
        std::vector<std::string> values;
        std::istringstream parts(word);
        for (std::string part; std::getline(parts, part, '|');)
            if (!part.empty() &&
                std::none_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
                values.push_back(part);
        return values;
    }
    shell.globals.timeout = kPatience;
    const auto cluster = shell.cluster();
    if (!cluster)
        return {};
    if (word == kDatasetWord)
        return datasetNames(**cluster, false);
    if (word == kDeletedWord)
        return datasetNames(**cluster, true);
    std::vector<std::string> names;
    if (word == kLeaseWord) {
        if (const auto leases = (*cluster)->read<model::LeaseListResult>(model::LeaseList{}))
            for (const auto& lease : leases->leases)
                names.push_back(lease.record.token.toString());
    } else if (word == kKeyWord) {
        if (const auto keys = (*cluster)->read<model::KeyListResult>(model::KeyList{}))
            for (const auto& key : keys->keys)
                names.push_back(key.name);
    } else if (const auto nodes = listNodes(**cluster)) {
        for (const auto& node : *nodes) {
            if (word == kNodeWord)
                names.push_back(nameOf(node));
            else if (node.state)
                for (const auto& pool : node.state->pools)
                    names.push_back(pool.name);
        }
    }
    return names;
}

CLI::Option* optionOf(CLI::App* app, const std::string& name)
{
    for (CLI::App* at = app; at; at = at->get_parent())
        if (CLI::Option* option = at->get_option_no_throw(name))
            return option;
    return nullptr;
}

CLI::App* commandOf(CLI::App* app, const std::string& name)
{
    const auto found =
        app->get_subcommands([&](const CLI::App* child) { return child->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

bool takesValue(const CLI::Option* option) { return option && option->get_expected_min() > 0; }

// What was typed tells where to ask.
void learn(Globals& globals, const std::string& option, const std::string& value)
{
    if (option == "context")
        globals.context = value;
    if (option == "control")
        globals.control = value;
    if (option == "control-key")
        globals.controlKey = value;
    if (option == "identity")
        globals.identity = value;
}

void addOptionNames(CLI::App* app, std::vector<std::string>& names)
{
    for (CLI::App* at = app; at; at = at->get_parent())
        for (const CLI::Option* option : at->get_options())
            for (const std::string& name : option->get_lnames())
                names.push_back("--" + name);
}

} // namespace

std::vector<std::string> candidates(const std::vector<std::string>& words, Shell& shell,
                                    CLI::App& root)
{
    CLI::App* app = &root;
    std::size_t positionals = 0;
    bool options = true;
    CLI::Option* pending = nullptr; // waits for its value
    const std::string last = words.empty() ? std::string() : words.back();
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const std::string& word = words[i];
        if (pending) {
            learn(shell.globals, pending->get_lnames().front(), word);
            pending = nullptr;
        } else if (options && word == "--")
            options = false;
        else if (options && word.starts_with("-")) {
            CLI::Option* option =
                word.find('=') == std::string::npos ? optionOf(app, word) : nullptr;
            if (takesValue(option) && word != "--wait" && !option->get_lnames().empty())
                pending = option;
            else if (word.starts_with("--") && word.find('=') != std::string::npos)
                learn(shell.globals, word.substr(2, word.find('=') - 2),
                      word.substr(word.find('=') + 1));
        } else if (word == "plan" && app == &root)
            continue;
        else if (CLI::App* child = positionals == 0 ? commandOf(app, word) : nullptr)
            app = child;
        else
            ++positionals;
    }

    std::vector<std::string> all;
    std::string prefix;
    bool dashes = false; // what begins with one would else be taken for an option
    if (pending)
        all = valuesFor(*pending, shell);
    else if (options && last.starts_with("--") && last.find('=') != std::string::npos) {
        prefix = last.substr(0, last.find('=') + 1);
        if (const CLI::Option* option = optionOf(app, last.substr(0, last.find('='))))
            all = valuesFor(*option, shell);
    } else if (options && last.starts_with("-")) {
        addOptionNames(app, all);
        dashes = true;
    } else {
        for (const CLI::App* child : app->get_subcommands([](CLI::App*) { return true; }))
            if (!child->get_group().empty())
                all.push_back(child->get_name());
        std::vector<CLI::Option*> places =
            app->get_options([](const CLI::Option* option) { return option->get_positional(); });
        if (!places.empty()) {
            CLI::Option* place = places[std::min(positionals, places.size() - 1)];
            if (positionals < places.size() || place->get_items_expected_max() > 1)
                all = valuesFor(*place, shell);
        }
    }
    if (all == std::vector<std::string>{kFiles})
        return all;
    std::vector<std::string> fitting;
    for (const std::string& candidate : all)
        if ((prefix + candidate).starts_with(last) && isPlainWord(candidate) &&
            (dashes || !candidate.starts_with("-")))
            fitting.push_back(prefix + candidate);
    std::sort(fitting.begin(), fitting.end());
    fitting.erase(std::unique(fitting.begin(), fitting.end()), fitting.end());
    return fitting;
}

std::optional<ExitClass> completeOrDocument(const std::vector<std::string>& arguments, Shell& shell,
                                            CLI::App& root)
{
    if (arguments.empty())
        return std::nullopt;
    if (arguments.front() == "__man") {
        shell.out() << manPage(root);
        return ExitClass::Ok;
    }
    if (arguments.front() != "__complete")
        return std::nullopt;
    for (const std::string& candidate :
         candidates({arguments.begin() + 1, arguments.end()}, shell, root))
        shell.out() << candidate << '\n';
    return ExitClass::Ok;
}

} // namespace drover::cli
