#include "gui/models/suggestion.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace drover::gui::models {

namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kProgram = "drover ";

Words wordsOf(const std::string& command)
{
    std::istringstream stream(command);
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

// A word that stands for one that a person has to choose, e.g. NODE.
bool isOpen(const std::string& word)
{
    return !word.empty() &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// The only deleted one of that name; several may have had it.
const model::DatasetRecord* deletedNamed(const std::string& name, const ClusterData& data)
{
    const model::DatasetRecord* found = nullptr;
    for (const auto& [id, record] : data.datasets()) {
        if (!record.deletion || record.header.name != name)
            continue;
        if (found)
            return nullptr;
        found = &record;
    }
    return found;
}

const model::DatasetRecord* datasetOf(const std::string& word, bool isDeleted,
                                      const ClusterData& data,
                                      std::optional<model::DatasetId> about)
{
    if (about)
        if (const auto* record = data.dataset(*about);
            record && (record->header.name == word || record->id.toString() == word))
            return record;
    if (const auto id = model::DatasetId::parse(word))
        return data.dataset(*id);
    return isDeleted ? deletedNamed(word, data) : data.datasetNamed(word);
}

std::optional<model::NodeId> nodeOf(const std::string& word, const ClusterData& data)
{
    for (const auto& [id, ledger] : data.nodeLedgers())
        if (ledger.hostname == word || id.toString() == word)
            return id;
    return std::nullopt;
}

// The value of `--option` behind the object's name, if these two words are all there is.
std::optional<std::string> onlyOption(const Words& words, const std::string& option)
{
    if (words.size() == 6 && words[4] == option)
        return words[5];
    return std::nullopt;
}

std::optional<Suggestion> ofDataset(const Words& words, const model::DatasetRecord& record,
                                    const ClusterData& data)
{
    const model::DatasetRef ref{record.id, {}};
    Suggestion suggestion;
    suggestion.dataset = record.id;
    suggestion.name = record.header.name;
    if (words[2] == "undelete") {
        const auto name = onlyOption(words, "--name");
        if (words.size() != 4 && !name)
            return std::nullopt;
        if (name && isOpen(*name))
            suggestion.open = Suggestion::Open::NewName;
        suggestion.verb = model::DatasetUndelete{ref, name.value_or("")};
        return suggestion;
    }
    if (words[2] == "move") {
        const auto to = onlyOption(words, "--to");
        if (!to)
            return std::nullopt;
        if (const auto node = nodeOf(*to, data)) {
            model::DatasetMove move;
            move.dataset = ref;
            move.to = {*node, {}};
            suggestion.verb = move;
            return suggestion;
        }
        suggestion.open = Suggestion::Open::TargetNode;
        return isOpen(*to) ? std::optional(suggestion) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::string commandIn(const std::string& suggestion)
{
    if (suggestion.starts_with(kProgram))
        return suggestion.find(',') == std::string::npos ? suggestion : std::string();
    std::string found;
    for (std::size_t at = suggestion.find('`'); at != std::string::npos;) {
        const std::size_t end = suggestion.find('`', at + 1);
        if (end == std::string::npos)
            break;
        const std::string quoted = suggestion.substr(at + 1, end - at - 1);
        if (quoted.starts_with(kProgram)) {
            if (!found.empty())
                return {};
            found = quoted;
        }
        at = suggestion.find('`', end + 1);
    }
    return found;
}

std::optional<Suggestion> suggestionIn(const std::string& suggestion, const ClusterData& data,
                                       std::optional<model::DatasetId> about)
{
    const Words words = wordsOf(commandIn(suggestion));
    if (words.size() < 4)
        return std::nullopt;
    if (words[1] == "dataset") {
        const model::DatasetRecord* record =
            datasetOf(words[3], words[2] == "undelete", data, about);
        return record ? ofDataset(words, *record, data) : std::nullopt;
    }
    if (words[1] == "node" && words.size() == 4 &&
        (words[2] == "cordon" || words[2] == "uncordon")) {
        const auto node = nodeOf(words[3], data);
        if (!node)
            return std::nullopt;
        Suggestion found;
        found.node = node;
        found.name = data.nodeName(*node).toStdString();
        found.verb = model::NodeCordon{{*node, {}}, words[2] == "cordon"};
        return found;
    }
    return std::nullopt;
}

} // namespace drover::gui::models
