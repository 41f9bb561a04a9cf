#include "bus/transport/sockets.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <charconv>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace drover::bus {

namespace {

// ZMQ_ZAP_ENFORCE_DOMAIN. zmq.h of 4.3.4 hides the name among its drafts; the library knows the
// number.
constexpr int kZapEnforceDomain = 93;

// What CURVE adds to a frame before MAXMSGSIZE looks at it.
constexpr std::size_t kCurveOverhead = 33;

Io failedSend()
{
    switch (zmq_errno()) {
    case EAGAIN:
        return Io::Again;
    case EHOSTUNREACH:
        return Io::NoRoute;
    default:
        return Io::Closed;
    }
}

} // namespace

void harden(zmq::socket_t& socket, const SocketProfile& profile)
{
    namespace opt = zmq::sockopt;
    socket.set(opt::linger, 0); // closing never waits for a peer
    socket.set(opt::affinity, profile.affinity);
    socket.set(opt::maxmsgsize, static_cast<std::int64_t>(profile.maxFrame + kCurveOverhead));
    socket.set(opt::sndhwm, profile.sendHighWater);
    socket.set(opt::rcvhwm, profile.receiveHighWater);
    socket.set(opt::rcvbuf, profile.receiveBuffer);
    assert(!profile.heartbeats || profile.receiveHighWater == 0);
    if (profile.heartbeats) {
        socket.set(opt::heartbeat_ivl, 2000);
        socket.set(opt::heartbeat_timeout, 6000);
        socket.set(opt::heartbeat_ttl, 6000);
    }
    socket.set(opt::tcp_keepalive, 1);
    socket.set(opt::tcp_keepalive_idle, profile.heartbeats ? 30 : 4);
    socket.set(opt::tcp_keepalive_intvl, profile.heartbeats ? 10 : 2);
    socket.set(opt::tcp_keepalive_cnt, 3);
    // Of what was sent and is not acknowledged; libzmq sets TCP_USER_TIMEOUT.
    socket.set(opt::tcp_maxrt, 10'000);
    socket.set(opt::connect_timeout, 2000);
    socket.set(opt::handshake_ivl,
               3000); // bounds the whole handshake, so a silent peer costs a descriptor for 3 s
    socket.set(opt::reconnect_ivl, 100); // libzmq adds a random part of the same size
    socket.set(opt::reconnect_ivl_max, 5000);
    socket.set(opt::immediate, 1); // nothing is queued for a connection that is not there
    socket.set(opt::backlog, 1024);
}

void secureServer(zmq::socket_t& socket, const KeyPair& keys, std::string_view domain)
{
    socket.set(zmq::sockopt::curve_server, 1);
    socket.set(zmq::sockopt::curve_secretkey, keys.secretKey);
    socket.set(zmq::sockopt::zap_domain, std::string(domain));
    const int one = 1;
    if (zmq_setsockopt(socket.handle(), kZapEnforceDomain, &one, sizeof one) != 0)
        throw zmq::error_t();
}

void secureClient(zmq::socket_t& socket, const KeyPair& keys, const std::string& serverKey)
{
    socket.set(zmq::sockopt::curve_serverkey, serverKey);
    socket.set(zmq::sockopt::curve_publickey, keys.publicKey);
    socket.set(zmq::sockopt::curve_secretkey, keys.secretKey);
}

Io receive(zmq::socket_t& socket, zmq::message_t& message)
{
    for (;;) {
        if (zmq_msg_recv(message.handle(), socket.handle(), ZMQ_DONTWAIT) >= 0)
            return Io::Done;
        if (zmq_errno() == EINTR)
            continue;
        return zmq_errno() == EAGAIN ? Io::Again : Io::Closed;
    }
}

Io transmit(zmq::socket_t& socket, std::string_view bytes, bool more)
{
    while (zmq_send(socket.handle(), bytes.data(), bytes.size(),
                    ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0)
        if (zmq_errno() != EINTR)
            return failedSend();
    return Io::Done;
}

Io transmit(zmq::socket_t& socket, zmq::message_t& lastFrame)
{
    while (zmq_msg_send(lastFrame.handle(), socket.handle(), ZMQ_DONTWAIT) < 0)
        if (zmq_errno() != EINTR)
            return failedSend();
    return Io::Done;
}

Io transmit(zmq::socket_t& socket, std::string_view head, std::string_view payload)
{
    zmq::message_t message(head.size() + payload.size());
    std::copy(head.begin(), head.end(), message.data<char>());
    std::copy(payload.begin(), payload.end(), message.data<char>() + head.size());
    return transmit(socket, message);
}

std::string property(const zmq::message_t& message, const char* name)
{
    // The C call: its C++ relative throws where a property is missing, which is nothing
    // exceptional.
    const char* value = zmq_msg_gets(message.handle(), name);
    return value ? value : std::string();
}

int descriptorOf(const zmq::message_t& message) { return zmq_msg_get(message.handle(), ZMQ_SRCFD); }

std::string boundEndpoint(zmq::socket_t& socket) { return socket.get(zmq::sockopt::last_endpoint); }

int portOf(std::string_view endpoint)
{
    const auto colon = endpoint.rfind(':');
    if (colon == std::string_view::npos)
        return 0;
    int port = 0;
    std::from_chars(endpoint.data() + colon + 1, endpoint.data() + endpoint.size(), port);
    return port;
}

bool cutConnection(int descriptor, int port, std::string_view address)
{
    sockaddr_storage local{};
    socklen_t length = sizeof local;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &length) != 0)
        return false;
    int localPort = 0;
    if (local.ss_family == AF_INET)
        localPort = ntohs(reinterpret_cast<const sockaddr_in&>(local).sin_port);
    if (local.ss_family == AF_INET6)
        localPort = ntohs(reinterpret_cast<const sockaddr_in6&>(local).sin6_port);
    if (localPort == 0 || localPort != port)
        return false;
    int listening = 1;
    length = sizeof listening;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 ||
        listening != 0)
        return false;
    if (!address.empty()) {
        sockaddr_storage peer{};
        length = sizeof peer;
        std::array<char, NI_MAXHOST> name{};
        // The same two calls by which libzmq makes "Peer-Address", so that equal peers give equal
        // texts.
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
            ::getnameinfo(reinterpret_cast<const sockaddr*>(&peer), length, name.data(),
                          name.size(), nullptr, 0, NI_NUMERICHOST) != 0 ||
            address != name.data())
            return false;
    }
    return ::shutdown(descriptor, SHUT_RDWR) == 0;
}

} // namespace drover::bus
