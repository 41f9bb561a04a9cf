#include "bus/transport/monitor.h"

#include "bus/transport/sockets.h"

#include <atomic>
#include <cstring>
#include <string>

namespace drover::bus {

namespace {

std::string uniqueAddress()
{
    static std::atomic<std::uint64_t> s_count{0};
    return "inproc://drover.monitor." + std::to_string(++s_count);
}

} // namespace

Monitor::Monitor(zmq::context_t& context, zmq::socket_t& monitored, int events)
    : m_monitored(monitored), m_pair(context, zmq::socket_type::pair)
{
    const std::string address = uniqueAddress();
    if (zmq_socket_monitor(m_monitored.handle(), address.c_str(), events) != 0)
        throw zmq::error_t();
    m_pair.set(zmq::sockopt::linger, 0);
    m_pair.set(zmq::sockopt::rcvhwm, 0);
    m_pair.connect(address);
}

Monitor::~Monitor() { zmq_socket_monitor(m_monitored.handle(), nullptr, 0); }

std::optional<MonitorEvent> Monitor::next()
{
    // Two frames: 16 bits of event with 32 bits of value, in the machine's byte order; then the
    // address.
    zmq::message_t head;
    if (receive(m_pair, head) != Io::Done)
        return std::nullopt;
    zmq::message_t address;
    while (head.more() && receive(m_pair, address) == Io::Done && address.more()) {
    }
    if (head.size() != 6)
        return MonitorEvent{};
    MonitorEvent event;
    std::memcpy(&event.what, head.data(), 2);
    std::memcpy(&event.value, static_cast<const char*>(head.data()) + 2, 4);
    return event;
}

} // namespace drover::bus
