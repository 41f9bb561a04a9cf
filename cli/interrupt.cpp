#include "cli/interrupt.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include <sys/eventfd.h>
#include <unistd.h>

namespace drover::cli {

namespace {

// All that a handler may touch.
volatile std::sig_atomic_t caught = 0;
volatile std::sig_atomic_t wakeUp = -1;

void note(int signal)
{
    const int before = errno;
    caught = signal;
    const std::uint64_t one = 1;
    if (wakeUp >= 0)
        (void)!::write(wakeUp, &one, sizeof one);
    errno = before;
}

} // namespace

Interrupt::Interrupt() : m_descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    caught = 0;
    wakeUp = m_descriptor;
    struct sigaction action = {};
    action.sa_handler = note;
    action.sa_flags = SA_RESETHAND; // no SA_RESTART: whatever waits is woken
    for (std::size_t i = 0; i < kSignals.size(); ++i)
        if (::sigaction(kSignals[i], nullptr, &m_before[i]) == 0 &&
            m_before[i].sa_handler != SIG_IGN)
            (void)::sigaction(kSignals[i], &action, nullptr);
}

Interrupt::~Interrupt()
{
    for (std::size_t i = 0; i < kSignals.size(); ++i)
        (void)::sigaction(kSignals[i], &m_before[i], nullptr);
    wakeUp = -1;
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

int Interrupt::signal() const { return caught; }

void Interrupt::drain() const
{
    std::uint64_t ignored = 0;
    (void)!::read(m_descriptor, &ignored, sizeof ignored);
}

void dieOf(int signal)
{
    (void)std::signal(signal, SIG_DFL);
    (void)std::raise(signal);
    std::_Exit(128 + signal); // only if it was blocked
}

} // namespace drover::cli
