#pragma once

// One agent process: binds the core to the bus, the disk and the steps. Everything it touches is a
// port, so that simulation runs this very code on a virtual clock.
//
// Threads: its executor's, from construction to destruction. Ports must outlive it.

#include "agent/core/agent_core.h"
#include "agent/core/assignment_intake.h"
#include "agent/core/step.h"
#include "agent/service/assignment_store.h"
#include "agent/service/clock.h"
#include "agent/service/control_session.h"
#include "agent/service/log.h"
#include "bus/transport/ports.h"
#include "proto/model/id.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace drover::agent::service {

struct ServiceSetup
{
    model::NodeId node;
    model::MachineId machine;
    model::BootId boot;
    std::string hostname;
    std::string address;
    std::string bulkEndpoint;
    std::string version;
    model::Labels labels;
    core::CoreSetup core;
    std::size_t copiesPerReport = 100; // at most; what there is more goes on in the next one
};

// What `--status` and tests see.
struct ServiceStatus
{
    SessionStatus session;
    codec::SavedAssignments assignments;
    std::vector<model::PoolState> pools;
    std::vector<model::CopyState> copies;
    std::vector<std::string> running; // steps, for people
};

class AgentService
{
public:
    AgentService(ServiceSetup setup, bus::RequestClient& client, bus::Executor& executor,
                 core::StepRunner& runner, AssignmentStore& store, Clock& clock,
                 model::IdSource& ids, LogSink log);
    ~AgentService();
    AgentService(const AgentService&) = delete;
    AgentService& operator=(const AgentService&) = delete;

    // Reads what the disk remembers, looks at the pools, and speaks with control. Error: the memory
    // on disk cannot be used; nothing was begun. `cluster`: known from the pools' markers; must
    // agree with the memory.
    [[nodiscard]] model::Result<void>
    start(const std::optional<model::ClusterId>& cluster = std::nullopt);

    [[nodiscard]] ServiceStatus status() const;
    [[nodiscard]] const core::AgentCore& core() const { return m_core; }
    // Called after whatever status() shows may have changed; not more often than each round of the
    // executor.
    void onChanged(std::function<void()> handler) { m_onChanged = std::move(handler); }

private:
    [[nodiscard]] model::Hello hello() const;
    // What lies on the disk of a copy that is reported.
    [[nodiscard]] std::optional<model::FoundCopy> found(const model::CopyState& copy) const;
    // What a control that is being recovered was not told of yet goes into the report, even if the
    // copy looks as it did: it chooses owners by what was found.
    void bearWitness(core::ReportChanges& report);
    void feed(const core::Input& input);
    void carryOut(core::Output out);
    void armWake(std::optional<model::Duration> at);
    void onOpened(const model::Welcome& welcome);
    void onHeard(model::Duration sentAt);
    void onBatch(const model::AssignmentBatch& batch);
    void saveAssignments();
    void startSession();
    void tryFull();
    void changed();
    template <class F>
    void whenIdle(F task);

    ServiceSetup m_setup;
    bus::Executor& m_executor;
    core::StepRunner& m_runner;
    AssignmentStore& m_store;
    Clock& m_clock;
    LogSink m_log;
    model::Uuid m_incarnation;
    core::AgentCore m_core;
    ControlSession m_session;
    Remembered m_saved;              // on disk, beside the core's assignments
    core::AssignmentIntake m_intake; // taken in, not on disk yet
    Remembered m_toSave;             // goes with it
    bool m_saveScheduled = false;
    bool m_fullOwed = false;   // a session waits for the full report
    bool m_recovering = false; // the session is with a control that is being recovered
    std::map<model::CopyId, model::FoundCopy> m_witnessed; // and it was told of these
    bool m_sessionStarted = false;
    bool m_changeScheduled = false;
    model::Duration m_contactSaved{0};
    std::function<void()> m_onChanged;
    // shared with whenIdle tasks, which cannot be taken back
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    bus::Subscription m_wake;
    bus::Subscription m_saveRetry;
    bus::Subscription m_startTimer;
};

} // namespace drover::agent::service
