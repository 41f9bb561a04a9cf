#include "bus/memory/memory_ports.h"
#include "bus/transport/bulk_hub.h"

#include <map>
#include <utility>

namespace drover::bus {

namespace {

class MemoryBulkListener final : public BulkListener
{
public:
    MemoryBulkListener(MemoryNetwork& network, Executor& executor, std::string host,
                       std::string endpoint, std::string publicKey)
        : m_network(network), m_endpoint(std::move(endpoint)), m_publicKey(std::move(publicKey)),
          m_hub(executor,
                {[this](std::uint64_t connection, std::string_view head, std::string_view payload) {
                     return transmit(connection, head, payload);
                 },
                 [](const std::string&) {}, [this](const std::string& key) { expel(key); }})
    {
        MemoryNetwork::ListenerEvents events;
        events.opened = [this](const Peer& peer) { m_peers[peer.connection] = peer; };
        events.message = [this](const Peer& peer, const MemoryMessage& message) {
            if (m_network.isUp(peer.connection))
                m_hub.receive(peer.connection, peer.user, message.body);
        };
        events.ended = [this](const Peer& peer) {
            m_peers.erase(peer.connection);
            m_hub.gone(peer.connection);
        };
        const auto admit = [this](const std::string& key) { return m_hub.admits(key); };
        m_id = network.listen(executor, std::move(host), m_endpoint, admit, std::move(events),
                              m_publicKey);
    }
    ~MemoryBulkListener() override { m_network.closeListener(m_id); }
    MemoryBulkListener(const MemoryBulkListener&) = delete;
    MemoryBulkListener& operator=(const MemoryBulkListener&) = delete;

    void onChannel(ChannelHandler handler) override { m_hub.onChannel(std::move(handler)); }
    void open(const std::string& token, const std::string& peerKey) override
    {
        m_hub.open(token, peerKey);
    }
    void close(const std::string& token) override { m_hub.close(token); }
    [[nodiscard]] std::string endpoint() const override { return m_endpoint; }
    [[nodiscard]] std::string publicKey() const override { return m_publicKey; }

private:
    bool transmit(std::uint64_t connection, std::string_view head, std::string_view payload)
    {
        return m_network.sendToClient(connection, {{}, std::string(head).append(payload)}) ==
               SendResult::Taken;
    }
    void expel(const std::string& key)
    {
        for (const auto& [connection, peer] : m_peers)
            if (peer.user == key)
                m_network.cut(connection);
    }

    MemoryNetwork& m_network;
    std::string m_endpoint;
    std::string m_publicKey;
    MemoryNetwork::Id m_id = 0;
    std::map<std::uint64_t, Peer> m_peers; // by connection
    BulkHub m_hub;                         // gone before what it sends by
};

class MemoryBulkConnector final : public BulkConnector
{
public:
    MemoryBulkConnector(MemoryNetwork& network, Executor& executor, std::string host,
                        std::string publicKey)
        : m_network(network), m_executor(executor), m_host(std::move(host)),
          m_publicKey(std::move(publicKey))
    {}
    ~MemoryBulkConnector() override
    {
        const auto ends = m_ends; // severing takes them out
        for (const auto& [number, end] : ends)
            end->sever("the connector was stopped");
    }
    MemoryBulkConnector(const MemoryBulkConnector&) = delete;
    MemoryBulkConnector& operator=(const MemoryBulkConnector&) = delete;

    std::unique_ptr<BulkChannel> connect(const std::string& endpoint, const std::string& serverKey,
                                         const std::string& token) override
    {
        const std::uint64_t number = m_next++;
        const auto end =
            BulkEnd::make(m_executor, BulkEnd::Side::Connecting,
                          {[this, number](std::string_view head, std::string_view payload) {
                               return transmit(number, head, payload);
                           },
                           [this, number] { finished(number); }});
        m_ends[number] = end;
        MemoryNetwork::Dial dial;
        dial.host = m_host;
        dial.endpoint = endpoint;
        dial.user = m_publicKey;
        dial.serverKey = serverKey;
        dial.once = true;
        dial.stream = true;
        const std::weak_ptr<BulkEnd> weak = end;
        MemoryNetwork::DialerEvents events;
        events.link = [weak, token](const LinkState& state) {
            const auto alive = weak.lock();
            if (!alive)
                return;
            if (state.link == Link::Up)
                alive->open(token);
            else
                alive->lost(state.reason);
        };
        events.message = [weak](const MemoryMessage& message) {
            if (const auto alive = weak.lock())
                alive->receive(message.body);
        };
        m_dialers[number] = m_network.dial(m_executor, std::move(dial), std::move(events));
        return end->handle();
    }

private:
    bool transmit(std::uint64_t number, std::string_view head, std::string_view payload)
    {
        const auto dialer = m_dialers.find(number);
        return dialer != m_dialers.end() &&
               m_network.sendToServer(dialer->second, {{}, std::string(head).append(payload)}) ==
                   SendResult::Taken;
    }
    void finished(std::uint64_t number)
    {
        if (const auto dialer = m_dialers.extract(number); !dialer.empty())
            m_network.closeDialer(dialer.mapped());
        m_ends.erase(number);
    }

    MemoryNetwork& m_network;
    Executor& m_executor;
    std::string m_host;
    std::string m_publicKey;
    std::uint64_t m_next = 1;
    std::map<std::uint64_t, MemoryNetwork::Id> m_dialers;
    std::map<std::uint64_t, std::shared_ptr<BulkEnd>> m_ends; // shared with the channels' handles
};

} // namespace

std::unique_ptr<BulkListener> makeMemoryBulkListener(MemoryNetwork& network, Executor& executor,
                                                     std::string host, std::string endpoint,
                                                     std::string publicKey)
{
    return std::make_unique<MemoryBulkListener>(network, executor, std::move(host),
                                                std::move(endpoint), std::move(publicKey));
}

std::unique_ptr<BulkConnector> makeMemoryBulkConnector(MemoryNetwork& network, Executor& executor,
                                                       std::string host, std::string publicKey)
{
    return std::make_unique<MemoryBulkConnector>(network, executor, std::move(host),
                                                 std::move(publicKey));
}

} // namespace drover::bus
