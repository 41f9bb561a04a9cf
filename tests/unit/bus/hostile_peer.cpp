// A peer that means harm, in a process of its own: what it holds must not count as what the server holds.
//
//   hostile_peer silent PORT NUMBER                  connections that never say anything, kept open until it is ended
//   hostile_peer parts   TYPE ENDPOINT SERVER PUBLIC SECRET   a message of 400,000 parts, from a DEALER or XSUB
//   hostile_peer refused NUMBER ENDPOINT SERVER       so many handshakes at a time with keys that nobody knows, until it is ended
//   hostile_peer topics  TYPE ENDPOINT SERVER PUBLIC SECRET   endless subscriptions
//   hostile_peer requests ENDPOINT SERVER PUBLIC SECRET   5,000 requests of 1 KB; reads no answer. Writes `sent` when they are on
//                                                    the way, or no more are taken, and stays until it is ended
//
// Writes `cut` when the server has ended its connection, and ends.

#include "bus/transport/keys.h"
#include "bus/transport/monitor.h"
#include "bus/transport/sockets.h"

#include <zmq.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace drover::bus;

namespace {

int beSilent(int port, int number)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < number; ++i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 ||
            ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            return 1;
    }
    std::puts("open");
    std::fflush(stdout);
    ::pause();
    return 0;
}

bool sees(Monitor& monitor, int what)
{
    for (auto event = monitor.next(); event; event = monitor.next())
        if (event->what == what)
            return true;
    return false;
}

int beRefused(int number, const std::string& endpoint, const std::string& serverKey)
{
    struct Attempt
    {
        Attempt(zmq::context_t& context, const KeyPair& keys, const std::string& serverKey,
                const std::string& endpoint)
            : socket(context, zmq::socket_type::dealer),
              monitor(context, socket, ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
        {
            socket.set(zmq::sockopt::linger, 0);
            secureClient(socket, keys, serverKey);
            socket.connect(endpoint);
        }
        zmq::socket_t socket;
        Monitor monitor;
    };
    zmq::context_t context;
    const KeyPair keys = *generateKeyPair();
    std::vector<std::unique_ptr<Attempt>> attempts(static_cast<std::size_t>(number));
    for (unsigned long refused = 0;;) {
        for (auto& attempt : attempts) {
            if (attempt && !attempt->monitor.next())
                continue;
            if (attempt && ++refused % 100 == 0) {
                std::puts("refused");
                std::fflush(stdout);
            }
            attempt = std::make_unique<Attempt>(context, keys, serverKey, endpoint);
        }
        zmq_poll(nullptr, 0, 1);
    }
}

int flood(bool parts, const std::string& type, const std::string& endpoint, const KeyPair& keys,
          const std::string& serverKey)
{
    zmq::context_t context;
    zmq::socket_t socket(context,
                         type == "DEALER" ? zmq::socket_type::dealer : zmq::socket_type::xsub);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::reconnect_ivl, -1);
    socket.set(zmq::sockopt::sndhwm, 0);
    secureClient(socket, keys, serverKey);
    Monitor monitor(context, socket, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED);
    socket.connect(endpoint);
    while (!sees(monitor, ZMQ_EVENT_HANDSHAKE_SUCCEEDED))
        zmq_poll(nullptr, 0, 1);
    // Our own libzmq begins to send a message when it has the last part: large stands for endless.
    const std::string part(1000, 'x');
    for (int i = 0; parts && i < 400'000; ++i)
        zmq_send(socket.handle(), part.data(), part.size(), ZMQ_SNDMORE);
    if (parts)
        zmq_send(socket.handle(), part.data(), part.size(), 0);
    for (unsigned i = 0; !sees(monitor, ZMQ_EVENT_DISCONNECTED); ++i) {
        if (parts) {
            zmq_poll(nullptr, 0, 1);
            continue;
        }
        const std::string topic = '\1' + std::to_string(i) + "/";
        zmq_send(socket.handle(), topic.data(), topic.size(), ZMQ_DONTWAIT);
    }
    std::puts("cut");
    return 0;
}

int request(const std::string& endpoint, const KeyPair& keys, const std::string& serverKey)
{
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::dealer);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvhwm, 1);
    socket.set(zmq::sockopt::sndtimeo, 1000);
    secureClient(socket, keys, serverKey);
    socket.connect(endpoint);
    const std::string frame(1000, 'x');
    for (int i = 0; i < 5000; ++i)
        if (!socket.send(zmq::buffer(frame)).has_value())
            break;
    std::puts("sent");
    std::fflush(stdout);
    ::pause();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    ::alarm(60); // never outlives the test that forgot it
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "silent" && argc == 4)
        return beSilent(std::atoi(argv[2]), std::atoi(argv[3]));
    if (what == "refused" && argc == 5)
        return beRefused(std::atoi(argv[2]), argv[3], argv[4]);
    if ((what == "parts" || what == "topics") && argc == 7)
        return flood(what == "parts", argv[2], argv[3], {argv[5], argv[6]}, argv[4]);
    if (what == "requests" && argc == 6)
        return request(argv[2], {argv[4], argv[5]}, argv[3]);
    std::fputs("hostile_peer: see its source for what it can do\n", stderr);
    return 1;
}
