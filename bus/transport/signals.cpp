#include "bus/transport/signals.h"

#include "bus/transport/reactor.h"

#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace drover::bus {

namespace {

// Where the handler writes. A signal handler has no other way to find its object.
std::atomic<int> s_target{-1};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void handleSignal(int signal)
{
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(signal);
    const int target = s_target.load();
    // A full pipe holds enough signals already; there is nobody to tell about a failure here.
    if (target >= 0) [[maybe_unused]]
        const auto ignored = ::write(target, &byte, 1);
    errno = saved;
}

} // namespace

struct SignalWatch::Saved
{
    int signal = 0;
    struct sigaction action
    {};
};

SignalWatch::SignalWatch(Reactor& reactor, std::initializer_list<int> signals, Handler handler)
{
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot watch for signals (pipe)");
    m_read = ends[0];
    m_write = ends[1];
    [[maybe_unused]] const int before = s_target.exchange(m_write);
    assert(before == -1);
    m_watch = reactor.watchDescriptor(m_read, [this, handler = std::move(handler)] {
        unsigned char byte = 0;
        while (::read(m_read, &byte, 1) == 1)
            handler(byte);
    });
    for (const int signal : signals) {
        struct sigaction action
        {};
        action.sa_handler = handleSignal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        Saved saved;
        saved.signal = signal;
        if (::sigaction(signal, &action, &saved.action) == 0)
            m_saved.push_back(saved);
    }
}

SignalWatch::~SignalWatch()
{
    for (const auto& saved : m_saved)
        ::sigaction(saved.signal, &saved.action, nullptr);
    s_target.store(-1);
    m_watch.reset();
    ::close(m_read);
    ::close(m_write);
}

void ignoreBrokenPipes()
{
    struct sigaction action
    {};
    action.sa_handler = SIG_IGN;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGPIPE, &action, nullptr);
}

} // namespace drover::bus
