#pragma once

// Subscriber over a SUB socket with CURVE.
//
// A subscription that the publisher refuses is not answered: the connection is cut, and comes back
// again and again. Who sees no frames on a link that goes up and down asks the publisher's owner
// for the reason by a request.

#include "bus/transport/client_link.h"
#include "bus/transport/context.h"
#include "bus/transport/dealer_client.h"
#include "bus/transport/expected.h"
#include "bus/transport/ports.h"
#include "bus/transport/reactor.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace drover::bus {

class SubSubscriber final : public Subscriber
{
public:
    // Begins to connect. Fails on malformed keys or endpoint only.
    static Expected<std::unique_ptr<SubSubscriber>> connect(Reactor& reactor, Context& context,
                                                            const ClientOptions& options);
    ~SubSubscriber() override;

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    void onLink(LinkHandler handler) override;
    void subscribe(std::string_view topic) override;
    void unsubscribe(std::string_view topic) override;

private:
    SubSubscriber(Reactor& reactor, Context& context, const ClientOptions& options);

    std::size_t pump(std::size_t budget);
    void report(const LinkState& state);

    Reactor& m_reactor;
    FrameHandler m_onFrame;
    LinkHandler m_onLink;
    // what was asked for, exactly; libzmq matches prefixes
    std::set<std::string, std::less<>> m_topics;
    bool m_inHandler = false;

    zmq::socket_t m_socket;
    ClientLink m_link; // after the socket that it monitors
    Subscription m_firstReport;
    Subscription m_watchSocket;
    Subscription m_watchMonitor;
};

} // namespace drover::bus
