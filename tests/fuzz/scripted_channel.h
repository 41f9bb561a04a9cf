#pragma once

// One end of a transfer whose other end is a list of bytes: whatever is written is counted,
// whatever is read is the next message of the list, and after the last one the connection is gone.

#include "agent/backend/backend.h"
#include "tests/fuzz/target.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace drover::tests {

class ScriptedChannel final : public agent::backend::ByteChannel
{
public:
    explicit ScriptedChannel(std::vector<std::string> messages) : m_messages(std::move(messages)) {}

    model::Result<void> write(std::string_view message) override
    {
        require(!message.empty() && message.size() <= 256 * 1024, "a message is within its limit");
        m_written.emplace_back(message);
        return {};
    }
    model::Result<std::string> read() override
    {
        if (m_next == m_messages.size())
            return model::Error{model::ErrorCode::Unavailable, "the connection is gone", {}, {}};
        return m_messages[m_next++];
    }

    [[nodiscard]] const std::vector<std::string>& written() const { return m_written; }

private:
    std::vector<std::string> m_messages;
    std::size_t m_next = 0;
    std::vector<std::string> m_written;
};

// The rest of an input as messages; at most so many as can be looked at in a moment.
[[nodiscard]] inline std::vector<std::string> messagesOf(Bytes& bytes)
{
    std::vector<std::string> messages;
    while (!bytes.empty() && messages.size() < 4096)
        messages.emplace_back(bytes.piece());
    return messages;
}

} // namespace drover::tests
