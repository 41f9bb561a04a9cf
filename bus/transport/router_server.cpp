#include "bus/transport/router_server.h"

#include <cassert>
#include <utility>

namespace drover::bus {

namespace {

// A larger frame is counted while libzmq holds it. The others are bounded by their number.
constexpr std::size_t kLargestUncounted = 4096;
// Bytes of large frames; the largest answer, and what goes out while the next one is made.
constexpr std::size_t kCongestion = std::size_t{1} << 20U;

// libzmq's own routing ids are a zero byte and a counter, and come only once; those that a client
// chose may come again.
bool isChosenByClient(std::string_view routingId)
{
    return routingId.size() != 5 || routingId.front() != '\0';
}

} // namespace

Expected<std::unique_ptr<RouterServer>> RouterServer::bind(Reactor& reactor, Context& context,
                                                           const RouterServerOptions& options)
{
    if (!isKey(options.keys.secretKey))
        return Failure{"cannot listen at " + options.endpoint + ": the secret key is malformed"};
    try {
        return std::unique_ptr<RouterServer>(new RouterServer(reactor, context, options));
    } catch (const zmq::error_t& error) {
        return Failure{"cannot listen at " + options.endpoint + ": " + error.what()};
    }
}

RouterServer::RouterServer(Reactor& reactor, Context& context, const RouterServerOptions& options)
    : m_reactor(reactor), m_authenticator(context.authenticator()), m_domain(options.domain),
      m_mostToSend(options.mostToSend), m_mostUnread(options.limits.mostUnread),
      m_socket(context.zmq(), zmq::socket_type::router),
      m_accepted(reactor, context.zmq(), m_socket, options.limits,
                 {[this](int descriptor) { descriptorEnded(descriptor); },
                  [this, time = options.limits.holdOff](int descriptor, const std::string& user) {
                      m_authenticator.holdOff(m_domain, user, time);
                      dropWhatWaits(descriptor);
                  },
                  {}})
{
    harden(m_socket, options.profile);
    m_socket.set(zmq::sockopt::router_mandatory,
                 1); // an answer that cannot go out is an error, not silence
    m_socket.set(zmq::sockopt::ipv6, options.endpoint.find('[') != std::string::npos);
    secureServer(m_socket, options.keys, m_domain);
    m_socket.bind(options.endpoint);
    m_endpoint = boundEndpoint(m_socket);
    m_port = portOf(m_endpoint);
    m_accepted.setPort(m_port);
    m_door->server = this;
    const auto pumpAll = [this](std::size_t budget) { return pump(budget); };
    m_watchSocket = m_reactor.watch(m_socket, pumpAll);
    m_watchMonitor = m_reactor.watch(m_accepted.monitorSocket(), pumpAll);
}

RouterServer::~RouterServer()
{
    assert(m_reactor.isCurrentThread());
    assert(!m_inHandler && "a port must not be destroyed by its own handler; post() it");
    const std::lock_guard lock(m_door->mutex);
    m_door->server = nullptr;
}

std::size_t RouterServer::pump(std::size_t budget)
{
    m_accepted.update();
    reportGone();
    std::size_t count = 0;
    Message message;
    while (count < budget && receiveMessage(message)) {
        ++count;
        handle(message);
        if (m_reactor.isRoundOver())
            break;
    }
    reportGone();
    return count;
}

bool RouterServer::receiveMessage(Message& message)
{
    if (receive(m_socket, message.routingId) != Io::Done)
        return false;
    message.delimited = false;
    message.wellFormed = false;
    message.wireBytes = 0;
    if (!message.routingId.more())
        return true;
    receivePart(message);
    if (message.body.more() && message.body.size() == 0) {
        message.delimited = true;
        receivePart(message);
    }
    message.wellFormed = !message.body.more();
    // The rest of a message of too many parts is read and dropped; its last part still says whose
    // it is.
    while (message.body.more())
        receivePart(message);
    return true;
}

void RouterServer::receivePart(Message& message)
{
    receive(m_socket, message.body);
    message.wireBytes += wireSize(message.body.size());
}

void RouterServer::handle(Message& message)
{
    Connection* connection = connectionOf(message);
    if (!connection)
        return;
    m_accepted.handed(connection->descriptor, message.wireBytes);
    if (!message.wellFormed || connection->cut) {
        cut(*connection);
        return;
    }
    connection->delimited = message.delimited;
    if (!m_onFrame)
        return;
    // By value: the handler may send, find the peer gone, and so remove the connection.
    const Peer peer = connection->peer;
    m_inHandler = true;
    m_onFrame(peer, message.body.to_string());
    m_inHandler = false;
}

RouterServer::Connection* RouterServer::connectionOf(const Message& message)
{
    // From the body: after a poll the routing id frame has no metadata (libzmq 4.3.4).
    const int descriptor = descriptorOf(message.body);
    const char* user = zmq_msg_gets(message.body.handle(), "User-Id");
    if (!user || *user == '\0') {
        // Cannot happen while the ZAP handler lives. Nothing unauthenticated goes any further.
        cutConnection(descriptor, m_port, property(message.body, "Peer-Address"));
        return nullptr;
    }
    auto routingId = message.routingId.to_string();
    if (const auto known = m_byRoutingId.find(routingId); known != m_byRoutingId.end()) {
        const std::uint64_t number = known->second;
        Connection& connection = m_connections.at(number);
        if (connection.descriptor == descriptor && connection.peer.user == user)
            return &connection;
        forget(number); // the routing id has come again, by a new connection
    }
    m_accepted.update();
    if (!m_accepted.isOpen(descriptor))
        return nullptr; // its connection has ended already: nobody waits for an answer
    const bool withinLimit = m_accepted.hasSpoken(descriptor, user);
    const std::uint64_t number = m_nextConnection++;
    Connection& connection = m_connections[number];
    connection.peer = {user, number, property(message.body, "Peer-Address")};
    connection.routingId = routingId;
    connection.descriptor = descriptor;
    // Admitted by ZAP, but its key may have been removed since, before cutUser() could know of the
    // connection.
    connection.cut = !withinLimit || !m_authenticator.knowsUser(m_domain, connection.peer.user);
    m_byRoutingId[std::move(routingId)] = number;
    m_byDescriptor.emplace(descriptor, number);
    return &connection;
}

SendResult RouterServer::send(const Peer& peer, Frame frame)
{
    Connection* connection = nullptr;
    const std::size_t bytes = frame.size();
    if (const auto refused = findToSend(peer, bytes, connection); !connection)
        return refused;
    return send(*connection, bytes > kLargestUncounted
                                 ? Outgoing::messageOf(outgoingOf(*connection), std::move(frame))
                                 : zmq::message_t(frame.data(), bytes));
}

SendResult RouterServer::send(const Peer& peer, std::string_view head, std::string_view payload)
{
    Frame frame;
    frame.reserve(head.size() + payload.size());
    frame.append(head).append(payload);
    return send(peer, std::move(frame));
}

SendResult RouterServer::findToSend(const Peer& peer, std::size_t bytes, Connection*& result)
{
    if (bytes > m_mostToSend)
        return SendResult::TooLarge;
    auto found = m_connections.find(peer.connection);
    if (found == m_connections.end() || found->second.cut)
        return SendResult::PeerGone;
    if (isChosenByClient(found->second.routingId)) {
        // Another client may have taken the same id over: whether this connection still lives must
        // be known before it is used.
        m_accepted.update();
        found = m_connections.find(peer.connection);
        if (found == m_connections.end())
            return SendResult::PeerGone;
    }
    const auto& outgoing = found->second.outgoing;
    if (outgoing && outgoing->held() >= m_mostUnread)
        return SendResult::QueueFull;
    result = &found->second;
    return SendResult::Taken;
}

SendResult RouterServer::send(Connection& connection, zmq::message_t message)
{
    switch (transmit(m_socket, connection.routingId, /*more=*/true)) {
    case Io::Done:
        break;
    case Io::Again:
        return SendResult::QueueFull;
    case Io::NoRoute:
    case Io::Closed:
        forget(connection.peer.connection);
        return SendResult::PeerGone;
    }
    // After the routing id was taken the rest is taken too, or dropped by the ROUTER if the peer
    // goes in this very moment.
    if (connection.delimited)
        transmit(m_socket, {}, /*more=*/true);
    transmit(m_socket, message);
    return SendResult::Taken;
}

const std::shared_ptr<Outgoing>& RouterServer::outgoingOf(Connection& connection)
{
    if (!connection.outgoing)
        connection.outgoing = std::make_shared<Outgoing>(
            kCongestion, [door = m_door, number = connection.peer.connection] {
                const std::lock_guard lock(door->mutex);
                if (!door->server)
                    return;
                door->server->m_reactor.post([weak = std::weak_ptr(door), number] {
                    if (const auto open = weak.lock(); open && open->server)
                        open->server->relieved(number);
                });
            });
    return connection.outgoing;
}

bool RouterServer::isCongested(const Peer& peer)
{
    const auto found = m_connections.find(peer.connection);
    return found != m_connections.end() && found->second.outgoing &&
           found->second.outgoing->isCongested();
}

void RouterServer::relieved(std::uint64_t number)
{
    const auto found = m_connections.find(number);
    if (found == m_connections.end() || !m_onRelieved)
        return;
    const Peer peer = found->second.peer; // the handler may send, and so remove the connection
    m_inHandler = true;
    m_onRelieved(peer);
    m_inHandler = false;
}

void RouterServer::cutUser(std::string_view user)
{
    for (auto& [number, connection] : m_connections)
        if (connection.peer.user == user)
            cut(connection);
}

void RouterServer::cut(Connection& connection)
{
    connection.cut = true;
    cutConnection(connection.descriptor, m_port, connection.peer.address);
}

void RouterServer::dropWhatWaits(int descriptor)
{
    const auto [first, last] = m_byDescriptor.equal_range(descriptor);
    for (auto it = first; it != last; ++it)
        m_connections.at(it->second).cut = true;
}

void RouterServer::descriptorEnded(int descriptor)
{
    std::vector<std::uint64_t> ended;
    const auto [first, last] = m_byDescriptor.equal_range(descriptor);
    for (auto it = first; it != last; ++it)
        ended.push_back(it->second);
    for (const std::uint64_t number : ended)
        forget(number);
}

void RouterServer::forget(std::uint64_t number)
{
    const auto found = m_connections.find(number);
    if (found == m_connections.end())
        return;
    const auto [first, last] = m_byDescriptor.equal_range(found->second.descriptor);
    for (auto it = first; it != last; ++it) {
        if (it->second != number)
            continue;
        m_byDescriptor.erase(it);
        break;
    }
    const auto id = m_byRoutingId.find(found->second.routingId);
    if (id != m_byRoutingId.end() && id->second == number)
        m_byRoutingId.erase(id);
    m_gone.push_back(std::move(found->second.peer));
    m_connections.erase(found);
    // Handlers are never called from inside a member function such as send(): if no pump is there
    // to report, a task does.
    if (m_gone.size() == 1)
        m_reportLater = m_reactor.after(Duration::zero(), [this] { reportGone(); });
}

void RouterServer::reportGone()
{
    if (m_inHandler)
        return;
    while (!m_gone.empty()) {
        const std::vector<Peer> gone = std::exchange(m_gone, {});
        m_reportLater.reset();
        if (!m_onPeerGone)
            continue;
        m_inHandler = true;
        for (const auto& peer : gone)
            m_onPeerGone(peer);
        m_inHandler = false;
    }
}

} // namespace drover::bus
