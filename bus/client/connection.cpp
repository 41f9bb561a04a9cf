#include "bus/client/connection.h"

#include "bus/transport/dealer_client.h"
#include "bus/transport/sub_subscriber.h"

#include <random>
#include <set>
#include <utility>

namespace drover::client {

// A subscriber whose address becomes known later, and may change.
class EventsSubscriber final : public bus::Subscriber
{
public:
    EventsSubscriber(bus::Reactor& reactor, bus::Context& context, bus::ClientOptions options)
        : m_reactor(reactor), m_context(context), m_options(std::move(options))
    {}

    void connectTo(const std::string& endpoint)
    {
        if (endpoint.empty() || (m_socket && m_options.endpoint == endpoint))
            return;
        m_socket.reset();
        m_options.endpoint = endpoint;
        auto socket = bus::SubSubscriber::connect(m_reactor, m_context, m_options);
        if (!socket) {
            if (m_onLink)
                m_onLink({bus::Link::Connecting, "control's events address " + endpoint +
                                                     " is no good: " + socket.reason()});
            return;
        }
        m_socket = std::move(*socket);
        m_socket->onFrame([this](std::string_view topic, bus::Frame frame) {
            if (m_onFrame)
                m_onFrame(topic, std::move(frame));
        });
        m_socket->onLink([this](const bus::LinkState& link) {
            if (m_onLink)
                m_onLink(link);
        });
        for (const std::string& topic : m_topics)
            m_socket->subscribe(topic);
    }

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    void onLink(LinkHandler handler) override { m_onLink = std::move(handler); }
    void subscribe(std::string_view topic) override
    {
        m_topics.emplace(topic);
        if (m_socket)
            m_socket->subscribe(topic);
    }
    void unsubscribe(std::string_view topic) override
    {
        m_topics.erase(std::string(topic));
        if (m_socket)
            m_socket->unsubscribe(topic);
    }

private:
    bus::Reactor& m_reactor;
    bus::Context& m_context;
    bus::ClientOptions m_options;
    FrameHandler m_onFrame;
    LinkHandler m_onLink;
    std::set<std::string> m_topics;
    std::unique_ptr<bus::SubSubscriber> m_socket;
};

namespace {

std::string randomPrefix()
{
    std::random_device random; // the kernel's
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (int word = 0; word < 4; ++word) {
        unsigned value = random();
        for (int i = 0; i < 8; ++i, value >>= 4U)
            text += kDigits[value & 15U];
    }
    return text;
}

} // namespace

std::string reachableEvents(const std::string& events, const std::string& control)
{
    const std::size_t port = events.rfind(':');
    const std::size_t hostEnd = control.rfind(':');
    for (const char* wildcard : {"tcp://0.0.0.0:", "tcp://[::]:", "tcp://*:"})
        if (events.starts_with(wildcard) && hostEnd != std::string::npos)
            return control.substr(0, hostEnd) + events.substr(port);
    return events;
}

struct Connection::Parts
{
    std::unique_ptr<bus::DealerClient> link;
    std::unique_ptr<EventsSubscriber> subscriber;
    std::unique_ptr<ClusterClient> client; // after the link that it uses
};

Connection::Connection(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
Connection::~Connection() = default;
ClusterClient& Connection::client() { return *m_parts->client; }
bus::Subscriber& Connection::subscriber() { return *m_parts->subscriber; }

model::Result<std::unique_ptr<Connection>>
Connection::open(bus::Reactor& reactor, bus::Context& context, ConnectionOptions options)
{
    if (options.client.idPrefix.empty())
        options.client.idPrefix = randomPrefix();
    if (options.client.seed == 0)
        options.client.seed = std::random_device{}();

    bus::ClientOptions socket;
    socket.endpoint = options.control;
    socket.keys = options.identity;
    socket.serverKey = options.controlKey;
    auto link = bus::DealerClient::connect(reactor, context, socket);
    if (!link)
        return model::Error{model::ErrorCode::InvalidArgument, link.reason(),
                            "control " + options.control,
                            "an address is tcp://HOST:PORT; see `drover context list`"};

    auto parts = std::make_unique<Parts>();
    parts->link = std::move(*link);
    parts->subscriber = std::make_unique<EventsSubscriber>(reactor, context, socket);
    parts->client =
        std::make_unique<ClusterClient>(reactor, *parts->link, std::move(options.client));
    EventsSubscriber* subscriber = parts->subscriber.get();
    parts->client->onWelcome([subscriber, events = options.events,
                              control = options.control](const model::ClientWelcome& welcome) {
        subscriber->connectTo(
            reachableEvents(events.empty() ? welcome.eventsEndpoint : events, control));
    });
    return std::unique_ptr<Connection>(new Connection(std::move(parts)));
}

} // namespace drover::client
