#include "control/core/diff.h"

#include "control/core/decide.h"

#include <algorithm>
#include <map>

namespace drover::control::core {

using namespace model;

namespace {

using Fields = std::map<std::string, std::string>; // field -> text; what is unset has no entry

void set(Fields& fields, const std::string& field, const std::string& text)
{
    if (!text.empty())
        fields[field] = text;
}

void set(Fields& fields, const std::string& field, const Labels& labels)
{
    for (const auto& [key, value] : labels)
        fields[field + "." + key] = value.empty() ? "\"\"" : value; // it is there, and empty
}

Fields fieldsOf(const DatasetRecord& record, const ClusterState& state)
{
    Fields fields;
    const auto& placement = record.spec.placement;
    set(fields, "name", record.header.name);
    set(fields, "labels", record.header.labels);
    if (record.spec.size)
        set(fields, "size",
            toString(*record.spec.size) + " (" + std::to_string(record.spec.size->value) + ")");
    set(fields, "filesystem", record.spec.filesystem);
    set(fields, "metadata", record.spec.metadata);
    if (placement.node)
        set(fields, "node", nodeName(state, *placement.node));
    set(fields, "pool", placement.pool);
    set(fields, "requiredLabels", placement.requiredLabels);
    std::string kinds;
    for (const auto& kind : placement.poolKinds)
        kinds += (kinds.empty() ? "" : ", ") + kind;
    set(fields, "poolKinds", kinds);
    return fields;
}

Fields fieldsOf(const NodeRecord& record, const ClusterState&)
{
    Fields fields;
    set(fields, "labels", record.header.labels);
    if (record.cordoned)
        fields["cordoned"] = "yes";
    return fields;
}

Fields fieldsOf(const ClusterRecord& record, const ClusterState&)
{
    Fields fields;
    set(fields, "name", record.header.name);
    fields["deleteGrace"] = toString(record.deleteGrace);
    fields["retiredCopyGrace"] = toString(record.retiredCopyGrace);
    return fields;
}

void compare(const std::string& subject, const Fields& before, const Fields& after,
             std::vector<FieldDiff>& out)
{
    std::map<std::string, FieldDiff> lines;
    for (const auto& [field, text] : before)
        lines[field] = {subject, field, text, {}};
    for (const auto& [field, text] : after) {
        auto& line = lines[field];
        line.subject = subject;
        line.field = field;
        line.after = text;
    }
    for (auto& [field, line] : lines)
        if (line.before != line.after)
            out.push_back(std::move(line));
}

// One line for an object that is on one side only.
std::string summary(const Fields& fields)
{
    std::string text;
    for (const auto& [field, value] : fields)
        text += (text.empty() ? "" : ", ") + field + " " + value;
    return text.empty() ? "present" : text;
}

template <class T>
std::map<RecordKey, T> recordsOf(const std::vector<Record>& records)
{
    std::map<RecordKey, T> found;
    for (const auto& record : records)
        if (const auto* value = std::get_if<T>(&record))
            found.emplace(keyOf(record), *value);
    return found;
}

// A deleted dataset is not in the configuration, for whoever reads it.
template <>
std::map<RecordKey, DatasetRecord> recordsOf(const std::vector<Record>& records)
{
    std::map<RecordKey, DatasetRecord> found;
    for (const auto& record : records)
        if (const auto* value = std::get_if<DatasetRecord>(&record);
            value != nullptr && !value->deletion)
            found.emplace(keyOf(record), *value);
    return found;
}

template <class T>
void diffKind(const char* kind, const std::vector<Record>& from, const std::vector<Record>& to,
              const ClusterState& state, std::vector<FieldDiff>& out)
{
    const auto before = recordsOf<T>(from);
    const auto after = recordsOf<T>(to);
    for (const auto& [key, record] : before) {
        const auto other = after.find(key);
        const std::string subject = kind + record.header.name;
        if (other == after.end())
            out.push_back({subject, {}, summary(fieldsOf(record, state)), {}});
        else
            compare(subject, fieldsOf(record, state), fieldsOf(other->second, state), out);
    }
    for (const auto& [key, record] : after)
        if (!before.contains(key))
            out.push_back({kind + record.header.name, {}, {}, summary(fieldsOf(record, state))});
}

} // namespace

std::vector<FieldDiff> diff(const std::vector<Record>& from, const std::vector<Record>& to,
                            const ClusterState& state)
{
    std::vector<FieldDiff> out;
    diffKind<ClusterRecord>("cluster ", from, to, state, out);
    diffKind<DatasetRecord>("dataset ", from, to, state, out);
    diffKind<NodeRecord>("node ", from, to, state, out);
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.subject < b.subject; });
    return out;
}

std::string changesOf(const Record& before, const Record& after, const ClusterState& state)
{
    constexpr std::size_t kMostText = 240;
    constexpr std::size_t kMostValue = 64;
    std::string text;
    std::size_t left = 0;
    for (const FieldDiff& field : diff({before}, {after}, state)) {
        std::string words;
        if (field.before.size() > kMostValue || field.after.size() > kMostValue)
            words = field.field + " changed";
        else if (field.after.empty())
            words = field.field + " removed";
        else if (field.before.empty())
            words = field.field + " = " + field.after;
        else
            words = field.field + ": " + field.before + " -> " + field.after;
        if (text.size() + words.size() > kMostText && !text.empty())
            ++left;
        else
            text += (text.empty() ? "" : ", ") + words;
    }
    return left == 0 ? text : text + " and " + std::to_string(left) + " more";
}

std::vector<Record> configurationOf(const ClusterState& state)
{
    std::vector<Record> records;
    if (auto cluster = state.record({RecordKind::Cluster, {}}))
        records.push_back(std::move(*cluster));
    for (const auto& [id, record] : state.datasets())
        records.emplace_back(record);
    for (const auto& [id, record] : state.nodes())
        records.emplace_back(record);
    for (const auto& [id, record] : state.keys())
        records.emplace_back(record);
    return records;
}

Apply exportOf(const ClusterState& state)
{
    Apply configuration;
    // A hostname that two nodes have does not name one.
    const auto stable = [&](const NodeId& id) {
        const auto* node = state.nodeLedger(id);
        const bool clear = node != nullptr && state.nodesNamed(node->hostname).size() == 1;
        return clear ? node->hostname : id.toString();
    };
    for (const auto& [id, record] : state.datasets()) {
        if (record.deletion)
            continue;
        const auto& placement = record.spec.placement;
        configuration.datasets.push_back(
            {record.header.name, record.header.labels, record.spec.size, record.spec.filesystem,
             record.spec.metadata, placement.node ? stable(*placement.node) : std::string(),
             placement.pool, placement.requiredLabels, placement.poolKinds});
    }
    std::sort(configuration.datasets.begin(), configuration.datasets.end());
    for (const auto& [id, record] : state.nodes())
        configuration.nodes.push_back({stable(id), record.header.labels, record.cordoned});
    std::sort(configuration.nodes.begin(), configuration.nodes.end());
    return configuration;
}

} // namespace drover::control::core
