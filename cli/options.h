#pragma once

// Options with units and shapes, and how their values are read. The word of a value in the help (DATASET, NODE, ...) also tells
// the completion what to offer.

#include "proto/model/names.h"
#include "proto/model/quantity.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace drover::cli {

// Words for values; completion goes by them.
inline constexpr const char* kDatasetWord = "DATASET";
inline constexpr const char* kDeletedWord = "DELETED";
inline constexpr const char* kNodeWord = "NODE";
inline constexpr const char* kPoolWord = "POOL";
inline constexpr const char* kLeaseWord = "LEASE";
inline constexpr const char* kKeyWord = "KEY-NAME";
inline constexpr const char* kContextWord = "CONTEXT";
inline constexpr const char* kFileWord = "FILE";

CLI::Option* addText(CLI::App* app, const std::string& name, std::string& value, const std::string& word, const std::string& description);
CLI::Option* addSize(CLI::App* app, const std::string& name, std::optional<model::ByteCount>& value, const std::string& description);
CLI::Option* addDuration(CLI::App* app, const std::string& name, std::optional<model::Duration>& value, const std::string& description);
CLI::Option* addNumber(CLI::App* app, const std::string& name, std::optional<std::uint64_t>& value, const std::string& word,
                       const std::string& description);
// May be given several times, one value each.
CLI::Option* addTexts(CLI::App* app, const std::string& name, std::vector<std::string>& values, const std::string& word,
                      const std::string& description);
// One of some words; `values[i]` is what the i-th word sets.
template <class T>
CLI::Option* addChoice(CLI::App* app, const std::string& name, T& value, const std::vector<std::pair<std::string, T>>& choices,
                       const std::string& description)
{
    std::string words;
    for (const auto& [word, unused] : choices) words += (words.empty() ? "" : "|") + word;
    return app
        ->add_option_function<std::string>(
            name,
            [&value, choices, words, name](const std::string& text) {
                for (const auto& [word, chosen] : choices)
                    if (word == text) {
                        value = chosen;
                        return;
                    }
                throw CLI::ValidationError(name, "'" + text + "' is not one of " + words);
            },
            description)
        ->type_name(words)
        ->expected(1);
}

// `k=v` words as labels. The same key twice, or no `=`, is an error.
[[nodiscard]] model::Result<model::Labels> parseLabels(const std::vector<std::string>& words);
// `k=v` sets, `k-` removes; the rest stays.
[[nodiscard]] model::Result<model::Labels> editLabels(model::Labels labels, const std::vector<std::string>& words);

} // namespace drover::cli
