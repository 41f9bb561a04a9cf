#pragma once

// Reads YAML strictly: every key is either asked for or an error that says where it stands (line
// and column, from 1).
//
// The reader collects the first error and answers with empty values from then on, so that callers
// read straight through and look once at the end. yaml-cpp's exceptions stay inside.

#include "proto/model/names.h"
#include "proto/model/quantity.h"
#include "proto/model/result.h"

#include <yaml-cpp/yaml.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace drover::contexts {

class YamlErrors
{
public:
    explicit YamlErrors(std::string file) : m_file(std::move(file)) {}
    void add(const YAML::Mark& mark, const std::string& message, const std::string& hint = {});
    [[nodiscard]] const std::optional<model::Error>& first() const { return m_first; }

private:
    std::string m_file;
    std::optional<model::Error> m_first;
};

// One mapping of the document.
class YamlMap
{
public:
    // `what` names the mapping in errors, e.g. `a dataset`.
    YamlMap(YAML::Node node, std::string what, YamlErrors& errors);

    [[nodiscard]] bool has(const std::string& key);
    [[nodiscard]] bool hasValue(const std::string& key); // and not null
    [[nodiscard]] std::string text(const std::string& key, bool required = false);
    [[nodiscard]] bool boolean(const std::string& key, bool otherwise);
    [[nodiscard]] std::optional<model::ByteCount> size(const std::string& key);
    [[nodiscard]] model::Labels labels(const std::string& key);
    [[nodiscard]] std::vector<std::string> texts(const std::string& key);
    void eachMap(const std::string& key, const std::string& what,
                 const std::function<void(YamlMap&)>& each);
    // Runs the check on a value that was read, and says where it stands if it fails.
    void check(const std::string& key, const model::Result<void>& result);
    // Complains about every key that was not asked for. To be called last.
    void finish();
    [[nodiscard]] YAML::Mark mark() const { return m_node.Mark(); }

private:
    YAML::Node get(const std::string& key);

    YAML::Node m_node;
    std::string m_what;
    YamlErrors& m_errors;
    std::set<std::string> m_known;
};

// Parses a text; one document, a mapping (an empty text is an empty one).
[[nodiscard]] model::Result<YAML::Node> parseYaml(const std::string& text, const std::string& file);

} // namespace drover::contexts
