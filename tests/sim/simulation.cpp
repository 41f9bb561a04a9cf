#include "tests/sim/simulation.h"

#include "control/core/invariants.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace drover::sim {

namespace {

using std::chrono::milliseconds;

constexpr bus::Duration kLookEvery{250}; // how often the core's invariants are checked

class Simulation
{
public:
    explicit Simulation(const Options& options);
    RunReport run();

private:
    void makeCluster();
    void makeClient();
    void lookAround();
    void write();
    void mishap();
    void command();
    void answered(const model::WriteVerb& verb, const model::Result<model::Reply>& reply);
    void stopFaults();
    [[nodiscard]] bool converged() const;
    void judge();
    void say(const std::string& text);
    void repeat(bus::Duration least, bus::Duration most, void (Simulation::*act)());
    void renew(std::size_t slot, bus::Duration least, bus::Duration most, void (Simulation::*act)());

    Options m_options;
    bus::VirtualWorld m_world;
    Random m_random;
    Oracle m_oracle;
    Rendezvous m_rendezvous;
    StepFaults m_faults{};
    std::unique_ptr<bus::VirtualExecutor> m_nature; // its own executor: chance, writers, checks
    bus::MemoryBus m_bus;
    model::ClusterId m_cluster;
    std::vector<std::unique_ptr<Disk>> m_disks;
    ControlHost m_control;
    std::vector<std::unique_ptr<SimNode>> m_nodes;

    std::unique_ptr<bus::VirtualExecutor> m_clientExecutor;
    std::unique_ptr<bus::RequestClient> m_link;
    std::unique_ptr<bus::Subscriber> m_subscriber;
    std::unique_ptr<client::ClusterClient> m_client;
    std::unique_ptr<client::ClusterMirror> m_mirror;

