#include "control/service/request_handler.h"

#include "control/service/roles.h"
#include "proto/codec/request_codec.h"

namespace drover::control::service {

using namespace model;

void RequestHandler::handle(const bus::Peer& peer, const bus::Frame& frame)
{
    if (m_loop.isDead())
        return;
    auto decoding = codec::decodeRequest(frame);
    if (const auto* failure = std::get_if<codec::DecodeFailure>(&decoding)) {
        m_answerer.refuse({peer, failure->requestId, failure->json, frame.size()}, failure->error,
                          m_loop.committedRevision());
        return;
    }
    const auto& decoded = std::get<codec::DecodedRequest>(decoding);
    const Request& request = decoded.request;
    const Asker asker{peer, request.requestId, decoded.json, frame.size()};

    // The role is looked up each time: a key may have been removed while its connection lives.
    const KeyRecord* key = m_loop.state().keyNamed(peer.user);
    if (key == nullptr) {
        m_answerer.refuse(asker,
                          Error{ErrorCode::Unauthenticated,
                                "the key of this connection is not accepted any more",
                                "key " + peer.user,
                                {}},
                          m_loop.committedRevision());
        return;
    }
    if (auto allowed = authorize(key->role, request); !allowed) {
        m_answerer.refuse(asker, allowed.error(), m_loop.committedRevision());
        return;
    }
    const core::Actor actor{key->name, key->role, key->node};
    if (const auto* write = std::get_if<Write>(&request.body)) {
        if (write->dryRun)
            m_reads.handleDryRun(asker, actor, request);
        else
            m_writes.handle(asker, actor, decoded);
    } else if (std::holds_alternative<ReadVerb>(request.body)) {
        m_reads.handleRead(asker, actor, request);
    } else {
        m_agents.handle(asker, actor, std::get<AgentVerb>(request.body));
    }
}

void RequestHandler::peerGone(const bus::Peer& peer)
{
    m_answerer.gone(peer);
    m_reads.peerGone(peer);
    m_agents.peerGone(peer);
}

bool RequestHandler::admits(const bus::Peer& peer, std::string_view topic) const
{
    const KeyRecord* key = m_loop.state().keyNamed(peer.user);
    return key != nullptr && maySubscribe(key->role, topic);
}

} // namespace drover::control::service
