#include "agent/service/config.h"

#include "bus/transport/keys.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace drover::agent::service {

using model::Error;
using model::ErrorCode;
using model::Result;

namespace {

// One mapping of the file. Thrown inside this file only: the first thing that is wrong ends the
// reading.
struct Wrong
{
    YAML::Mark mark;
    std::string what;
};

constexpr std::size_t kMaximumText = 4096; // characters; of a path, PATH_MAX

class Section
{
public:
    // `known` keys are all it may have; a typo is told before what is missing because of it.
    Section(YAML::Node node, std::string what, std::set<std::string> known)
        : m_node(std::move(node)), m_what(std::move(what)), m_known(std::move(known))
    {
        if (!m_node.IsMap())
            throw Wrong{m_node.Mark(), m_what + " must be a mapping of keys to values"};
        std::set<std::string> seen;
        for (const auto& entry : m_node) {
            if (!entry.first.IsScalar())
                throw Wrong{entry.first.Mark(), "a key must be a word"};
            if (!seen.insert(entry.first.Scalar()).second)
                throw Wrong{entry.first.Mark(), "`" + entry.first.Scalar() + "` is given twice"};
            if (m_known.contains(entry.first.Scalar()))
                continue;
            std::string all;
            for (const auto& key : m_known)
                all += (all.empty() ? "" : ", ") + key;
            throw Wrong{entry.first.Mark(),
                        m_what + " has no key `" + entry.first.Scalar() + "`; it has " + all};
        }
    }

    YAML::Node child(const std::string& key, bool required) const
    {
        for (const auto& entry : m_node) {
            if (entry.first.Scalar() == key && !entry.second.IsNull())
                return entry.second;
        }
        if (required)
            throw Wrong{m_node.Mark(), m_what + " lacks `" + key + "`"};
        return YAML::Node(YAML::NodeType::Undefined);
    }

    std::string text(const std::string& key, bool required) const
    {
        const auto node = child(key, required);
        if (!node.IsDefined())
            return {};
        if (!node.IsScalar())
            throw Wrong{node.Mark(), "`" + key + "` must be a text"};
        if (required && node.Scalar().empty())
            throw Wrong{node.Mark(), "`" + key + "` is empty"};
        // YAML can spell any byte; a zero byte would cut a path short.
        if (const auto good = model::checkText("`" + key + "`", node.Scalar(), kMaximumText); !good)
            throw Wrong{node.Mark(), good.error().message};
        return node.Scalar();
    }

    std::filesystem::path path(const std::string& key) const
    {
        std::filesystem::path path = text(key, /*required=*/true);
        if (!path.is_absolute())
            throw Wrong{child(key, true).Mark(),
                        "`" + key + "` must be an absolute path, not " + path.string()};
        path = path.lexically_normal();
        return path.has_filename() ? path : path.parent_path(); // without a slash at its end
    }

