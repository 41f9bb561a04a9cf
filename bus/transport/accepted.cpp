#include "bus/transport/accepted.h"

#include "bus/transport/context.h"
#include "bus/transport/sockets.h"

#include <algorithm>
#include <utility>

namespace drover::bus {

namespace {

// How often the bytes of each connection are looked at. A look takes about 1 us per connection; meanwhile one peer can bring in some
// 15 MB in small parts.
constexpr Duration kLookInterval{100};
// A connection above a limit is looked at again before it is cut: the loop may just not have come to its frames.
constexpr Duration kSuspectInterval{10};

} // namespace

AcceptedConnections::AcceptedConnections(Reactor& reactor, zmq::context_t& context,
                                         zmq::socket_t& listener, const AcceptLimits& limits,
                                         Hooks hooks)
    : m_reactor(reactor), m_monitor(context, listener, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED),
      m_limits(limits), m_hooks(std::move(hooks))
{
    // Two ports share the descriptors with the store, and with whoever is accepted before it can be cut.
    const auto descriptors = static_cast<std::size_t>(descriptorLimit());
    m_limits.mostOpen = std::min(m_limits.mostOpen, descriptors / 3);
    m_limits.mostSilent = std::min(m_limits.mostSilent, m_limits.mostOpen / 2);
}

std::size_t AcceptedConnections::update()
{
    std::size_t count = 0;
    for (auto event = m_monitor.next(); event; event = m_monitor.next()) {
        ++count;
        const int descriptor = static_cast<int>(event->value);
        // On ACCEPTED too: the number is in use again, so its last connection is over.
        end(descriptor);
        if (event->what == ZMQ_EVENT_ACCEPTED)
            accept(descriptor);
    }
    return count;
}

void AcceptedConnections::accept(int descriptor)
{
    const auto now = m_reactor.now();
    const auto silent = m_silent.insert(m_silent.end(), descriptor);
    m_open.emplace(descriptor, Connection{now, silent, {}, Unhandled(now), {}});
    if (m_open.size() == 1)
        lookAgain(kLookInterval);
    if (m_silent.size() > m_limits.mostSilent || m_open.size() > m_limits.mostOpen)
        cutOldestSilent();
}

void AcceptedConnections::cutOldestSilent()
{
    if (m_silent.empty())
        return;
    const int oldest = m_silent.front();
    m_silent.pop_front();
    // It stays in m_open until libzmq reports its end.
    m_open.at(oldest).silent = m_silent.end();
    cutConnection(oldest, m_port, {});
}

bool AcceptedConnections::hasSpoken(int descriptor, const std::string& user)
{
    const auto found = m_open.find(descriptor);
    if (found == m_open.end())
        return true;
    Connection& connection = found->second;
    if (connection.silent != m_silent.end())
        m_silent.erase(std::exchange(connection.silent, m_silent.end()));
    if (!connection.user.empty())
        return true;
    connection.user = user;
    return ++m_ofUser[user] <= m_limits.mostOfUser;
}

void AcceptedConnections::handed(int descriptor, std::size_t wireBytes)
{
    if (const auto found = m_open.find(descriptor); found != m_open.end())
        found->second.unhandled.handed(wireBytes);
}

void AcceptedConnections::given(int descriptor, std::size_t wireBytes)
{
    if (const auto found = m_open.find(descriptor); found != m_open.end())
        found->second.unread.given(wireBytes);
}

void AcceptedConnections::end(int descriptor)
{
    const auto found = m_open.find(descriptor);
    if (found == m_open.end())
        return;
    if (found->second.silent != m_silent.end())
        m_silent.erase(found->second.silent);
    if (const auto user = m_ofUser.find(found->second.user);
        user != m_ofUser.end() && --user->second == 0)
        m_ofUser.erase(user);
    m_open.erase(found);
    m_hooks.ended(descriptor);
}

void AcceptedConnections::look()
{
    update(); // a descriptor may be another connection's by now
    if (m_hooks.beforeLook)
        m_hooks.beforeLook();
    const auto now = m_reactor.now();
    while (!m_silent.empty() &&
           now - m_open.at(m_silent.front()).accepted > m_limits.longestSilence)
        cutOldestSilent();
    bool suspects = false;
    for (auto& [descriptor, connection] : m_open) {
        const bool before = std::exchange(connection.suspect, isAbove(descriptor, connection));
        if (!connection.suspect)
            continue;
        suspects = true;
        if (!before)
            continue;
        cutConnection(descriptor, m_port, {});
        if (connection.flooding && m_hooks.flooded)
            m_hooks.flooded(descriptor, connection.user);
    }
    if (!m_open.empty())
        lookAgain(suspects ? kSuspectInterval : kLookInterval);
}

bool AcceptedConnections::isAbove(int descriptor, Connection& connection) const
{
    const auto counters = tcpCounters(descriptor);
    if (!counters)
        return false;
    connection.flooding =
        connection.unhandled.look(counters->received, m_reactor.now()) > m_limits.mostUnhandled;
    return connection.flooding ||
           (m_limits.cutSlowReaders && connection.unread.look(*counters) > m_limits.mostUnread);
}

void AcceptedConnections::lookAgain(Duration delay)
{
    m_nextLook = m_reactor.after(delay, [this] { look(); });
}

} // namespace drover::bus
