#include "bus/memory/memory_ports.h"

#include <cassert>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace drover::bus {

namespace {

// The soft limit of the real bus.
constexpr std::size_t kFrameLimit = std::size_t{1} << 20U;

const std::string kSubscribe = "+";
const std::string kUnsubscribe = "-";

class MemoryRequestServer final : public RequestServer
{
public:
    MemoryRequestServer(MemoryNetwork& network, Executor& executor, std::string host,
                        std::string endpoint)
        : m_network(network), m_endpoint(std::move(endpoint))
    {
        MemoryNetwork::ListenerEvents events;
        events.opened = [this](const Peer& peer) { m_peers[peer.connection] = {peer, false}; };
        events.message = [this](const Peer& peer, MemoryMessage message) {
            const auto known = m_peers.find(peer.connection);
            if (known == m_peers.end() || !m_network.isUp(peer.connection))
                return; // cut, or ended
            known->second.second = true;
            if (m_onFrame)
                m_onFrame(peer, std::move(message.body));
        };
        events.ended = [this](const Peer& peer) {
            const auto known = m_peers.extract(peer.connection);
            // As over ZeroMQ: a connection is known from its first frame on.
            if (!known.empty() && known.mapped().second && m_onPeerGone)
                m_onPeerGone(peer);
        };
        events.relieved = [this](const Peer& peer) {
            if (m_onRelieved && m_network.isUp(peer.connection))
                m_onRelieved(peer);
        };
        m_id = network.listen(executor, std::move(host), m_endpoint, {}, std::move(events));
    }
    ~MemoryRequestServer() override { m_network.closeListener(m_id); }
    MemoryRequestServer(const MemoryRequestServer&) = delete;
    MemoryRequestServer& operator=(const MemoryRequestServer&) = delete;

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    void onPeerGone(PeerHandler handler) override { m_onPeerGone = std::move(handler); }
    SendResult send(const Peer& peer, Frame frame) override
    {
        if (frame.size() > kFrameLimit)
            return SendResult::TooLarge;
        if (!m_peers.contains(peer.connection))
            return SendResult::PeerGone;
        return m_network.sendToClient(peer.connection, {{}, std::move(frame)});
    }
    [[nodiscard]] bool isCongested(const Peer& peer) override
    {
        return m_network.isCongested(peer.connection);
    }
    void onRelieved(PeerHandler handler) override { m_onRelieved = std::move(handler); }
    void cutUser(std::string_view user) override
    {
        for (const auto& [connection, peer] : m_peers)
            if (peer.first.user == user)
                m_network.cut(connection);
    }
    [[nodiscard]] std::string endpoint() const override { return m_endpoint; }

private:
    MemoryNetwork& m_network;
    std::string m_endpoint;
    MemoryNetwork::Id m_id = 0;
    FrameHandler m_onFrame;
    PeerHandler m_onPeerGone;
    PeerHandler m_onRelieved;
    std::map<std::uint64_t, std::pair<Peer, bool>> m_peers; // and whether it has spoken
};

class MemoryRequestClient final : public RequestClient
{
public:
    MemoryRequestClient(MemoryNetwork& network, Executor& executor, MemoryNetwork::Dial dial)
        : m_network(network),
          m_executor(executor), m_state{Link::Connecting, "no answer yet from " + dial.endpoint}
    {
        MemoryNetwork::DialerEvents events;
        events.link = [this](const LinkState& state) {
            m_firstReport.reset();
            m_state = state;
            if (m_onLink)
                m_onLink(state);
        };
        events.message = [this](MemoryMessage message) {
            if (m_onFrame)
                m_onFrame(std::move(message.body));
        };
        m_id = network.dial(executor, std::move(dial), std::move(events));
    }
    ~MemoryRequestClient() override { m_network.closeDialer(m_id); }
    MemoryRequestClient(const MemoryRequestClient&) = delete;
    MemoryRequestClient& operator=(const MemoryRequestClient&) = delete;

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    void onLink(LinkHandler handler) override
    {
        m_onLink = std::move(handler);
        m_firstReport = m_executor.after(Duration::zero(), [this] {
            if (m_onLink)
                m_onLink(m_state);
        });
    }
    SendResult send(Frame frame) override
    {
        if (frame.size() > kFrameLimit)
            return SendResult::TooLarge;
        if (m_state.link != Link::Up)
            return SendResult::PeerGone;
        return m_network.sendToServer(m_id, {{}, std::move(frame)});
    }

private:
    MemoryNetwork& m_network;
    Executor& m_executor;
    MemoryNetwork::Id m_id = 0;
    LinkState m_state;
    FrameHandler m_onFrame;
    LinkHandler m_onLink;
    Subscription m_firstReport;
};

class MemoryPublisher final : public Publisher
{
public:
    MemoryPublisher(MemoryNetwork& network, Executor& executor, std::string host,
                    std::string endpoint)
        : m_network(network), m_endpoint(std::move(endpoint))
    {
        MemoryNetwork::ListenerEvents events;
        events.opened = [this](const Peer& peer) { m_readers[peer.connection].peer = peer; };
        events.message = [this](const Peer& peer, const MemoryMessage& message) {
            handle(peer, message);
        };
        events.ended = [this](const Peer& peer) { m_readers.erase(peer.connection); };
        m_id = network.listen(executor, std::move(host), m_endpoint, {}, std::move(events));
    }
    ~MemoryPublisher() override { m_network.closeListener(m_id); }
    MemoryPublisher(const MemoryPublisher&) = delete;
    MemoryPublisher& operator=(const MemoryPublisher&) = delete;

