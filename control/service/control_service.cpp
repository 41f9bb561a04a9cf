#include "control/service/control_service.h"

#include "control/service/heartbeat.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace drover::control::service {

using namespace model;

namespace {

constexpr bus::Duration kMaintenanceInterval{60'000};
constexpr bus::Duration kMaintenancePause{50}; // between the steps of a long one

} // namespace

ControlService::ControlService(const Environment& environment, ServiceConfig config)
    : m_environment(environment), m_config(std::move(config)), m_loop(m_environment),
      m_answerer(m_environment.server, m_environment.log),
      m_agents(m_environment, m_config, m_loop, m_answerer),
      m_recovery(m_environment, m_loop, m_agents),
      m_writes(m_environment, m_loop, m_answerer, m_recovery),
      m_reads(m_environment, m_config, m_loop, m_answerer, m_recovery),
      m_requests(m_loop, m_answerer, m_writes, m_reads, m_agents)
{}

Result<std::unique_ptr<ControlService>> ControlService::start(const Environment& environment,
                                                              ServiceConfig config)
{
    auto loaded = environment.store.load();
    if (!loaded)
        return loaded.error();
    return start(environment, std::move(config), std::move(*loaded));
}

Result<std::unique_ptr<ControlService>>
ControlService::start(const Environment& environment, ServiceConfig config, store::Loaded loaded)
{
    std::unique_ptr<ControlService> service{new ControlService(environment, std::move(config))};
    ControlService* const self = service.get();
    self->m_loop.setHooks(
        {[self](const core::Touched& touched) { self->m_agents.refresh(touched); },
         [self] { self->m_reads.committed(); }, [self] { self->m_agents.endAll(); }});
    if (auto started = self->m_loop.start(std::move(loaded)); !started)
        return started.error();
    environment.publisher.setGate([self](const bus::Peer& peer, std::string_view topic) {
        const bool admitted = self->m_requests.admits(peer, topic);
        if (admitted && topic == kTickTopic)
            self->tickSoon();
        return admitted;
    });
    environment.server.onFrame([self](const bus::Peer& peer, const bus::Frame& frame) {
        self->m_requests.handle(peer, frame);
    });
    environment.server.onPeerGone(
        [self](const bus::Peer& peer) { self->m_requests.peerGone(peer); });
    environment.server.onRelieved([self](const bus::Peer& peer) { self->m_reads.relieved(peer); });
    self->tick();
    self->m_maintenance =
        environment.executor.after(kMaintenanceInterval, [self] { self->maintain(); });
    return service;
}

ControlService::~ControlService()
{
    m_environment.server.onFrame([](const bus::Peer&, const bus::Frame&) {});
    m_environment.server.onPeerGone([](const bus::Peer&) {});
    m_environment.server.onRelieved([](const bus::Peer&) {});
    m_environment.publisher.setGate([](const bus::Peer&, std::string_view) { return false; });
}

void ControlService::stop()
{
    m_tick.reset();
    m_maintenance.reset();
    m_loop.storeRunningTime(/*always=*/true);
    m_loop.flushNow();
}

void ControlService::tickSoon()
{
    if (std::exchange(m_tickIsSoon, true))
        return;
    // Whoever subscribes again and again makes all others hear no more than this.
    const bus::Duration spaced = std::chrono::duration_cast<bus::Duration>(
        m_lastTick + kTickSpacing - m_environment.executor.now());
    m_tick = m_environment.executor.after(std::max(kTickForNewcomers, spaced), [this] { tick(); });
}

void ControlService::tick()
{
    m_tickIsSoon = false;
    m_lastTick = m_environment.executor.now();
    m_tick = m_environment.executor.after(kTickInterval, [this] { tick(); });
    if (m_loop.isDead())
        return;
    const HistoryRecord& history = m_loop.state().history();
    Tick tick;
    tick.history = history.history;
    tick.term = history.term;
    tick.nonce = history.nonce;
    tick.heartbeat = heartbeatOf(m_loop.state());
    tick.revision = m_loop.committedRevision();
    tick.controlTime = m_environment.clock.wall();
    m_loop.publishTick(std::move(tick));
}

void ControlService::maintain()
{
    m_loop.storeRunningTime(/*always=*/false);
    const bool more = m_loop.compact();
    m_maintenance = m_environment.executor.after(more ? kMaintenancePause : kMaintenanceInterval,
                                                 [this] { maintain(); });
}

} // namespace drover::control::service