    bool boolean(const std::string& key, bool otherwise) const
    {
        const auto node = child(key, false);
        if (!node.IsDefined())
            return otherwise;
        bool value = false;
        if (!node.IsScalar() || !YAML::convert<bool>::decode(node, value))
            throw Wrong{node.Mark(), "`" + key + "` must be true or false"};
        return value;
    }

private:
    YAML::Node m_node;
    std::string m_what;
    std::set<std::string> m_known;
};

PoolEntry readPool(const YAML::Node& node)
{
    Section section(node, "a pool", {"name", "kind", "path", "shared", "fence"});
    PoolEntry pool;
    pool.name = section.text("name", true);
    if (const auto good = model::checkName("pool", pool.name); !good)
        throw Wrong{section.child("name", true).Mark(), good.error().message};
    pool.kind = section.text("kind", true);
    pool.path = section.path("path");
    pool.shared = section.boolean("shared", false);
    if (const auto text = section.text("fence", false); !text.empty()) {
        const auto fence = parseFence(text);
        if (!fence)
            throw Wrong{section.child("fence", true).Mark(), fence.error().message};
        pool.fence = *fence;
    }
    return pool;
}

Config readDocument(const YAML::Node& document)
{
    Section section(document, "the configuration",
                    {"identity", "control", "state", "mount_root", "pools", "name", "address",
                     "bulk", "labels"});
    Config config;
    config.identity = section.path("identity");
    Section control(section.child("control", true), "`control`", {"endpoint", "key"});
    config.controlEndpoint = control.text("endpoint", true);
    config.controlKey = control.text("key", true);
    if (!bus::isKey(config.controlKey))
        throw Wrong{control.child("key", true).Mark(),
                    "`key` must be control's public key of 40 characters"};
    config.state = section.path("state");
    config.mountRoot = section.path("mount_root");
    config.name = section.text("name", false);
    if (!config.name.empty()) {
        if (const auto good = model::checkName("node", config.name); !good)
            throw Wrong{section.child("name", true).Mark(), good.error().message};
    }
    config.address = section.text("address", false);
    config.bulk = section.text("bulk", false);
    if (const auto labels = section.child("labels", false); labels.IsDefined()) {
        if (!labels.IsMap())
            throw Wrong{labels.Mark(), "`labels` must be a mapping of keys to values"};
        for (const auto& entry : labels) {
            if (!entry.first.IsScalar() || !entry.second.IsScalar())
                throw Wrong{entry.first.Mark(), "a label and its value must be texts"};
            if (!config.labels.emplace(entry.first.Scalar(), entry.second.Scalar()).second)
                throw Wrong{entry.first.Mark(),
                            "label `" + entry.first.Scalar() + "` is given twice"};
        }
        if (const auto good = model::checkLabels(config.labels); !good)
            throw Wrong{labels.Mark(), good.error().message};
    }
    const auto pools = section.child("pools", true);
    if (!pools.IsSequence())
        throw Wrong{pools.Mark(), "`pools` must be a list"};
    std::set<std::string> names;
    std::set<std::filesystem::path> paths;
    for (const auto& node : pools) {
        auto pool = readPool(node);
        if (!names.insert(pool.name).second)
            throw Wrong{node.Mark(), "two pools have the name `" + pool.name + "`"};
        if (!paths.insert(pool.path).second)
            throw Wrong{node.Mark(), "two pools have the path " + pool.path.string()};
        config.pools.push_back(std::move(pool));
    }
    return config;
}

Error wrong(const std::string& file, const YAML::Mark& mark, const std::string& what)
{
    const std::string place = mark.is_null() ? std::string()
                                             : std::to_string(mark.line + 1) + ":" +
                                                   std::to_string(mark.column + 1) + ": ";
    return {
        ErrorCode::InvalidArgument, file + ":" + place + (place.empty() ? " " : "") + what, {}, {}};
}

} // namespace

Result<model::Fence> parseFence(std::string_view text)
{
    if (text == "none")
        return model::Fence::None;
    if (text == "self")
        return model::Fence::Self;
    if (text == "storage")
        return model::Fence::Storage;
    return Error{ErrorCode::InvalidArgument,
                 "a fence is none, self or storage, not `" + std::string(text) + "`",
                 {},
                 {}};
}

Result<Config> parseConfig(std::string_view text, const std::string& file)
{
    if (!model::isValidUtf8(text))
        return wrong(file, YAML::Mark::null_mark(), "the file is not UTF-8 text");
    try {
        const auto document = YAML::Load(std::string(text));
        if (!document.IsDefined() || document.IsNull())
            return wrong(file, YAML::Mark::null_mark(), "the file is empty");
        return readDocument(document);
    } catch (const Wrong& e) {
        return wrong(file, e.mark, e.what);
    } catch (const YAML::Exception& e) {
        return wrong(file, e.mark, e.msg);
    }
}

Result<Config> readConfig(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return Error{ErrorCode::NotFound,
                     "cannot read the configuration " + file.string(),
                     {},
                     "name it with --config FILE"};
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return parseConfig(text, file.string());
}

} // namespace drover::agent::service
