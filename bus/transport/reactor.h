#pragma once

// One thread that owns sockets, timers and a queue of tasks: the Executor of programs.
//
// A round of the loop: posted tasks, due timers, then every watched source (at most kRoundBudget
// frames in all, for at most kRoundTime), then the tasks of whenIdle. Only when nothing is left to do does the thread
// sleep, in one poll over everything it watches.
//
// Threads. post() and stop() may be called from any thread, call() from any other thread.
// Everything else belongs to the loop's thread: the one of start(), or the one that calls run().
// Before run() is entered, its future caller may use everything (ports are made there). Sockets and
// ports must be destroyed on the loop's thread while the reactor lives.

#include "bus/transport/ports.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace zmq {
class socket_t;
}

namespace drover::bus {

class Reactor final : public Executor
{
public:
    // How many frames one round hands out before the tasks of whenIdle run: the largest batch of a
    // group commit.
    static constexpr std::size_t kRoundBudget = 256;
    // How long a round hands out frames. Some cost a thousand times what others do; whoever waits
    // for the end of the round waits no longer than this and the frame in hand.
    static constexpr std::chrono::milliseconds kRoundTime{5};

    // Handles at most `budget` frames of one source and returns how many it handled. Is called
    // again while the source is readable.
    using Pump = std::function<std::size_t(std::size_t budget)>;

    // Throws std::system_error when the process is out of descriptors.
    Reactor();
    // Stops and joins the thread of start(). Tasks that did not run are discarded.
    ~Reactor() override;
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    // Runs the loop on a thread of its own; the name (up to 15 characters) is what `top` shows.
    void start(const std::string& name);
    // Runs the loop on the caller's thread until stop().
    void run();
    // Runs the loop on the caller's thread until the condition holds (looked at after each round)
    // or the time is over or stop(); returns whether it holds. For programs that wait for one
    // thing, and for tests.
    bool runUntil(const std::function<bool()>& condition, Duration timeout);
    // Ends the loop after its current round; for good. Callable from any thread, also before run().
    void stop();

    void post(Task task) override;
    [[nodiscard]] Subscription after(Duration delay, Task task) override;
    [[nodiscard]] MonotonicTime now() const override;
    void whenIdle(Task task) override;

    // Asked by a pump after each frame: whether it shall leave the rest to the next round.
    [[nodiscard]] bool isRoundOver() const;

    // Runs the function on the loop's thread, waits for it, returns what it returns, throws what it
    // throws. Not from the loop's own thread. Throws std::future_error when the reactor stops
    // before the function ran.
    template <class F>
    auto call(F&& function) -> std::invoke_result_t<F>
    {
        using R = std::invoke_result_t<F>;
        // shared: a Task must be copyable, a packaged_task is not
        auto task = std::make_shared<std::packaged_task<R()>>(std::forward<F>(function));
        auto result = task->get_future();
        enqueue([task] { (*task)(); }, /*evenWhenStopping=*/false);
        task.reset(); // whoever discards the queue breaks the promise
        return result.get();
    }

    // Whether the caller is on the loop's thread (or no loop has begun yet).
    [[nodiscard]] bool isCurrentThread() const;

    // Watches a socket until the subscription is destroyed, which has to happen before the socket
    // is.
    [[nodiscard]] Subscription watch(zmq::socket_t& socket, Pump pump);
    // Watches a descriptor for input.
    [[nodiscard]] Subscription watchDescriptor(int descriptor, Task readable);

private:
    struct Source;
    struct State; // timers and sources; outlived by nothing that could reach them

    using Clock = std::chrono::steady_clock;
    using TimerKey = std::pair<Clock::time_point, std::uint64_t>;

    void enqueue(Task task, bool evenWhenStopping);
    void enter();
    [[nodiscard]] bool isStopping() const;
    void round();
    void runPosted();
    void runTimers();
    void runIdle();
    void pumpSources();
    void poll();
    void wake();
    [[nodiscard]] long pollTimeout() const;
    Subscription add(std::shared_ptr<Source> source);

    int m_wake = -1; // eventfd
    std::thread m_thread;
    std::thread::id m_loopThread; // guarded by m_mutex

    mutable std::mutex m_mutex;
    std::vector<Task> m_posted; // guarded by m_mutex
    bool m_stopping = false;    // guarded by m_mutex

    std::shared_ptr<State> m_state; // shared with subscriptions that may outlive the reactor
    std::vector<Task> m_idle;
};

} // namespace drover::bus
