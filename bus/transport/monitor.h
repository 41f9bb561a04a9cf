#pragma once

// What libzmq tells about the connections of one socket. Internal to bus/transport.

#include <zmq.hpp>

#include <cstdint>
#include <optional>

namespace drover::bus {

struct MonitorEvent
{
    std::uint16_t what = 0;  // one of ZMQ_EVENT_*
    std::uint32_t value = 0; // its descriptor, errno or ZAP status
};

// Attached before the socket is bound or connected, destroyed before the socket is, on the same
// thread. Its queue is unbounded: a monitor that nobody reads would otherwise stop the I/O thread,
// and all traffic with it, after some 2,000 events.
class Monitor
{
public:
    Monitor(zmq::context_t& context, zmq::socket_t& monitored, int events);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    // The next event, if there is one now.
    std::optional<MonitorEvent> next();
    // To be watched for input.
    [[nodiscard]] zmq::socket_t& socket() { return m_pair; }

private:
    zmq::socket_t& m_monitored;
    zmq::socket_t m_pair;
};

} // namespace drover::bus
