#pragma once

// Turns signals that ask a program to end (SIGTERM, SIGINT) into a task on its reactor.
//
// A handler that writes to a descriptor rather than signalfd(2): a blocked signal mask would be
// inherited by every program that we start, and those must stay killable.

#include "bus/transport/ports.h"

#include <functional>
#include <initializer_list>
#include <vector>

namespace drover::bus {

class Reactor;

// One per process at a time. Made and destroyed on the reactor's thread; puts the old dispositions
// back.
class SignalWatch
{
public:
    using Handler = std::function<void(int signal)>;
    // Throws std::system_error when the process is out of descriptors.
    SignalWatch(Reactor& reactor, std::initializer_list<int> signals, Handler handler);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    struct Saved;
    int m_read = -1;
    int m_write = -1;
    std::vector<Saved> m_saved;
    Subscription m_watch;
};

// Writing to a socket or pipe whose reader has gone must be an error code, not the end of the
// program.
void ignoreBrokenPipes();

} // namespace drover::bus
