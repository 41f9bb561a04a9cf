#include "agent/service/worker_pool.h"

#include <thread>

namespace drover::agent::service {

namespace {

constexpr std::chrono::seconds kIdleThreadKept{30};

} // namespace

WorkerPool::WorkerPool() : m_state(std::make_shared<State>()) {}

WorkerPool::~WorkerPool()
{
    const std::lock_guard lock(m_state->mutex);
    m_state->stopping = true;
    m_state->jobs.clear();
    m_state->work.notify_all();
}

void WorkerPool::run(std::function<void()> job)
{
    const std::lock_guard lock(m_state->mutex);
    if (m_state->stopping)
        return;
    m_state->jobs.push_back(std::move(job));
    if (m_state->idle >= m_state->jobs.size()) {
        m_state->work.notify_one();
        return;
    }
    ++m_state->threads;
    std::thread([state = m_state] { loop(state); }).detach();
}

void WorkerPool::loop(const std::shared_ptr<State>& state)
{
    std::unique_lock lock(state->mutex);
    for (;;) {
        ++state->idle;
        const bool woken = state->work.wait_for(
            lock, kIdleThreadKept, [&] { return state->stopping || !state->jobs.empty(); });
        --state->idle;
        if (state->jobs.empty()) {
            if (woken && !state->stopping)
                continue;
            --state->threads;
            state->done.notify_all();
            return;
        }
        auto job = std::move(state->jobs.front());
        state->jobs.pop_front();
        ++state->running;
        lock.unlock();
        job();
        job = nullptr; // what it holds goes before it counts as done
        lock.lock();
        --state->running;
        state->done.notify_all();
    }
}

bool WorkerPool::drain(std::chrono::milliseconds timeout)
{
    std::unique_lock lock(m_state->mutex);
    m_state->stopping = true;
    m_state->work.notify_all();
    return m_state->done.wait_for(lock, timeout, [&] {
        return m_state->running == 0 && m_state->jobs.empty() && m_state->threads == 0;
    });
}

std::size_t WorkerPool::busy() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->running + m_state->jobs.size();
}

} // namespace drover::agent::service
