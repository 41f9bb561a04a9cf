#include "bus/transport/outgoing.h"

#include <utility>

namespace drover::bus {

// What a message keeps alive until it is let go of.
struct Outgoing::Held
{
    std::shared_ptr<Outgoing> connection;
    Frame frame;
};

zmq::message_t Outgoing::messageOf(const std::shared_ptr<Outgoing>& connection, Frame frame)
{
    auto held = std::make_unique<Held>(Held{connection, std::move(frame)});
    zmq::message_t message(held->frame.data(), held->frame.size(), &Outgoing::letGo, held.get());
    connection->m_held += held->frame.size();
    static_cast<void>(held.release()); // letGo() owns it now
    return message;
}

void Outgoing::letGo(void* /*bytes*/, void* held)
{
    const std::unique_ptr<Held> owned(static_cast<Held*>(held));
    owned->connection->release(owned->frame.size());
}

bool Outgoing::isCongested()
{
    if (m_held <= m_limit)
        return false;
    // First said, then looked at again: what is let go of in between either sees that somebody waits, or is seen here.
    m_awaited = true;
    if (m_held > m_limit / 2)
        return true;
    return !m_awaited.exchange(false); // taken already: relief is on its way
}

void Outgoing::release(std::size_t bytes)
{
    const std::size_t left = m_held.fetch_sub(bytes) - bytes;
    if (left <= m_limit / 2 && m_awaited.exchange(false))
        m_relieved();
}

} // namespace drover::bus
