#include "agent/service/status_report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace drover::agent::service {

using model::Error;
using model::ErrorCode;
using model::Result;
using nlohmann::json;

namespace {

const char* phaseText(SessionStatus::Phase phase)
{
    switch (phase) {
    case SessionStatus::Phase::Connecting:
        return "connecting";
    case SessionStatus::Phase::Greeting:
        return "greeting";
    case SessionStatus::Phase::Open:
        return "open";
    }
    return "unknown";
}

json conditionsToJson(const std::vector<model::Condition>& conditions)
{
    auto list = json::array();
    for (const auto& c : conditions) {
        json entry = {{"type", model::toString(c.type)},
                      {"reason", c.reason},
                      {"message", c.message},
                      {"since", model::toString(c.since)},
                      {"attempts", c.attempts},
                      {"suggestion", c.suggestion}};
        if (c.nextRetry)
            entry["nextRetry"] = model::toString(*c.nextRetry);
        list.push_back(std::move(entry));
    }
    return list;
}

using Rows = std::vector<std::vector<std::string>>;

void printTable(std::ostringstream& out, const Rows& rows)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line +=
                row[i] + std::string(i + 1 < row.size() ? widths[i] - row[i].size() + 2 : 0, ' ');
        out << line << '\n';
    }
}

void printConditions(std::ostringstream& out, const std::string& subject, const json& conditions)
{
    for (const auto& c : conditions) {
        out << subject << ": " << c.at("type").get<std::string>() << ": "
            << c.at("message").get<std::string>();
        if (c.contains("nextRetry"))
            out << " (try " << c.at("attempts") << ", next " << c.at("nextRetry").get<std::string>()
                << ")";
        const auto suggestion = c.at("suggestion").get<std::string>();
        if (!suggestion.empty())
            out << "; " << suggestion;
        out << '\n';
    }
}

std::string sizeText(const json& entry, const char* key)
{
    if (!entry.contains(key))
        return "-";
    return model::toString(model::ByteCount{entry.at(key).get<std::uint64_t>()});
}

} // namespace

std::string statusToJson(const ServiceStatus& status, const model::NodeId& node,
                         const std::string& name, model::TimePoint now)
{
    json root;
    root["node"] = node.toString();
    root["name"] = name;
    root["pid"] = ::getpid();
    root["at"] = model::toString(now);
    root["session"] = {
        {"phase", phaseText(status.session.phase)},
        {"reason", status.session.reason},
        {"since", model::toString(status.session.since)},
        {"id", status.session.session ? status.session.session->toString() : std::string()},
        {"cluster", status.assignments.cluster.toString()},
        {"term", status.assignments.term},
        {"revision", status.assignments.revision}};
    root["assignments"] = json::array();
    for (const auto& a : status.assignments.assignments) {
        root["assignments"].push_back({{"dataset", a.dataset.toString()},
                                       {"name", a.name},
                                       {"copy", a.copy.toString()},
                                       {"goal", model::toString(a.goal)},
                                       {"epoch", a.epoch},
                                       {"clusterAgent", a.clusterAgent}});
    }
    root["pools"] = json::array();
    for (const auto& p : status.pools) {
        root["pools"].push_back({{"id", p.id.toString()},
                                 {"name", p.name},
                                 {"kind", p.kind},
                                 {"shared", p.shared},
                                 {"available", p.available},
                                 {"capacityBytes", p.capacity.value},
                                 {"freeBytes", p.free.value},
                                 {"conditions", conditionsToJson(p.conditions)}});
    }
    root["copies"] = json::array();
    for (const auto& c : status.copies) {
        json entry = {{"dataset", c.dataset.toString()},
                      {"name", c.datasetName},
                      {"copy", c.copy.toString()},
                      {"pool", c.pool.toString()},
                      {"role", model::toString(c.role)},
                      {"epoch", c.epoch},
                      {"phase", c.epoch == 0 ? "Absent" : model::toString(c.phase)},
                      {"path", c.path},
                      {"filesystem", c.filesystem},
                      {"step", c.step},
                      {"conditions", conditionsToJson(c.conditions)}};
        if (c.size)
            entry["sizeBytes"] = c.size->value;
        if (c.used)
            entry["usedBytes"] = c.used->value;
        root["copies"].push_back(std::move(entry));
    }
    root["running"] = status.running;
    return root.dump(2) + "\n";
}

Result<std::string> statusToText(const std::string& text)
{
    try {
        const auto root = json::parse(text);
        std::ostringstream out;
        const auto& session = root.at("session");
        out << "node " << root.at("name").get<std::string>() << " ("
            << root.at("node").get<std::string>() << "), process " << root.at("pid") << ", as of "
            << root.at("at").get<std::string>() << '\n';
        out << "control: " << session.at("phase").get<std::string>() << " since "
            << session.at("since").get<std::string>();
        if (const auto reason = session.at("reason").get<std::string>(); !reason.empty())
            out << ": " << reason;
        out << ", term " << session.at("term") << ", revision " << session.at("revision") << "\n\n";
        Rows pools{{"POOL", "KIND", "SHARED", "AVAILABLE", "CAPACITY", "FREE"}};
        for (const auto& p : root.at("pools"))
            pools.push_back({p.at("name").get<std::string>(), p.at("kind").get<std::string>(),
                             p.at("shared").get<bool>() ? "yes" : "no",
                             p.at("available").get<bool>() ? "yes" : "no",
                             sizeText(p, "capacityBytes"), sizeText(p, "freeBytes")});
        printTable(out, pools);
        out << '\n';
        Rows copies{{"DATASET", "COPY", "ROLE", "EPOCH", "PHASE", "USED", "PATH", "STEP"}};
        for (const auto& c : root.at("copies"))
            copies.push_back({c.at("name").get<std::string>(),
                              c.at("copy").get<std::string>().substr(0, 8),
                              c.at("role").get<std::string>(),
                              std::to_string(c.at("epoch").get<std::uint64_t>()),
                              c.at("phase").get<std::string>(), sizeText(c, "usedBytes"),
                              c.at("path").get<std::string>(), c.at("step").get<std::string>()});
        printTable(out, copies);
        for (const auto& p : root.at("pools"))
            printConditions(out, "pool " + p.at("name").get<std::string>(), p.at("conditions"));
        for (const auto& c : root.at("copies"))
            printConditions(out, "dataset " + c.at("name").get<std::string>(), c.at("conditions"));
        for (const auto& r : root.at("running"))
            out << "running: " << r.get<std::string>() << '\n';
        return out.str();
    } catch (const json::exception& e) {
        return Error{
            ErrorCode::Malformed, std::string("the status file is damaged: ") + e.what(), {}, {}};
    }
}

Result<void> writeStatus(const std::filesystem::path& file, const std::string& text)
{
    const auto beside = file.string() + ".new";
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out << text;
        out.flush();
        if (!out)
            return Error{ErrorCode::Io, "cannot write " + beside, {}, {}};
    }
    std::error_code failed;
    std::filesystem::rename(beside, file, failed);
    if (failed)
        return Error{
            ErrorCode::Io, "cannot replace " + file.string() + ": " + failed.message(), {}, {}};
    return {};
}

} // namespace drover::agent::service
