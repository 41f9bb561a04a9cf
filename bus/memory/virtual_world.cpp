#include "bus/memory/virtual_world.h"

#include <algorithm>

namespace drover::bus {

namespace {

std::uint64_t mixed(std::uint64_t value)
{
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

} // namespace

std::uint64_t SeededRandom::next() { return mixed(m_state += 0x9e3779b97f4a7c15U); }

std::uint64_t SeededRandom::below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

bool SeededRandom::chance(double probability)
{
    if (probability <= 0)
        return false;
    if (probability >= 1)
        return true;
    return static_cast<double>(next() >> 11U) * 0x1p-53 < probability;
}

VirtualExecutor::VirtualExecutor(VirtualWorld& world, std::uint64_t number, std::string name)
    : m_world(world), m_number(number), m_name(std::move(name))
{}

VirtualExecutor::~VirtualExecutor() { m_world.discard(m_number); }

void VirtualExecutor::post(Task task) { m_world.add(m_number, m_world.m_now, std::move(task)); }

Subscription VirtualExecutor::after(Duration delay, Task task)
{
    const auto key =
        m_world.add(m_number, m_world.m_now + std::max(delay, Duration::zero()), std::move(task));
    return Subscription([state = std::weak_ptr<VirtualWorld::State>(m_world.m_state), key] {
        const auto alive = state.lock();
        if (!alive)
            return;
        // Taken out first and destroyed last: what it captured may reach the queue again.
        const auto moved = alive->moved.extract(std::get<2>(key));
        const auto removed = alive->queue.extract(moved.empty() ? key : moved.mapped());
    });
}

MonotonicTime VirtualExecutor::now() const { return m_world.m_now; }

void VirtualExecutor::whenIdle(Task task)
{
    m_world.m_state->idle.push_back({m_number, std::move(task)});
}

VirtualWorld::VirtualWorld(std::uint64_t seed)
    : m_seed(seed), m_random(mixed(seed + 1)), m_state(std::make_shared<State>())
{}

std::unique_ptr<VirtualExecutor> VirtualWorld::executor(std::string name)
{
    return std::unique_ptr<VirtualExecutor>(
        new VirtualExecutor(*this, m_nextExecutor++, std::move(name)));
}

VirtualWorld::Key VirtualWorld::add(std::uint64_t executor, MonotonicTime time, Task task)
{
    const Key key = keyOf(executor, time, m_nextEntry++);
    m_state->queue.emplace(key, Entry{executor, std::move(task)});
    return key;
}

VirtualWorld::Key VirtualWorld::keyOf(std::uint64_t executor, MonotonicTime time,
                                      std::uint64_t entry) const
{
    // Not from m_random: how many tasks there are must not change what else is drawn.
    const auto instant = static_cast<std::uint64_t>(time.time_since_epoch().count());
    return {time, mixed(m_seed ^ mixed(executor ^ mixed(instant))), entry};
}

void VirtualWorld::pause(VirtualExecutor& executor, Duration duration)
{
    auto& until = m_state->pausedUntil[executor.m_number];
    until = std::max(until, m_now + duration);
    add(executor.m_number, until, [] {}); // so that the clock comes there
}

bool VirtualWorld::isPaused(std::uint64_t executor) const
{
    const auto paused = m_state->pausedUntil.find(executor);
    return paused != m_state->pausedUntil.end() && paused->second > m_now;
}

void VirtualWorld::postpone()
{
    auto& state = *m_state;
    while (!state.pausedUntil.empty() && !state.queue.empty()) {
        const auto first = state.queue.begin();
        const auto due = std::max(m_now, std::get<MonotonicTime>(first->first));
        const auto paused = state.pausedUntil.find(first->second.executor);
        if (paused == state.pausedUntil.end() || paused->second <= due)
            return;
        auto entry = state.queue.extract(first);
        const auto number = std::get<2>(entry.key());
        entry.key() = keyOf(paused->first, paused->second, number);
        state.moved.insert_or_assign(number, entry.key());
        state.queue.insert(std::move(entry));
    }
}

bool VirtualWorld::step()
{
    std::erase_if(m_state->pausedUntil, [&](const auto& entry) { return entry.second <= m_now; });
    postpone();
    auto& queue = m_state->queue;
    const bool nothingNow = queue.empty() || std::get<MonotonicTime>(queue.begin()->first) > m_now;
    if (nothingNow && runIdle())
        return true;
    if (queue.empty())
        return false;
    auto next = queue.extract(queue.begin());
    m_state->moved.erase(std::get<2>(next.key()));
    m_now = std::max(m_now, std::get<MonotonicTime>(next.key()));
    next.mapped().task();
    return true;
}

bool VirtualWorld::runIdle()
{
    const auto first = std::find_if(m_state->idle.begin(), m_state->idle.end(),
                                    [&](const Entry& e) { return !isPaused(e.executor); });
    if (first == m_state->idle.end())
        return false;
    // One at a time: it may crash another executor, whose tasks must not run then.
    const Entry entry = std::move(*first);
    m_state->idle.erase(first);
    entry.task();
    return true;
}

bool VirtualWorld::hasWork(MonotonicTime until)
{
    postpone();
    const auto& state = *m_state;
    return std::any_of(state.idle.begin(), state.idle.end(),
                       [&](const Entry& e) { return !isPaused(e.executor); }) ||
           (!state.queue.empty() && std::get<MonotonicTime>(state.queue.begin()->first) <= until);
}

void VirtualWorld::runUntil(MonotonicTime time)
{
    while (hasWork(time))
        step();
    m_now = std::max(m_now, time);
}

bool VirtualWorld::runUntil(const std::function<bool()>& condition, Duration atMost)
{
    const auto limit = m_now + atMost;
    while (!condition()) {
        if (!hasWork(limit)) {
            m_now = std::max(m_now, limit);
            return false;
        }
        step();
    }
    return true;
}

bool VirtualWorld::runUntilIdle(std::size_t mostTasks)
{
    for (std::size_t count = 0; count < mostTasks; ++count)
        if (!step())
            return true;
    return false;
}

void VirtualWorld::discard(std::uint64_t executor)
{
    auto& state = *m_state;
    state.pausedUntil.erase(executor);
    // Moved aside and destroyed last: what the tasks captured may reach the queue again while it
    // goes.
    std::vector<Entry> discarded;
    for (auto it = state.queue.begin(); it != state.queue.end();) {
        if (it->second.executor == executor) {
            state.moved.erase(std::get<2>(it->first));
            discarded.push_back(std::move(it->second));
            it = state.queue.erase(it);
        } else {
            ++it;
        }
    }
    const auto kept =
        std::stable_partition(state.idle.begin(), state.idle.end(), [executor](const Entry& entry) {
            return entry.executor != executor;
        });
    std::move(kept, state.idle.end(), std::back_inserter(discarded));
    state.idle.erase(kept, state.idle.end());
}

} // namespace drover::bus
