#pragma once

// RequestClient over a DEALER socket with CURVE.

#include "bus/transport/client_link.h"
#include "bus/transport/context.h"
#include "bus/transport/expected.h"
#include "bus/transport/keys.h"
#include "bus/transport/ports.h"
#include "bus/transport/reactor.h"

#include <cstddef>
#include <memory>
#include <string>

namespace drover::bus {

struct ClientOptions
{
    std::string endpoint;
    KeyPair keys;          // one's own
    std::string serverKey; // public, Z85
    RefusedBackoff refusedBackoff;
};

class DealerClient final : public RequestClient
{
public:
    // Begins to connect. Fails on malformed keys or endpoint only; how the connection does is told
    // by onLink.
    static Expected<std::unique_ptr<DealerClient>> connect(Reactor& reactor, Context& context,
                                                           const ClientOptions& options);
    ~DealerClient() override;

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    // Told of every change from now on; a change that came before any handler was set is told to
    // the first one.
    void onLink(LinkHandler handler) override;
    SendResult send(Frame frame) override;

private:
    DealerClient(Reactor& reactor, Context& context, const ClientOptions& options);

    std::size_t pump(std::size_t budget);
    void report(const LinkState& state);

    Reactor& m_reactor;
    FrameHandler m_onFrame;
    LinkHandler m_onLink;
    bool m_inHandler = false;

    zmq::socket_t m_socket;
    ClientLink m_link; // after the socket that it monitors
    Subscription m_firstReport;
    Subscription m_watchSocket;
    Subscription m_watchMonitor;
};

} // namespace drover::bus
