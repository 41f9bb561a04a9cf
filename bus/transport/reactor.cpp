#include "bus/transport/reactor.h"

#include <zmq.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace drover::bus {

struct Reactor::Source
{
    void* socket = nullptr; // a ZeroMQ socket, or null for a descriptor
    int descriptor = -1;
    Pump pump;
    bool watched = true; // false: its subscription is gone, never call it again
    bool ready = false;
    // Nothing but receiving is done with it (the PAIR of a monitor), so its descriptor misses
    // nothing.
    bool onlyReceives = false;
};

namespace {

// Whether a socket has something to be received. Handles what its I/O thread has told it, so that
// its descriptor speaks again of what comes next.
bool hasInput(void* socket)
{
    int events = 0;
    std::size_t size = sizeof events;
    if (zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) != 0) {
        if (zmq_errno() == EINTR)
            return true; // its pump finds out
        // A socket that was destroyed while watched, or a context that was terminated under its
        // ports: a broken program, which must not run on blind.
        throw std::system_error(zmq_errno(), std::generic_category(),
                                "the reactor cannot look at its sockets");
    }
    return (events & ZMQ_POLLIN) != 0;
}

} // namespace

struct Reactor::State
{
    std::map<TimerKey, Task> timers;
    std::uint64_t nextTimer = 0;
    std::vector<std::shared_ptr<Source>> sources; // shared with the pump that is running
    bool sourcesChanged = true;
    std::vector<pollfd> items; // the wake-up descriptor, then one for each source
    Clock::time_point roundEnd;
};

Reactor::Reactor()
    : m_wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), m_state(std::make_shared<State>())
{
    if (m_wake < 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a reactor (eventfd)");
}

Reactor::~Reactor()
{
    stop();
    if (m_thread.joinable())
        m_thread.join();
    ::close(m_wake);
}

void Reactor::start(const std::string& name)
{
    assert(!m_thread.joinable());
    // The thread waits for its own id to be known, so that isCurrentThread() is right from the
    // first task on.
    std::promise<void> ready;
    auto isReady = ready.get_future();
    m_thread = std::thread([this, isReady = std::move(isReady)]() mutable {
        isReady.wait();
        run();
    });
    pthread_setname_np(m_thread.native_handle(), name.substr(0, 15).c_str());
    {
        const std::lock_guard lock(m_mutex);
        m_loopThread = m_thread.get_id();
    }
    ready.set_value();
}

void Reactor::run()
{
    enter();
    while (!isStopping())
        round();
    // What was not run is discarded here, on the thread that owns whatever it captured.
    std::vector<Task> discarded;
    {
        const std::lock_guard lock(m_mutex);
        discarded.swap(m_posted);
    }
    discarded.clear();
    m_idle.clear();
    m_state->timers.clear();
}

bool Reactor::runUntil(const std::function<bool()>& condition, Duration timeout)
{
    enter();
    bool late = false;
    const auto deadline = after(timeout, [&late] { late = true; });
    while (!condition()) {
        if (late || isStopping())
            return false;
        round();
    }
    return true;
}

void Reactor::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    wake();
}

void Reactor::post(Task task)
{
    // Also when stopping: what the task captured must not be destroyed on the caller's thread.
    enqueue(std::move(task), /*evenWhenStopping=*/true);
}

void Reactor::enqueue(Task task, bool evenWhenStopping)
{
    bool first = false;
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping && !evenWhenStopping)
            return;
        first = m_posted.empty();
        m_posted.push_back(std::move(task));
    }
    if (first)
        wake();
}

Subscription Reactor::after(Duration delay, Task task)
{
    assert(isCurrentThread());
    // On the clock's full resolution: a deadline cut to milliseconds could come up to one too
    // early.
    const TimerKey key{Clock::now() + std::max(delay, Duration::zero()), m_state->nextTimer++};
    m_state->timers.emplace(key, std::move(task));
    return Subscription([state = std::weak_ptr<State>(m_state), key] {
        if (const auto alive = state.lock())
            alive->timers.erase(key);
    });
}

MonotonicTime Reactor::now() const
{
    return std::chrono::floor<std::chrono::milliseconds>(Clock::now());
}

void Reactor::whenIdle(Task task)
{
    assert(isCurrentThread());
    m_idle.push_back(std::move(task));
}

bool Reactor::isCurrentThread() const
{
    const std::lock_guard lock(m_mutex);
    return m_loopThread == std::thread::id() || m_loopThread == std::this_thread::get_id();
}

Subscription Reactor::watch(zmq::socket_t& socket, Pump pump)
{
    auto source = std::make_shared<Source>();
    source->socket = socket.handle();
    source->descriptor = socket.get(zmq::sockopt::fd);
    source->pump = std::move(pump);
    source->ready = true; // it may have been used before
    source->onlyReceives = socket.get(zmq::sockopt::type) == ZMQ_PAIR;
    return add(std::move(source));
}

