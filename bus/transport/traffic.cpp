#include "bus/transport/traffic.h"

#include <algorithm>
#include <chrono>

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace drover::bus {

std::size_t wireSize(std::size_t bytes)
{
    constexpr std::size_t kBox = 33;
    constexpr std::size_t kShort = 255; // a longer frame has its length in eight bytes, not in one
    const std::size_t boxed = bytes + kBox;
    return boxed + (boxed > kShort ? 9 : 2);
}

std::optional<TcpCounters> tcpCounters(int descriptor)
{
    tcp_info info{};
    socklen_t length = sizeof info;
    int waiting = 0;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
        ::ioctl(descriptor, SIOCOUTQ, &waiting) != 0)
        return std::nullopt;
    return TcpCounters{info.tcpi_bytes_received, info.tcpi_bytes_acked, waiting == 0};
}

void Unhandled::handed(std::size_t wireBytes)
{
    m_accounted += wireBytes;
    m_forgiven = 0;
}

std::uint64_t Unhandled::look(std::uint64_t received, MonotonicTime now)
{
    const auto elapsed = static_cast<std::uint64_t>(
        std::max<Duration::rep>((now - m_looked).count(), 0)); // in milliseconds
    // Counted in whole bytes; what is cut off stays for the next look.
    const std::uint64_t allowance = elapsed * kForgivenRate / 1000;
    if (allowance > 0)
        m_looked = now;
    if (received <= m_accounted)
        return 0;
    const std::uint64_t held = received - m_accounted;
    const std::uint64_t forgiven = std::min({held, allowance, kForgivenBytes - m_forgiven});
    m_accounted += forgiven;
    m_forgiven += forgiven;
    return held - forgiven;
}

std::uint64_t Unread::look(const TcpCounters& counters)
{
    if (counters.idle || counters.acknowledged >= m_given)
        m_given = counters.acknowledged;
    m_acknowledged = std::min(counters.acknowledged, m_given);
    return m_given - m_acknowledged;
}

} // namespace drover::bus