    KnownCluster m_known;
    bool m_calm = false;
    Token m_nextToken = 1;
    model::Revision m_acknowledged = 0;
    std::vector<bus::Subscription> m_timers;
    RunReport m_report;
};

Simulation::Simulation(const Options& options)
    : m_options(options), m_world(options.seed), m_random(options.seed * 7919 + 17), m_nature(m_world.executor("nature")),
      m_bus(*m_nature, options.seed),
      m_control(m_world, m_bus, m_random, m_oracle,
                [this](control::service::LogLevel, std::string_view what, std::string_view object, std::string_view message) {
                    say("control: " + std::string(what) + " " + std::string(object) + ": " + std::string(message));
                })
{
    if (options.trace)
        m_bus.onTrace([this](bus::MonotonicTime, std::string_view line) { say("net: " + std::string(line)); });
}

void Simulation::say(const std::string& text)
{
    if (!m_options.trace) return;
    std::printf("%10.3f %s\n", static_cast<double>(m_world.now().time_since_epoch().count()) / 1000, text.c_str());
}

void Simulation::makeCluster()
{
    m_cluster = m_random.make<model::ClusterId>();
    std::vector<model::Record> records;
    model::ClusterRecord cluster;
    cluster.id = m_cluster;
    cluster.header.name = "sim";
    cluster.retiredCopyGrace = std::chrono::seconds(20);
    cluster.deleteGrace = std::chrono::seconds(60);
    records.emplace_back(cluster);
    model::HistoryRecord history;
    history.history = m_random.make<model::HistoryId>();
    records.emplace_back(history);

    const auto makeDisk = [this](const std::string& name, const std::string& kind, bool shared) {
        auto disk = std::make_unique<Disk>();
        disk->marker = {m_cluster, m_random.make<model::PoolId>(), kind, shared, shared ? model::Fence::Self : model::Fence::None};
        disk->name = name;
        disk->block = kind == "loopback";
        m_disks.push_back(std::move(disk));
        return m_disks.back().get();
    };
    Disk* shared = makeDisk("shared", "loopback", true);
    m_known.pools = {"local", "local", "shared"};

    StepWorld world;
    world.random = &m_random;
    world.oracle = &m_oracle;
    world.rendezvous = &m_rendezvous;
    world.faults = &m_faults;
    world.disk = [this](const model::PoolId& pool) {
        const auto found = std::find_if(m_disks.begin(), m_disks.end(), [&](const auto& disk) { return disk->marker.pool == pool; });
        return found == m_disks.end() ? nullptr : found->get();
    };
    for (unsigned i = 1; i <= m_options.nodes; ++i) {
        const std::string host = "n" + std::to_string(i);
        StepWorld own = world;
        own.reachable = [this, host](const model::NodeId&, const model::NodeId& to) {
            const auto found = std::find_if(m_nodes.begin(), m_nodes.end(), [&](const auto& node) { return node->id() == to; });
            return found != m_nodes.end() && (*found)->running() && !m_bus.faults(host, (*found)->host()).cut;
        };
        m_nodes.push_back(std::make_unique<SimNode>(
            m_world, m_bus, std::move(own), m_random, host,
            std::vector<Disk*>{makeDisk("local", m_random.chance(500) ? "directory" : "loopback", false), shared},
            [this, host](agent::service::LogLevel, const std::string& text) { say(host + ": " + text); }));
        m_known.nodes.push_back(host);
        model::KeyRecord key;
        key.publicKey = std::string(39, 'n') + std::to_string(i);
        key.name = "node-" + host;
        key.role = model::KeyRole::Node;
        key.node = m_nodes.back()->id();
        records.emplace_back(key);
    }
    model::KeyRecord admin;
    admin.publicKey = std::string(40, 'a');
    admin.name = "admin";
    admin.role = model::KeyRole::Admin;
    records.emplace_back(admin);
    m_control.initialise(records);
    m_control.start();
    for (const auto& node : m_nodes) node->start();
}

void Simulation::makeClient()
{
    m_clientExecutor = m_world.executor("client");
    m_link = m_bus.requestClient(*m_clientExecutor, "client", "control:4523", "admin");
    m_subscriber = m_bus.subscriber(*m_clientExecutor, "client", "control:4524", "admin");
    client::ClusterClient::Options options;
    options.program = "sim";
    options.idPrefix = "sim" + std::to_string(m_options.seed);
    options.seed = m_options.seed;
    m_client = std::make_unique<client::ClusterClient>(*m_clientExecutor, *m_link, options);
    m_mirror = std::make_unique<client::ClusterMirror>(*m_clientExecutor, *m_client, *m_subscriber,
                                                       client::ClusterMirror::Options{m_options.seed, bus::Duration{3000}, bus::Duration{1000}});
}

void Simulation::repeat(bus::Duration least, bus::Duration most, void (Simulation::*act)())
{
    m_timers.emplace_back();
    renew(m_timers.size() - 1, least, most, act);
}

void Simulation::renew(std::size_t slot, bus::Duration least, bus::Duration most, void (Simulation::*act)())
{
    const bus::Duration delay{m_random.between(static_cast<std::uint64_t>(least.count()), static_cast<std::uint64_t>(most.count()))};
    m_timers[slot] = m_nature->after(delay, [this, slot, least, most, act] {
        (this->*act)();
        renew(slot, least, most, act);
    });
}

void Simulation::lookAround()
{
    m_control.buryIfFatal();
    if (m_control.disk().head < m_acknowledged)
        m_oracle.violation("5.1: the store is at revision " + std::to_string(m_control.disk().head) + ", acknowledged was " +
                           std::to_string(m_acknowledged));
    if (!m_control.running()) return;
    if (!m_control.service()->safeMode().empty()) m_oracle.violation("5.10: safe mode: " + m_control.service()->safeMode());
    for (const std::string& broken : control::core::checkInvariants(m_control.service()->state())) m_oracle.violation("core: " + broken);
}

void Simulation::write()
{
    SimNode& node = *m_random.pick(m_nodes);
    if (node.machine().mounted.empty()) return;
    auto at = node.machine().mounted.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(m_random.below(node.machine().mounted.size())));
    for (Disk* disk : node.disks()) {
        const auto copy = disk->copies.find(at->first);
        if (copy != disk->copies.end()) m_oracle.wrote(copy->second, m_nextToken++);
    }
    if (!m_calm && m_random.chance(20)) node.machine().busy.insert(at->first);
    if (m_random.chance(300)) node.machine().busy.clear();
}

