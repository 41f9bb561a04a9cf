#include "bus/transport/bulk_connector.h"

#include "bus/transport/sockets.h"

#include <cassert>
#include <optional>
#include <utility>

namespace drover::bus {

namespace {

// How long a connection may take to come up.
constexpr Duration kConnectPatience{10000};

constexpr int kChannelEvents =
    ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

} // namespace

struct DealerBulkConnector::Connection
{
    Connection(Context& context, std::string target, std::string transfer)
        : endpoint(std::move(target)), token(std::move(transfer)),
          socket(context.zmq(), zmq::socket_type::dealer),
          monitor(context.zmq(), socket, kChannelEvents)
    {}

    std::string endpoint;
    std::string token;
    bool up = false;
    zmq::socket_t socket;
    Monitor monitor;              // after the socket that it monitors
    std::shared_ptr<BulkEnd> end; // shared with the channel's handle
    Subscription deadline;
    Subscription watchSocket;
    Subscription watchMonitor;
};

DealerBulkConnector::DealerBulkConnector(Reactor& reactor, Context& context, KeyPair keys)
    : m_reactor(reactor), m_context(context), m_keys(std::move(keys))
{}

DealerBulkConnector::~DealerBulkConnector()
{
    assert(m_reactor.isCurrentThread());
    const auto connections = m_connections; // severing takes them out
    for (const auto& [number, connection] : connections)
        connection->end->sever("the connector was stopped");
}

std::unique_ptr<BulkChannel> DealerBulkConnector::connect(const std::string& endpoint,
                                                          const std::string& serverKey,
                                                          const std::string& token)
{
    const std::uint64_t number = m_next++;
    const auto end =
        BulkEnd::make(m_reactor, BulkEnd::Side::Connecting,
                      {[this, number](std::string_view head, std::string_view payload) {
                           const auto found = m_connections.find(number);
                           return found != m_connections.end() && found->second->up &&
                                  transmit(found->second->socket, head, payload) == Io::Done;
                       },
                       [this, number] { finished(number); }});
    auto handle = end->handle();
    try {
        auto connection = std::make_shared<Connection>(m_context, endpoint, token);
        connection->end = end;
        m_connections[number] = connection;
        begin(*connection, number, serverKey);
    } catch (const zmq::error_t& error) {
        end->sever("cannot connect to " + endpoint + ": " + error.what());
    }
    return handle;
}

void DealerBulkConnector::begin(Connection& connection, std::uint64_t number,
                                const std::string& serverKey)
{
    auto& socket = connection.socket;
    harden(socket, {.affinity = Context::kBulkTraffic,
                    .maxFrame = kBulkMessageLimit,
                    .sendHighWater = 64}); // credit allows fewer
    socket.set(zmq::sockopt::reconnect_ivl, -1);
    socket.set(zmq::sockopt::ipv6, connection.endpoint.find('[') != std::string::npos);
    secureClient(socket, m_keys, serverKey);
    socket.connect(connection.endpoint);
    const auto pumpAll = [this, number](std::size_t budget) { return pump(number, budget); };
    connection.watchSocket = m_reactor.watch(socket, pumpAll);
    connection.watchMonitor = m_reactor.watch(connection.monitor.socket(), pumpAll);
    connection.deadline = m_reactor.after(kConnectPatience, [this, number] {
        if (const auto found = m_connections.find(number); found != m_connections.end()) {
            const auto end = found->second->end;
            end->lost("no answer from " + found->second->endpoint);
        }
    });
}

std::size_t DealerBulkConnector::pump(std::uint64_t number, std::size_t budget)
{
    const auto found = m_connections.find(number);
    if (found == m_connections.end())
        return 0;
    const auto connection = found->second; // kept: what is handled may finish it
    std::optional<MonitorEvent> bad;
    for (auto event = connection->monitor.next(); event; event = connection->monitor.next()) {
        // An end is handled after the frames that came before it.
        if (event->what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            handle(*connection, *event);
        else if (!bad)
            bad = event;
    }
    std::size_t count = 0;
    zmq::message_t message;
    while ((count < budget || bad) && receive(connection->socket, message) == Io::Done) {
        ++count;
        if (!message.more())
            connection->end->receive(message.to_string_view());
    }
    if (bad)
        handle(*connection, *bad);
    return count;
}

void DealerBulkConnector::handle(Connection& connection, const MonitorEvent& event)
{
    const auto end = connection.end;
    switch (event.what) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        connection.up = true;
        connection.deadline.reset();
        end->open(connection.token);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        end->lost(connection.endpoint + " refused this key: no transfer is open for it there");
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        end->lost(connection.endpoint +
                  " answers but the handshake fails: check that its public key is the right one");
        break;
    case ZMQ_EVENT_CLOSED:
        end->lost("nobody answers at " + connection.endpoint);
        break;
    default:
        end->lost("the connection to " + connection.endpoint + " was lost");
        break;
    }
}

void DealerBulkConnector::finished(std::uint64_t number)
{
    const auto node = m_connections.extract(number);
    if (node.empty())
        return;
    const auto& connection = node.mapped();
    connection->deadline.reset();
    connection->watchSocket.reset();
    connection->watchMonitor.reset();
    connection->up = false;
    // The socket goes when nobody up the stack uses it any more; a posted task is the last that
    // holds it.
    m_reactor.post([connection] {});
}

} // namespace drover::bus
