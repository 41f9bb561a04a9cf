#include "control/service/asker.h"

#include "proto/codec/reply_codec.h"
#include "proto/model/crash_point.h"

namespace drover::control::service {

using namespace model;

namespace {

constexpr std::size_t kMostItems = 500;

} // namespace

std::size_t Answerer::send(const Asker& asker, Reply reply)
{
    return sendFitting(asker, [&](std::size_t) { return reply; });
}

void Answerer::refuse(const Asker& asker, const Error& error, Revision revision)
{
    Reply reply;
    reply.error = error;
    reply.revision = revision;
    send(asker, std::move(reply));
}

std::size_t Answerer::sendFitting(const Asker& asker,
                                  const std::function<Reply(std::size_t)>& build)
{
    Reply reply;
    for (std::size_t mostItems = kMostItems; mostItems > 0; mostItems /= 2) {
        reply = build(mostItems);
        reply.requestId = asker.requestId;
        std::string frame = codec::encodeReply(reply, asker.json);
        const std::size_t bytes = frame.size();
        if (bytes <= kMaximumFrame) {
            sendFrame(asker.peer, std::move(frame));
            return bytes;
        }
    }
    reply.body = {};
    reply.current = {};
    reply.error = Error{ErrorCode::TooLarge,
                        "the answer is larger than a message may be",
                        {},
                        "ask for less at once, or page by page"};
    std::string frame = codec::encodeReply(reply, asker.json);
    const std::size_t bytes = frame.size();
    sendFrame(asker.peer, std::move(frame));
    return bytes;
}

void Answerer::sendFrame(const bus::Peer& peer, std::string frame)
{
    DROVER_CRASH_POINT("reply.before");
    const bus::SendResult sent = m_server->send(peer, std::move(frame));
    DROVER_CRASH_POINT("reply.after");
    switch (sent) {
    case bus::SendResult::Taken:
    case bus::SendResult::PeerGone:
        return; // it asks again when it is back
    case bus::SendResult::QueueFull:
        noteDropped(peer);
        return;
    case bus::SendResult::TooLarge:
        m_log(LogLevel::Error, "reply.dropped", peer.user, "the answer was too large to send");
        return;
    }
}

void Answerer::noteDropped(const bus::Peer& peer)
{
    Dropped& dropped = m_dropped[peer.connection];
    if (++dropped.count < dropped.toldAt)
        return;
    dropped.toldAt *= 10;
    m_log(LogLevel::Warning, "reply.dropped", peer.user,
          "it does not read its answers; dropped so far: " + std::to_string(dropped.count));
}

} // namespace drover::control::service