    void setGate(Gate gate) override { m_gate = std::move(gate); }
    void publish(std::string_view topic, const Frame& frame) override
    {
        if (frame.size() > kFrameLimit)
            return;
        // A full queue loses the frame for that reader alone.
        for (const auto& [connection, reader] : m_readers)
            if (reader.topics.contains(topic))
                m_network.sendToClient(connection, {std::string(topic), frame});
    }
    void cutUser(std::string_view user) override
    {
        for (auto& [connection, reader] : m_readers)
            if (reader.peer.user == user)
                cut(reader);
    }
    [[nodiscard]] std::string endpoint() const override { return m_endpoint; }

private:
    struct Reader
    {
        Peer peer;
        std::set<std::string, std::less<>> topics;
    };

    void handle(const Peer& peer, const MemoryMessage& message)
    {
        const auto found = m_readers.find(peer.connection);
        if (found == m_readers.end() || !m_network.isUp(peer.connection))
            return;
        Reader& reader = found->second;
        if (message.body == kUnsubscribe)
            reader.topics.erase(message.topic);
        else if (message.topic.ends_with('/') && m_gate && m_gate(peer, message.topic))
            reader.topics.insert(message.topic);
        else
            cut(reader);
    }
    void cut(Reader& reader)
    {
        reader.topics.clear();
        m_network.cut(reader.peer.connection);
    }

    MemoryNetwork& m_network;
    std::string m_endpoint;
    MemoryNetwork::Id m_id = 0;
    Gate m_gate;
    std::map<std::uint64_t, Reader> m_readers; // by connection
};

class MemorySubscriber final : public Subscriber
{
public:
    MemorySubscriber(MemoryNetwork& network, Executor& executor, MemoryNetwork::Dial dial)
        : m_network(network),
          m_executor(executor), m_state{Link::Connecting, "no answer yet from " + dial.endpoint}
    {
        MemoryNetwork::DialerEvents events;
        events.link = [this](const LinkState& state) {
            m_firstReport.reset();
            m_state = state;
            if (state.link == Link::Up)
                for (const auto& topic : m_topics)
                    tell(topic, kSubscribe);
            if (m_onLink)
                m_onLink(state);
        };
        events.message = [this](MemoryMessage message) {
            if (m_onFrame && m_topics.contains(message.topic))
                m_onFrame(message.topic, std::move(message.body));
        };
        m_id = network.dial(executor, std::move(dial), std::move(events));
    }
    ~MemorySubscriber() override { m_network.closeDialer(m_id); }
    MemorySubscriber(const MemorySubscriber&) = delete;
    MemorySubscriber& operator=(const MemorySubscriber&) = delete;

    void onFrame(FrameHandler handler) override { m_onFrame = std::move(handler); }
    void onLink(LinkHandler handler) override
    {
        m_onLink = std::move(handler);
        m_firstReport = m_executor.after(Duration::zero(), [this] {
            if (m_onLink)
                m_onLink(m_state);
        });
    }
    void subscribe(std::string_view topic) override
    {
        if (m_topics.emplace(topic).second && m_state.link == Link::Up)
            tell(std::string(topic), kSubscribe);
    }
    void unsubscribe(std::string_view topic) override
    {
        const auto found = m_topics.find(topic);
        if (found == m_topics.end())
            return;
        if (m_state.link == Link::Up)
            tell(*found, kUnsubscribe);
        m_topics.erase(found);
    }

private:
    // A subscription is never lost on a live connection, so it is no prey of the faults.
    void tell(const std::string& topic, const std::string& what)
    {
        m_network.sendToServer(m_id, {topic, what, /*reliable=*/true});
    }

    MemoryNetwork& m_network;
    Executor& m_executor;
    MemoryNetwork::Id m_id = 0;
    LinkState m_state;
    FrameHandler m_onFrame;
    LinkHandler m_onLink;
    std::set<std::string, std::less<>> m_topics;
    Subscription m_firstReport;
};

} // namespace

std::unique_ptr<RequestServer> makeMemoryRequestServer(MemoryNetwork& network, Executor& executor,
                                                       std::string host, std::string endpoint)
{
    return std::make_unique<MemoryRequestServer>(network, executor, std::move(host),
                                                 std::move(endpoint));
}

std::unique_ptr<RequestClient> makeMemoryRequestClient(MemoryNetwork& network, Executor& executor,
                                                       MemoryNetwork::Dial dial)
{
    return std::make_unique<MemoryRequestClient>(network, executor, std::move(dial));
}

std::unique_ptr<Publisher> makeMemoryPublisher(MemoryNetwork& network, Executor& executor,
                                               std::string host, std::string endpoint)
{
    return std::make_unique<MemoryPublisher>(network, executor, std::move(host),
                                             std::move(endpoint));
}

std::unique_ptr<Subscriber> makeMemorySubscriber(MemoryNetwork& network, Executor& executor,
                                                 MemoryNetwork::Dial dial)
{
    return std::make_unique<MemorySubscriber>(network, executor, std::move(dial));
}

} // namespace drover::bus
