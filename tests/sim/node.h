#pragma once

// A simulated machine: its disks, its boot, and the real agent service on it.

#include "agent/service/agent_service.h"
#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "tests/sim/step_runner.h"
#include "tests/support/saved_in_memory.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace drover::sim {

// Wall and running time as one machine reads them.
class SimClock : public agent::service::Clock
{
public:
    explicit SimClock(const bus::VirtualWorld& world) : m_world(world) {}
    [[nodiscard]] model::Now now() override;
    void stepWall(model::Duration by) { m_skew += by; }
    void rebooted() { m_boot = m_world.now(); }

private:
    const bus::VirtualWorld& m_world;
    model::Duration m_skew{0};
    bus::MonotonicTime m_boot{};
};

// What the agent's state folder holds.
class SimAssignmentStore : public agent::service::AssignmentStore
{
public:
    [[nodiscard]] model::Result<std::optional<codec::SavedAssignments>> load() override
    {
        return m_saved;
    }
    [[nodiscard]] model::Result<void> save(const agent::service::Remembered& remembered,
                                           const agent::core::AssignmentChanges& changes) override
    {
        tests::saveInMemory(m_saved, remembered, changes);
        return {};
    }
    // Of control's store, as far as this agent will know after a restart.
    [[nodiscard]] model::Revision revision() const { return m_saved ? m_saved->revision : 0; }
    [[nodiscard]] model::Result<agent::service::TransferNotes> loadTransfers() override
    {
        return m_notes;
    }
    [[nodiscard]] model::Result<void>
    saveTransfers(const agent::service::TransferNotes& notes) override
    {
        m_notes = notes;
        return {};
    }
    [[nodiscard]] std::optional<agent::service::ContactNote> loadContact() override
    {
        return m_contact;
    }
    void saveContact(const agent::service::ContactNote& note) override { m_contact = note; }

private:
    std::optional<codec::SavedAssignments> m_saved;
    agent::service::TransferNotes m_notes;
    std::optional<agent::service::ContactNote> m_contact;
};

class SimNode
{
public:
    // The disks outlive the node.
    SimNode(bus::VirtualWorld& virtualWorld, bus::MemoryBus& bus, StepWorld world, Random& random,
            std::string host, std::vector<Disk*> disks, agent::service::LogSink log);
    ~SimNode();

    void start();  // the agent process; no effect when it runs
    void crash();  // kill -9 of the agent: mounts stay
    void reboot(); // power loss: mounts are gone; start() it again afterwards
    // All that the machine keeps, as a backup of it or a template has it. Shared pools are not in it.
    struct Image
    {
        std::map<model::PoolId, std::map<model::CopyId, DiskCopy>> copies;
        SimAssignmentStore store;
    };
    [[nodiscard]] Image image() const;
    // Power loss, and then the disks are as they were; start() it again afterwards.
    void restore(const Image& image);
    // Another machine with this one's key, identity and memory, and disks of its own.
    [[nodiscard]] std::unique_ptr<SimNode> clone(StepWorld world, std::string host,
                                                 std::vector<Disk*> disks) const;
    // A stopped process that goes on later, as after SIGSTOP or on a machine that was suspended; no
    // effect when it does not run.
    void pause(bus::Duration duration);
    // Switched off for good, as far as people know: nobody starts it by chance.
    void condemn(bool off) { m_condemned = off; }
    [[nodiscard]] bool condemned() const { return m_condemned; }
    [[nodiscard]] bool running() const { return m_service != nullptr; }
    [[nodiscard]] bool worksOnACopy() const { return m_runner && m_runner->worksOnACopy(); }
    [[nodiscard]] const std::string& host() const { return m_host; }
    [[nodiscard]] const model::NodeId& id() const { return m_machine.node; }
    [[nodiscard]] Machine& machine() { return m_machine; }
    [[nodiscard]] model::Revision savedRevision() const { return m_store.revision(); }
    [[nodiscard]] SimClock& clock() { return m_clock; }
    [[nodiscard]] const std::vector<Disk*>& disks() const { return m_disks; }
    [[nodiscard]] const agent::service::AgentService* service() const { return m_service.get(); }

private:
    bus::VirtualWorld& m_virtualWorld;
    bus::MemoryBus& m_bus;
    StepWorld m_world;
    Random& m_random;
    std::string m_host;
    std::string m_user; // its key's name
    std::vector<Disk*> m_disks;
    agent::service::LogSink m_log;
    Machine m_machine;
    model::MachineId m_machineId;
    SimClock m_clock;
    SimAssignmentStore m_store;
    bool m_condemned = false;

    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestClient> m_client;
    std::unique_ptr<SimStepRunner> m_runner;
    std::unique_ptr<agent::service::AgentService> m_service;
};

} // namespace drover::sim
