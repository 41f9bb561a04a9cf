#pragma once

// Moments that must have passed on both of control's clocks before something is done with data.
//
// Specification
// - An entry fires when either clock reaches it; the one who asks then checks both. So it is looked
//   at when the later of the two passes, whichever that is, and never in between: what is due but
//   blocked costs nothing until its dataset changes.
// - Stepping the wall clock back makes entries fire again later, which is harmless; stepping it
//   forward fires them early, and the running clock still holds them.

#include "proto/model/quantity.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace drover::control::core {

template <class Key>
class TwoClockQueue
{
public:
    void insert(const model::Now& at, const Key& key)
    {
        m_byRunning.emplace(at.running, key);
        m_byWall.emplace(at.wall, key);
    }
    void erase(const model::Now& at, const Key& key)
    {
        m_byRunning.erase({at.running, key});
        m_byWall.erase({at.wall, key});
    }
    // Keys whose moment, later by `delay`, lies in (since, now] of either clock. Sorted, each once.
    [[nodiscard]] std::vector<Key> reached(const model::Now& since, const model::Now& now,
                                           model::Duration delay) const
    {
        std::set<Key> keys;
        collect(m_byRunning, since.running - delay, now.running - delay, keys);
        collect(m_byWall, since.wall - delay, now.wall - delay, keys);
        return {keys.begin(), keys.end()};
    }
    // Every key, sorted.
    [[nodiscard]] std::vector<Key> keys() const
    {
        std::set<Key> keys;
        for (const auto& [at, key] : m_byRunning)
            keys.insert(key);
        return {keys.begin(), keys.end()};
    }
    // Time from `now` to the next such moment; absent when none is ahead.
    [[nodiscard]] std::optional<model::Duration> next(const model::Now& now,
                                                      model::Duration delay) const
    {
        std::optional<model::Duration> wait;
        const auto take = [&](model::Duration d) { wait = wait ? std::min(*wait, d) : d; };
        if (const auto it = after(m_byRunning, now.running - delay); it != m_byRunning.end())
            take(it->first + delay - now.running);
        if (const auto it = after(m_byWall, now.wall - delay); it != m_byWall.end())
            take(it->first + delay - now.wall);
        return wait;
    }
    bool operator==(const TwoClockQueue&) const = default;

private:
    template <class Time>
    using Queue = std::set<std::pair<Time, Key>>;

    template <class Time>
    static auto after(const Queue<Time>& queue, Time time)
    {
        // The first entry later than `time`: one tick later, with the smallest key.
        return queue.lower_bound({time + model::Duration{1}, Key{}});
    }
    template <class Time>
    static void collect(const Queue<Time>& queue, Time since, Time until, std::set<Key>& keys)
    {
        for (auto it = after(queue, since); it != queue.end() && it->first <= until; ++it)
            keys.insert(it->second);
    }

    Queue<model::Duration> m_byRunning;
    Queue<model::TimePoint> m_byWall;
};

} // namespace drover::control::core
