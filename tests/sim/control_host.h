#pragma once

// The simulated machine of control: its store's disk, and the real control service on it.

#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "control/service/control_service.h"
#include "control/store/faulty_store.h"
#include "control/store/memory_store.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"
#include "tests/sim/random.h"

#include <memory>
#include <string>
#include <vector>

namespace drover::sim {

// A store's disk, or a copy of it, and whose past it holds.
struct StoreDisk
{
    control::store::MemoryDisk disk;
    History::Past past = 0;

    [[nodiscard]] model::Term term() const;
};

class ControlHost
{
public:
    // It listens at HOST:4523 and HOST:4524. A batch of assignments speaks of so many datasets: few,
    // so that snapshots take many of them.
    ControlHost(bus::VirtualWorld& world, bus::MemoryBus& bus, Random& random, Oracle& oracle,
                History& history, std::string host, control::service::LogSink log,
                std::size_t datasetsPerBatch);
    ~ControlHost();

    // The records of a new cluster, as `--init` makes them. Once, before the first start.
    void initialise(const std::vector<model::Record>& records);
    void start(); // no effect when it runs
    void crash();
    void pause(bus::Duration duration); // the process stands still so long
    void stepWall(model::Duration by) { m_clock.skew += by; }
    void mendClock() { m_clock.skew = model::Duration{0}; }
    // The next append fails so; no effect when it does not run.
    void failAppend(control::store::StoreFault fault);
    void mendStore(); // no more of that; and the disk has room
    // Ends the process if the service asked for it, and says whether it did; called between tasks.
    bool buryIfFatal();
    [[nodiscard]] bool running() const { return m_service != nullptr; }
    [[nodiscard]] const control::service::ControlService* service() const
    {
        return m_service.get();
    }
    // Exchanged only while it does not run.
    [[nodiscard]] StoreDisk& store() { return m_disk; }
    [[nodiscard]] const StoreDisk& store() const { return m_disk; }
    [[nodiscard]] const std::string& host() const { return m_host; }

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
    History& m_history;
    std::string m_host;
    control::service::LogSink m_log;
    const std::size_t m_datasetsPerBatch;
    WallClock m_clock;
    OpenDoor m_door;
    StoreDisk m_disk;
    bool m_fatal = false;

    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestServer> m_server;
    std::unique_ptr<bus::Publisher> m_publisher;
    std::unique_ptr<control::store::Store> m_store;
    std::unique_ptr<control::store::FaultyStore> m_faulty; // in front of it
    std::unique_ptr<control::service::ControlService> m_service;
};

} // namespace drover::sim
