#include "cli/help.h"

#include "cli/output/words.h"

#include <sstream>

namespace drover::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 28; // where descriptions begin

void entry(std::string& text, const std::string& head, const std::string& description)
{
    std::string line = "  " + head;
    const auto lines = wrap(description, kWidth - kColumn);
    std::size_t i = 0;
    if (columnsOf(line) + 2 <= kColumn) {
        line.append(kColumn - columnsOf(line), ' ');
        line += lines[i++];
    }
    text += line + "\n";
    for (; i < lines.size(); ++i)
        text += std::string(kColumn, ' ') + lines[i] + "\n";
}

std::string optionHead(const CLI::Option& option)
{
    if (option.get_positional())
        return option.get_name();
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

std::string commandPath(const CLI::App& app)
{
    std::string path = app.get_name();
    for (const CLI::App* up = app.get_parent(); up; up = up->get_parent())
        path = up->get_name() + " " + path;
    return path;
}

std::string helpText(const CLI::App& app)
{
    const auto commands = commandsOf(app);
    std::string usage = "Usage: " + commandPath(app) + (commands.empty() ? "" : " COMMAND");
    std::string arguments;
    std::string options;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty())
            continue;
        if (option->get_positional()) {
            const std::string name =
                option->get_name() + (option->get_items_expected_max() > 1 ? "..." : "");
            usage += option->get_required() ? " " + name : " [" + name + "]";
            entry(arguments, name, option->get_description());
        } else {
            entry(options, optionHead(*option),
                  option->get_description() + (option->get_required() ? " (required)" : ""));
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
    if (!commands.empty()) {
        text += "\nCommands:\n";
        for (const CLI::App* command : commands)
            entry(text, command->get_name(), command->get_description());
    }
    if (!arguments.empty())
        text += "\nArguments:\n" + arguments;
    if (!options.empty())
        text += "\nOptions:\n" + options;
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
