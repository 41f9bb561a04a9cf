#include "cli/output/structured.h"

#include "proto/codec/json.h"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <ostream>

namespace drover::cli {

namespace {

using codec::JsonStyle;
using Json = nlohmann::ordered_json;

// Whether a plain scalar would be read back as something else than this text.
bool needsQuotes(const std::string& text)
{
    if (text.empty())
        return true;
    static constexpr const char* kWords[] = {
        "null",  "Null", "NULL", "~",   "true", "True", "TRUE", "false", "False",
        "FALSE", "yes",  "Yes",  "YES", "no",   "No",   "NO",   "on",    "On",
        "ON",    "off",  "Off",  "OFF", "y",    "Y",    "n",    "N"};
    for (const char* word : kWords)
        if (text == word)
            return true;
    const char first = text.front();
    return (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
}

void emit(YAML::Emitter& yaml, const Json& json)
{
    switch (json.type()) {
    case Json::value_t::object:
        if (json.empty())
            yaml << YAML::Flow;
        yaml << YAML::BeginMap;
        for (const auto& [key, value] : json.items()) {
            yaml << YAML::Key;
            if (needsQuotes(key))
                yaml << YAML::DoubleQuoted;
            yaml << key << YAML::Value;
            emit(yaml, value);
        }
        yaml << YAML::EndMap;
        break;
    case Json::value_t::array:
        if (json.empty())
            yaml << YAML::Flow;
        yaml << YAML::BeginSeq;
        for (const Json& value : json)
            emit(yaml, value);
        yaml << YAML::EndSeq;
        break;
    case Json::value_t::string:
        if (needsQuotes(json.get_ref<const std::string&>()))
            yaml << YAML::DoubleQuoted;
        yaml << json.get_ref<const std::string&>();
        break;
    case Json::value_t::null:
        yaml << YAML::Null;
        break;
    default:
        yaml << json.dump(); // numbers and booleans, as JSON writes them
    }
}

void print(const Terminal& terminal, Format format, const std::string& json)
{
    terminal.out << (format == Format::Yaml ? jsonToYaml(json) : json);
    if (json.empty() || json.back() != '\n' || format == Format::Yaml)
        terminal.out << '\n';
}

} // namespace

std::string jsonToYaml(const std::string& text)
{
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded())
        return text;
    YAML::Emitter yaml;
    emit(yaml, json);
    return yaml.c_str();
}

void printStructured(const Terminal& terminal, Format format, const model::Reply& reply)
{
    print(terminal, format, codec::toJson(reply, JsonStyle::Indented));
}
void printStructured(const Terminal& terminal, Format format, const model::ReplyBody& body)
{
    print(terminal, format, codec::toJson(body, JsonStyle::Indented));
}
void printStructured(const Terminal& terminal, Format format, const model::DatasetView& view)
{
    print(terminal, format, codec::toJson(view, JsonStyle::Indented));
}
void printStructured(const Terminal& terminal, Format format, const model::NodeView& view)
{
    print(terminal, format, codec::toJson(view, JsonStyle::Indented));
}
void printStructured(const Terminal& terminal, Format format, const model::Apply& configuration)
{
    print(terminal, format, codec::toJson(configuration, JsonStyle::Indented));
}
void printStructuredText(const Terminal& terminal, Format format, const std::string& json)
{
    print(terminal, format, json);
}

void printMessage(const Terminal& terminal, Format format, const model::StreamMessage& message)
{
    if (format == Format::Yaml)
        terminal.out << "---\n";
    print(terminal, format, codec::toJson(message));
    terminal.out.flush();
}
void printMessage(const Terminal& terminal, Format format, const model::DatasetView& view)
{
    if (format == Format::Yaml)
        terminal.out << "---\n";
    print(terminal, format, codec::toJson(view));
    terminal.out.flush();
}

} // namespace drover::cli
