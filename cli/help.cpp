#include "cli/help.h"

#include "cli/output/words.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace drover::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 28; // where descriptions begin at most

using Entry = std::pair<std::string, std::string>; // a head, and what it is

// Two columns: the heads, then the descriptions, wrapped.
std::string entries(const std::vector<Entry>& all)
{
    std::size_t column = 0;
    for (const auto& [head, description] : all)
        if (columnsOf(head) + 4 <= kColumn)
            column = std::max(column, columnsOf(head) + 4);
    std::string text;
    for (const auto& [head, description] : all) {
        std::string line = "  " + head;
        const auto lines = wrap(description, kWidth - column);
        std::size_t i = 0;
        if (columnsOf(line) + 2 <= column) {
            line.append(column - columnsOf(line), ' ');
            line += lines[i++];
        }
        text += line + "\n";
        for (; i < lines.size(); ++i)
            text += std::string(column, ' ') + lines[i] + "\n";
    }
    return text;
}

std::string optionHead(const CLI::Option& option)
{
    std::string head;
    for (const std::string& name : option.get_snames())
        head += (head.empty() ? "-" : ", -") + name;
    for (const std::string& name : option.get_lnames())
        head += (head.empty() ? "--" : ", --") + name;
    if (option.get_expected_min() > 0)
        head += (option.get_type_name().starts_with("[=") ? "" : " ") + option.get_type_name();
    return head;
}

std::vector<const CLI::App*> commandsOf(const CLI::App& app)
{
    return app.get_subcommands(
        [](const CLI::App* command) { return !command->get_group().empty(); });
}

} // namespace

std::string placeholder(const CLI::Option& positional)
{
    std::string name = positional.get_name();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return name;
}

std::string commandPath(const CLI::App& app)
{
    std::string path = app.get_name();
    for (const CLI::App* up = app.get_parent(); up; up = up->get_parent())
        path = up->get_name() + " " + path;
    return path;
}

namespace {

std::string commandEntries(const CLI::App& app)
{
    std::vector<Entry> all;
    for (const CLI::App* command : commandsOf(app))
        all.emplace_back(command->get_name(), command->get_description());
    return entries(all);
}

} // namespace

std::string overview(const CLI::App& root)
{
    return "Usage: " + commandPath(root) + " COMMAND [OPTIONS]\n" + commandEntries(root) +
           "More: drover COMMAND --help, drover --help, man drover\n";
}

std::string helpText(const CLI::App& app)
{
    const auto commands = commandsOf(app);
    std::string usage = "Usage: " + commandPath(app) + (commands.empty() ? "" : " COMMAND");
    std::vector<Entry> arguments;
    std::vector<Entry> options;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty())
            continue;
        if (option->get_positional()) {
            const std::string name =
                placeholder(*option) + (option->get_items_expected_max() > 1 ? "..." : "");
            usage += option->get_required() ? " " + name : " [" + name + "]";
            arguments.emplace_back(name, option->get_description());
        } else {
            options.emplace_back(optionHead(*option),
                                 option->get_description() +
                                     (option->get_required() ? " (required)" : ""));
        }
    }
    for (const CLI::Option* option : app.get_options())
        if (!option->get_positional() && option->get_required())
            usage += " --" + option->get_lnames().front() + " " + option->get_type_name();
    if (!options.empty())
        usage += " [OPTIONS]";

    std::string text;
    for (const std::string& line : wrap(usage, kWidth))
        text += line + "\n";
    for (const std::string& line : wrap(app.get_description(), kWidth))
        text += line + "\n";
    if (!commands.empty())
        text += "\nCommands:\n" + commandEntries(app);
    if (!arguments.empty())
        text += "\nArguments:\n" + entries(arguments);
    if (!options.empty())
        text += "\nOptions:\n" + entries(options);
    if (!app.get_footer().empty())
        text += "\n";
    std::istringstream footer(app.get_footer());
    for (std::string paragraph; std::getline(footer, paragraph);)
        for (const std::string& line : wrap(paragraph, kWidth))
            text += line + "\n";
    if (app.get_parent())
        text += "\nOptions of every command: drover --help\n";
    return text;
}

} // namespace drover::cli
