#include "tests/sim/node.h"

#include <algorithm>

namespace drover::sim {

namespace {

constexpr model::TimePoint kStartOfTime{std::chrono::milliseconds{1'700'000'000'000}};
// Few, so that a full report has several parts and may break off between two of them.
constexpr std::size_t kCopiesPerReport = 2;

} // namespace

model::Now SimClock::now()
{
    return {kStartOfTime + m_world.now().time_since_epoch() + m_skew, m_world.now() - m_boot};
}

SimNode::SimNode(bus::VirtualWorld& virtualWorld, bus::MemoryBus& bus, StepWorld world,
                 Random& random, std::string host, std::vector<Disk*> disks,
                 agent::service::LogSink log)
    : m_virtualWorld(virtualWorld), m_bus(bus), m_world(std::move(world)), m_random(random),
      m_host(std::move(host)), m_user("node-" + m_host), m_disks(std::move(disks)),
      m_log(std::move(log)), m_clock(virtualWorld)
{
    m_machine.node = m_random.make<model::NodeId>();
    m_machine.boot = m_random.make<model::BootId>();
    m_machineId = m_random.make<model::MachineId>();
    m_world.disk = [this](const model::PoolId& pool) {
        const auto found = std::find_if(m_disks.begin(), m_disks.end(), [&](const Disk* disk) {
            return disk->marker.pool == pool;
        });
        return found == m_disks.end() ? nullptr : *found;
    };
}

SimNode::Image SimNode::image() const
{
    Image image;
    for (const Disk* disk : m_disks)
        if (!disk->marker.shared)
            image.copies.emplace(disk->marker.pool, disk->copies);
    image.store = m_store;
    return image;
}

void SimNode::restore(const Image& image)
{
    reboot();
    for (Disk* disk : m_disks)
        if (const auto copies = image.copies.find(disk->marker.pool); copies != image.copies.end())
            disk->copies = copies->second;
    m_store = image.store;
}

std::unique_ptr<SimNode> SimNode::clone(StepWorld world, std::string host,
                                        std::vector<Disk*> disks) const
{
    auto copy = std::make_unique<SimNode>(m_virtualWorld, m_bus, std::move(world), m_random,
                                          std::move(host), std::move(disks), m_log);
    copy->m_machine.node = m_machine.node;
    copy->m_user = m_user;
    copy->m_store = m_store;
    return copy;
}

SimNode::~SimNode() { crash(); }

void SimNode::start()
{
    if (running())
        return;
    m_executor = m_virtualWorld.executor(m_host);
    m_client = m_bus.requestClient(*m_executor, m_host, "control:4523", m_user);
    StepWorld world = m_world;
    world.executor = m_executor.get();
    world.bulkEndpoint = m_host + ":bulk";
    m_runner = std::make_unique<SimStepRunner>(std::move(world), m_machine);
    agent::service::ServiceSetup setup;
    setup.node = m_machine.node;
    setup.machine = m_machineId;
    setup.boot = m_machine.boot;
    setup.hostname = m_host;
    setup.address = m_host;
    setup.bulkEndpoint = m_host + ":bulk";
    setup.version = "sim";
    setup.copiesPerReport = kCopiesPerReport;
    setup.core.seed = m_random.below(1'000'000'000);
    for (const Disk* disk : m_disks)
        setup.core.pools.push_back({disk->marker.pool, disk->name, disk->marker.kind,
                                    disk->marker.shared, disk->marker.fence});
    m_service = std::make_unique<agent::service::AgentService>(
        std::move(setup), *m_client, *m_executor, *m_runner, m_store, m_clock, m_random, m_log);
    const auto started = m_service->start(m_disks.front()->marker.cluster);
    if (!started)
        m_world.oracle->violation("agent " + m_host + " cannot start: " + started.error().message);
}

void SimNode::crash()
{
    m_service.reset();
    m_runner.reset();
    m_client.reset();
    m_executor.reset();
}

void SimNode::pause(bus::Duration duration)
{
    if (m_executor)
        m_virtualWorld.pause(*m_executor, duration);
}

void SimNode::reboot()
{
    crash();
    for (const auto& [copy, epoch] : m_machine.mounted)
        m_world.oracle->unmounted(m_machine, copy);
    m_machine.mounted.clear();
    m_machine.attached.clear();
    m_machine.busy.clear();
    m_machine.boot = m_random.make<model::BootId>();
    m_clock.rebooted();
}

} // namespace drover::sim
