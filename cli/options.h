#pragma once

// Commands, and options with units and shapes: all that verbs need of the parser, so that they do
// not have to see it. The word of a value in the help (DATASET, NODE, ...) also tells the
// completion what to offer.

#include "proto/model/names.h"
#include "proto/model/quantity.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

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
inline constexpr const char* kKeyOrFileWord = "KEY|FILE";
inline constexpr const char* kFolderWord = "FOLDER";

inline constexpr const char* kOptionalDuration = "[=DURATION]"; // whose value may be left out

CLI::App* addCommand(CLI::App& parent, const std::string& name, const std::string& description);
void requireCommand(CLI::App& app); // it only groups others

CLI::Option* addFlag(CLI::App* app, const std::string& name, bool& value,
                     const std::string& description);
CLI::Option* addText(CLI::App* app, const std::string& name, std::string& value,
                     const std::string& word, const std::string& description);
CLI::Option* addSize(CLI::App* app, const std::string& name, std::optional<model::ByteCount>& value,
                     const std::string& description);
CLI::Option* addDuration(CLI::App* app, const std::string& name,
                         std::optional<model::Duration>& value, const std::string& description);
CLI::Option* addNumber(CLI::App* app, const std::string& name, std::optional<std::uint64_t>& value,
                       const std::string& word, const std::string& description);
// A number that is at least 1.
CLI::Option* addCount(CLI::App* app, const std::string& name, std::optional<std::uint64_t>& value,
                      const std::string& description);
// May be given several times, one value each.
CLI::Option* addTexts(CLI::App* app, const std::string& name, std::vector<std::string>& values,
                      const std::string& word, const std::string& description);
// A positional that takes all words that are left.
CLI::Option* addWords(CLI::App* app, const std::string& name, std::vector<std::string>& values,
                      const std::string& word, const std::string& description);
// One of some words; `chosen` is told which.
CLI::Option* addChoiceOf(CLI::App* app, const std::string& name,
                         const std::vector<std::string>& words,
                         const std::function<void(std::size_t)>& chosen,
                         const std::string& description);
// The same for values; `value` becomes the second of the pair whose first was given.
template <class T>
CLI::Option* addChoice(CLI::App* app, const std::string& name, T& value,
                       const std::vector<std::pair<std::string, T>>& choices,
                       const std::string& description)
{
    std::vector<std::string> words;
    for (const auto& [word, unused] : choices)
        words.push_back(word);
    return addChoiceOf(
        app, name, words, [&value, choices](std::size_t i) { value = choices[i].second; },
        description);
}
void required(CLI::Option* option);
void setWord(CLI::Option* option, const std::string& word);

// `k=v` words as labels. The same key twice, or no `=`, is an error. `option`: where they stood, for
// the error; empty: they stood alone.
[[nodiscard]] model::Result<model::Labels> parseLabels(const std::vector<std::string>& words,
                                                       const std::string& option = {});
// `k=v` sets, `k-` removes; the rest stays.
[[nodiscard]] model::Result<model::Labels> editLabels(model::Labels labels,
                                                      const std::vector<std::string>& words);

} // namespace drover::cli
