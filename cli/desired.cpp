#include "cli/desired.h"

#include "bus/contexts/yaml_reader.h"

#include <set>

namespace drover::cli {

using namespace model; // NOLINT: this file is about nothing else

namespace {

DesiredDataset readDataset(contexts::YamlMap& map)
{
    DesiredDataset dataset;
    dataset.name = map.text("name", /*required=*/true);
    if (!dataset.name.empty())
        map.check("name", checkName("dataset", dataset.name));
    dataset.size = map.size("size");
    if (dataset.size)
        map.check("size", checkDatasetSize(*dataset.size));
    dataset.filesystem = map.text("filesystem");
    dataset.node = map.text("node");
    dataset.pool = map.text("pool");
    dataset.labels = map.labels("labels");
    map.check("labels", checkLabels(dataset.labels));
    dataset.metadata = map.labels("metadata");
    map.check("metadata", checkMetadata(dataset.metadata));
    dataset.requiredLabels = map.labels("requiredLabels");
    map.check("requiredLabels", checkLabels(dataset.requiredLabels));
    dataset.poolKinds = map.texts("poolKinds");
    return dataset;
}

DesiredNode readNode(contexts::YamlMap& map)
{
    DesiredNode node;
    node.name = map.text("name", /*required=*/true);
    node.labels = map.labels("labels");
    map.check("labels", checkLabels(node.labels));
    node.cordoned = map.boolean("cordoned", false);
    return node;
}

// The short form where it is exact, else bytes.
std::string exactSize(ByteCount size)
{
    const std::string text = toString(size);
    const auto back = parseByteCount(text);
    return back && *back == size ? text : std::to_string(size.value);
}

void emitLabels(YAML::Emitter& yaml, const char* key, const Labels& labels)
{
    if (labels.empty())
        return;
    yaml << YAML::Key << key << YAML::Value << YAML::BeginMap;
    for (const auto& [name, value] : labels)
        yaml << YAML::Key << YAML::DoubleQuoted << name << YAML::Value << YAML::DoubleQuoted
             << value;
    yaml << YAML::EndMap;
}

void emitText(YAML::Emitter& yaml, const char* key, const std::string& value)
{
    if (value.empty())
        return;
    // A number-like name has to stay a text for other readers too.
    yaml << YAML::Key << key << YAML::Value;
    if (value.find_first_not_of("0123456789.eExX+-_") == std::string::npos)
        yaml << YAML::DoubleQuoted;
    yaml << value;
}

} // namespace

Result<Apply> parseDesired(const std::string& text, const std::string& file)
{
    const auto document = contexts::parseYaml(text, file);
    if (!document)
        return document.error();
    contexts::YamlErrors errors(file);
    contexts::YamlMap map(*document, "the configuration", errors);
    Apply apply;
    std::set<std::string> names;
    map.eachMap("datasets", "a dataset", [&](contexts::YamlMap& entry) {
        apply.datasets.push_back(readDataset(entry));
        if (!names.insert(apply.datasets.back().name).second)
            errors.add(entry.mark(), "dataset '" + apply.datasets.back().name + "' stands twice");
    });
    names.clear();
    map.eachMap("nodes", "a node", [&](contexts::YamlMap& entry) {
        apply.nodes.push_back(readNode(entry));
        if (!names.insert(apply.nodes.back().name).second)
            errors.add(entry.mark(), "node '" + apply.nodes.back().name + "' stands twice");
    });
    map.finish();
    // Such a file would want nothing, and with --prune delete everything: it is rather one whose
    // writing failed.
    if (!map.hasValue("datasets") && !map.hasValue("nodes"))
        errors.add(YAML::Mark::null_mark(), "the file has neither datasets nor nodes",
                   "is it complete? Where nothing is wanted, write `datasets: []`");
    if (!errors.first())
        return apply;
    Error error = *errors.first();
    if (error.hint.empty())
        error.hint = "`drover export` prints such a file of what there is";
    return error;
}

std::string formatDesired(const Apply& configuration)
{
    YAML::Emitter yaml;
    yaml << YAML::BeginMap << YAML::Key << "datasets" << YAML::Value;
    if (configuration.datasets.empty())
        yaml << YAML::Flow;
    yaml << YAML::BeginSeq;
    for (const DesiredDataset& dataset : configuration.datasets) {
        yaml << YAML::BeginMap;
        emitText(yaml, "name", dataset.name);
        if (dataset.size)
            yaml << YAML::Key << "size" << YAML::Value << exactSize(*dataset.size);
        emitText(yaml, "filesystem", dataset.filesystem);
        emitText(yaml, "node", dataset.node);
        emitText(yaml, "pool", dataset.pool);
        emitLabels(yaml, "labels", dataset.labels);
        emitLabels(yaml, "metadata", dataset.metadata);
        emitLabels(yaml, "requiredLabels", dataset.requiredLabels);
        if (!dataset.poolKinds.empty())
            yaml << YAML::Key << "poolKinds" << YAML::Value << YAML::Flow << dataset.poolKinds;
        yaml << YAML::EndMap;
    }
    yaml << YAML::EndSeq << YAML::Key << "nodes" << YAML::Value;
    if (configuration.nodes.empty())
        yaml << YAML::Flow;
    yaml << YAML::BeginSeq;
    for (const DesiredNode& node : configuration.nodes) {
        yaml << YAML::BeginMap;
        emitText(yaml, "name", node.name);
        emitLabels(yaml, "labels", node.labels);
        yaml << YAML::Key << "cordoned" << YAML::Value << node.cordoned << YAML::EndMap;
    }
    yaml << YAML::EndSeq << YAML::EndMap;
    return std::string(yaml.c_str()) + "\n";
}

} // namespace drover::cli
