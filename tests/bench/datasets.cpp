// Control with very many datasets: what each costs in memory, and how long a mirror takes to hold them all.
//
//     bench_datasets AGENTS DATASETS_EACH

#include "bus/client/cluster_mirror.h"
#include "bus/transport/dealer_client.h"
#include "bus/transport/reactor.h"
#include "bus/transport/sub_subscriber.h"
#include "tests/bench/support/bare_client.h"
#include "tests/bench/support/control_program.h"
#include "tests/bench/support/light_agents.h"

#include <cstdlib>

using namespace drover;
using namespace drover::model;
using namespace drover::bench;

namespace {

constexpr double kPatience = 300; // seconds

// Until every agent and every dataset is known.
void waitUntilTrue(BareClient& admin, const Seed& seed, const LightAgents& agents)
{
    const auto begin = Clock::now();
    for (;;) {
        Request request;
        request.body = ReadVerb{StatusGet{}};
        const auto reply = admin.ask(request, 10'000);
        const auto* status = reply ? std::get_if<StatusResult>(&reply->body) : nullptr;
        if (status != nullptr && status->alive == seed.nodes.size() &&
            status->inSync == seed.datasets.size() && agents.inSession() == seed.nodes.size())
            return;
        if (secondsBetween(begin, Clock::now()) > kPatience)
            giveUp("it does not become true");
        static_cast<void>(admin.receive(50)); // nothing comes unasked: a pause
    }
}

// Resident memory of a control that knows these nodes and datasets.
double memoryOf(const Seed& seed, ControlProgram& control, const LightAgents& agents,
                zmq::context_t& context)
{
    BareClient admin(context, {control.requests(), seed.control.publicKey, seed.admin});
    waitUntilTrue(admin, seed, agents);
    return control.memory();
}

double emptyMemory(std::size_t agentCount, zmq::context_t& context)
{
    const ScratchFolder folder;
    const Seed seed = makeSeed(folder.path(), agentCount, 0);
    ControlProgram control(seed, programsUnderTest());
    control.start();
    LightAgents agents(seed, control.requests());
    agents.start();
    return memoryOf(seed, control, agents, context);
}

// Both snapshots page by page, read and thrown away: what control and the wire need for them.
double pagesSeconds(const Seed& seed, const ControlProgram& control, zmq::context_t& context)
{
    BareClient client(context, {control.requests(), seed.control.publicKey, seed.admin});
    const auto begin = Clock::now();
    for (const Stream stream : {Stream::Config, Stream::State}) {
        std::string after;
        do {
            Request request;
            request.body = ReadVerb{SnapshotGet{stream, {0, after}}};
            const auto reply = client.ask(request, 60'000);
            const auto* page = reply ? std::get_if<SnapshotResult>(&reply->body) : nullptr;
            if (page == nullptr)
                giveUp("a page of a snapshot was not answered");
            after = page->next;
        } while (!after.empty());
    }
    return secondsBetween(begin, Clock::now());
}

// Seconds until a mirror holds everything.
double mirrorSeconds(const Seed& seed, const ControlProgram& control)
{
    bus::Context context;
    bus::Reactor reactor;
    bus::ClientOptions options;
    options.endpoint = control.requests();
    options.keys = seed.admin;
    options.serverKey = seed.control.publicKey;
    const auto begin = Clock::now();
    auto dealer = std::move(*bus::DealerClient::connect(reactor, context, options));
    options.endpoint = control.events();
    auto subscriber = std::move(*bus::SubSubscriber::connect(reactor, context, options));
    client::ClusterClient::Options clientOptions;
    clientOptions.program = "bench";
    clientOptions.idPrefix = "mirror-";
    client::ClusterClient client(reactor, *dealer, clientOptions);
    client::ClusterMirror mirror(reactor, client, *subscriber, {});
    if (!reactor.runUntil([&] { return mirror.live(); }, bus::Duration(300'000)))
        giveUp("the mirror does not become live: " + mirror.staleReason());
    const double took = secondsBetween(begin, Clock::now());
    if (mirror.tables().datasets().size() != seed.datasets.size() ||
        mirror.tables().copyStates().size() != seed.datasets.size())
        giveUp("the mirror lacks datasets");
    return took;
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t agentCount = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
    const std::size_t each = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100;
    static_cast<void>(bus::raiseDescriptorLimit());
    bus::Context context;
    const double empty = emptyMemory(agentCount, context.zmq());
    say("empty: " + fixed(empty / 1e6, 0) + " MB");
    const ScratchFolder folder;
    const Seed seed = makeSeed(folder.path(), agentCount, each);
    say("seeded");
    ControlProgram control(seed, programsUnderTest());
    auto begin = Clock::now();
    control.start();
    const double started = secondsBetween(begin, Clock::now());
    const double loaded = control.memory();
    LightAgents agents(seed, control.requests());
    begin = Clock::now();
    agents.start();
    const double full = memoryOf(seed, control, agents, context.zmq());
    const double known = secondsBetween(begin, Clock::now());
    const double count = static_cast<double>(seed.datasets.size());
    say("started in " + fixed(started, 2) + " s (" + fixed(loaded / 1e6, 0) + " MB), known after " +
        fixed(known, 2) + " s (" + fixed(full / 1e6, 0) + " MB)");

    Table report;
    Row row;
    row.figure = "memory per dataset in control, " + fixed(count, 0) + " datasets";
    row.goal = "<= 1.5 KiB";
    row.measured = fixed((full - empty) / count / 1024, 2) + " KiB (records alone " +
                   fixed((loaded - empty) / count / 1024, 2) + ")";
    row.baseline = "control with " + std::to_string(agentCount) +
                   " agents and none: " + fixed(empty / 1e6, 0) + " MB";
    row.met = (full - empty) / count <= 1536;
    row.values = {{"bytes_per_dataset", (full - empty) / count},
                  {"resident_bytes", full},
                  {"empty_bytes", empty},
                  {"start_seconds", started},
                  {"known_seconds", known}};
    report.add(row);
    const double pages = pagesSeconds(seed, control, context.zmq());
    const double mirrored = mirrorSeconds(seed, control);
    row = {};
    row.figure = "snapshot of " + fixed(count, 0) + " datasets -> live mirror";
    row.measured = fixed(mirrored, 2) + " s";
    row.baseline = "its pages, decoded and thrown away: " + fixed(pages, 2) + " s";
    row.values = {{"seconds", mirrored}, {"pages_seconds", pages}};
    report.add(row);
    report.print();
    return 0;
}
