#pragma once

// The descriptors that a listening socket has accepted, from its monitor: which are open, and which
// have not spoken yet. Internal to bus/transport.
//
// Specification: at most `mostSilent` connections may be open that never sent a frame; one more
// cuts the oldest of them. Rationale: neither BACKLOG nor MAX_SOCKETS bounds accepts. Without this,
// whoever reaches the port takes all descriptors of the process (and its database's) with
// connections that never begin the handshake, or begin it again and again.

#include "bus/transport/monitor.h"
#include "bus/transport/reactor.h"

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>

namespace drover::bus {

class AcceptedConnections
{
public:
    using Ended = std::function<void(int descriptor)>;

    // To be made before the socket is bound. `ended` is called from update(), once for each
    // connection.
    AcceptedConnections(zmq::context_t& context, zmq::socket_t& listener, std::size_t mostSilent,
                        Ended ended);

    // The port that cuts are checked against; known once the socket is bound.
    void setPort(int port) { m_port = port; }
    // Takes in what the monitor has told up to now.
    std::size_t update();
    // A frame came by this connection.
    void hasSpoken(int descriptor);
    [[nodiscard]] bool isOpen(int descriptor) const { return m_open.contains(descriptor); }
    [[nodiscard]] zmq::socket_t& monitorSocket() { return m_monitor.socket(); }

private:
    void end(int descriptor);

    Monitor m_monitor;
    std::size_t m_mostSilent;
    Ended m_ended;
    int m_port = 0;
    std::list<int> m_silent;                                  // oldest first
    std::unordered_map<int, std::list<int>::iterator> m_open; // end() of m_silent: has spoken
};

} // namespace drover::bus
