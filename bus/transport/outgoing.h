#pragma once

// The bytes of one connection's frames that libzmq holds, exactly: each frame says when libzmq has let go of it. Internal to
// bus/transport.
//
// Rationale: the kernel's counters know nothing of what waits before the kernel. A peer that reads as fast as the I/O thread encrypts
// leaves the kernel's queue empty while hundreds of megabytes wait behind it.

#include "bus/transport/ports.h"

#include <zmq.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace drover::bus {

class Outgoing
{
public:
    // `relieved` is called once after isCongested() said so, when half of `limit` is left or less; by any thread, also after the
    // connection's end.
    Outgoing(std::size_t limit, Task relieved) : m_limit(limit), m_relieved(std::move(relieved)) {}

    // The frame as a message, without a copy; its bytes count until libzmq has let go of it.
    static zmq::message_t messageOf(const std::shared_ptr<Outgoing>& connection, Frame frame);
    [[nodiscard]] std::size_t held() const { return m_held; }
    // Whether more than the limit is held; relief follows.
    [[nodiscard]] bool isCongested();

private:
    struct Held;
    static void letGo(void* bytes, void* held);
    void release(std::size_t bytes);

    const std::size_t m_limit;
    const Task m_relieved;
    std::atomic<std::size_t> m_held{0};
    std::atomic<bool> m_awaited{false}; // somebody waits for relief
};

} // namespace drover::bus
