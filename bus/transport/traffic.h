#pragma once

// How many bytes a connection makes this process hold, by the kernel's counters of its TCP socket against what went through our
// hands. Internal to bus/transport.
//
// Rationale: libzmq bounds a connection's queues in whole messages only. A message of endless parts is not one yet and is kept
// without any bound, and 1,000 answers of 1 MiB to a peer that does not read are 1 GiB.

#include "bus/transport/ports.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace drover::bus {

// What one part of so many bytes takes on the wire: CURVE's box and the frame's header (ZeroMQ RFC 26 and 23).
std::size_t wireSize(std::size_t bytes);

struct TcpCounters
{
    std::uint64_t received = 0; // in order, read by libzmq or not
    std::uint64_t acknowledged = 0;
    bool idle = false; // all that was written has been acknowledged
};
// Of a descriptor that libzmq owns; nothing when it is no TCP socket (any more).
std::optional<TcpCounters> tcpCounters(int descriptor);

// Bytes received that are in no frame that was handed on.
//
// Heartbeats are such bytes for ever, so a small rate is forgiven: kForgivenRate, which is some three times what heartbeats take, and
// at most kForgivenBytes until the connection sends a frame again. A reader of events never does: with heartbeats every 2 s it is over
// that after some five weeks, is cut once, and is back within a second.
class Unhandled
{
public:
    static constexpr std::uint64_t kForgivenRate = 128; // bytes per second
    static constexpr std::uint64_t kForgivenBytes = std::uint64_t{128} << 20U;

    explicit Unhandled(MonotonicTime since) : m_looked(since) {}
    // A frame was handed on that took so many bytes on the wire.
    void handed(std::size_t wireBytes);
    // How many bytes are held now.
    std::uint64_t look(std::uint64_t received, MonotonicTime now);

private:
    MonotonicTime m_looked;
    std::uint64_t m_accounted = 0;
    std::uint64_t m_forgiven = 0;
};

// Bytes given to libzmq that the peer has not acknowledged.
//
// Handshakes and heartbeats are acknowledged but were not given by us, and frames dropped at a high-water mark were given but are
// never acknowledged. Hence the count begins anew whenever the kernel has nothing of ours left to send.
class Unread
{
public:
    void given(std::size_t wireBytes) { m_given += wireBytes; }
    // How many bytes are unread now.
    std::uint64_t look(const TcpCounters& counters);

private:
    std::uint64_t m_given = 0;
    std::uint64_t m_acknowledged = 0; // never above m_given
};

} // namespace drover::bus
