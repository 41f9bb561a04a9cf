#pragma once

// A world of executors with one virtual clock and one seed: what simulation runs programs on.
//
// Specification
// - Time moves only when nothing is left to do at the present instant, and then to the next timer
//   at once.
// - Tasks of one executor run in the order of posting. Which executor goes first at an instant is
//   drawn from the seed, anew for each instant; the same seed and the same program give the same
//   run.
// - The tasks of whenIdle run when every executor has done all it had at the instant: everything
//   that arrived with a batch is in it.
// - Destroying an executor discards its tasks and timers, wherever they were: the crash of a
//   process.
//
// Threads: all of it on one.

#include "bus/transport/ports.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace drover::bus {

// Random numbers that are the same on every machine and library (splitmix64).
class SeededRandom
{
public:
    explicit SeededRandom(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t next();
    // 0 .. bound - 1; 0 for a bound of 0.
    std::uint64_t below(std::uint64_t bound);
    // Whether something of this probability (0 .. 1) happens. Draws nothing for 0 and 1, so that
    // faults that are off change no run.
    bool chance(double probability);

private:
    std::uint64_t m_state;
};

class VirtualWorld;

class VirtualExecutor final : public Executor
{
public:
    ~VirtualExecutor() override;
    VirtualExecutor(const VirtualExecutor&) = delete;
    VirtualExecutor& operator=(const VirtualExecutor&) = delete;

    // From the world's thread only, unlike a Reactor's.
    void post(Task task) override;
    [[nodiscard]] Subscription after(Duration delay, Task task) override;
    [[nodiscard]] MonotonicTime now() const override;
    void whenIdle(Task task) override;
    [[nodiscard]] const std::string& name() const { return m_name; }

private:
    friend class VirtualWorld;
    VirtualExecutor(VirtualWorld& world, std::uint64_t number, std::string name);

    VirtualWorld& m_world;
    std::uint64_t m_number;
    std::string m_name;
};

// Outlives its executors.
class VirtualWorld
{
public:
    explicit VirtualWorld(std::uint64_t seed);
    VirtualWorld(const VirtualWorld&) = delete;
    VirtualWorld& operator=(const VirtualWorld&) = delete;

    // The name is for people.
    [[nodiscard]] std::unique_ptr<VirtualExecutor> executor(std::string name);
    [[nodiscard]] MonotonicTime now() const { return m_now; }
    // For whatever else in a run has to be random.
    [[nodiscard]] SeededRandom& random() { return m_random; }

    // A process that stands still (SIGSTOP, a suspended machine): what becomes due for it waits
    // until then and runs in order. A later end replaces an earlier one.
    void pause(VirtualExecutor& executor, Duration duration);

    // Runs the next task, moving the clock if it must; false when there is none at all.
    bool step();
    // Runs everything up to and including this time; the clock stands there afterwards.
    void runUntil(MonotonicTime time);
    void runFor(Duration duration) { runUntil(m_now + duration); }
    // Runs until the condition holds, which is looked at after each task, for at most so long;
    // returns whether it holds.
    bool runUntil(const std::function<bool()>& condition, Duration atMost);
    // Runs until there is neither task nor timer. False after so many tasks: something repeats for
    // ever.
    bool runUntilIdle(std::size_t mostTasks = 10'000'000);

private:
    friend class VirtualExecutor;

    // When, whose turn at that instant, in which order.
    using Key = std::tuple<MonotonicTime, std::uint64_t, std::uint64_t>;
    struct Entry
    {
        std::uint64_t executor = 0;
        Task task;
    };
    struct State
    {
        std::map<Key, Entry> queue;
        std::vector<Entry> idle;
        // Entries that waited for a paused executor: by their number, where they are now.
        std::map<std::uint64_t, Key> moved;
        std::map<std::uint64_t, MonotonicTime> pausedUntil;
    };

    Key add(std::uint64_t executor, MonotonicTime time, Task task);
    [[nodiscard]] Key keyOf(std::uint64_t executor, MonotonicTime time, std::uint64_t entry) const;
    [[nodiscard]] bool isPaused(std::uint64_t executor) const;
    // Puts off what is due for paused executors.
    void postpone();
    // Whether something runs before the clock would pass this time.
    [[nodiscard]] bool hasWork(MonotonicTime until);
    bool runIdle();
    void discard(std::uint64_t executor);

    std::uint64_t m_seed;
    SeededRandom m_random;
    MonotonicTime m_now{};
    std::uint64_t m_nextExecutor = 1;
    std::uint64_t m_nextEntry = 1;
    std::shared_ptr<State> m_state; // shared with subscriptions that may outlive the world
};

} // namespace drover::bus
