#include "bus/transport/bulk_listener.h"

#include <atomic>
#include <utility>

namespace drover::bus {

namespace {

// An expelled peer is told why before its connection is cut; meanwhile it can do nothing, as it has
// no transfer.
constexpr Duration kCutDelay{1000};

std::string uniqueDomain()
{
    static std::atomic<std::uint64_t> s_count{0};
    return "bulk/" + std::to_string(++s_count);
}

} // namespace

Expected<std::unique_ptr<RouterBulkListener>>
RouterBulkListener::bind(Reactor& reactor, Context& context, const BulkListenerOptions& options)
{
    const auto publicKey = publicKeyOf(options.keys.secretKey);
    if (!publicKey)
        return Failure{"cannot listen at " + options.endpoint + ": " + publicKey.reason()};
    RouterServerOptions router;
    router.endpoint = options.endpoint;
    router.keys = options.keys;
    router.domain = uniqueDomain();
    router.mostToSend = kBulkMessageLimit;
    router.limits.mostOfUser = 256; // a sender has a connection for each of its transfers
    router.profile = {.affinity = Context::kBulkTraffic,
                      .maxFrame = kBulkMessageLimit,
                      // Credit allows fewer; only a peer that ignores it ever meets this.
                      .sendHighWater = 64};
    auto server = RouterServer::bind(reactor, context, router);
    if (!server)
        return Failure{server.reason()};
    return std::unique_ptr<RouterBulkListener>(
        new RouterBulkListener(reactor, context, router.domain, *publicKey, std::move(*server)));
}

RouterBulkListener::RouterBulkListener(Reactor& reactor, Context& context, std::string domain,
                                       std::string publicKey, std::unique_ptr<RouterServer> server)
    : m_reactor(reactor), m_authenticator(context.authenticator()), m_domain(std::move(domain)),
      m_publicKey(std::move(publicKey)), m_server(std::move(server)),
      m_hub(reactor,
            {[this](std::uint64_t connection, std::string_view head, std::string_view payload) {
                 return transmit(connection, head, payload);
             },
             [this](const std::string& key) { admit(key); },
             [this](const std::string& key) { expel(key); }})
{
    m_server->onFrame([this](const Peer& peer, const Frame& frame) {
        m_peers.try_emplace(peer.connection, peer);
        m_hub.receive(peer.connection, peer.user, frame);
    });
    m_server->onPeerGone([this](const Peer& peer) {
        m_peers.erase(peer.connection);
        m_hub.gone(peer.connection);
    });
}

RouterBulkListener::~RouterBulkListener() { m_authenticator.removeDomain(m_domain); }

bool RouterBulkListener::transmit(std::uint64_t connection, std::string_view head,
                                  std::string_view payload)
{
    const auto peer = m_peers.find(connection);
    return peer != m_peers.end() &&
           m_server->send(peer->second, head, payload) == SendResult::Taken;
}

void RouterBulkListener::admit(const std::string& key)
{
    m_cutting.erase(key);
    // A malformed key admits nobody, which is what its holder would get anyway.
    [[maybe_unused]] const auto ignored = m_authenticator.setKey(m_domain, key, key);
}

void RouterBulkListener::expel(const std::string& key)
{
    m_authenticator.removeKey(m_domain, key);
    m_cutting[key] = m_reactor.after(kCutDelay, [this, key] {
        m_server->cutUser(key);
        m_cutting.erase(key);
    });
}

} // namespace drover::bus
