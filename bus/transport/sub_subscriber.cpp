#include "bus/transport/sub_subscriber.h"

#include "bus/transport/sockets.h"

#include <cassert>
#include <utility>

namespace drover::bus {

Expected<std::unique_ptr<SubSubscriber>> SubSubscriber::connect(Reactor& reactor, Context& context,
                                                                const ClientOptions& options)
{
    if (!isKey(options.keys.publicKey) || !isKey(options.keys.secretKey))
        return Failure{"cannot subscribe at " + options.endpoint +
                       ": the own key pair is malformed"};
    if (!isKey(options.serverKey))
        return Failure{"cannot subscribe at " + options.endpoint +
                       ": the server's public key is malformed"};
    try {
        return std::unique_ptr<SubSubscriber>(new SubSubscriber(reactor, context, options));
    } catch (const zmq::error_t& error) {
        return Failure{"cannot subscribe at " + options.endpoint + ": " + error.what()};
    }
}

SubSubscriber::SubSubscriber(Reactor& reactor, Context& context, const ClientOptions& options)
    : m_reactor(reactor), m_socket(context.zmq(), zmq::socket_type::sub),
      m_link(reactor, context.zmq(), m_socket, options.endpoint, options.refusedBackoff,
             [this](const LinkState& state) { report(state); })
{
    // Whoever is too slow loses events at this mark, sees the gap and asks for what is missing.
    harden(m_socket,
           {.affinity = Context::kControlTraffic, .receiveHighWater = 10000, .heartbeats = false});
    m_socket.set(zmq::sockopt::ipv6, options.endpoint.find('[') != std::string::npos);
    secureClient(m_socket, options.keys, options.serverKey);
    m_link.connect();
    const auto pumpAll = [this](std::size_t budget) { return pump(budget); };
    m_watchSocket = m_reactor.watch(m_socket, pumpAll);
    m_watchMonitor = m_reactor.watch(m_link.monitorSocket(), pumpAll);
}

SubSubscriber::~SubSubscriber()
{
    assert(m_reactor.isCurrentThread());
    assert(!m_inHandler && "a port must not be destroyed by its own handler; post() it");
}

void SubSubscriber::onLink(LinkHandler handler)
{
    m_onLink = std::move(handler);
    m_firstReport = m_reactor.after(Duration::zero(), [this] { report(m_link.state()); });
}

void SubSubscriber::subscribe(std::string_view topic)
{
    // libzmq counts equal subscriptions; once is enough for us, so that unsubscribe() means it.
    if (m_topics.emplace(topic).second)
        m_socket.set(zmq::sockopt::subscribe, std::string(topic));
}

void SubSubscriber::unsubscribe(std::string_view topic)
{
    const auto found = m_topics.find(topic);
    if (found == m_topics.end())
        return;
    m_socket.set(zmq::sockopt::unsubscribe, *found);
    m_topics.erase(found);
}

std::size_t SubSubscriber::pump(std::size_t budget)
{
    m_link.update();
    std::size_t count = 0;
    zmq::message_t topic;
    zmq::message_t body;
    while (count < budget && receive(m_socket, topic) == Io::Done) {
        ++count;
        bool wellFormed = topic.more() && receive(m_socket, body) == Io::Done && !body.more();
        while (topic.more() && body.more())
            receive(m_socket, body);
        if (!wellFormed || !m_onFrame || !m_topics.contains(topic.to_string_view()))
            continue;
        m_inHandler = true;
        m_onFrame(topic.to_string_view(), body.to_string());
        m_inHandler = false;
    }
    return count;
}

void SubSubscriber::report(const LinkState& state)
{
    m_firstReport.reset();
    if (!m_onLink)
        return;
    m_inHandler = true;
    m_onLink(state);
    m_inHandler = false;
}

} // namespace drover::bus
