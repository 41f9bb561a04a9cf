// drover-agent: runs a node's agent; shows what it says of itself; makes pools.

#include "agent/backend/make_backend.h"
#include "agent/backend/support/pool_marker.h"
#include "agent/run.h"
#include "agent/service/config.h"
#include "agent/service/node_identity.h"
#include "agent/service/status_report.h"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using namespace drover;

constexpr const char* kDefaultConfig = "/etc/drover/agent.yaml";

int complain(const model::Error& error)
{
    std::cerr << "drover-agent: " << (error.subject.empty() ? "" : error.subject + ": ")
              << error.message;
    if (!error.hint.empty())
        std::cerr << "; " << error.hint;
    std::cerr << '\n';
    return static_cast<int>(model::exitClass(error.code));
}

int showStatus(const std::string& configFile, bool asJson)
{
    const auto config = agent::service::readConfig(configFile);
    if (!config)
        return complain(config.error());
    const auto file = config->state / agent::service::kStatusFile;
    std::ifstream in(file, std::ios::binary);
    const std::string json{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const bool running = agent::service::StateFolder::inUse(config->state);
    if (!running && json.empty())
        return complain({model::ErrorCode::Unavailable,
                         "no agent has run with this configuration",
                         {},
                         "start drover-agent --config " + configFile});
    if (asJson) {
        std::cout << json;
    } else {
        const auto text = agent::service::statusToText(json);
        if (!text)
            return complain(text.error());
        std::cout << *text;
    }
    if (running)
        return 0;
    return complain({model::ErrorCode::Unavailable,
                     "the agent does not run; this is what it said last",
                     {},
                     {}});
}

struct PoolInit
{
    std::string path;
    std::string kind;
    std::string name;
    std::string cluster;
    bool shared = false;
    std::string fence = "none";
};

int initPool(const PoolInit& options)
{
    const auto cluster = model::ClusterId::parse(options.cluster);
    if (!cluster)
        return complain(cluster.error());
    if (const auto good = model::checkName("pool", options.name); !good)
        return complain(good.error());
    const auto fence = agent::service::parseFence(options.fence);
    if (!fence)
        return complain(fence.error());
    agent::service::RandomIdSource ids;
    model::PoolMarker marker;
    marker.cluster = *cluster;
    marker.pool = ids.make<model::PoolId>();
    marker.kind = options.kind;
    marker.shared = options.shared;
    marker.fence = *fence;
    const auto path = std::filesystem::absolute(options.path).lexically_normal();
    if (const auto made = agent::backend::initPool(path, marker); !made)
        return complain(made.error());
    std::cout << "pool " << options.name << " (" << marker.pool.toString() << ", " << options.kind
              << ") is at " << path.string() << '\n';
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"Runs the Drover agent of this node.", "drover-agent"};
    app.set_version_flag("--version", DROVER_VERSION);
    std::string config = kDefaultConfig;
    std::string readyFile;
    bool status = false;
    std::string output = "table";
    app.add_option("--config", config, "configuration file (YAML)")->capture_default_str();
    app.add_option("--ready-file", readyFile, "written when the agent is up");
    app.add_flag("--status", status, "show what the running agent says of itself");
    app.add_option("--output", output, "of --status: table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();

    auto* pool = app.add_subcommand("pool", "pools of this machine");
    pool->require_subcommand(1);
    auto* init = pool->add_subcommand("init", "make an empty folder a pool");
    PoolInit poolInit;
    init->add_option("--path", poolInit.path, "the folder; made if its parent exists")->required();
    init->add_option("--kind", poolInit.kind, "kind of storage")
        ->required()
        ->check(CLI::IsMember(agent::backend::backendKinds()));
    init->add_option("--name", poolInit.name, "name of the pool on its nodes")->required();
    init->add_option("--cluster", poolInit.cluster, "id of the cluster that it belongs to")
        ->required();
    init->add_flag("--shared", poolInit.shared, "several nodes reach this folder");
    init->add_option("--fence", poolInit.fence, "of a shared pool: none or self")
        ->capture_default_str();

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : static_cast<int>(model::ExitClass::Usage);
    }
    if (init->parsed())
        return initPool(poolInit);
    if (status)
        return showStatus(config, output == "json");
    return agent::runAgent({config, readyFile});
}
