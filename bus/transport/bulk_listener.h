#pragma once

// BulkListener over a ROUTER socket with CURVE, in a ZAP domain of its own that holds only the keys
// of open transfers.

#include "bus/transport/bulk_hub.h"
#include "bus/transport/context.h"
#include "bus/transport/expected.h"
#include "bus/transport/keys.h"
#include "bus/transport/reactor.h"
#include "bus/transport/router_server.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace drover::bus {

struct BulkListenerOptions
{
    std::string endpoint; // "tcp://ADDRESS:*"
    KeyPair keys;
};

class RouterBulkListener final : public BulkListener
{
public:
    // Listens, and admits nobody yet. Fails when the endpoint cannot be bound or the keys are
    // malformed.
    static Expected<std::unique_ptr<RouterBulkListener>> bind(Reactor& reactor, Context& context,
                                                              const BulkListenerOptions& options);
    ~RouterBulkListener() override;

    void onChannel(ChannelHandler handler) override { m_hub.onChannel(std::move(handler)); }
    void open(const std::string& token, const std::string& peerKey) override
    {
        m_hub.open(token, peerKey);
    }
    void close(const std::string& token) override { m_hub.close(token); }
    [[nodiscard]] std::string endpoint() const override { return m_server->endpoint(); }
    [[nodiscard]] std::string publicKey() const override { return m_publicKey; }

private:
    RouterBulkListener(Reactor& reactor, Context& context, std::string domain,
                       std::string publicKey, std::unique_ptr<RouterServer> server);

    bool transmit(std::uint64_t connection, std::string_view head, std::string_view payload);
    void admit(const std::string& key);
    void expel(const std::string& key);

    Reactor& m_reactor;
    Authenticator& m_authenticator;
    std::string m_domain;
    std::string m_publicKey;
    std::map<std::uint64_t, Peer> m_peers;         // by connection
    std::map<std::string, Subscription> m_cutting; // by key: those that will be cut in a moment
    std::unique_ptr<RouterServer> m_server;
    BulkHub m_hub; // gone before what it sends by
};

} // namespace drover::bus