// One fault, or the end of one.
void Simulation::mishap()
{
    if (m_calm) return;
    ++m_report.faults;
    SimNode& node = *m_random.pick(m_nodes);
    const std::string other = m_random.chance(500) ? "control" : m_random.pick(m_nodes)->host();
    switch (m_random.below(12)) {
    case 0: say("-- control crashes"); return m_control.crash();
    case 1:
    case 2: say("-- control starts"); return m_control.start();
    case 3: say("-- agent of " + node.host() + " crashes"); return node.crash();
    case 4: say("-- " + node.host() + " loses power"); return node.reboot();
    case 5:
    case 6:
        say("-- agents start");
        for (const auto& each : m_nodes) each->start();
        return;
    case 7: say("-- cut between " + node.host() + " and " + other); return m_bus.partition(node.host(), other);
    case 8: say("-- the network heals"); return m_bus.healAll();
    case 9: say("-- disconnect of " + node.host()); return m_bus.disconnect(node.host(), "control");
    case 10: {
        Disk& disk = *node.disks()[m_random.below(node.disks().size())];
        disk.markerThere = !disk.markerThere;
        return say("-- marker of a pool on " + node.host() + (disk.markerThere ? " is back" : " is gone"));
    }
    default:
        m_control.disk().full = !m_control.disk().full;
        return say(m_control.disk().full ? "-- the store's disk is full" : "-- the store's disk has room");
    }
}

void Simulation::command()
{
    if (m_calm) return;
    m_known.newest = m_acknowledged;
    const model::WriteVerb verb = randomVerb(m_random, m_known);
    if (const auto* create = std::get_if<model::DatasetCreate>(&verb)) m_known.datasets.push_back(*create->id);
    if (const auto* remove = std::get_if<model::DatasetDelete>(&verb)) m_oracle.deleteAsked(remove->dataset.id.value_or(model::DatasetId{}));
    if (const auto* purge = std::get_if<model::DatasetPurge>(&verb)) m_oracle.deleteAsked(purge->dataset.id.value_or(model::DatasetId{}));
    ++m_report.commands;
    say(std::string("client: ") + model::verbName(verb));
    m_client->call(model::Write{{model::Operation{verb, {}}}, false, "", ""},
                   [this, verb](const model::Result<model::Reply>& reply) { answered(verb, reply); });
}

void Simulation::answered(const model::WriteVerb& verb, const model::Result<model::Reply>& reply)
{
    if (!reply) {
        ++m_report.unanswered;
        return say(std::string("client: no answer to ") + model::verbName(verb) + ": " + reply.error().message);
    }
    if (reply->error) {
        ++m_report.refused;
        return say(std::string("client: refused ") + model::verbName(verb) + ": " + reply->error->message);
    }
    ++m_report.acknowledged;
    m_acknowledged = std::max(m_acknowledged, reply->revision);
    if (const auto* result = std::get_if<model::WriteResult>(&reply->body))
        for (const model::OperationResult& one : result->results)
            if (one.lease) m_known.leases.push_back(*one.lease);
}

void Simulation::stopFaults()
{
    say("-- the faults stop");
    m_calm = true;
    m_faults = StepFaults{};
    m_bus.setDefaultFaults(bus::LinkFaults{});
    m_bus.healAll();
    m_control.disk().full = false;
    for (const auto& disk : m_disks) disk->markerThere = true;
    m_control.start();
    for (const auto& node : m_nodes) {
        node->machine().busy.clear();
        node->start();
    }
}

bool Simulation::converged() const
{
    if (!m_control.running()) return false;
    const control::core::ClusterState& state = m_control.service()->state();
    for (const auto& [id, record] : state.datasets()) {
        const model::DatasetStatus* status = state.publishedStatus(id);
        if (!status) return false;
        if (status->sync == model::Sync::Blocked && !status->conditions.empty()) continue;
        if (status->sync != model::Sync::InSync) return false;
    }
    return m_client->inFlight() == 0 && m_mirror->live();
}