Subscription Reactor::watchDescriptor(int descriptor, Task readable)
{
    auto source = std::make_shared<Source>();
    source->descriptor = descriptor;
    source->pump = [readable = std::move(readable)](std::size_t) -> std::size_t {
        readable();
        return 1;
    };
    return add(std::move(source));
}

Subscription Reactor::add(std::shared_ptr<Source> source)
{
    assert(isCurrentThread());
    m_state->sources.push_back(source);
    m_state->sourcesChanged = true;
    return Subscription([state = std::weak_ptr<State>(m_state), source = std::move(source)] {
        source->watched = false;
        if (const auto alive = state.lock())
            alive->sourcesChanged = true;
    });
}

void Reactor::enter()
{
    const std::lock_guard lock(m_mutex);
    m_loopThread = std::this_thread::get_id();
}

bool Reactor::isStopping() const
{
    const std::lock_guard lock(m_mutex);
    return m_stopping;
}

void Reactor::round()
{
    poll();
    runPosted();
    runTimers();
    pumpSources();
    runIdle();
}

void Reactor::runPosted()
{
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(m_mutex);
        tasks.swap(m_posted);
    }
    for (auto& task : tasks) {
        task();
        task = nullptr; // what it captured goes before the next one runs
    }
}

void Reactor::runTimers()
{
    const auto due = Clock::now(); // taken once: a timer that re-arms itself with no delay waits
                                   // for the next round
    while (!m_state->timers.empty() && m_state->timers.begin()->first.first <= due) {
        const auto task = std::move(m_state->timers.extract(m_state->timers.begin()).mapped());
        task();
    }
}

void Reactor::runIdle()
{
    std::vector<Task> tasks;
    tasks.swap(m_idle); // one that asks again is for the next round
    for (auto& task : tasks) {
        task();
        task = nullptr;
    }
}

void Reactor::pumpSources()
{
    m_state->roundEnd = Clock::now() + kRoundTime;
    std::size_t budget = kRoundBudget;
    // By index, on shared copies: a pump may watch and unwatch.
    for (std::size_t i = 0; i < m_state->sources.size(); ++i) {
        const auto source = m_state->sources[i];
        if (!source->watched || !source->ready)
            continue;
        // With the budget spent, every other source still gets one frame: nobody starves.
        const std::size_t most = std::max<std::size_t>(budget, 1);
        const std::size_t handled = source->pump(most);
        // One that stopped before it had all is called again.
        source->ready = source->socket != nullptr && (handled >= most || isRoundOver());
        budget -= std::min(budget, handled);
    }
}

bool Reactor::isRoundOver() const { return Clock::now() >= m_state->roundEnd; }

long Reactor::pollTimeout() const
{
    if (!m_idle.empty())
        return 0; // asked for by a task of whenIdle itself, or before the loop began
    if (m_state->timers.empty())
        return -1;
    const auto wait = m_state->timers.begin()->first.first - Clock::now();
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    return std::clamp<long>(static_cast<long>(rounded), 0, 3'600'000);
}

// Not zmq_poll: it asks every socket twice, each time with a system call, where most have nothing to
// say. A descriptor of a socket becomes readable when its I/O thread tells it something. A send may
// take that news; so whoever sends is asked before the thread sleeps.
void Reactor::poll()
{
    State& state = *m_state;
    if (state.sourcesChanged) {
        std::erase_if(state.sources, [](const auto& source) { return !source->watched; });
        state.items.assign(1, pollfd{m_wake, POLLIN, 0});
        for (const auto& source : state.sources)
            state.items.push_back({source->descriptor, POLLIN, 0});
        state.sourcesChanged = false;
    }
    bool ready = false;
    for (const auto& source : state.sources) {
        if (!source->ready && source->socket != nullptr && !source->onlyReceives)
            source->ready = hasInput(source->socket);
        ready = ready || source->ready;
    }
    const int count =
        ::poll(state.items.data(), state.items.size(), ready ? 0 : static_cast<int>(pollTimeout()));
    if (count < 0) {
        // A signal came; the round goes on and polls again.
        if (errno == EINTR)
            return;
        throw std::system_error(errno, std::generic_category(), "the reactor cannot poll");
    }
    if (state.items[0].revents != 0) {
        std::uint64_t ignored = 0;
        while (::read(m_wake, &ignored, sizeof ignored) < 0 && errno == EINTR) {
        }
    }
    for (std::size_t i = 0; i < state.sources.size(); ++i) {
        Source& source = *state.sources[i];
        if (state.items[i + 1].revents != 0 && !source.ready)
            source.ready = source.socket == nullptr || hasInput(source.socket);
    }
}

void Reactor::wake()
{
    const std::uint64_t one = 1;
    // EAGAIN: the counter is full, so the thread is woken already.
    while (::write(m_wake, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

} // namespace drover::bus
