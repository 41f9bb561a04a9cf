#include "tests/support/backend/channel_pair.h"

namespace drover::tests {

namespace {

constexpr std::size_t kDepth = 8; // messages on the way, as the real channel's window
constexpr std::size_t kLargest = 256 * 1024;

model::Error gone() { return {model::ErrorCode::Unavailable, "the connection is gone", {}, {}}; }

} // namespace

void ChannelPair::cut()
{
    const std::scoped_lock lock(m_mutex);
    m_cut = true;
    m_changed.notify_all();
}

std::uint64_t ChannelPair::messages() const
{
    const std::scoped_lock lock(m_mutex);
    return m_messages;
}

std::uint64_t ChannelPair::bytes() const
{
    const std::scoped_lock lock(m_mutex);
    return m_bytes;
}

model::Result<void> ChannelPair::End::write(std::string_view message)
{
    if (message.size() > kLargest)
        return model::Error{model::ErrorCode::TooLarge, "a message over 256 KiB", {}, {}};
    std::unique_lock lock(m_pair.m_mutex);
    m_pair.m_changed.wait(lock, [&] { return m_pair.m_cut || m_out.size() < kDepth; });
    if (!m_pair.m_cut && m_pair.m_breakAfter != 0 && m_pair.m_messages >= m_pair.m_breakAfter)
        m_pair.m_cut = true;
    if (m_pair.m_cut) {
        m_pair.m_changed.notify_all();
        return gone();
    }
    ++m_pair.m_messages;
    m_pair.m_bytes += message.size();
    m_out.emplace_back(message);
    m_pair.m_changed.notify_all();
    return {};
}

model::Result<std::string> ChannelPair::End::read()
{
    std::unique_lock lock(m_pair.m_mutex);
    m_pair.m_changed.wait(lock, [&] { return m_pair.m_cut || !m_in.empty(); });
    if (m_in.empty())
        return gone();
    std::string message = std::move(m_in.front());
    m_in.pop_front();
    m_pair.m_changed.notify_all();
    return message;
}

} // namespace drover::tests
