#include "cli/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>

namespace drover::cli {

CLI::Option* addText(CLI::App* app, const std::string& name, std::string& value,
                     const std::string& word, const std::string& description)
{
    return app->add_option(name, value, description)->type_name(word)->expected(1);
}

CLI::Option* addSize(CLI::App* app, const std::string& name, std::optional<model::ByteCount>& value,
                     const std::string& description)
{
    return app
        ->add_option_function<std::string>(
            name,
            [&value, name](const std::string& text) {
                const auto size = model::parseByteCount(text);
                if (!size)
                    throw CLI::ValidationError(name, size.error().message);
                value = *size;
            },
            description)
        ->type_name("SIZE")
        ->expected(1);
}

CLI::Option* addDuration(CLI::App* app, const std::string& name,
                         std::optional<model::Duration>& value, const std::string& description)
{
    return app
        ->add_option_function<std::string>(
            name,
            [&value, name](const std::string& text) {
                const auto duration = model::parseDuration(text);
                if (!duration)
                    throw CLI::ValidationError(name, duration.error().message);
                value = *duration;
            },
            description)
        ->type_name("DURATION")
        ->expected(1);
}

CLI::Option* addNumber(CLI::App* app, const std::string& name, std::optional<std::uint64_t>& value,
                       const std::string& word, const std::string& description)
{
    return app
        ->add_option_function<std::string>(
            name,
            [&value, name](const std::string& text) {
                std::uint64_t number = 0;
                const auto [end, error] =
                    std::from_chars(text.data(), text.data() + text.size(), number);
                if (error != std::errc{} || end != text.data() + text.size())
                    throw CLI::ValidationError(name, "'" + text + "' is not a whole number");
                value = number;
            },
            description)
        ->type_name(word)
        ->expected(1);
}

CLI::Option* addCount(CLI::App* app, const std::string& name, std::optional<std::uint64_t>& value,
                      const std::string& description)
{
    const auto positive = [](const std::string& text) {
        return text.find_first_not_of('0') == std::string::npos
                   ? std::string("it must be at least 1")
                   : std::string();
    };
    return addNumber(app, name, value, "COUNT", description)->check(positive);
}

CLI::Option* addTexts(CLI::App* app, const std::string& name, std::vector<std::string>& values,
                      const std::string& word, const std::string& description)
{
    // One value per occurrence: the words after it are not its own.
    return app->add_option(name, values, description)->type_name(word)->allow_extra_args(false);
}

CLI::Option* addWords(CLI::App* app, const std::string& name, std::vector<std::string>& values,
                      const std::string& word, const std::string& description)
{
    return app->add_option(name, values, description)->type_name(word);
}

CLI::Option* addChoiceOf(CLI::App* app, const std::string& name,
                         const std::vector<std::string>& words,
                         const std::function<void(std::size_t)>& chosen,
                         const std::string& description)
{
    std::string all;
    std::string listed;
    for (const std::string& word : words) {
        all += (all.empty() ? "" : "|") + word;
        listed += (listed.empty() ? "" : ", ") + word;
    }
    return app
        ->add_option_function<std::string>(
            name,
            [chosen, words, listed, name](const std::string& text) {
                const auto it = std::find(words.begin(), words.end(), text);
                if (it == words.end())
                    throw CLI::ValidationError(name, "'" + text + "' is not one of " + listed);
                chosen(static_cast<std::size_t>(it - words.begin()));
            },
            description)
        ->type_name(all)
        ->expected(1);
}

void required(CLI::Option* option) { option->required(); }
void setWord(CLI::Option* option, const std::string& word) { option->type_name(word); }

CLI::App* addCommand(CLI::App& parent, const std::string& name, const std::string& description)
{
    return parent.add_subcommand(name, description);
}

void requireCommand(CLI::App& app) { app.require_subcommand(1); }

CLI::Option* addFlag(CLI::App* app, const std::string& name, bool& value,
                     const std::string& description)
{
    return app->add_flag(name, value, description);
}

model::Result<model::Labels> parseLabels(const std::vector<std::string>& words,
                                         const std::string& option)
{
    const auto wrong = [&](const std::string& message, const std::string& hint) {
        return model::Error{model::ErrorCode::InvalidArgument, message, option, hint};
    };
    model::Labels labels;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            return wrong("'" + word + "' is not KEY=VALUE",
                         "for example: " + option + (option.empty() ? "" : " ") + "owner=me");
        const std::string key = word.substr(0, equals);
        if (!labels.emplace(key, word.substr(equals + 1)).second)
            return wrong("'" + key + "' is given twice", "give each key once");
    }
    return labels;
}

model::Result<model::Labels> editLabels(model::Labels labels, const std::vector<std::string>& words)
{
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals != std::string::npos && equals > 0)
            labels.insert_or_assign(word.substr(0, equals), word.substr(equals + 1));
        else if (equals == std::string::npos && word.size() > 1 && word.back() == '-')
            labels.erase(word.substr(0, word.size() - 1));
        else
            return model::Error{model::ErrorCode::InvalidArgument,
                                "'" + word + "' is neither KEY=VALUE (sets) nor KEY- (removes)", "",
                                "for example: owner=me, or owner-"};
    }
    return labels;
}

} // namespace drover::cli
