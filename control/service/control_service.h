#pragma once

// The control service, whole: wires the ports to the handlers and keeps the timers. Written against
// ports only, so that programs run it over ZeroMQ and a disk, and simulation over a virtual bus,
// clock and disk.
//
// One object is one start of control. It lives on the executor's thread; destroying it ends
// everything it began, at any moment, as a crash would (what was not answered was perhaps not
// done).

#include "control/service/agent_sessions.h"
#include "control/service/asker.h"
#include "control/service/decision_loop.h"
#include "control/service/environment.h"
#include "control/service/read_handler.h"
#include "control/service/request_handler.h"
#include "control/service/write_handler.h"

#include <memory>

namespace drover::control::service {

class ControlService
{
public:
    // Begins a term on what the store's load() gave, and serves from then on. Errors are those of
    // the store; nothing was said to anybody then.
    [[nodiscard]] static model::Result<std::unique_ptr<ControlService>>
    start(const Environment& environment, ServiceConfig config, store::Loaded loaded);
    // Loads the store first. Programs load it themselves, since the keys in it must be admitted
    // before a port is open: a client that is denied once stays away for a while.
    [[nodiscard]] static model::Result<std::unique_ptr<ControlService>>
    start(const Environment& environment, ServiceConfig config);
    ~ControlService();
    ControlService(const ControlService&) = delete;
    ControlService& operator=(const ControlService&) = delete;

    // A clean end: what was decided becomes durable and is answered, the running time is stored.
    // Destroy the object afterwards.
    void stop();

    // For tests and simulation: what control knows now.
    [[nodiscard]] const core::ClusterState& state() const { return m_loop.state(); }
    [[nodiscard]] const std::string& safeMode() const { return m_loop.safeMode(); }

private:
    ControlService(const Environment& environment, ServiceConfig config);
    void tick();
    void tickSoon();
    void maintain();

    Environment m_environment;
    ServiceConfig m_config;
    DecisionLoop m_loop;
    Answerer m_answerer;
    AgentSessions m_agents;
    Recovery m_recovery;
    WriteHandler m_writes;
    ReadHandler m_reads;
    RequestHandler m_requests;
    bus::Subscription m_tick;
    bool m_tickIsSoon = false;
    bus::MonotonicTime m_lastTick{};
    bus::Subscription m_maintenance;
};

// The tick's interval (DESIGN.md section 4).
inline constexpr bus::Duration kTickInterval{1000};
// Whoever subscribes to ticks waits for the first before all else; those who come within this time
// get the same one.
inline constexpr bus::Duration kTickForNewcomers{20};
inline constexpr bus::Duration kTickSpacing{100}; // between two of them at least

} // namespace drover::control::service
