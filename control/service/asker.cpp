#include "control/service/asker.h"

#include "proto/codec/reply_codec.h"
#include "proto/model/crash_point.h"

namespace drover::control::service {

using namespace model;

namespace {

constexpr std::size_t kMostItems = 500;

} // namespace

void Answerer::send(const Asker& asker, Reply reply) const
{
    sendFitting(asker, [&](std::size_t) { return reply; });
}

void Answerer::refuse(const Asker& asker, const Error& error, Revision revision) const
{
    Reply reply;
    reply.error = error;
    reply.revision = revision;
    send(asker, std::move(reply));
}

void Answerer::sendFitting(const Asker& asker, const std::function<Reply(std::size_t)>& build) const
{
    Reply reply;
    for (std::size_t mostItems = kMostItems; mostItems > 0; mostItems /= 2) {
        reply = build(mostItems);
        reply.requestId = asker.requestId;
        std::string frame = codec::encodeReply(reply, asker.json);
        if (frame.size() <= kMaximumFrame) {
            sendFrame(asker.peer, std::move(frame));
            return;
        }
    }
    reply.body = {};
    reply.current = {};
    reply.error = Error{ErrorCode::TooLarge,
                        "the answer is larger than a message may be",
                        {},
                        "ask for less at once, or page by page"};
    sendFrame(asker.peer, codec::encodeReply(reply, asker.json));
}

void Answerer::sendFrame(const bus::Peer& peer, std::string frame) const
{
    DROVER_CRASH_POINT("reply.before");
    const bus::SendResult sent = m_server->send(peer, std::move(frame));
    DROVER_CRASH_POINT("reply.after");
    switch (sent) {
    case bus::SendResult::Taken:
    case bus::SendResult::PeerGone:
        return; // it asks again when it is back
    case bus::SendResult::QueueFull:
        m_log(LogLevel::Warning, "reply.dropped", peer.user, "it does not read its answers");
        return;
    case bus::SendResult::TooLarge:
        m_log(LogLevel::Error, "reply.dropped", peer.user, "the answer was too large to send");
        return;
    }
}

} // namespace drover::control::service
