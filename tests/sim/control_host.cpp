#include "tests/sim/control_host.h"

namespace drover::sim {

model::TimePoint ControlHost::WallClock::wall() const
{
    return model::TimePoint{std::chrono::milliseconds{1'700'000'000'000}} +
           world.now().time_since_epoch() + skew;
}

ControlHost::ControlHost(bus::VirtualWorld& world, bus::MemoryBus& bus, Random& random,
                         Oracle& oracle, control::service::LogSink log)
    : m_world(world), m_bus(bus), m_random(random), m_oracle(oracle), m_log(std::move(log)),
      m_clock(world)
{}

ControlHost::~ControlHost() { crash(); }

void ControlHost::initialise(const std::vector<model::Record>& records)
{
    m_disk = control::store::MemoryDisk::initialised(records, m_clock.wall());
}

void ControlHost::start()
{
    if (running())
        return;
    m_fatal = false;
    m_executor = m_world.executor("control");
    m_server = m_bus.requestServer(*m_executor, "control", "control:4523");
    m_publisher = m_bus.publisher(*m_executor, "control", "control:4524");
    m_store = std::make_unique<control::store::MemoryStore>(m_disk);
    const control::service::Environment environment{
        *m_executor, *m_server, *m_publisher,
        *m_store,    m_clock,   m_random,
        m_door,      m_log,     [this](const model::Error&) { m_fatal = true; }};
    auto service = control::service::ControlService::start(environment, {"sim", "control:4524"});
    if (!service) {
        // A full disk is the one good reason: the term cannot be raised. Whoever starts it tries
        // again.
        if (service.error().code != model::ErrorCode::StoreFull)
            m_oracle.violation("control cannot start: " + service.error().message);
        return crash();
    }
    m_service = std::move(*service);
}

void ControlHost::crash()
{
    m_service.reset();
    m_publisher.reset();
    m_server.reset();
    m_store.reset();
    m_executor.reset();
}

void ControlHost::pause(bus::Duration duration)
{
    if (m_executor)
        m_world.pause(*m_executor, duration);
}

void ControlHost::buryIfFatal()
{
    if (m_fatal)
        crash();
}

} // namespace drover::sim
