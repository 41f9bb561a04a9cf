#pragma once

// The connections that a listening socket has accepted, from its monitor, and what they may take of this process. Internal to
// bus/transport.
//
// Specification. A connection that goes beyond one of the AcceptLimits is cut: its peer sees the end of its connection and may come
// again. The oldest silent one goes when there are too many; the newest when it is one too many of its user.
//
// Rationale: neither BACKLOG nor MAX_SOCKETS bounds accepts, and at the limit of descriptors libzmq spins a core while every open() of
// the process fails, its database's too. High-water marks count whole messages, not bytes.

#include "bus/transport/monitor.h"
#include "bus/transport/reactor.h"
#include "bus/transport/traffic.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <unordered_map>

namespace drover::bus {

// What all connections of one listening socket may take together, and each of them. The memory that one user can make the process
// hold is mostOfUser x (mostUnhandled + mostUnread) = 768 MiB, and 4 MiB more for each connection where reads wait for their turn;
// what only asks gets some 2 MiB of answers ahead. A thousand honest agents hold a few hundred KiB each at their worst.
struct AcceptLimits
{
    std::size_t mostOpen = 20000;    // never more than a third of the process's descriptors
    std::size_t mostSilent = 2000;   // that never sent a frame; never more than half of mostOpen
    Duration longestSilence{10'000}; // for the first frame
    std::size_t mostOfUser = 32;
    // Bytes that came and are in no frame yet. The largest message is half of it.
    std::uint64_t mostUnhandled = std::uint64_t{8} << 20U;
    // Bytes that were sent and have not gone out; eight assignment batches of 1 MiB are on the way to an agent at most. A RouterServer
    // sends no more above it.
    std::uint64_t mostUnread = std::uint64_t{16} << 20U;
    bool cutSlowReaders = false; // those who have not acknowledged mostUnread of what was given()
    // A user whose connection was cut for mostUnhandled has no new one for so long: what came by the
    // old one is still to be thrown away, one message at a time.
    Duration holdOff{5'000};
};

class AcceptedConnections
{
public:
    struct Hooks
    {
        // A connection is over; called from update(), once for each.
        std::function<void(int descriptor)> ended;
        // A connection of this user (empty: not known) was cut for what waits of it.
        std::function<void(int descriptor, const std::string& user)> flooded;
        // Bytes are about to be looked at: the last chance to say what was given.
        std::function<void()> beforeLook;
    };

    // To be made before the socket is bound.
    AcceptedConnections(Reactor& reactor, zmq::context_t& context, zmq::socket_t& listener,
                        const AcceptLimits& limits, Hooks hooks);

    // The port that cuts are checked against; known once the socket is bound.
    void setPort(int port) { m_port = port; }
    // Takes in what the monitor has told up to now.
    std::size_t update();
    // The first frame came by this connection, from this user. False: it is one too many of the user; cut it.
    [[nodiscard]] bool hasSpoken(int descriptor, const std::string& user);
    // A frame that took so many bytes on the wire came by this connection and was handed on.
    void handed(int descriptor, std::size_t wireBytes);
    // So many bytes go out by this connection.
    void given(int descriptor, std::size_t wireBytes);
    [[nodiscard]] bool isOpen(int descriptor) const { return m_open.contains(descriptor); }
    [[nodiscard]] zmq::socket_t& monitorSocket() { return m_monitor.socket(); }

private:
    struct Connection
    {
        MonotonicTime accepted;
        std::list<int>::iterator silent; // end() of m_silent: it has spoken, or was cut
        std::string user;                // empty: has not spoken
        Unhandled unhandled;
        Unread unread;
        bool suspect = false;  // was above a limit at the last look
        bool flooding = false; // namely that for what waits
    };

    void accept(int descriptor);
    void end(int descriptor);
    void cutOldestSilent();
    void look();
    // Also notes which limit it is.
    [[nodiscard]] bool isAbove(int descriptor, Connection& connection) const;
    void lookAgain(Duration delay);

    Reactor& m_reactor;
    Monitor m_monitor;
    AcceptLimits m_limits;
    Hooks m_hooks;
    int m_port = 0;
    std::list<int> m_silent; // oldest first
    std::unordered_map<int, Connection> m_open;
    std::map<std::string, std::size_t> m_ofUser; // number of connections that spoke
    Subscription m_nextLook;
};

} // namespace drover::bus
