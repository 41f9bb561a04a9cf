#include "bus/transport/accepted.h"

#include "bus/transport/sockets.h"

#include <utility>

namespace drover::bus {

AcceptedConnections::AcceptedConnections(zmq::context_t& context, zmq::socket_t& listener,
                                         std::size_t mostSilent, Ended ended)
    : m_monitor(context, listener, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED),
      m_mostSilent(mostSilent), m_ended(std::move(ended))
{}

std::size_t AcceptedConnections::update()
{
    std::size_t count = 0;
    for (auto event = m_monitor.next(); event; event = m_monitor.next()) {
        ++count;
        const int descriptor = static_cast<int>(event->value);
        end(descriptor); // on ACCEPTED too: the number is in use again, so its last connection is
                         // over
        if (event->what != ZMQ_EVENT_ACCEPTED)
            continue;
        m_open[descriptor] = m_silent.insert(m_silent.end(), descriptor);
        if (m_silent.size() > m_mostSilent) {
            const int oldest = m_silent.front();
            // It stays in m_open until libzmq reports its end; it only stops counting.
            m_open[oldest] = m_silent.end();
            m_silent.pop_front();
            cutConnection(oldest, m_port, {});
        }
    }
    return count;
}

void AcceptedConnections::hasSpoken(int descriptor)
{
    const auto found = m_open.find(descriptor);
    if (found == m_open.end() || found->second == m_silent.end())
        return;
    m_silent.erase(found->second);
    found->second = m_silent.end();
}

void AcceptedConnections::end(int descriptor)
{
    const auto found = m_open.find(descriptor);
    if (found == m_open.end())
        return;
    if (found->second != m_silent.end())
        m_silent.erase(found->second);
    m_open.erase(found);
    m_ended(descriptor);
}

} // namespace drover::bus
