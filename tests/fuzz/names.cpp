// Names, labels, metadata, ids, other text for people, and text on its way to a screen.

#include "cli/text.h"
#include "proto/model/id.h"
#include "proto/model/names.h"
#include "tests/fuzz/target.h"

#include <algorithm>

namespace drover::tests {

namespace {

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

bool isControl(std::string_view text, std::size_t at)
{
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte < 0x20 || byte == 0x7f ||
           (byte == 0xc2 && at + 1 < text.size() &&
            static_cast<unsigned char>(text[at + 1]) < 0xa0);
}

bool hasControl(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i)
        if (isControl(text, i))
            return true;
    return false;
}

void checkTheName(std::string_view text)
{
    const auto name = model::checkName("dataset", text);
    if (!name) {
        requireRefusal(name.error());
        require(model::isValidUtf8(name.error().message) && !hasControl(name.error().message),
                "a refusal can be shown");
        return;
    }
    require(!text.empty() && text.size() <= 128 &&
                std::all_of(text.begin(), text.end(), isNameCharacter),
            "a name is one of 1 to 128 of its characters", text);
    // It becomes a path's part, and stands beside ids.
    require(text != "." && text != ".." && text.front() != '-' && text.front() != '.',
            "a name is no way up and no option", text);
    require(text != "by-id" && !model::Uuid::parse(text).ok(), "a name is no id", text);
}

void checkTheId(std::string_view text)
{
    const auto id = model::Uuid::parse(text);
    if (!id)
        return requireRefusal(id.error());
    const std::string form = id->toString();
    require(form.size() == 36 && *model::Uuid::parse(form) == *id, "an id is read as written");
    require(std::equal(form.begin(), form.end(), text.begin(), text.end(),
                       [](char a, char b) { return a == b || a == (b | 0x20); }),
            "an id is read as what it says", text);
}

void checkPairs(Bytes bytes)
{
    model::Labels pairs;
    while (!bytes.empty()) {
        const std::string key(bytes.piece());
        pairs[key] = std::string(bytes.piece());
    }
    if (const auto labels = model::checkLabels(pairs); !labels)
        requireRefusal(labels.error());
    else
        for (const auto& [key, value] : pairs)
            require(!key.empty() && model::isValidUtf8(value) && !hasControl(value),
                    "a label can be shown", key);
    if (const auto metadata = model::checkMetadata(pairs); !metadata)
        requireRefusal(metadata.error());
    else
        for (const auto& [key, value] : pairs)
            require(!key.empty() && model::isValidUtf8(key) && !hasControl(key) &&
                        model::isValidUtf8(value) && !hasControl(value),
                    "metadata can be shown", key);
}

void checkScreen(std::string_view text)
{
    const std::string shown = cli::harmless(text);
    require(!hasControl(shown), "what is shown drives no screen");
    require(cli::harmless(shown) == shown, "what is harmless stays as it is");
    for (const std::size_t columns : {0U, 1U, 7U, 80U}) {
        require(cli::columnsOf(cli::cutTo(shown, columns)) <= std::max<std::size_t>(columns, 1),
                "what is cut fits");
        for (const std::string& line : cli::wrap(shown, columns))
            require(line.size() <= shown.size(), "a line is of the text");
    }
}

} // namespace

FUZZ_TARGET(names, Bytes bytes)
{
    switch (bytes.byte() % 4) {
    case 0:
        checkTheName(bytes.rest());
        break;
    case 1:
        checkTheId(bytes.rest());
        break;
    case 2:
        checkPairs(bytes);
        break;
    case 3:
        checkScreen(bytes.rest());
        break;
    }
}

} // namespace drover::tests
