#include "cli/man_page.h"

namespace drover::cli {

namespace {

// Text as roff: no character of it is an instruction.
std::string roff(const std::string& text)
{
    std::string safe;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool lineStart = i == 0 || text[i - 1] == '\n';
        if (lineStart && (c == '.' || c == '\''))
            safe += "\\&";
        if (c == '\\')
            safe += "\\e";
        else if (c == '-')
            safe += "\\-";
        else
            safe += c;
    }
    return safe;
}

std::string optionInRoff(const CLI::Option& option)
{
    std::string head;
    if (option.get_positional())
        return "\\fI" + roff(option.get_name()) + "\\fR";
    for (const std::string& name : option.get_snames())
        head += (head.empty() ? "" : ", ") + ("\\fB" + roff("-" + name)) + "\\fR";
    for (const std::string& name : option.get_lnames())
        head += (head.empty() ? "" : ", ") + ("\\fB" + roff("--" + name)) + "\\fR";
    if (option.get_expected_min() > 0 && !option.get_type_name().empty())
        head += (option.get_type_name().starts_with("[=") ? "\\fI" : "=\\fI") +
                roff(option.get_type_name()) + "\\fR";
    return head;
}

void options(const CLI::App& app, std::string& page)
{
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty() || option == app.get_help_ptr())
            continue;
        page += ".TP\n" + optionInRoff(*option) + "\n" + roff(option->get_description()) +
                (option->get_required() ? " (required)" : "") + "\n";
    }
}

void commands(const CLI::App& app, const std::string& path, std::string& page)
{
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_group().empty())
            continue;
        const std::string name = path + " " + command->get_name();
        if (command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
            std::string usage = name;
            for (const CLI::Option* option : command->get_options())
                if (option->get_positional())
                    usage += option->get_required() ? " " + option->get_name()
                                                    : " [" + option->get_name() + "]";
            page += ".SS " + roff(usage) + "\n" + roff(command->get_description()) + ".\n";
            options(*command, page);
        } else {
            commands(*command, name, page);
        }
    }
}

} // namespace

std::string manPage(const CLI::App& root)
{
    std::string page =
        ".\\\" Made by `drover __man` from the command tree; a test compares the two.\n"
        ".TH DROVER 1 \"\" \"Drover\" \"User Commands\"\n"
        ".SH NAME\ndrover \\- look at and change a cluster's data volumes\n"
        ".SH SYNOPSIS\n.B drover\n[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n"
        ".SH DESCRIPTION\n";
    page += roff(root.get_description()) +
            ".\nDatasets, nodes and leases are named by name, by id, or by the beginning of an id "
            "that only one of them has. Every command "
            "that changes something can be tried with \\fB\\-\\-dry\\-run\\fR, or behind "
            "\\fBdrover plan\\fR.\n"
            ".PP\nSizes are a number and a unit: 65536, 512MiB, 1.5GiB, 10GB. Durations: 500ms, "
            "60s, 5m, 2h, 1d, 1h30m.\n";
    page += ".SH OPTIONS\nThese may stand anywhere.\n";
    options(root, page);
    page += ".SH COMMANDS\n";
    commands(root, "drover", page);
    page += ".SH EXIT STATUS\n"
            ".TP\n0\ndone\n.TP\n1\nthe command line, or a file it names, is wrong; nothing was "
            "changed\n"
            ".TP\n2\nrefused, by control or because it cannot be; the message says why\n"
            ".TP\n3\ncontrol is not reachable\n.TP\n4\nnot done in time; it goes on by itself\n"
            ".PP\nEnded by Ctrl\\-C (or another signal), it ends by that signal: shells see 130. "
            "What was asked of the cluster before goes on.\n"
            ".SH OUTPUT\n"
            "With \\fB\\-\\-output json\\fR or \\fByaml\\fR: the schema's own JSON mapping, to "
            "which fields are only ever added; \\fBname\\fR: one name a "
            "line. Tables are for people and may change. Errors, warnings and progress go to "
            "standard error.\n"
            ".SH ENVIRONMENT\n"
            ".TP\n.B DROVER_CONFIG\nthe configuration file, instead of ~/.config/drover/config\n"
            ".TP\n.B NO_COLOR\nif set and not empty: no colours\n"
            ".TP\n.B XDG_CONFIG_HOME\nwhere drover/config is looked for, instead of ~/.config\n"
            ".SH FILES\n"
            ".TP\n.I ~/.config/drover/config\nknown clusters (contexts): address, control's public "
            "key, one's own key file\n"
            ".SH EXAMPLES\n"
            ".TP\ndrover dataset create web \\-\\-size 1GiB \\-\\-node n1 \\-\\-wait\n"
            "make a dataset, and wait until it is mounted\n"
            ".TP\ndrover plan dataset move web \\-\\-to n2\n"
            "see what a move would do, and why\n"
            ".TP\ndrover dataset list \\-\\-output json\n"
            "everything about all datasets, for a program\n"
            ".TP\ndrover export > cluster.yaml; drover apply \\-f cluster.yaml\n"
            "the whole configuration as a file, and back\n";
    return page;
}

} // namespace drover::cli
