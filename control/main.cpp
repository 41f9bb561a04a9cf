// drover-control: keeps the cluster's configuration and tells agents what to do. Composition only.

#include "bus/transport/context.h"
#include "bus/transport/keys.h"
#include "bus/transport/reactor.h"
#include "bus/transport/router_server.h"
#include "bus/transport/signals.h"
#include "bus/transport/xpub_publisher.h"
#include "control/first_start.h"
#include "control/process.h"
#include "control/service/control_service.h"
#include "control/store/sqlite_store.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>

namespace drover::control {
namespace {

using model::Error;
using model::ErrorCode;
using model::Result;

struct Options
{
    std::string state;
    std::string keys;
    std::string listen = "tcp://127.0.0.1:4523";
    std::string events = "tcp://127.0.0.1:4524";
    std::string readyFile;
    bool init = false;
    bool recover = false;
    std::string clusterName;
    std::string clusterId; // with recover, where the store is lost
};

// A start that is refused needs a person; one that failed for now may go well the next time.
enum ExitCode { kClean = 0, kUsage = 1, kRefused = 2, kFailed = 3 };

int complain(const Error& error)
{
    std::fprintf(stderr, "drover-control: %s%s%s\n", error.subject.c_str(),
                 error.subject.empty() ? "" : ": ", error.message.c_str());
    if (!error.hint.empty())
        std::fprintf(stderr, "  %s\n", error.hint.c_str());
    const bool passes = error.code == ErrorCode::Unavailable || error.code == ErrorCode::StoreFull;
    return passes ? kFailed : kRefused;
}

Error busError(const std::string& reason, const std::string& subject)
{
    return Error{ErrorCode::Unavailable, reason, subject, {}};
}

// ZeroMQ writes a port of its own choice as `*`.
std::string anyPort(const std::string& endpoint)
{
    return endpoint.ends_with(":0") ? endpoint.substr(0, endpoint.size() - 1) + '*' : endpoint;
}

// Why control starts in safe mode: a person says so.
store::SafeModeMark askedFor(const char* reason) { return {reason, SystemClock{}.wall()}; }

// A store of a new cluster, or, to be recovered, an empty one of a cluster whose store was lost.
Result<void> makeStore(const Options& options)
{
    std::optional<model::ClusterId> cluster;
    std::optional<store::SafeModeMark> mark;
    if (options.recover) {
        const auto id = model::ClusterId::parse(options.clusterId);
        if (!id || id->isNil())
            return Error{ErrorCode::InvalidArgument,
                         "`" + options.clusterId + "` is no cluster's id", "--cluster-id",
                         "it stands as `cluster` in drover-pool.json of each of its pools"};
        cluster = *id;
        mark = askedFor("the store was lost; it is to be rebuilt from what the nodes have");
    }
    const SystemClock clock;
    RandomIds ids;
    auto records = firstRecords(options.keys, options.clusterName, ids, clock.wall(), cluster);
    if (!records)
        return records.error();
    return store::SqliteStore::create(options.state, *records, clock.wall(), mark);
}

// Admits the keys of the store before a port is open: a client that is denied once stays away for a
// while.
void admitKeys(service::KeyDoor& door, const store::Loaded& loaded)
{
    for (const model::Record& record : loaded.records)
        if (const auto* key = std::get_if<model::KeyRecord>(&record))
            door.admit(key->publicKey, key->name);
}

Result<void> serve(const Options& options)
{
    const std::filesystem::path identity =
        std::filesystem::path{options.keys} / "control.key_secret";
    const auto certificate = bus::readCertificate(identity);
    if (!certificate)
        return Error{ErrorCode::Io, certificate.reason(), identity.string(),
                     "make the cluster's keys with `drover keys init DIR`"};
    auto opened = store::SqliteStore::open(options.state);
    if (!opened)
        return opened.error();
    auto loaded = (*opened)->load();
    if (!loaded)
        return loaded.error();
    if (options.recover && !loaded->safeMode) {
        loaded->safeMode = askedFor("control was started with --recover");
        if (auto marked = (*opened)->markSafeMode(*loaded->safeMode); !marked)
            return marked.error();
    }

    const service::LogSink log = logLine;
    bus::ignoreBrokenPipes();
    bus::raiseDescriptorLimit();
    bus::Context context;
    ContextDoor door{context.authenticator(), log};
    admitKeys(door, *loaded);
    bus::Reactor reactor;
    auto server =
        bus::RouterServer::bind(reactor, context, {anyPort(options.listen), certificate->keys});
    if (!server)
        return busError(server.reason(), options.listen);
    auto publisher =
        bus::XpubPublisher::bind(reactor, context, {anyPort(options.events), certificate->keys});
    if (!publisher)
        return busError(publisher.reason(), options.events);

    SystemClock clock;
    RandomIds ids;
    const service::Environment environment{
        reactor,  **server, **publisher,
        **opened, clock,    ids,
        door,     log,      [](const Error&) { std::_Exit(kFailed); }};
    auto control =
        service::ControlService::start(environment, {DROVER_VERSION, {}}, std::move(*loaded));
    if (!control)
        return control.error();
    const bus::SignalWatch signals{reactor, {SIGTERM, SIGINT}, [&](int) {
                                       log(service::LogLevel::Info, "control.stop", "control",
                                           "asked to stop");
                                       (*control)->stop();
                                       reactor.stop();
                                   }};
    if (!options.readyFile.empty()) {
        const ReadyFacts facts{(*server)->endpoint(), (*publisher)->endpoint(),
                               (*control)->state().cluster().id.toString(),
                               certificate->keys.publicKey};
        if (auto written = writeReadyFile(options.readyFile, facts); !written)
            return written.error();
    }
    log(service::LogLevel::Info, "control.ready", "control",
        "requests " + (*server)->endpoint() + ", events " + (*publisher)->endpoint());
    reactor.run();
    return {};
}

int run(int argc, char** argv)
{
    Options options;
    CLI::App app{"Keeps a cluster's configuration and tells its agents what to do."};
    app.name("drover-control");
    app.add_option("--state", options.state, "Folder of the store")->required();
    app.add_option(
           "--keys", options.keys,
           "Folder with control.key_secret; with --init also the public keys of admins and nodes")
        ->required();
    app.add_option("--listen", options.listen, "Where requests are taken; port 0 = a free one")
        ->capture_default_str();
    app.add_option("--events", options.events, "Where events are published; port 0 = a free one")
        ->capture_default_str();
    app.add_option("--ready-file", options.readyFile,
                   "Written when it serves: a JSON object with the endpoints");
    auto* const init =
        app.add_flag("--init", options.init,
                     "Make the store of a new cluster first; refused where there is one");
    auto* const recover = app.add_flag(
        "--recover", options.recover,
        "Start in safe mode, to make the store true again by `drover recover`; where the store is "
        "lost, make an empty one first, with --cluster-name and --cluster-id");
    recover->excludes(init);
    app.add_option("--cluster-name", options.clusterName, "The cluster's name, for a new store");
    app.add_option("--cluster-id", options.clusterId,
                   "Id of the cluster whose store was lost: `cluster` in drover-pool.json of its "
                   "pools")
        ->needs(recover);
    app.set_version_flag("--version", DROVER_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kClean : kUsage;
    }
    if (options.init && options.clusterName.empty()) {
        std::fprintf(stderr, "drover-control: --init needs --cluster-name NAME\n");
        return kUsage;
    }
    const bool lost = options.recover && !store::SqliteStore::exists(options.state);
    if (lost && (options.clusterName.empty() || options.clusterId.empty())) {
        std::fprintf(stderr,
                     "drover-control: there is no store in %s; to make one of a cluster "
                     "whose store was lost, --recover needs --cluster-name NAME and "
                     "--cluster-id ID\n",
                     options.state.c_str());
        return kUsage;
    }
    if (options.init || lost)
        if (auto made = makeStore(options); !made)
            return complain(made.error());
    if (auto served = serve(options); !served)
        return complain(served.error());
    return kClean;
}

} // namespace
} // namespace drover::control

int main(int argc, char** argv)
{
    // Shells end where third parties throw: no memory, no descriptors.
    try {
        return drover::control::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "drover-control: %s\n", error.what());
        return drover::control::kFailed;
    }
}
