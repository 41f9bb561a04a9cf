// What the bus costs: a bare CURVE ROUTER/DEALER echo against RouterServer/DealerClient, in one
// run, server and client each on a thread of their own. Prints a table and writes the same as JSON
// to the file named by the first argument.
//
// The bare echo has what no server may lack: encryption and a ZAP handler. It lacks the rest of
// ours: checks of each frame's connection, monitors, timers, limits.

#include "bus/transport/context.h"
#include "bus/transport/dealer_client.h"
#include "bus/transport/reactor.h"
#include "bus/transport/router_server.h"
#include "bus/transport/sockets.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace drover::bus;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kFrameSize = 180; // a small request
constexpr int kRounds = 7; // taken in turns, so that a busy moment of the machine hits both alike

struct Figures
{
    double perSecond = 0;
    double p50 = 0; // microseconds
    double p99 = 0;
};

Figures figuresOf(std::vector<double> micros, Clock::duration took)
{
    std::sort(micros.begin(), micros.end());
    const double seconds = std::chrono::duration<double>(took).count();
    return {static_cast<double>(micros.size()) / seconds, micros[micros.size() / 2],
            micros[micros.size() * 99 / 100]};
}

// Echoes with as little as possible.
class BareEcho
{
public:
    BareEcho(Context& context, const KeyPair& keys)
        : m_socket(context.zmq(), zmq::socket_type::router)
    {
        harden(m_socket, {.affinity = Context::kControlTraffic});
        secureServer(m_socket, keys, kRequestDomain);
        m_socket.bind("tcp://127.0.0.1:*");
        m_endpoint = boundEndpoint(m_socket);
        m_thread = std::thread([this] { run(); });
    }
    ~BareEcho()
    {
        m_stop = true;
        m_thread.join();
    }
    BareEcho(const BareEcho&) = delete;
    BareEcho& operator=(const BareEcho&) = delete;
    [[nodiscard]] std::string endpoint() const { return m_endpoint; }

private:
    void run()
    {
        m_socket.set(zmq::sockopt::rcvtimeo, 50);
        zmq::message_t id;
        zmq::message_t body;
        while (!m_stop) {
            if (!m_socket.recv(id))
                continue;
            (void)m_socket.recv(body);
            m_socket.send(id, zmq::send_flags::sndmore);
            m_socket.send(body, zmq::send_flags::none);
        }
    }
    zmq::socket_t m_socket;
    std::string m_endpoint;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

Figures bare(Context& context, Context& far, const KeyPair& client, const KeyPair& server,
             std::size_t inFlight, std::size_t count)
{
    BareEcho echo(far, server);
    zmq::socket_t socket(context.zmq(), zmq::socket_type::dealer);
    harden(socket, {.affinity = Context::kControlTraffic, .sendHighWater = 2000});
    secureClient(socket, client, server.publicKey);
    socket.connect(echo.endpoint());
    const std::string frame(kFrameSize, 'x');
    zmq::message_t answer;
    const auto roundTrip = [&] {
        socket.send(zmq::buffer(frame), zmq::send_flags::none);
        (void)socket.recv(answer);
    };
    for (int i = 0; i < 200; ++i)
        roundTrip();
    std::vector<Clock::time_point> sent;
    std::vector<double> micros;
    const auto begin = Clock::now();
    while (micros.size() < count) {
        while (sent.size() < count && sent.size() - micros.size() < inFlight) {
            sent.push_back(Clock::now());
            socket.send(zmq::buffer(frame), zmq::send_flags::none);
        }
        (void)socket.recv(answer);
        micros.push_back(
            std::chrono::duration<double, std::micro>(Clock::now() - sent[micros.size()]).count());
    }
    return figuresOf(std::move(micros), Clock::now() - begin);
}

Figures ours(Context& context, Context& far, const KeyPair& client, const KeyPair& server,
             std::size_t inFlight, std::size_t count)
{
    Reactor serverReactor;
    serverReactor.start("echo");
    std::unique_ptr<RouterServer> router;
    const auto endpoint = serverReactor.call([&] {
        RouterServerOptions options;
        options.endpoint = "tcp://127.0.0.1:*";
        options.keys = server;
        router = std::move(*RouterServer::bind(serverReactor, far, options));
        router->onFrame(
            [&](const Peer& peer, Frame frame) { router->send(peer, std::move(frame)); });
        return router->endpoint();
    });

    std::vector<Clock::time_point> sent;
    std::vector<double> micros;
    Figures result;
    {
        Reactor reactor;
        ClientOptions options;
        options.endpoint = endpoint;
        options.keys = client;
        options.serverKey = server.publicKey;
        auto dealer = std::move(*DealerClient::connect(reactor, context, options));
        bool up = false;
        dealer->onLink([&](const LinkState& state) { up = state.link == Link::Up; });
        const std::string frame(kFrameSize, 'x');
        std::size_t warm = 0;
        dealer->onFrame([&](const Frame&) {
            if (++warm < 200)
                dealer->send(frame);
        });
        if (!reactor.runUntil([&] { return up; }, Duration(5000)))
            return result;
        dealer->send(frame);
        if (!reactor.runUntil([&] { return warm == 200; }, Duration(5000)))
            return result;
        const auto send = [&] {
            sent.push_back(Clock::now());
            dealer->send(frame);
        };
        dealer->onFrame([&](const Frame&) {
            micros.push_back(
                std::chrono::duration<double, std::micro>(Clock::now() - sent[micros.size()])
                    .count());
            if (sent.size() < count)
                send();
        });
        const auto begin = Clock::now();
        for (std::size_t i = 0; i < inFlight; ++i)
            send();
        if (!reactor.runUntil([&] { return micros.size() == count; }, Duration(60000)))
            return result;
        result = figuresOf(std::move(micros), Clock::now() - begin);
    }
    serverReactor.call([&] { router.reset(); });
    return result;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    Context context;
    Context far; // the server's, as if it were another process
    const auto server = *generateKeyPair();
    const auto client = *generateKeyPair();
    if (!far.authenticator().setKey(client.publicKey, "bench"))
        return 1;

    std::string json = "[";
    std::printf("%9s | %12s %9s %9s | %12s %9s %9s | %s\n", "in flight", "bare /s", "p50 us",
                "p99 us", "ours /s", "p50 us", "p99 us", "round trip ours : bare");
    for (const std::size_t inFlight : {std::size_t{1}, std::size_t{64}, std::size_t{500}}) {
        const std::size_t count = inFlight == 1 ? 5000 : 30000;
        std::vector<double> ratios;
        Figures bestBare;
        Figures bestOurs;
        for (int round = 0; round < kRounds; ++round) {
            const Figures a = bare(context, far, client, server, inFlight, count);
            const Figures b = ours(context, far, client, server, inFlight, count);
            if (b.perSecond <= 0)
                return 1;
            ratios.push_back(a.perSecond / b.perSecond);
            if (a.perSecond > bestBare.perSecond)
                bestBare = a;
            if (b.perSecond > bestOurs.perSecond)
                bestOurs = b;
        }
        const double ratio = median(ratios);
        std::printf("%9zu | %12.0f %9.1f %9.1f | %12.0f %9.1f %9.1f | %.2f\n", inFlight,
                    bestBare.perSecond, bestBare.p50, bestBare.p99, bestOurs.perSecond,
                    bestOurs.p50, bestOurs.p99, ratio);
        json += (json.size() > 1 ? ",\n " : "\n ");
        json += "{\"bench\": \"bus_echo\", \"in_flight\": " + std::to_string(inFlight) +
                ", \"bare_per_second\": " + std::to_string(bestBare.perSecond) +
                ", \"ours_per_second\": " + std::to_string(bestOurs.perSecond) +
                ", \"ratio\": " + std::to_string(ratio) + "}";
    }
    if (argc > 1)
        std::ofstream(argv[1]) << json << "\n]\n";
    return 0;
}
