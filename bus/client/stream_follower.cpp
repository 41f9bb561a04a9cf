#include "bus/client/stream_follower.h"

#include <algorithm>
#include <utility>

namespace drover::client {

using model::ErrorCode;

StreamFollower::StreamFollower(ClusterClient& client, model::Stream stream, Handlers handlers)
    : m_client(client), m_stream(stream), m_handlers(std::move(handlers))
{}

StreamFollower::~StreamFollower() { *m_alive = false; }

void StreamFollower::start(model::StreamId id, std::uint64_t n)
{
    m_started = true;
    m_id = id;
    m_last = n;
    m_known = n;
    m_asking = false;
    ++m_generation;
    if (m_waitingId != id) {
        m_waiting.clear();
        m_waitingId = id;
    }
    if (!m_waiting.empty())
        m_known = std::max(m_known, m_waiting.rbegin()->first);
    pump();
}

void StreamFollower::stop()
{
    m_started = false;
    m_asking = false;
    ++m_generation;
}

void StreamFollower::keep(model::StreamMessage message)
{
    if (m_started && message.n <= m_last)
        return;
    if (m_waiting.size() >= kMaximumWaiting) {
        // The ones that come first are of use first. While collecting, the latest are: a snapshot
        // will start further on.
        if (m_started) {
            if (m_waiting.rbegin()->first < message.n)
                return;
            m_waiting.erase(std::prev(m_waiting.end()));
        } else {
            m_waiting.erase(m_waiting.begin());
        }
    }
    const std::uint64_t n = message.n;
    m_waiting.insert_or_assign(n, std::move(message));
}

void StreamFollower::take(model::StreamMessage message)
{
    // the tick says whether this is news or an echo of the past
    if (m_started && message.streamId != m_id)
        return;
    if (message.streamId != m_waitingId) {
        m_waiting.clear();
        m_waitingId = message.streamId;
    }
    if (m_started)
        m_known = std::max(m_known, message.n);
    keep(std::move(message));
    if (m_started)
        pump();
}

void StreamFollower::position(model::StreamId id, std::uint64_t n)
{
    if (!m_started)
        return;
    if (id != m_id)
        return lose("control began a new stream");
    m_known = std::max(m_known, n);
    if (n < m_last)
        return ask();
    pump();
}

void StreamFollower::pump()
{
    if (!m_started || m_pumping)
        return;
    m_pumping = true;
    const auto alive = m_alive;
    bool held = false;
    while (m_started) {
        m_waiting.erase(m_waiting.begin(), m_waiting.upper_bound(m_last));
        if (m_waiting.empty() || m_waiting.begin()->first != m_last + 1)
            break;
        if (m_handlers.ready && !m_handlers.ready(m_waiting.begin()->second)) {
            held = true;
            break;
        }
        const model::StreamMessage message =
            std::move(m_waiting.extract(m_waiting.begin()).mapped());
        m_last = message.n;
        m_handlers.deliver(message);
        if (!*alive)
            return;
    }
    m_pumping = false;
    // Held ones need no question: what follows them is asked for when they have gone.
    if (m_started && !held && m_last < m_known)
        ask();
}

void StreamFollower::ask()
{
    if (m_asking)
        return;
    m_asking = true;
    m_askedAfter = m_last;
    model::ChangesGet changes;
    changes.stream = m_stream;
    changes.streamId = m_id;
    changes.after = m_last;
    m_client.call(model::ReadVerb{changes}, [this, alive = m_alive, generation = m_generation](
                                                model::Result<model::Reply> reply) {
        if (*alive)
            answered(std::move(reply), generation);
    });
}

void StreamFollower::answered(model::Result<model::Reply> reply, std::uint64_t generation)
{
    if (generation != m_generation)
        return;
    m_asking = false;
    if (!reply)
        return; // control is away; its next tick makes us ask again
    if (reply->error) {
        switch (reply->error->code) {
        case ErrorCode::Compacted:
        case ErrorCode::NotFound:
        case ErrorCode::InvalidArgument:
            return lose(reply->error->message);
        default:
            return; // for a while; the next tick makes us ask again
        }
    }
    auto* changes = std::get_if<model::ChangesResult>(&reply->body);
    if (!changes)
        return lose("control answered a question for changes with something else");
    // Compared with what was known when it was asked: what was published since may have come first.
    if (changes->last < m_askedAfter)
        return lose("control's stream ends before what is known here");
    const std::uint64_t before = m_last;
    for (model::StreamMessage& message : changes->messages) {
        if (message.streamId != m_id)
            return lose("control began a new stream");
        keep(std::move(message));
    }
    m_waiting.erase(m_waiting.begin(), m_waiting.upper_bound(m_last));
    if (changes->last > before && (m_waiting.empty() || m_waiting.begin()->first != before + 1))
        return lose("control does not keep the changes that are missing here");
    // What only a tick spoke of may not be answered yet; the next tick speaks of it again. So no
    // question repeats itself at once.
    m_known = std::max(changes->last, m_waiting.empty() ? m_last : m_waiting.rbegin()->first);
    pump();
}

void StreamFollower::lose(const std::string& why)
{
    stop();
    const auto handler = m_handlers.lost; // the owner may start us again from in there
    handler(why);
}

} // namespace drover::client
