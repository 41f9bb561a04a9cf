#include "agent/run.h"

#include "agent/backend/make_backend.h"
#include "agent/backend/support/pool_marker.h"
#include "agent/service/agent_service.h"
#include "agent/service/config.h"
#include "agent/service/node_identity.h"
#include "agent/service/status_report.h"
#include "agent/service/thread_step_runner.h"
#include "bus/transport/bulk_connector.h"
#include "bus/transport/bulk_listener.h"
#include "bus/transport/context.h"
#include "bus/transport/dealer_client.h"
#include "bus/transport/keys.h"
#include "bus/transport/reactor.h"
#include "bus/transport/signals.h"
#include "proto/model/crash_point.h"

#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace drover::agent {

namespace {

using model::Error;
using model::ErrorCode;
using model::Result;
using namespace service;

constexpr bus::Duration kStatusInterval{500};
constexpr std::chrono::milliseconds kDrainTime{10'000};
constexpr const char* kVersion = DROVER_VERSION;

// A start that is refused needs a person; one that failed for now may go well the next time.
enum ExitCode { kUsage = 1, kRefused = 2, kFailed = 3 };

void log(LogLevel level, const std::string& text)
{
    const char* word = level == LogLevel::Info      ? "info"
                       : level == LogLevel::Warning ? "warning"
                                                    : "error";
    const std::string line =
        model::toString(SystemClock().now().wall) + " " + word + " " + text + "\n";
    std::fputs(line.c_str(), stderr); // one call: lines of several threads do not mix
}

int fail(const Error& error)
{
    log(LogLevel::Error, (error.subject.empty() ? std::string() : error.subject + ": ") +
                             error.message +
                             (error.hint.empty() ? std::string() : "; " + error.hint));
    switch (error.code) {
    case ErrorCode::InvalidArgument:
        return kUsage;
    case ErrorCode::Io: // a full disk, a port that is taken, a folder that is not mounted yet
    case ErrorCode::Unavailable:
        return kFailed;
    default:
        return kRefused;
    }
}

Error busError(const std::string& reason) { return {ErrorCode::Io, reason, {}, {}}; }

struct Identity
{
    bus::KeyPair keys;
    std::optional<model::NodeId> node;
    std::string name;
};

Result<Identity> readIdentity(const Config& config)
{
    const auto certificate = bus::readCertificate(config.identity);
    if (!certificate)
        return busError(certificate.reason());
    Identity identity;
    identity.keys = certificate->keys;
    if (identity.keys.secretKey.empty())
        return Error{ErrorCode::InvalidArgument,
                     config.identity.string() + " holds no secret key",
                     {},
                     "name the .key_secret file in `identity`"};
    const auto metadata = [&](const char* key) {
        const auto it = certificate->metadata.find(key);
        return it == certificate->metadata.end() ? std::string() : it->second;
    };
    if (const auto text = metadata("node"); !text.empty()) {
        const auto id = model::NodeId::parse(text);
        if (!id)
            return id.error();
        identity.node = *id;
    }
    identity.name = !config.name.empty() ? config.name : metadata("name");
    if (identity.name.empty())
        identity.name = hostname();
    return identity;
}

// The pools of the configuration, with their backends.
struct Pools
{
    std::vector<std::unique_ptr<backend::StorageBackend>> owned;
    std::map<model::PoolId, backend::StorageBackend*> byId;
    std::vector<core::PoolSetup> setup;
    std::optional<model::ClusterId> cluster;
};

Result<Pools> openPools(const Config& config, const StateFolder& state, const model::NodeId& node,
                        const model::BootId& boot, backend::CommandRunner& commands)
{
    Pools pools;
    for (const auto& entry : config.pools) {
        const std::string subject = "pool " + entry.name;
        const auto marker = backend::readPoolMarker(entry.path);
        const auto id =
            state.poolId(entry.path, marker ? std::optional(marker->pool) : std::nullopt);
        if (!id)
            return Error{id.error().code, id.error().message, subject, id.error().hint};
        if (marker) {
            if (pools.cluster && *pools.cluster != marker->cluster)
                return Error{ErrorCode::Conflict,
                             "it belongs to another cluster than the pools before it",
                             subject,
                             {}};
            if (marker->shared != entry.shared || (marker->shared && marker->fence != entry.fence))
                return Error{
                    ErrorCode::InvalidArgument,
                    "its marker says shared: " + std::string(marker->shared ? "true" : "false") +
                        "; `shared` and `fence` in the configuration must be as it was made",
                    subject,
                    {}};
            pools.cluster = marker->cluster;
        } else {
            log(LogLevel::Warning, subject + " is not there: " + marker.error().message +
                                       "; nothing is done in it until it is");
        }
        backend::PoolConfig setup;
        setup.name = entry.name;
        setup.kind = entry.kind;
        setup.path = entry.path;
        setup.mountRoot = config.mountRoot;
        setup.node = node;
        setup.boot = boot;
        if (marker)
            setup.cluster = marker->cluster;
        auto made = backend::makeBackend(setup, commands);
        if (!made)
            return Error{made.error().code, made.error().message, subject, made.error().hint};
        if (!pools.byId.emplace(*id, made->get()).second)
            return Error{
                ErrorCode::Conflict, "another entry of `pools` is the same pool", subject, {}};
        pools.owned.push_back(std::move(*made));
        pools.setup.push_back({*id, entry.name, entry.kind, entry.shared, entry.fence});
    }
    return pools;
}

Result<void> writeReadyFile(const std::filesystem::path& file, const std::string& bulk)
{
    if (file.empty())
        return {};
    return writeStatus(file, "{\"bulk\": \"" + bulk + "\", \"pid\": " + std::to_string(::getpid()) +
                                 "}\n");
}

// Writes the status file when something changed, and not more often than a person can read.
class StatusWriter
{
public:
    StatusWriter(bus::Executor& executor, AgentService& service, std::filesystem::path file,
                 model::NodeId node, std::string name)
        : m_executor(executor), m_service(service), m_file(std::move(file)), m_node(node),
          m_name(std::move(name))
    {
        m_service.onChanged([this] { soon(); });
        write();
    }
    ~StatusWriter() { m_service.onChanged(nullptr); }
    StatusWriter(const StatusWriter&) = delete;
    StatusWriter& operator=(const StatusWriter&) = delete;

private:
    void soon()
    {
        if (m_waiting)
            return;
        m_waiting = true;
        m_timer = m_executor.after(kStatusInterval, [this] {
            m_waiting = false;
            write();
        });
    }
    void write()
    {
        const auto written = writeStatus(
            m_file, statusToJson(m_service.status(), m_node, m_name, SystemClock().now().wall));
        if (!written && !m_complained)
            log(LogLevel::Warning, written.error().message);
        m_complained = !written;
    }

    bus::Executor& m_executor;
    AgentService& m_service;
    std::filesystem::path m_file;
    model::NodeId m_node;
    std::string m_name;
    bool m_waiting = false;
    bool m_complained = false;
    bus::Subscription m_timer;
};

Result<void> run(const RunOptions& options)
{
    auto config = readConfig(options.config);
    if (!config)
        return config.error();
    auto identity = readIdentity(*config);
    if (!identity)
        return identity.error();
    auto state = StateFolder::open(config->state);
    if (!state)
        return state.error();
    std::error_code failed;
    std::filesystem::create_directories(config->mountRoot, failed);
    if (failed)
        return busError("cannot make the mount root " + config->mountRoot.string() + ": " +
                        failed.message());
    const auto boot = bootId();
    if (!boot)
        return boot.error();
    RandomIdSource ids;
    const auto node = state->nodeId(identity->node, ids);
    if (!node)
        return node.error();

    bus::ignoreBrokenPipes();
    bus::raiseDescriptorLimit();
    backend::SystemCommandRunner commands;
    auto pools = openPools(*config, *state, *node, *boot, commands);
    if (!pools)
        return pools.error();
    auto address = config->address.empty() ? addressTowards(config->controlEndpoint)
                                           : Result<std::string>(config->address);
    if (!address)
        return address.error();

    bus::Reactor reactor;
    bus::Context context;
    bus::SignalWatch signals(reactor, {SIGTERM, SIGINT}, [&](int) { reactor.stop(); });
    auto listener = bus::RouterBulkListener::bind(
        reactor, context,
        {config->bulk.empty() ? "tcp://" + *address + ":*" : config->bulk, identity->keys});
    if (!listener)
        return busError(listener.reason());
    bus::DealerBulkConnector connector(reactor, context, identity->keys);
    bus::ClientOptions client{config->controlEndpoint, identity->keys, config->controlKey, {}};
    auto control = bus::DealerClient::connect(reactor, context, client);
    if (!control)
        return busError(control.reason());

    SystemClock clock;
    FileAssignmentStore store(state->path());
    ThreadStepRunner runner(reactor, pools->byId, listener->get(), &connector, log);
    {
        ServiceSetup setup;
        setup.node = *node;
        setup.machine = machineId();
        // a machine without one has at least its node's
        if (setup.machine.isNil())
            setup.machine.value = node->value;
        setup.boot = *boot;
        setup.hostname = identity->name;
        setup.address = *address;
        setup.bulkEndpoint = (*listener)->endpoint();
        setup.version = kVersion;
        setup.labels = config->labels;
        setup.core.pools = pools->setup;
        const auto seed = ids.next();
        for (std::size_t i = 0; i < 8; ++i)
            setup.core.seed = (setup.core.seed << 8U) | seed.bytes[i];
        AgentService agent(std::move(setup), **control, reactor, runner, store, clock, ids, log);
        if (auto started = agent.start(pools->cluster); !started)
            return started.error();
        StatusWriter status(reactor, agent, state->path() / kStatusFile, *node, identity->name);
        if (auto ready = writeReadyFile(options.readyFile, (*listener)->endpoint()); !ready)
            return ready.error();
        log(LogLevel::Info, "node " + identity->name + " (" + node->toString() +
                                ") is up; transfers at " + (*listener)->endpoint());
        DROVER_CRASH_POINT("agent.ready");
        reactor.run();
        log(LogLevel::Info, "stopping; mounts stay");
    }
    if (!runner.drain(kDrainTime)) {
        // What such a call still uses must not be destroyed under it. Nothing else is left to do.
        log(LogLevel::Warning, "some calls to a pool do not come back; ending without them");
        std::fflush(nullptr);
        ::_exit(0);
    }
    return {};
}

} // namespace

int runAgent(const RunOptions& options)
{
    try {
        const auto ended = run(options);
        if (!ended)
            return fail(ended.error());
        return 0;
    } catch (const std::exception& e) {
        return fail({ErrorCode::Internal, e.what(), {}, {}});
    }
}

} // namespace drover::agent
