#include "bus/transport/client_link.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace drover::bus {

namespace {

constexpr int kLinkEvents = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED |
                            ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                            ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                            ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

} // namespace

ClientLink::ClientLink(Reactor& reactor, zmq::context_t& context, zmq::socket_t& socket,
                       std::string endpoint, RefusedBackoff backoff, Changed changed)
    : m_reactor(reactor), m_socket(socket), m_endpoint(std::move(endpoint)), m_backoff(backoff),
      m_wait(backoff.first),
      m_changed(std::move(changed)), m_state{Link::Connecting, "no answer yet from " + m_endpoint},
      m_random(std::random_device{}()), m_monitor(context, socket, kLinkEvents)
{}

void ClientLink::connect() { m_socket.connect(m_endpoint); }

std::size_t ClientLink::update()
{
    std::size_t count = 0;
    for (auto event = m_monitor.next(); event; event = m_monitor.next()) {
        ++count;
        handle(*event);
    }
    return count;
}

void ClientLink::handle(const MonitorEvent& event)
{
    // While refused, the socket is disconnected on purpose; what its last attempt still tells is
    // not news.
    if (m_state.link == Link::Refused)
        return;
    switch (event.what) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        m_wait = m_backoff.first;
        set(Link::Up, {});
        break;
    case ZMQ_EVENT_DISCONNECTED:
        // A failed handshake ends in this event too; its own reason says more.
        if (m_state.link == Link::Up)
            set(Link::Connecting, "the connection to " + m_endpoint + " was lost");
        break;
    case ZMQ_EVENT_CONNECT_RETRIED:
        if (m_state.link != Link::Up)
            set(Link::Connecting, "nobody answers at " + m_endpoint);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        set(Link::Connecting, m_endpoint + " answers but the handshake fails: check that the "
                                           "server's public key is the right one");
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        refused(event.value);
        break;
    default:
        break;
    }
}

void ClientLink::refused(std::uint32_t status)
{
    // The endpoint may be gone from the socket already; then there is nothing to take back.
    try {
        m_socket.disconnect(m_endpoint);
    } catch (const zmq::error_t&) {
    }
    const auto jitter =
        Duration(std::uniform_int_distribution<Duration::rep>(0, m_wait.count() / 2)(m_random));
    m_retry = m_reactor.after(m_wait + jitter, [this] {
        // Events of the dead attempt that were not read yet belong to it.
        update();
        set(Link::Connecting, "trying again at " + m_endpoint + " after a refusal");
        try {
            connect();
        } catch (const zmq::error_t& error) {
            set(Link::Connecting, "cannot connect to " + m_endpoint + ": " + error.what());
        }
    });
    m_wait = std::min(m_wait * 2, m_backoff.most);
    set(Link::Refused,
        m_endpoint + " refused this key (status " + std::to_string(status) +
            "): it is not known there, or was revoked; ask an administrator to accept it");
}

void ClientLink::set(Link link, std::string reason)
{
    if (m_state.link == link && m_state.reason == reason)
        return;
    m_state = {link, std::move(reason)};
    m_changed(m_state);
}

} // namespace drover::bus
