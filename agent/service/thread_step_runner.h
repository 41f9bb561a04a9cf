#pragma once

// Runs steps on real backends, in worker threads, with a deadline for each call.
//
// Specification
// - The executor's thread never waits: start() hands over, the outcome is posted back.
// - After each copy step the copy is inspected in the same job, whether the call worked or not.
// - A call that outlives its deadline is reported as hung; when it returns, `returned` follows. Its
//   thread is lost to it until then, nobody else waits.
// - A transfer is admitted by its id and the peer's key, and only while a ReceivePass for it
//   stands: it is opened at start() and closed as soon as the core does not start it again. A
//   sender names the pass in its first message.
// Threads: belongs to its executor's thread; backends are called from workers.

#include "agent/backend/backend.h"
#include "agent/core/step.h"
#include "agent/service/log.h"
#include "agent/service/worker_pool.h"
#include "bus/transport/bulk.h"
#include "bus/transport/bulk_stream.h"
#include "bus/transport/ports.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace drover::agent::service {

// How long a call may take before it counts as hanging. Generous: a slow call only occupies its own
// dataset. 0 = none: transfers, which end by their stream
[[nodiscard]] bus::Duration deadlineOf(core::StepKind kind);

class ThreadStepRunner final : public core::StepRunner
{
public:
    using Deadlines = std::function<bus::Duration(core::StepKind)>;

    // All references must outlive it, and the backends every call in them (see drain()). Without
    // listener and connector transfers fail with Unsupported.
    ThreadStepRunner(bus::Executor& executor,
                     std::map<model::PoolId, backend::StorageBackend*> backends,
                     bus::BulkListener* listener, bus::BulkConnector* connector, LogSink log,
                     Deadlines deadlines = deadlineOf);
    ~ThreadStepRunner() override;
    ThreadStepRunner(const ThreadStepRunner&) = delete;
    ThreadStepRunner& operator=(const ThreadStepRunner&) = delete;

    void onEvents(Events events) override { m_events = std::move(events); }
    void start(core::StepId id, const core::Step& step) override;
    void cancel(core::StepId id) override;
    // Cancels everything that can be and waits for the rest. False: calls still run after the time;
    // the backends must not be destroyed, so the process has to end without it. Needs the
    // executor's thread to go on running elsewhere, or nothing to wait for it.
    [[nodiscard]] bool drain(std::chrono::milliseconds timeout);

private:
    // Shared by the executor's thread and the worker that runs it.
    struct Job
    {
        core::StepId id = 0;
        core::Step step;
        backend::StorageBackend* backend = nullptr;
        backend::Canceller canceller;
        std::unique_ptr<bus::BulkStream> stream; // used and destroyed by the worker
        std::mutex streamMutex;                  // guards the pointer against cancel()
        void cancel();
    };
    struct Running
    {
        std::shared_ptr<Job> job;
        bus::Subscription deadline;
        bool waiting = false; // a ReceivePass whose sender has not come yet
        bool hung = false;
    };

    void submit(const std::shared_ptr<Job>& job);
    void serve(const std::shared_ptr<Job>& job);
    void onChannel(const std::string& token, std::unique_ptr<bus::BulkChannel> channel);
    void begin(const std::shared_ptr<Job>& job, std::unique_ptr<bus::BulkChannel> channel);
    void finish(core::StepId id, core::StepOutcome outcome);
    void closeIfIdle(const std::string& token);
    [[nodiscard]] std::function<void(const model::TransferProgress&)> progressSink(core::StepId id);
    void postBack(std::function<void()> task);

    bus::Executor& m_executor;
    std::map<model::PoolId, backend::StorageBackend*> m_backends;
    bus::BulkListener* m_listener;
    bus::BulkConnector* m_connector;
    LogSink m_log;
    Deadlines m_deadlines;
    Events m_events;
    std::map<core::StepId, Running> m_running;
    std::map<std::string, core::StepId> m_serving; // transfer token -> its ReceivePass
    // a sender that came before the step did
    std::map<std::string, std::unique_ptr<bus::BulkChannel>> m_early;
    // read on the executor's thread only
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    WorkerPool m_workers;
};

} // namespace drover::agent::service
