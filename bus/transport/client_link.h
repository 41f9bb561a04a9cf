#pragma once

// The state of a client socket's one connection, as its monitor tells it, and the way back after a
// refusal. Internal to bus/transport.
//
// libzmq reconnects by itself after everything but a refused key: then the socket is dead for good,
// while sends into it still succeed. So on a refusal the endpoint is disconnected, and connected
// again after a back-off that doubles.

#include "bus/transport/monitor.h"
#include "bus/transport/ports.h"
#include "bus/transport/reactor.h"

#include <cstddef>
#include <random>
#include <string>

namespace drover::bus {

// How long a client whose key was refused waits before it tries again.
struct RefusedBackoff
{
    Duration first{1000};
    Duration most{30000};
};

class ClientLink
{
public:
    using Changed = std::function<void(const LinkState&)>;

    // To be made before the socket is connected; `changed` is called from update() and connect().
    ClientLink(Reactor& reactor, zmq::context_t& context, zmq::socket_t& socket,
               std::string endpoint, RefusedBackoff backoff, Changed changed);

    // Begins. Throws zmq::error_t on a malformed endpoint.
    void connect();
    // Takes in what the monitor has told up to now.
    std::size_t update();
    [[nodiscard]] const LinkState& state() const { return m_state; }
    [[nodiscard]] zmq::socket_t& monitorSocket() { return m_monitor.socket(); }

private:
    void handle(const MonitorEvent& event);
    void refused(std::uint32_t status);
    void set(Link link, std::string reason);

    Reactor& m_reactor;
    zmq::socket_t& m_socket;
    std::string m_endpoint;
    RefusedBackoff m_backoff;
    Duration m_wait;
    Changed m_changed;
    LinkState m_state;
    std::minstd_rand m_random;
    Monitor m_monitor;
    Subscription m_retry;
};

} // namespace drover::bus
