#include "bus/transport/bulk_hub.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace drover::bus {

BulkHub::~BulkHub()
{
    const auto ends = std::exchange(m_ends, {});
    m_transfers.clear();
    for (const auto& [connection, channel] : ends) {
        m_wire.transmit(connection, BulkEnd::refusal("the receiver has stopped"), {});
        channel->sever("the listener was stopped");
    }
}

void BulkHub::open(const std::string& token, const std::string& peerKey)
{
    assert(!token.empty() && token.size() <= kBulkTokenLimit);
    const auto known = m_transfers.find(token);
    if (known != m_transfers.end()) {
        if (known->second.key == peerKey)
            return;
        close(token);
    }
    const bool first = !admits(peerKey);
    m_transfers[token].key = peerKey;
    if (first)
        m_wire.admit(peerKey);
}

void BulkHub::close(const std::string& token)
{
    const auto found = m_transfers.find(token);
    if (found == m_transfers.end())
        return;
    const Transfer transfer = std::move(found->second);
    m_transfers.erase(found);
    end(transfer.connection, "the transfer was closed");
    if (!admits(transfer.key))
        m_wire.expel(transfer.key);
}

bool BulkHub::admits(const std::string& key) const
{
    return std::any_of(m_transfers.begin(), m_transfers.end(),
                       [&](const auto& transfer) { return transfer.second.key == key; });
}

void BulkHub::receive(std::uint64_t connection, const std::string& key, std::string_view message)
{
    const auto found = m_ends.find(connection);
    if (found == m_ends.end()) {
        begin(connection, key, message);
        return;
    }
    const auto channel = found->second; // kept: the message may end it
    channel->receive(message);
}

void BulkHub::begin(std::uint64_t connection, const std::string& key, std::string_view message)
{
    const auto token = BulkEnd::tokenOf(message);
    // What follows a channel's end on the same connection (credit, the acknowledgement of the end)
    // is late, not wrong.
    if (!token)
        return;
    const auto found = m_transfers.find(*token);
    // The same answer for both, so that a key cannot be used to find out about the transfers of
    // others.
    if (found == m_transfers.end() || found->second.key != key || !m_onChannel) {
        m_wire.transmit(connection,
                        BulkEnd::refusal("no transfer of this name is open for this key"), {});
        return;
    }
    if (const auto older = std::exchange(found->second.connection, connection); older != 0)
        end(older, "replaced by a newer connection of the same transfer");
    const auto channel = BulkEnd::make(
        m_executor, BulkEnd::Side::Listening,
        {[this, connection](std::string_view head, std::string_view payload) {
             return m_wire.transmit(connection, head, payload);
         },
         [this, connection, token = *token] {
             m_ends.erase(connection);
             const auto transfer = m_transfers.find(token);
             if (transfer != m_transfers.end() && transfer->second.connection == connection)
                 transfer->second.connection = 0;
         }});
    m_ends[connection] = channel;
    channel->accept();
    const auto handler = m_onChannel; // a copy: it may set another
    handler(*token, channel->handle());
}

void BulkHub::end(std::uint64_t connection, const std::string& reason)
{
    const auto found = m_ends.find(connection);
    if (found == m_ends.end())
        return;
    const auto channel = found->second;
    m_wire.transmit(connection, BulkEnd::refusal(reason), {});
    channel->sever(reason);
}

void BulkHub::gone(std::uint64_t connection)
{
    const auto found = m_ends.find(connection);
    if (found == m_ends.end())
        return;
    const auto channel = found->second;
    channel->lost("the connection was lost");
}

} // namespace drover::bus
