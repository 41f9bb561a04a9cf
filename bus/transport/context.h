#pragma once

// One ZeroMQ context: its I/O threads and its authentication. Everything of the bus in a process
// hangs on one of these.

#include "bus/transport/authenticator.h"

#include <zmq.hpp>

#include <cstdint>

namespace drover::bus {

struct ContextOptions
{
    int maxSockets = 16384;
};

// Outlives all ports made with it: the destructor waits until the last of them is gone.
class Context
{
public:
    // Throws zmq::error_t when the process is out of descriptors.
    explicit Context(const ContextOptions& options = {});
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] zmq::context_t& zmq() { return m_context; }
    [[nodiscard]] Authenticator& authenticator() { return m_authenticator; }

    // Masks for ZMQ_AFFINITY: bulk data has an I/O thread of its own, so that requests never wait
    // behind it.
    static constexpr std::uint64_t kControlTraffic = 1;
    static constexpr std::uint64_t kBulkTraffic = 2;

private:
    zmq::context_t m_context;
    // after the context: bound before any port, gone before the context is
    Authenticator m_authenticator;
};

// Raises the soft limit of open descriptors to the hard one. At the limit libzmq spins, and every
// open() of the process fails. Returns the limit in force.
std::uint64_t raiseDescriptorLimit();
// The limit in force.
std::uint64_t descriptorLimit();

} // namespace drover::bus
