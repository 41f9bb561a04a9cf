#include "control/core/overlay.h"
#include "tests/sim/run.h"

#include <algorithm>
#include <cstdio>

namespace drover::sim {

namespace {

constexpr bus::Duration kLookEvery{250}; // how often the core's invariants are checked

constexpr bus::Duration kCountEvery{5'000}; // how often all bytes are looked for

// Everything as wished for so long: nothing more is to come.
constexpr bus::Duration kQuiet{10'000};

} // namespace

Simulation::Simulation(const Options& options)
    : m_options(options), m_world(options.seed), m_random(options.seed * 7919 + 17),
      m_nature(m_world.executor("nature")), m_bus(*m_nature, options.seed),
      m_history(
          [this](std::string what) { m_oracle.violation(std::move(what)); },
          [this](History::Past past, const model::Commit& commit) { lookAtCommit(past, commit); }),
      m_control(m_world, m_bus, m_random, m_oracle, m_history, "control", controlsLog("control"),
                options.datasetsPerBatch),
      m_second(m_world, m_bus, m_random, m_oracle, m_history, "second", controlsLog("second"),
               options.datasetsPerBatch)
{
    if (options.trace)
        m_bus.onTrace([this](bus::MonotonicTime, std::string_view line) {
            say("net: " + std::string(line));
        });
}

control::service::LogSink Simulation::controlsLog(const std::string& host)
{
    return [this, host](control::service::LogLevel, std::string_view what, std::string_view object,
                        std::string_view message) {
        count(std::string(what));
        say(host + ": " + std::string(what) + " " + std::string(object) + ": " +
            std::string(message));
    };
}

void Simulation::say(const std::string& text)
{
    if (!m_options.trace)
        return;
    std::printf("%10.3f %s\n", static_cast<double>(m_world.now().time_since_epoch().count()) / 1000,
                text.c_str());
}

void Simulation::makeCluster()
{
    m_cluster = m_random.make<model::ClusterId>();
    std::vector<model::Record> records;
    model::ClusterRecord cluster;
    cluster.id = m_cluster;
    cluster.header.name = "sim";
    cluster.retiredCopyGrace = std::chrono::seconds(20);
    cluster.deleteGrace = kShortestDeleteGrace;
    records.emplace_back(cluster);
    model::HistoryRecord history;
    history.history = m_random.make<model::HistoryId>();
    records.emplace_back(history);

    Disk* shared = makeDisk("shared", "loopback", true);
    m_known.pools = {"local", "local", "shared"};

    for (unsigned i = 1; i <= m_options.nodes; ++i)
        makeNode("n" + std::to_string(i), shared, records);
    model::KeyRecord admin;
    admin.publicKey = std::string(40, 'a');
    admin.name = "admin";
    admin.role = model::KeyRole::Admin;
    records.emplace_back(admin);
    model::KeyRecord viewer;
    viewer.publicKey = std::string(40, 'v');
    viewer.name = "viewer";
    viewer.role = model::KeyRole::Viewer;
    records.emplace_back(viewer);
    m_firstRecords = records;
    m_control.initialise(records);
    m_control.start();
    for (const auto& node : m_nodes)
        node->start();
}

Disk* Simulation::makeDisk(const std::string& name, const std::string& kind, bool shared)
{
    auto disk = std::make_unique<Disk>();
    disk->marker = {m_cluster, m_random.make<model::PoolId>(), kind, shared,
                    shared ? model::Fence::Self : model::Fence::None};
    disk->name = name;
    disk->block = kind == "loopback";
    m_disks.push_back(std::move(disk));
    return m_disks.back().get();
}

StepWorld Simulation::stepWorld(const std::string& host)
{
    StepWorld world;
    world.random = &m_random;
    world.oracle = &m_oracle;
    world.rendezvous = &m_rendezvous;
    world.faults = &m_faults;
    world.count = [this](const std::string& what) { count(what); };
    world.say = [this, host](const std::string& what) { say(host + ": " + what); };
    world.made = [this](const model::DatasetId& id) {
        const bool first = m_made.insert(id).second;
        const auto& records = (m_trueStore ? *m_trueStore : m_control.store()).disk.records;
        const auto found = records.find(control::core::keyOf(id, model::RecordKind::DatasetLedger));
        return !first && found != records.end() &&
               std::get<model::DatasetLedger>(found->second).everCreated;
    };
    world.takesDown = [this](const model::NodeId& node, const agent::core::Step& step) {
        lookAtTakingDown(node, step);
    };
    world.reachable = [this, host](const model::NodeId&, const model::NodeId& to) {
        const auto found = std::find_if(m_nodes.begin(), m_nodes.end(),
                                        [&](const auto& node) { return node->id() == to; });
        return found != m_nodes.end() && (*found)->running() &&
               !m_bus.faults(host, (*found)->host()).cut;
    };
    return world;
}

void Simulation::makeNode(const std::string& host, Disk* shared,
                          std::vector<model::Record>& records)
{
    m_nodes.push_back(std::make_unique<SimNode>(
        m_world, m_bus, stepWorld(host), m_random, host,
        std::vector<Disk*>{
            makeDisk("local", m_random.chance(500) ? "directory" : "loopback", false), shared},
        [this, host](agent::service::LogLevel, const std::string& text) {
            say(host + ": " + text);
        }));
    m_known.nodes.push_back(host);
    model::KeyRecord key;
    key.publicKey = std::string(39, 'n') + host.back();
    key.name = "node-" + host;
    key.role = model::KeyRole::Node;
    key.node = m_nodes.back()->id();
    records.emplace_back(key);
}

void Simulation::makeWatch(const std::string& host, const std::string& user)
{
    const Watch::World world{m_world, m_bus, m_history, m_oracle,
                             [this](const std::string& what) { count(what); }};
    m_watches.push_back(
        std::make_unique<Watch>(world, host, user, m_options.seed + m_watches.size()));
    m_watches.back()->start();
}

void Simulation::repeat(bus::Duration least, bus::Duration most, void (Simulation::*act)())
{
    m_timers.emplace_back();
    renew(m_timers.size() - 1, least, most, act);
}

void Simulation::renew(std::size_t slot, bus::Duration least, bus::Duration most,
                       void (Simulation::*act)())
{
    const bus::Duration delay{m_random.between(static_cast<std::uint64_t>(least.count()),
                                               static_cast<std::uint64_t>(most.count()))};
    m_timers[slot] = m_nature->after(delay, [this, slot, least, most, act] {
        (this->*act)();
        renew(slot, least, most, act);
    });
}

void Simulation::later(bus::Duration delay, std::function<void()> act)
{
    m_laters.push_back(m_nature->after(delay, std::move(act)));
}

RunReport Simulation::run()
{
    makeCluster();
    makeWatch("client", "admin");
    makeWatch("watch", "viewer");
    // How bad a day it is, is drawn too: some runs are almost quiet, so that plain bugs are not
    // hidden by storms.
    const unsigned storm = static_cast<unsigned>(m_random.below(4));
    m_faults = {storm * 5, storm * 5, storm * 15, storm, storm * 20};
    bus::LinkFaults link;
    link.jitter = bus::Duration{m_random.below(20)};
    link.drop = 0.002 * storm;
    link.duplicate = 0.002 * storm;
    link.reorder = 0.002 * storm;
    link.late = 0.0005 * storm;
    link.linger = 0.1 * storm;
    m_bus.setDefaultFaults(link);

    repeat(kLookEvery, kLookEvery, &Simulation::lookAround);
    repeat(kCountEvery, kCountEvery, &Simulation::lookAtBytes);
    repeat(bus::Duration{20}, bus::Duration{400}, &Simulation::write);
    repeat(bus::Duration{100}, bus::Duration{2000}, &Simulation::command);
    repeat(bus::Duration{500}, bus::Duration{4000}, &Simulation::read);
    if (storm > 0)
        repeat(bus::Duration{500}, bus::Duration{16'000 / storm}, &Simulation::mishap);

    const bus::MonotonicTime calmAt = m_world.now() + m_options.chaos;
    while (m_world.now() < calmAt && m_oracle.violations().empty() && m_world.step())
        ++m_report.tasks;
    if (m_oracle.violations().empty())
        runCalm();
    m_report.violations = m_oracle.violations();
    m_report.writes = m_oracle.writes();
    m_report.trace = m_bus.trace();
    countMessages();
    m_timers.clear();
    m_laters.clear();
    return std::move(m_report);
}

void Simulation::countMessages()
{
    const bus::FaultCounts& counts = m_bus.faultCounts();
    const std::pair<const char*, std::uint64_t> kinds[] = {
        {"dropped", counts.dropped},     {"twice", counts.duplicated},
        {"reordered", counts.reordered}, {"late", counts.late},
        {"held", counts.held},           {"after the end", counts.lingered}};
    for (const auto& [kind, times] : kinds)
        if (times != 0)
            m_report.counts[std::string("fault message ") + kind] = times;
}

void Simulation::runCalm()
{
    stopFaults();
    const bus::MonotonicTime end = m_world.now() + m_options.converge;
    bus::MonotonicTime next = m_world.now();
    bus::MonotonicTime convergedAt = bus::MonotonicTime::max();
    while (m_world.now() < end && m_oracle.violations().empty() && m_world.step()) {
        ++m_report.tasks;
        if (m_world.now() < next)
            continue;
        next = m_world.now() + kLookEvery;
        if (!converged()) {
            convergedAt = bus::MonotonicTime::max();
            continue;
        }
        convergedAt = std::min(convergedAt, m_world.now());
        m_writing = false; // what is compared at the end must stand still
        if (m_world.now() - convergedAt >= kQuiet)
            break;
    }
    if (m_oracle.violations().empty())
        judge();
}

RunReport simulate(const Options& options) { return Simulation(options).run(); }

} // namespace drover::sim
