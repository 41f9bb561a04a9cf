#pragma once

// What all ports do to their sockets in the same way: options, sending and receiving without
// exceptions, cutting a connection. Internal to bus/transport.

#include "bus/transport/keys.h"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover::bus {

// A frame above the soft limit is not sent, and a server answers it with an error; above the hard
// one, libzmq ends the connection.
inline constexpr std::size_t kSoftFrameLimit = std::size_t{1} << 20U;
inline constexpr std::size_t kHardFrameLimit = std::size_t{4} << 20U;

// What differs between the kinds of traffic.
struct SocketProfile
{
    std::uint64_t affinity = 0;
    std::size_t maxFrame = kHardFrameLimit;
    int sendHighWater = 1000; // frames per connection
    // Frames per connection, above which TCP pushes back on the peer; 0: it is always read, and who listens bounds what waits by
    // AcceptLimits. Only then there may be heartbeats, from either side: libzmq 4.3.4 ends the process when one is due, or is answered,
    // on a connection that it had stopped to read from and that broke meanwhile (its issue 4364).
    int receiveHighWater = 0;
    bool heartbeats = true; // false: a dead peer is found by TCP alone, in some ten seconds
    int receiveBuffer = -1; // bytes that the kernel keeps per connection; -1: as it sees fit
};

// Sets every option that libzmq's defaults leave dangerous. The socket must not be bound or
// connected yet.
void harden(zmq::socket_t& socket, const SocketProfile& profile);
// CURVE server in a ZAP domain that admits nobody while no handler lives. Throws zmq::error_t.
void secureServer(zmq::socket_t& socket, const KeyPair& keys, std::string_view domain);
// CURVE client. The keys must be well-formed. Throws zmq::error_t.
void secureClient(zmq::socket_t& socket, const KeyPair& keys, const std::string& serverKey);

enum class Io {
    Done,
    Again,   // nothing there, or the queue is full
    NoRoute, // ROUTER: the peer is gone
    Closed   // the context ends
};

// Never block, never throw; repeat on EINTR.
Io receive(zmq::socket_t& socket, zmq::message_t& message);
Io transmit(zmq::socket_t& socket, std::string_view bytes, bool more);
Io transmit(zmq::socket_t& socket, zmq::message_t& lastFrame);
// One last frame, given in two pieces.
Io transmit(zmq::socket_t& socket, std::string_view head, std::string_view payload);

// A property of the connection that a message came by ("User-Id", "Peer-Address"); empty when it
// has none.
std::string property(const zmq::message_t& message, const char* name);
// The descriptor of that connection, or -1. On a ROUTER only body frames know it.
int descriptorOf(const zmq::message_t& message);

// The address a socket was bound to last, with the real port.
std::string boundEndpoint(zmq::socket_t& socket);
// The port of a tcp endpoint, 0 if there is none.
int portOf(std::string_view endpoint);

// Ends the connection of a descriptor that libzmq owns. The descriptor may be stale and belong to
// something else by now, so it is touched only if it is a connected socket at our port whose peer
// has this address (empty: any). Never closes it: that is libzmq's.
bool cutConnection(int descriptor, int port, std::string_view address);

} // namespace drover::bus
