#pragma once

// Two ends of a transfer in one process: bounded queues, so that a sender waits for its receiver,
// and a breaking point.

#include "agent/backend/backend.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

namespace drover::tests {

class ChannelPair
{
public:
    // After `messages` writes of both ends together the connection is gone for both; 0 = never.
    explicit ChannelPair(std::uint64_t messages = 0) : m_breakAfter(messages) {}

    agent::backend::ByteChannel& sender() { return m_sender; }
    agent::backend::ByteChannel& receiver() { return m_receiver; }
    // As when one end dies: every blocked and every later call of either end fails.
    void cut();
    [[nodiscard]] std::uint64_t messages() const;
    [[nodiscard]] std::uint64_t bytes() const;

private:
    class End final : public agent::backend::ByteChannel
    {
    public:
        End(ChannelPair& pair, std::deque<std::string>& out, std::deque<std::string>& in)
            : m_pair(pair), m_out(out), m_in(in)
        {}
        model::Result<void> write(std::string_view message) override;
        model::Result<std::string> read() override;

    private:
        ChannelPair& m_pair;
        std::deque<std::string>& m_out;
        std::deque<std::string>& m_in;
    };

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::string> m_toReceiver;
    std::deque<std::string> m_toSender;
    std::uint64_t m_breakAfter;
    std::uint64_t m_messages = 0;
    std::uint64_t m_bytes = 0;
    bool m_cut = false;
    End m_sender{*this, m_toReceiver, m_toSender};
    End m_receiver{*this, m_toSender, m_toReceiver};
};

} // namespace drover::tests
