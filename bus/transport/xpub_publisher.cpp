#include "bus/transport/xpub_publisher.h"

#include "bus/transport/sockets.h"

#include <cassert>
#include <limits>
#include <utility>

namespace drover::bus {

namespace {

// All that readers send are subscriptions; the last commands of a handshake are the longest of it.
constexpr std::size_t kLongestSubscription = 4096;

} // namespace

Expected<std::unique_ptr<XpubPublisher>> XpubPublisher::bind(Reactor& reactor, Context& context,
                                                             const XpubPublisherOptions& options)
{
    if (!isKey(options.keys.secretKey))
        return Failure{"cannot publish at " + options.endpoint + ": the secret key is malformed"};
    try {
        return std::unique_ptr<XpubPublisher>(new XpubPublisher(reactor, context, options));
    } catch (const zmq::error_t& error) {
        return Failure{"cannot publish at " + options.endpoint + ": " + error.what()};
    }
}

XpubPublisher::XpubPublisher(Reactor& reactor, Context& context,
                             const XpubPublisherOptions& options)
    : m_reactor(reactor), m_authenticator(context.authenticator()), m_domain(options.domain),
      m_mostTopics(options.mostTopics), m_socket(context.zmq(), zmq::socket_type::xpub),
      m_accepted(reactor, context.zmq(), m_socket, options.limits,
                 {[this](int descriptor) { m_connections.erase(descriptor); },
                  [this, time = options.limits.holdOff](int, const std::string& user) {
                      m_authenticator.holdOff(m_domain, user, time);
                  },
                  [this] { countPublished(); }})
{
    harden(m_socket, {.affinity = Context::kControlTraffic,
                      .maxFrame = kLongestSubscription,
                      .sendHighWater = options.sendHighWater,
                      .heartbeats = false, // subscribers may stop reading
                      .receiveBuffer = 64 * 1024});
    m_socket.set(zmq::sockopt::xpub_verboser,
                 1); // every subscription of every peer, not the first of each topic only
    m_socket.set(zmq::sockopt::ipv6, options.endpoint.find('[') != std::string::npos);
    secureServer(m_socket, options.keys, m_domain);
    m_socket.bind(options.endpoint);
    m_endpoint = boundEndpoint(m_socket);
    m_port = portOf(m_endpoint);
    m_accepted.setPort(m_port);
    m_watchSocket = m_reactor.watch(m_socket, [this](std::size_t budget) { return drain(budget); });
    m_watchMonitor = m_reactor.watch(m_accepted.monitorSocket(),
                                     [this](std::size_t) { return m_accepted.update(); });
}

XpubPublisher::~XpubPublisher() { assert(m_reactor.isCurrentThread()); }

void XpubPublisher::publish(std::string_view topic, const Frame& frame)
{
    drain(std::numeric_limits<std::size_t>::max());
    if (frame.size() > kSoftFrameLimit)
        return;
    // A full queue drops the frame for that reader alone; nothing here ever blocks or fails.
    if (transmit(m_socket, topic, /*more=*/true) == Io::Done)
        transmit(m_socket, frame, /*more=*/false);
    const std::size_t bytes = wireSize(topic.size()) + wireSize(frame.size());
    if (const auto known = m_published.find(topic); known != m_published.end())
        known->second += bytes;
    else
        m_published.emplace(topic, bytes);
}

void XpubPublisher::countPublished()
{
    for (auto& [descriptor, connection] : m_connections) {
        for (auto& [topic, counted] : connection.topics) {
            const auto published = m_published.find(topic);
            if (published != m_published.end())
                m_accepted.given(descriptor,
                                 published->second - std::exchange(counted, published->second));
        }
    }
}

std::size_t XpubPublisher::drain(std::size_t budget)
{
    std::size_t count = 0;
    zmq::message_t message;
    while (count < budget && receive(m_socket, message) == Io::Done) {
        ++count;
        handle(message);
    }
    return count;
}

void XpubPublisher::handle(const zmq::message_t& message)
{
    const auto text = message.to_string_view();
    const int descriptor = descriptorOf(message);
    // The unsubscriptions that libzmq makes of a lost connection come without any metadata.
    if (descriptor < 0 || text.empty())
        return;
    const std::string user = property(message, "User-Id");
    const std::string address = property(message, "Peer-Address");
    if (user.empty()) {
        cutConnection(descriptor, m_port, address);
        return;
    }
    m_accepted.update();
    if (!m_accepted.isOpen(descriptor))
        return;
    const bool withinLimit = m_accepted.hasSpoken(descriptor, user);
    m_accepted.handed(descriptor, wireSize(text.size()));
    Connection& connection = m_connections[descriptor];
    if (connection.peer.connection == 0) {
        connection.peer = {user, m_nextConnection++, address};
        connection.cut = !withinLimit || !m_authenticator.knowsUser(m_domain, user);
    }
    const auto topic = text.substr(1);
    if (text.front() == '\0') {
        if (const auto ended = connection.topics.find(topic); ended != connection.topics.end())
            connection.topics.erase(ended);
        return;
    }
    // 0x01 subscribes; anything else is a message upstream, which no reader of ours sends.
    if (text.front() != '\x01' || connection.cut || !admits(connection, topic)) {
        cut(descriptor, connection);
        return;
    }
    const auto published = m_published.find(topic);
    const std::uint64_t before = published == m_published.end() ? 0 : published->second;
    // libzmq's readers never subscribe to a topic twice.
    const bool isNew = connection.topics.emplace(topic, before).second;
    if (!isNew || connection.topics.size() > m_mostTopics)
        cut(descriptor, connection);
}

bool XpubPublisher::admits(const Connection& connection, std::string_view topic) const
{
    return topic.ends_with('/') && m_gate && m_gate(connection.peer, topic);
}

void XpubPublisher::cutUser(std::string_view user)
{
    for (auto& [descriptor, connection] : m_connections)
        if (connection.peer.user == user)
            cut(descriptor, connection);
}

void XpubPublisher::cut(int descriptor, Connection& connection)
{
    connection.cut = true;
    cutConnection(descriptor, m_port, connection.peer.address);
}

} // namespace drover::bus