void Simulation::judge()
{
    if (!m_control.running()) return m_oracle.violation("5.7: control does not run at the end");
    const control::core::ClusterState& state = m_control.service()->state();
    for (const auto& [id, record] : state.datasets()) {
        const model::DatasetStatus* status = state.publishedStatus(id);
        if (!status) {
            m_oracle.violation("5.8: dataset " + record.header.name + " has no status");
            continue;
        }
        if (status->sync == model::Sync::InSync) continue;
        std::string why;
        for (const model::Condition& condition : status->conditions)
            why += std::string(" [") + model::toString(condition.type) + " " + condition.reason + ": " + condition.message + "]";
        if (status->sync == model::Sync::Converging)
            m_oracle.violation("5.7: dataset " + record.header.name + " (" + id.toString() + ") did not converge:" + why);
        else if (why.empty())
            m_oracle.violation("5.8: dataset " + record.header.name + " is blocked and does not say why");
        say("at the end dataset " + record.header.name + " is blocked:" + why);
    }
    std::vector<const Disk*> disks;
    for (const auto& disk : m_disks) disks.push_back(disk.get());
    m_oracle.checkAllThere(disks);
    if (!m_mirror->live()) return m_oracle.violation("stream: the mirror is not live at the end: " + m_mirror->staleReason());
    const client::Tables& tables = m_mirror->tables();
    if (tables.datasets() != state.datasets() || tables.datasetLedgers() != state.ledgers() || tables.nodes() != state.nodes() ||
        tables.leases() != state.leases() || tables.poolLedgers() != state.pools())
        m_oracle.violation("stream: the mirror's records differ from control's");
    for (const auto& [id, record] : state.datasets()) {
        const auto mirrored = tables.datasetStatuses().find(id);
        const model::DatasetStatus* status = state.publishedStatus(id);
        if (status && (mirrored == tables.datasetStatuses().end() || mirrored->second != *status))
            m_oracle.violation("stream: the mirror's status of dataset " + record.header.name + " differs from control's");
    }
}

RunReport Simulation::run()
{
    makeCluster();
    makeClient();
    // How bad a day it is, is drawn too: some runs are almost quiet, so that plain bugs are not hidden by storms.
    const unsigned storm = static_cast<unsigned>(m_random.below(4));
    m_faults = {storm * 5, storm * 5, storm};
    bus::LinkFaults link;
    link.jitter = bus::Duration{m_random.below(20)};
    link.drop = 0.002 * storm;
    link.duplicate = 0.002 * storm;
    link.reorder = 0.002 * storm;
    m_bus.setDefaultFaults(link);

    repeat(kLookEvery, kLookEvery, &Simulation::lookAround);
    repeat(bus::Duration{20}, bus::Duration{400}, &Simulation::write);
    repeat(bus::Duration{100}, bus::Duration{2000}, &Simulation::command);
    if (storm > 0) repeat(bus::Duration{500}, bus::Duration{16'000 / storm}, &Simulation::mishap);

    const bus::MonotonicTime calmAt = m_world.now() + m_options.chaos;
    const auto broken = [this] { return !m_oracle.violations().empty(); };
    while (m_world.now() < calmAt && !broken() && m_world.step()) ++m_report.tasks;
    if (!broken()) {
        stopFaults();
        const bus::MonotonicTime end = m_world.now() + m_options.converge;
        bus::MonotonicTime next = m_world.now();
        while (m_world.now() < end && !broken() && m_world.step()) {
            ++m_report.tasks;
            if (m_world.now() < next) continue;
            next = m_world.now() + kLookEvery;
            if (converged()) break;
        }
        if (!broken()) judge();
    }
    m_report.violations = m_oracle.violations();
    m_report.writes = m_oracle.writes();
    m_report.trace = m_bus.trace();
    m_timers.clear();
    return m_report;
}

} // namespace

RunReport simulate(const Options& options) { return Simulation(options).run(); }

} // namespace drover::sim
