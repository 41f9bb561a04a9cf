#pragma once

// Threads for calls that block. There is always a thread for a job: who bounds how many jobs there
// are is the caller. A call that never comes back costs its thread and nothing else.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace drover::agent::service {

class WorkerPool
{
public:
    WorkerPool();
    // Takes no more jobs; threads that are still in one end after it, on their own.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void run(std::function<void()> job);
    // Takes no more jobs and waits until all are done. False: some still run after the time.
    [[nodiscard]] bool drain(std::chrono::milliseconds timeout);
    [[nodiscard]] std::size_t busy() const; // jobs running or waiting

private:
    struct State
    {
        mutable std::mutex mutex;
        std::condition_variable work;
        std::condition_variable done;
        std::deque<std::function<void()>> jobs;
        std::size_t idle = 0;
        std::size_t threads = 0;
        std::size_t running = 0;
        bool stopping = false;
    };
    static void loop(const std::shared_ptr<State>& state);

    std::shared_ptr<State> m_state; // shared with the threads, which may outlive the pool
};

} // namespace drover::agent::service
