#include "bus/transport/dealer_client.h"

#include "bus/transport/sockets.h"

#include <cassert>
#include <utility>

namespace drover::bus {

Expected<std::unique_ptr<DealerClient>> DealerClient::connect(Reactor& reactor, Context& context,
                                                              const ClientOptions& options)
{
    if (!isKey(options.keys.publicKey) || !isKey(options.keys.secretKey))
        return Failure{"cannot connect to " + options.endpoint + ": the own key pair is malformed"};
    if (!isKey(options.serverKey))
        return Failure{"cannot connect to " + options.endpoint +
                       ": the server's public key is malformed"};
    try {
        return std::unique_ptr<DealerClient>(new DealerClient(reactor, context, options));
    } catch (const zmq::error_t& error) {
        return Failure{"cannot connect to " + options.endpoint + ": " + error.what()};
    }
}

DealerClient::DealerClient(Reactor& reactor, Context& context, const ClientOptions& options)
    : m_reactor(reactor), m_socket(context.zmq(), zmq::socket_type::dealer),
      m_link(reactor, context.zmq(), m_socket, options.endpoint, options.refusedBackoff,
             [this](const LinkState& state) { report(state); })
{
    harden(m_socket, {.affinity = Context::kControlTraffic, .sendHighWater = 2000});
    m_socket.set(zmq::sockopt::ipv6, options.endpoint.find('[') != std::string::npos);
    secureClient(m_socket, options.keys, options.serverKey);
    m_link.connect();
    const auto pumpAll = [this](std::size_t budget) { return pump(budget); };
    m_watchSocket = m_reactor.watch(m_socket, pumpAll);
    m_watchMonitor = m_reactor.watch(m_link.monitorSocket(), pumpAll);
}

DealerClient::~DealerClient()
{
    assert(m_reactor.isCurrentThread());
    assert(!m_inHandler && "a port must not be destroyed by its own handler; post() it");
}

void DealerClient::onLink(LinkHandler handler)
{
    m_onLink = std::move(handler);
    m_firstReport = m_reactor.after(Duration::zero(), [this] { report(m_link.state()); });
}

SendResult DealerClient::send(Frame frame)
{
    if (frame.size() > kSoftFrameLimit)
        return SendResult::TooLarge;
    if (m_link.state().link != Link::Up)
        return SendResult::PeerGone;
    switch (transmit(m_socket, frame, /*more=*/false)) {
    case Io::Done:
        return SendResult::Taken;
    case Io::Again:
        return SendResult::QueueFull;
    case Io::NoRoute:
    case Io::Closed:
        break;
    }
    return SendResult::PeerGone;
}

std::size_t DealerClient::pump(std::size_t budget)
{
    m_link.update();
    std::size_t count = 0;
    zmq::message_t part;
    while (count < budget && receive(m_socket, part) == Io::Done) {
        ++count;
        // One frame is an answer; an empty delimiter before it is tolerated, anything longer is not
        // ours.
        bool wellFormed = true;
        if (part.more() && part.size() == 0)
            receive(m_socket, part);
        while (part.more()) {
            wellFormed = false;
            receive(m_socket, part);
        }
        if (!wellFormed || !m_onFrame)
            continue;
        m_inHandler = true;
        m_onFrame(part.to_string());
        m_inHandler = false;
    }
    return count;
}

void DealerClient::report(const LinkState& state)
{
    m_firstReport.reset();
    if (!m_onLink)
        return;
    m_inHandler = true;
    m_onLink(state);
    m_inHandler = false;
}

} // namespace drover::bus
