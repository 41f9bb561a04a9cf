#pragma once

// What tests of hostile peers have in common: the peers, a neighbour that suffers, and what is measured of both.

#include "bus/transport/sockets.h"
#include "tests/support/bus_fixture.h"
#include "tests/support/sanitized.h"

#include <QProcess>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace drover::test {

// What the process holds, in bytes; 0 under a sanitizer, whose own memory would drown what is measured.
inline std::size_t residentBytes()
{
    std::size_t all = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return kSanitized ? 0 : resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

inline std::size_t openDescriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// A connected TCP socket, or -1.
inline int connectedTo(int port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return fd;
    ::close(fd);
    return -1;
}

// Answers every frame with itself.
inline std::unique_ptr<bus::RouterServer> echoServer(BusFixture& bus,
                                                     const bus::AcceptLimits& limits = {})
{
    bus::RouterServerOptions options;
    options.endpoint = "tcp://127.0.0.1:*";
    options.keys = bus.serverKeys;
    options.limits = limits;
    auto server = *bus::RouterServer::bind(bus.reactor, bus.context, options);
    auto* const port = server.get();
    server->onFrame(
        [port](const bus::Peer& peer, bus::Frame frame) { port->send(peer, std::move(frame)); });
    return server;
}

// Asks all the time, and remembers how long the answers took.
struct Neighbour
{
    BusFixture& bus;
    std::unique_ptr<bus::DealerClient> port;
    bus::MonotonicTime asked{};
    std::vector<bus::Duration> took;
    bool up = false;

    Neighbour(BusFixture& fixture, const std::string& endpoint, const std::string& name)
        : bus(fixture), port(fixture.client(endpoint, fixture.admitted(name)))
    {
        port->onLink([this](const bus::LinkState& state) {
            up = state.link == bus::Link::Up;
            if (up)
                ask();
        });
        port->onFrame([this](const bus::Frame&) {
            took.push_back(std::chrono::duration_cast<bus::Duration>(bus.reactor.now() - asked));
            ask();
        });
    }
    void ask()
    {
        asked = bus.reactor.now();
        port->send("?");
    }
    [[nodiscard]] bool hasAnswers(std::size_t number) const { return took.size() >= number; }
    // Of the answers since the last call; one that is still awaited counts too.
    bus::Duration slowest()
    {
        auto worst = std::chrono::duration_cast<bus::Duration>(bus.reactor.now() - asked);
        for (const bus::Duration duration : std::exchange(took, {}))
            worst = std::max(worst, duration);
        return worst;
    }
};

// A raw client socket that does not come back when it is cut.
struct Raw
{
    zmq::context_t context;
    zmq::socket_t socket;
    bus::Monitor monitor;
    bool up = false;
    bool cut = false;

    Raw(zmq::socket_type type, BusFixture& fixture, const std::string& endpoint,
        const bus::KeyPair& keys, int receiveBuffer = -1)
        : socket(context, type),
          monitor(context, socket, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED)
    {
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::reconnect_ivl, -1);
        socket.set(zmq::sockopt::rcvhwm, 1);
        socket.set(zmq::sockopt::rcvbuf, receiveBuffer);
        bus::secureClient(socket, keys, fixture.serverKeys.publicKey);
        if (type == zmq::socket_type::sub)
            socket.set(zmq::sockopt::subscribe, "t/");
        socket.connect(endpoint);
    }
    void look()
    {
        for (auto event = monitor.next(); event; event = monitor.next())
            (event->what == ZMQ_EVENT_DISCONNECTED ? cut : up) = true;
    }
    bool isUp()
    {
        look();
        return up;
    }
    bool isCut()
    {
        look();
        return cut;
    }
};

// The program hostile_peer beside us.
struct Hostile
{
    QProcess process;
    QByteArray said;

    explicit Hostile(const std::vector<std::string>& arguments)
    {
        QStringList list;
        for (const auto& argument : arguments)
            list << QString::fromStdString(argument);
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral(DROVER_HOSTILE_PEER), list);
        process.waitForStarted();
    }
    ~Hostile()
    {
        process.kill();
        process.waitForFinished();
    }
    bool says(const char* word)
    {
        process.waitForReadyRead(0);
        said += process.readAllStandardOutput();
        return said.contains(word);
    }
};

} // namespace drover::test
