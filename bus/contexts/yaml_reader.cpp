#include "bus/contexts/yaml_reader.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>

#include <sstream>
#include <utility>

namespace drover::contexts {

using model::Error;
using model::ErrorCode;

namespace {

std::string place(const std::string& file, const YAML::Mark& mark)
{
    if (mark.is_null())
        return file;
    return file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

// Where the documents of a text begin.
class DocumentStarts final : public YAML::EventHandler
{
public:
    [[nodiscard]] const std::vector<YAML::Mark>& all() const { return m_all; }

    void OnDocumentStart(const YAML::Mark& mark) override { m_all.push_back(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override
    {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override
    {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override
    {}
    void OnMapEnd() override {}

private:
    std::vector<YAML::Mark> m_all;
};

} // namespace

void YamlErrors::add(const YAML::Mark& mark, const std::string& message, const std::string& hint)
{
    if (!m_first)
        m_first = Error{ErrorCode::InvalidArgument, message, place(m_file, mark), hint};
}

YamlMap::YamlMap(YAML::Node node, std::string what, YamlErrors& errors)
    : m_node(std::move(node)), m_what(std::move(what)), m_errors(errors)
{
    if (m_node.IsNull())
        return;
    if (!m_node.IsMap()) {
        m_errors.add(m_node.Mark(), m_what + " must be a mapping of keys to values");
        m_node = YAML::Node(YAML::NodeType::Map);
        return;
    }
    std::set<std::string> seen;
    for (const auto& entry : m_node) {
        if (!entry.first.IsScalar())
            m_errors.add(entry.first.Mark(), "a key of " + m_what + " must be a plain word");
        else if (!seen.insert(entry.first.Scalar()).second)
            m_errors.add(entry.first.Mark(),
                         "'" + entry.first.Scalar() + "' stands twice in " + m_what);
    }
}

YAML::Node YamlMap::get(const std::string& key)
{
    m_known.insert(key);
    if (m_node.IsMap())
        for (const auto& entry : m_node)
            if (entry.first.IsScalar() && entry.first.Scalar() == key)
                return entry.second;
    return YAML::Node(YAML::NodeType::Undefined);
}

bool YamlMap::has(const std::string& key) { return get(key).IsDefined(); }

bool YamlMap::hasValue(const std::string& key)
{
    const YAML::Node node = get(key);
    return node.IsDefined() && !node.IsNull();
}

std::string YamlMap::text(const std::string& key, bool required)
{
    const YAML::Node node = get(key);
    if (!node.IsDefined() || node.IsNull()) {
        if (required)
            m_errors.add(m_node.Mark(), m_what + " needs '" + key + "'");
        return {};
    }
    if (!node.IsScalar()) {
        m_errors.add(node.Mark(), "'" + key + "' must be a text");
        return {};
    }
    return node.Scalar();
}

bool YamlMap::boolean(const std::string& key, bool otherwise)
{
    const YAML::Node node = get(key);
    if (!node.IsDefined())
        return otherwise;
    if (node.IsScalar() && node.Scalar() == "true")
        return true;
    if (node.IsScalar() && node.Scalar() == "false")
        return false;
    m_errors.add(node.Mark(), "'" + key + "' must be true or false");
    return otherwise;
}

std::optional<model::ByteCount> YamlMap::size(const std::string& key)
{
    const YAML::Node node = get(key);
    if (!node.IsDefined() || node.IsNull())
        return std::nullopt;
    const auto size = model::parseByteCount(node.IsScalar() ? node.Scalar() : std::string());
    if (size)
        return *size;
    m_errors.add(node.Mark(), "'" + key + "': " + size.error().message, size.error().hint);
    return std::nullopt;
}

model::Labels YamlMap::labels(const std::string& key)
{
    const YAML::Node node = get(key);
    model::Labels labels;
    if (!node.IsDefined() || node.IsNull())
        return labels;
    YamlMap map(node, "'" + key + "'", m_errors);
    if (!node.IsMap())
        return labels;
    for (const auto& entry : node) {
        if (!entry.first.IsScalar())
            continue; // said by the map
        if (!entry.second.IsScalar())
            m_errors.add(entry.second.Mark(), "'" + entry.first.Scalar() + "' must be a text");
        else
            labels.emplace(entry.first.Scalar(), entry.second.Scalar());
    }
    return labels;
}

std::vector<std::string> YamlMap::texts(const std::string& key)
{
    const YAML::Node node = get(key);
    std::vector<std::string> texts;
    if (!node.IsDefined() || node.IsNull())
        return texts;
    if (!node.IsSequence()) {
        m_errors.add(node.Mark(), "'" + key + "' must be a list");
        return texts;
    }
    for (const auto& entry : node) {
        if (!entry.IsScalar())
            m_errors.add(entry.Mark(), "an entry of '" + key + "' must be a text");
        else
            texts.push_back(entry.Scalar());
    }
    return texts;
}

void YamlMap::eachMap(const std::string& key, const std::string& what,
                      const std::function<void(YamlMap&)>& each)
{
    const YAML::Node node = get(key);
    if (!node.IsDefined() || node.IsNull())
        return;
    if (!node.IsSequence()) {
        m_errors.add(node.Mark(), "'" + key + "' must be a list");
        return;
    }
    for (const auto& entry : node) {
        YamlMap map(entry, what, m_errors);
        each(map);
        map.finish();
    }
}

void YamlMap::check(const std::string& key, const model::Result<void>& result)
{
    if (result)
        return;
    const YAML::Node node = get(key);
    m_errors.add(node.IsDefined() ? node.Mark() : m_node.Mark(), result.error().message,
                 result.error().hint);
}

void YamlMap::finish()
{
    if (!m_node.IsMap())
        return;
    for (const auto& entry : m_node) {
        if (!entry.first.IsScalar() || m_known.contains(entry.first.Scalar()))
            continue;
        std::string known;
        for (const std::string& key : m_known)
            known += (known.empty() ? "" : ", ") + key;
        m_errors.add(entry.first.Mark(), "'" + entry.first.Scalar() + "' is not known in " +
                                             m_what + "; there are: " + known);
    }
}

model::Result<YAML::Node> parseYaml(const std::string& text, const std::string& file)
{
    if (!model::isValidUtf8(text))
        return Error{ErrorCode::InvalidArgument, "the file is not UTF-8 text", file, ""};
    try {
        // Not LoadAll(): a `,` where a document may begin is one document after the other to it, all
        // empty and without end.
        std::istringstream in(text);
        YAML::Parser parser(in);
        DocumentStarts documents;
        while (documents.all().size() < 2 && parser.HandleNextDocument(documents)) {
        }
        if (documents.all().empty())
            return YAML::Node(YAML::NodeType::Map);
        if (documents.all().size() > 1)
            return Error{ErrorCode::InvalidArgument,
                         "the file must hold one YAML document, and another begins here",
                         place(file, documents.all()[1]), ""};
        return YAML::Load(text);
    } catch (const YAML::Exception& e) {
        return Error{ErrorCode::InvalidArgument, "this is not valid YAML: " + e.msg,
                     place(file, e.mark),
                     "mend the file there, or just before: often a bracket, a quote or the "
                     "indentation"};
    }
}

} // namespace drover::contexts
