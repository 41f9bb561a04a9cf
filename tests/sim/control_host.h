#pragma once

// The simulated machine of control: its store's disk, and the real control service on it.

#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "control/service/control_service.h"
#include "control/store/memory_store.h"
#include "tests/sim/oracle.h"
#include "tests/sim/random.h"

#include <memory>
#include <string>
#include <vector>

namespace drover::sim {

class ControlHost
{
public:
    ControlHost(bus::VirtualWorld& world, bus::MemoryBus& bus, Random& random, Oracle& oracle,
                control::service::LogSink log);
    ~ControlHost();

    // The records of a new cluster, as `--init` makes them. Once, before the first start.
    void initialise(const std::vector<model::Record>& records);
    void start(); // no effect when it runs
    void crash();
    void pause(bus::Duration duration); // the process stands still so long
    void stepWall(model::Duration by) { m_clock.skew += by; }
    void mendClock() { m_clock.skew = model::Duration{0}; }
    // Ends the process if the service asked for it; called between tasks.
    void buryIfFatal();
    [[nodiscard]] bool running() const { return m_service != nullptr; }
    [[nodiscard]] const control::service::ControlService* service() const
    {
        return m_service.get();
    }
    [[nodiscard]] control::store::MemoryDisk& disk() { return m_disk; }

private:
    struct WallClock : control::service::Clock
    {
        explicit WallClock(const bus::VirtualWorld& virtualWorld) : world(virtualWorld) {}
        [[nodiscard]] model::TimePoint wall() const override;
        const bus::VirtualWorld& world;
        model::Duration skew{0};
    };
    struct OpenDoor : control::service::KeyDoor
    {
        void admit(const std::string&, const std::string&) override {}
        void deny(const std::string&) override {}
    };

    bus::VirtualWorld& m_world;
    bus::MemoryBus& m_bus;
    Random& m_random;
    Oracle& m_oracle;
    control::service::LogSink m_log;
    WallClock m_clock;
    OpenDoor m_door;
    control::store::MemoryDisk m_disk;
    bool m_fatal = false;

    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestServer> m_server;
    std::unique_ptr<bus::Publisher> m_publisher;
    std::unique_ptr<control::store::MemoryStore> m_store;
    std::unique_ptr<control::service::ControlService> m_service;
};

} // namespace drover::sim
