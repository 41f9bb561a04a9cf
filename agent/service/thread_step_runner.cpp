#include "agent/service/thread_step_runner.h"

#include "agent/service/message_channel.h"
#include "agent/service/run_step.h"
#include "proto/model/crash_point.h"

#include <chrono>
#include <utility>

namespace drover::agent::service {

using core::StepKind;
using core::StepOutcome;
using model::Error;
using model::ErrorCode;

namespace {

// the other end may compute for long between two messages
constexpr bus::Duration kTransferPatience{15 * 60'000};
constexpr std::chrono::milliseconds kProgressInterval{500};

std::string tokenOf(const core::Step& step)
{
    return step.transfer ? step.transfer->id.toString() : std::string();
}

StepOutcome failure(ErrorCode code, std::string message)
{
    StepOutcome outcome;
    outcome.error = Error{code, std::move(message), {}, {}};
    return outcome;
}

} // namespace

bus::Duration deadlineOf(StepKind kind)
{
    using namespace std::chrono_literals;
    switch (kind) {
    case StepKind::Probe:
    case StepKind::Inspect:
    case StepKind::SetIdentity:
        return 30s;
    case StepKind::Discover:
    case StepKind::Create:
    case StepKind::Attach:
    case StepKind::Detach:
    case StepKind::ProveReleased:
        return 2min;
    case StepKind::Format:
    case StepKind::Mount:   // may replay a journal
    case StepKind::Unmount: // may write back much
    case StepKind::Grow:
        return 10min;
    case StepKind::Destroy:
        return 1h; // may remove millions of files
    case StepKind::SendPass:
    case StepKind::ReceivePass:
        return 0s;
    }
    return 0s;
}

void ThreadStepRunner::Job::cancel()
{
    canceller.cancel();
    const std::lock_guard lock(streamMutex);
    if (stream)
        stream->cancel("cancelled");
}

ThreadStepRunner::ThreadStepRunner(bus::Executor& executor,
                                   std::map<model::PoolId, backend::StorageBackend*> backends,
                                   bus::BulkListener* listener, bus::BulkConnector* connector,
                                   LogSink log, Deadlines deadlines)
    : m_executor(executor), m_backends(std::move(backends)), m_listener(listener),
      m_connector(connector), m_log(std::move(log)), m_deadlines(std::move(deadlines))
{
    if (m_listener != nullptr) {
        m_listener->onChannel(
            [this](const std::string& token, std::unique_ptr<bus::BulkChannel> channel) {
                onChannel(token, std::move(channel));
            });
    }
}

ThreadStepRunner::~ThreadStepRunner()
{
    *m_alive = false;
    if (m_listener != nullptr)
        m_listener->onChannel(nullptr);
    for (auto& [id, running] : m_running)
        running.job->cancel();
}

bool ThreadStepRunner::drain(std::chrono::milliseconds timeout)
{
    for (auto& [id, running] : m_running)
        running.job->cancel();
    return m_workers.drain(timeout);
}

void ThreadStepRunner::postBack(std::function<void()> task)
{
    m_executor.post([task = std::move(task), alive = m_alive] {
        if (*alive)
            task();
    });
}

void ThreadStepRunner::start(core::StepId id, const core::Step& step)
{
    auto job = std::make_shared<Job>();
    job->id = id;
    job->step = step;
    const auto backend = m_backends.find(step.pool);
    if (backend == m_backends.end())
        return postBack([this, id] {
            finish(id, failure(ErrorCode::NotFound, "the pool is not one of this node's"));
        });
    job->backend = backend->second;
    auto& running = m_running[id];
    running.job = job;
    const bool transfer = core::isTransfer(step.kind);
    if (transfer && (m_listener == nullptr || m_connector == nullptr || !step.transfer))
        return postBack([this, id] {
            finish(id, failure(ErrorCode::Unsupported, "this agent has no way to transfer data"));
        });
    if (step.kind == StepKind::ReceivePass)
        return serve(job);
    if (step.kind == StepKind::SendPass)
        return begin(job, m_connector->connect(step.transfer->peerEndpoint, step.transfer->peerKey,
                                               tokenOf(step)));
    submit(job);
}

void ThreadStepRunner::cancel(core::StepId id)
{
    const auto it = m_running.find(id);
    if (it == m_running.end())
        return;
    it->second.job->cancel();
    if (!it->second.waiting)
        return;
    // One that still waits for its sender is in no worker: it ends here, and nobody can begin it
    // any more.
    it->second.waiting = false;
    const auto token = tokenOf(it->second.job->step);
    m_serving.erase(token);
    closeIfIdle(token);
    postBack([this, id] { finish(id, failure(ErrorCode::Unavailable, "cancelled")); });
}

void ThreadStepRunner::serve(const std::shared_ptr<Job>& job)
{
    const auto token = tokenOf(job->step);
    m_serving.insert_or_assign(token, job->id);
    m_listener->open(token, job->step.transfer->peerKey);
    if (auto early = m_early.extract(token))
        return begin(job, std::move(early.mapped()));
    m_running.at(job->id).waiting = true;
}

void ThreadStepRunner::onChannel(const std::string& token,
                                 std::unique_ptr<bus::BulkChannel> channel)
{
    const auto serving = m_serving.find(token);
    if (serving == m_serving.end())
        return; // no order stands: the channel ends here
    const auto running = m_running.find(serving->second);
    if (running == m_running.end())
        return;
    if (!running->second.waiting) {
        // The sender has begun anew before its last pass ended here; that one fails with its
        // channel, then this one is served.
        m_early.insert_or_assign(token, std::move(channel));
        return;
    }
    running->second.waiting = false;
    begin(running->second.job, std::move(channel));
}

void ThreadStepRunner::begin(const std::shared_ptr<Job>& job,
                             std::unique_ptr<bus::BulkChannel> channel)
{
    job->stream = bus::BulkStream::over(m_executor, std::move(channel));
    job->stream->setPatience(kTransferPatience);
    submit(job);
}

void ThreadStepRunner::submit(const std::shared_ptr<Job>& job)
{
    const auto id = job->id;
    const auto deadline = m_deadlines(job->step.kind);
    if (deadline.count() > 0) {
        m_running.at(id).deadline = m_executor.after(deadline, [this, id, deadline] {
            const auto it = m_running.find(id);
            if (it == m_running.end() || it->second.hung)
                return;
            it->second.hung = true;
            const auto kind = it->second.job->step.kind;
            m_log(LogLevel::Error, core::describe(kind) + " does not come back after " +
                                       model::toString(deadline) + " (copy " +
                                       it->second.job->step.copy.toString() + ")");
            StepOutcome outcome =
                failure(ErrorCode::Timeout, core::describe(kind) + " did not come back in " +
                                                model::toString(deadline));
            outcome.hung = true;
            if (m_events.done)
                m_events.done(id, std::move(outcome));
        });
    }
    m_workers.run(
        [this, job, progress = progressSink(id), alive = m_alive, &executor = m_executor] {
            auto outcome =
                runStep(*job->backend, job->step, job->stream.get(), job->canceller, progress);
            {
                const std::lock_guard lock(job->streamMutex);
                job->stream.reset();
            }
            executor.post([this, id = job->id, alive, outcome = std::move(outcome)] {
                if (*alive)
                    finish(id, outcome);
            });
        });
}

std::function<void(const model::TransferProgress&)> ThreadStepRunner::progressSink(core::StepId id)
{
    using SteadyClock = std::chrono::steady_clock;
    struct Meter // of one worker
    {
        SteadyClock::time_point last{};
        model::ByteCount bytes;
    };
    return [this, id, alive = m_alive, &executor = m_executor,
            meter = std::make_shared<Meter>()](const model::TransferProgress& p) {
        const auto now = SteadyClock::now();
        if (now - meter->last < kProgressInterval)
            return;
        auto progress = p;
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(now - meter->last).count();
        if (meter->last != SteadyClock::time_point{} && p.bytesDone >= meter->bytes && ms > 0 &&
            progress.bytesPerSecond == 0)
            progress.bytesPerSecond =
                (p.bytesDone.value - meter->bytes.value) * 1000 / static_cast<std::uint64_t>(ms);
        *meter = {now, p.bytesDone};
        executor.post([this, id, alive, progress] {
            if (*alive && m_running.contains(id) && m_events.progress)
                m_events.progress(id, progress);
        });
    };
}

void ThreadStepRunner::finish(core::StepId id, StepOutcome outcome)
{
    const auto it = m_running.find(id);
    if (it == m_running.end()) {
        if (m_events.done)
            m_events.done(id, std::move(outcome)); // refused at the start
        return;
    }
    const auto job = it->second.job;
    const bool hung = it->second.hung;
    m_running.erase(it);
    if (outcome.error && outcome.error->code != ErrorCode::Unavailable)
        m_log(LogLevel::Warning, core::describe(job->step.kind) + " failed (copy " +
                                     job->step.copy.toString() + "): " + outcome.error->message);
    if (!outcome.remark.empty())
        m_log(LogLevel::Warning, core::describe(job->step.kind) + " (copy " +
                                     job->step.copy.toString() + "): " + outcome.remark);
    const auto token = job->step.kind == StepKind::ReceivePass ? tokenOf(job->step) : std::string();
    if (!token.empty() && m_serving.contains(token) && m_serving.at(token) == id)
        m_serving.erase(token);
    if (hung) {
        if (m_events.returned)
            m_events.returned(id);
    } else if (m_events.done) {
        m_events.done(id, std::move(outcome)); // may start the next pass of the same transfer
    }
    if (!token.empty())
        closeIfIdle(token);
}

void ThreadStepRunner::closeIfIdle(const std::string& token)
{
    if (m_serving.contains(token))
        return;
    m_early.erase(token);
    m_listener->close(token);
}

} // namespace drover::agent::service
