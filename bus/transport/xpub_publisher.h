#pragma once

// Publisher over an XPUB socket with CURVE.
//
// Frames are [topic, body]. Every subscription is shown to the gate; one that is refused, is not a
// topic ('/' at its end), or is one too many ends its connection; so does a reader that falls AcceptLimits::mostUnread behind. Between its arrival and the cut a
// few frames may slip out, so events carry no secrets; all pending subscriptions are looked at
// before each publish.
//
// Rationale: not XPUB_MANUAL, which in libzmq 4.3.4 is a use after free that sends one peer's
// events to another.
//
// libzmq matches prefixes: whoever may subscribe to "a/" also receives "a/b/". Topics should not
// extend each other.

#include "bus/transport/accepted.h"
#include "bus/transport/context.h"
#include "bus/transport/expected.h"
#include "bus/transport/keys.h"
#include "bus/transport/ports.h"
#include "bus/transport/reactor.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace drover::bus {

struct XpubPublisherOptions
{
    std::string endpoint;
    KeyPair keys;
    std::string domain{kEventsDomain};
    // Frames per slow reader before it loses some. libzmq learns late what a reader took, so a
    // burst that surely arrives is about half of this.
    int sendHighWater = 4000;
    std::size_t mostTopics = 64; // per connection
    AcceptLimits limits{.cutSlowReaders = true};
};

class XpubPublisher final : public Publisher
{
public:
    // Listens. Fails when the endpoint cannot be bound or the keys are malformed.
    static Expected<std::unique_ptr<XpubPublisher>> bind(Reactor& reactor, Context& context,
                                                         const XpubPublisherOptions& options);
    ~XpubPublisher() override;

    void setGate(Gate gate) override { m_gate = std::move(gate); }
    // A frame above the soft limit is not sent: readers see the gap in its stream and ask for what
    // they miss.
    void publish(std::string_view topic, const Frame& frame) override;
    void cutUser(std::string_view user) override;
    [[nodiscard]] std::string endpoint() const override { return m_endpoint; }

private:
    struct Connection
    {
        Peer peer;
        // By topic: how much of it had been published when this connection's share was last counted.
        std::map<std::string, std::uint64_t, std::less<>> topics;
        bool cut = false;
    };

    XpubPublisher(Reactor& reactor, Context& context, const XpubPublisherOptions& options);

    std::size_t drain(std::size_t budget);
    void handle(const zmq::message_t& message);
    [[nodiscard]] bool admits(const Connection& connection, std::string_view topic) const;
    void cut(int descriptor, Connection& connection);
    void countPublished();

    Reactor& m_reactor;
    Authenticator& m_authenticator;
    std::string m_domain;
    std::size_t m_mostTopics;
    std::string m_endpoint;
    int m_port = 0;
    Gate m_gate;
    std::uint64_t m_nextConnection = 1;
    std::unordered_map<int, Connection> m_connections;             // by descriptor
    std::map<std::string, std::uint64_t, std::less<>> m_published; // bytes on the wire, by topic

    zmq::socket_t m_socket;
    AcceptedConnections m_accepted; // after the socket that it monitors
    Subscription m_watchSocket;
    Subscription m_watchMonitor;
};

} // namespace drover::bus
