#pragma once

// RequestServer over a ROUTER socket with CURVE: what control listens with.
//
// Envelopes: [id, body] of a DEALER and [id, "", body] of a REQ are both understood and answered in
// kind. A message of any other shape, or one whose connection is not authenticated, ends its
// connection. So does a connection that takes more than its AcceptLimits.
//
// A connection is known from its first frame on; one that never sends is never reported, neither as
// there nor as gone.

#include "bus/transport/accepted.h"
#include "bus/transport/context.h"
#include "bus/transport/expected.h"
#include "bus/transport/keys.h"
#include "bus/transport/outgoing.h"
#include "bus/transport/ports.h"
#include "bus/transport/reactor.h"
#include "bus/transport/sockets.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace drover::bus {

struct RouterServerOptions
{
    std::string endpoint; // "tcp://127.0.0.1:4523"; "*" as port takes a free one
    KeyPair keys;
    std::string domain{kRequestDomain};
    std::size_t mostToSend = kSoftFrameLimit; // bytes of a frame; more is TooLarge
    // What a busy loop leaves in the queues is held against the connection (AcceptLimits).
    SocketProfile profile{.affinity = Context::kControlTraffic, .receiveBuffer = 256 * 1024};
    AcceptLimits limits{};
};

class RouterServer final : public RequestServer
{
public:
    // Listens. Fails when the endpoint cannot be bound or the keys are malformed.
    static Expected<std::unique_ptr<RouterServer>> bind(Reactor& reactor, Context& context,
                                                        const RouterServerOptions& options);
    ~RouterServer() override;

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    void onPeerGone(PeerHandler handler) override { m_onPeerGone = std::move(handler); }
    SendResult send(const Peer& peer, Frame frame) override;
    // The same for a frame in two pieces, which are joined on the way.
    SendResult send(const Peer& peer, std::string_view head, std::string_view payload);
    [[nodiscard]] bool isCongested(const Peer& peer) override;
    void onRelieved(PeerHandler handler) override { m_onRelieved = std::move(handler); }
    void cutUser(std::string_view user) override;
    [[nodiscard]] std::string endpoint() const override { return m_endpoint; }

private:
    struct Connection
    {
        Peer peer;
        std::string routingId;
        int descriptor = -1;
        bool delimited = false;               // spoke as a REQ does
        bool cut = false;                     // to be ended; whatever it still sends is dropped
        std::shared_ptr<Outgoing> outgoing{}; // from its first frame on that is worth counting
    };
    struct Message
    {
        zmq::message_t routingId;
        zmq::message_t body;
        std::size_t wireBytes = 0; // of all parts
        bool delimited = false;
        bool wellFormed = false;
    };
    // The way here for I/O threads, whose messages may outlive this server.
    struct Door
    {
        std::mutex mutex;
        RouterServer* server = nullptr; // nothing once it is gone; cleared on the reactor's thread
    };

    RouterServer(Reactor& reactor, Context& context, const RouterServerOptions& options);

    std::size_t pump(std::size_t budget);
    bool receiveMessage(Message& message);
    void receivePart(Message& message);
    void handle(Message& message);
    Connection* connectionOf(const Message& message);
    // The connection, if it may be given a frame of so many bytes.
    SendResult findToSend(const Peer& peer, std::size_t bytes, Connection*& found);
    SendResult send(Connection& connection, zmq::message_t message);
    const std::shared_ptr<Outgoing>& outgoingOf(Connection& connection);
    void relieved(std::uint64_t connection);
    void forget(std::uint64_t connection);
    // Frames of the connection that were not handed on are not handed on any more.
    void dropWhatWaits(int descriptor);
    void descriptorEnded(int descriptor);
    void reportGone();
    void cut(Connection& connection);

    Reactor& m_reactor;
    Authenticator& m_authenticator;
    std::string m_domain;
    std::size_t m_mostToSend;
    std::uint64_t m_mostUnread;
    std::string m_endpoint;
    int m_port = 0;
    FrameHandler m_onFrame;
    PeerHandler m_onPeerGone;
    PeerHandler m_onRelieved;
    std::shared_ptr<Door> m_door = std::make_shared<Door>();

    std::uint64_t m_nextConnection = 1;
    std::unordered_map<std::uint64_t, Connection> m_connections;
    std::unordered_map<std::string, std::uint64_t> m_byRoutingId;
    std::unordered_multimap<int, std::uint64_t> m_byDescriptor;
    std::vector<Peer> m_gone; // still to be reported
    bool m_inHandler = false;

    zmq::socket_t m_socket;
    AcceptedConnections m_accepted; // after the socket that it monitors
    Subscription m_reportLater;
    Subscription m_watchSocket;
    Subscription m_watchMonitor;
};

} // namespace drover::bus
