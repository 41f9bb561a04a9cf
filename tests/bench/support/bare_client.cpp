#include "tests/bench/support/bare_client.h"

#include "bus/transport/sockets.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include <algorithm>
#include <atomic>
#include <csignal>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace drover::bench {

namespace {

constexpr int kHighWater = 4000;
constexpr int kPatience = 30'000; // milliseconds

} // namespace

BareClient::BareClient(zmq::context_t& context, const Address& address)
    : m_socket(context, zmq::socket_type::dealer)
{
    static std::atomic<int> number{0};
    m_prefix = "b" + std::to_string(++number) + "-";
    bus::harden(m_socket, {.sendHighWater = kHighWater});
    bus::secureClient(m_socket, address.keys, address.serverKey);
    m_socket.set(zmq::sockopt::sndtimeo, kPatience);
    m_socket.connect(address.endpoint);
}

void BareClient::send(std::string_view frame)
{
    if (!m_socket.send(zmq::buffer(frame), zmq::send_flags::none))
        giveUp("a request could not be sent");
}

std::optional<std::string> BareClient::receive(int milliseconds)
{
    m_socket.set(zmq::sockopt::rcvtimeo, milliseconds);
    zmq::message_t message;
    if (!m_socket.recv(message))
        return std::nullopt;
    return message.to_string();
}

std::optional<model::Reply> BareClient::ask(model::Request request, int milliseconds)
{
    request.requestId = newId();
    send(codec::encodeRequest(request));
    const auto until = Clock::now() + std::chrono::milliseconds(milliseconds);
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        const auto frame = receive(std::max(0, static_cast<int>(left.count())));
        if (!frame)
            return std::nullopt;
        auto reply = codec::decodeReply(*frame);
        if (!reply)
            giveUp("an answer that cannot be read: " + reply.error().message);
        if (reply->requestId == request.requestId)
            return std::move(*reply);
    }
}

Clients connectMany(zmq::context_t& context, const Address& address, std::size_t count)
{
    Clients clients;
    for (std::size_t i = 0; i < count; ++i)
        clients.push_back(std::make_unique<BareClient>(context, address));
    return clients;
}

Latencies load(const Clients& clients, std::size_t inFlight, double seconds,
               const std::function<std::string(BareClient&)>& make)
{
    std::vector<std::deque<Clock::time_point>> sent(clients.size());
    std::vector<zmq::pollitem_t> items;
    for (const auto& client : clients)
        items.push_back({client->socket().handle(), 0, ZMQ_POLLIN, 0});
    const auto send = [&](std::size_t i) {
        const std::string frame = make(*clients[i]);
        sent[i].push_back(Clock::now());
        clients[i]->send(frame);
    };
    std::vector<double> milliseconds;
    const auto begin = Clock::now();
    const auto end =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (std::size_t i = 0; i < inFlight; ++i)
        send(i % clients.size());
    zmq::message_t answer;
    const auto take = [&](std::size_t i) {
        const auto now = Clock::now();
        milliseconds.push_back(secondsBetween(sent[i].front(), now) * 1000);
        sent[i].pop_front();
        if (now < end)
            send(i);
    };
    // One client needs no poll: its receive waits, as that of a simple program does.
    clients.front()->socket().set(zmq::sockopt::rcvtimeo, kPatience);
    while (clients.size() == 1 && !sent.front().empty()) {
        if (!clients.front()->socket().recv(answer))
            giveUp("no answer");
        take(0);
    }
    while (std::any_of(sent.begin(), sent.end(), [](const auto& s) { return !s.empty(); })) {
        if (zmq::poll(items.data(), items.size(), std::chrono::milliseconds(kPatience)) == 0)
            giveUp("no answer");
        for (std::size_t i = 0; i < clients.size(); ++i)
            while (!sent[i].empty() && clients[i]->socket().recv(answer, zmq::recv_flags::dontwait))
                take(i);
    }
    return latenciesOf(std::move(milliseconds), secondsBetween(begin, Clock::now()));
}

EchoProcess::EchoProcess(const std::string& client)
{
    auto keys = bus::generateKeyPair();
    if (!keys)
        giveUp(keys.reason());
    m_keys = *keys;
    int said[2];
    if (::pipe(said) != 0)
        giveUp("cannot make a pipe");
    m_pid = ::fork();
    if (m_pid < 0)
        giveUp("cannot fork");
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        bus::Context context;
        if (!context.authenticator().setKey(client, "bench"))
            ::_exit(1);
        zmq::socket_t socket(context.zmq(), zmq::socket_type::router);
        bus::harden(socket, {.sendHighWater = kHighWater});
        bus::secureServer(socket, m_keys, bus::kRequestDomain);
        socket.bind("tcp://127.0.0.1:*");
        const std::string endpoint = bus::boundEndpoint(socket) + "\n";
        if (::write(said[1], endpoint.data(), endpoint.size()) < 0)
            ::_exit(1);
        zmq::message_t id;
        zmq::message_t body;
        for (;;) {
            if (!socket.recv(id) || !socket.recv(body))
                continue;
            socket.send(id, zmq::send_flags::sndmore);
            socket.send(body, zmq::send_flags::none);
        }
    }
    ::close(said[1]);
    char text[256];
    const ssize_t size = ::read(said[0], text, sizeof text);
    ::close(said[0]);
    if (size <= 1)
        giveUp("the echo does not start");
    m_endpoint.assign(text, static_cast<std::size_t>(size) - 1);
}

EchoProcess::~EchoProcess()
{
    ::kill(m_pid, SIGKILL);
    int status = 0;
    ::waitpid(m_pid, &status, 0);
}

} // namespace drover::bench
