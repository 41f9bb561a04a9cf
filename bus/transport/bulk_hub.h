#pragma once

// The transfers that a bulk listener has open and their channels, apart from how messages travel.
// Internal to bus; shared by ZeroMQ and memory.

#include "bus/transport/bulk.h"
#include "bus/transport/bulk_end.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace drover::bus {

// What the transport does for the hub. A connection is a number that is never used again.
struct BulkHubWire
{
    // Hands one message over, given in two pieces; false if the peer is gone.
    std::function<bool(std::uint64_t connection, std::string_view head, std::string_view payload)>
        transmit;
    std::function<void(const std::string& key)> admit; // the first transfer of a key was opened
    std::function<void(const std::string& key)> expel; // its last one was closed
};

class BulkHub
{
public:
    BulkHub(Executor& executor, BulkHubWire wire) : m_executor(executor), m_wire(std::move(wire)) {}
    // Ends all channels.
    ~BulkHub();
    BulkHub(const BulkHub&) = delete;
    BulkHub& operator=(const BulkHub&) = delete;

    void onChannel(BulkListener::ChannelHandler handler) { m_onChannel = std::move(handler); }
    void open(const std::string& token, const std::string& peerKey);
    void close(const std::string& token);
    [[nodiscard]] bool admits(const std::string& key) const;

    // A message came; the key is the authenticated one of its connection.
    void receive(std::uint64_t connection, const std::string& key, std::string_view message);
    // A connection is over.
    void gone(std::uint64_t connection);

private:
    struct Transfer
    {
        std::string key;
        std::uint64_t connection = 0; // of its channel, 0 while there is none
    };

    void begin(std::uint64_t connection, const std::string& key, std::string_view message);
    // Ends the channel of a connection for both sides.
    void end(std::uint64_t connection, const std::string& reason);

    Executor& m_executor;
    BulkHubWire m_wire;
    BulkListener::ChannelHandler m_onChannel;
    std::map<std::string, Transfer> m_transfers; // by token
    // by connection; shared with the channel's handle
    std::map<std::uint64_t, std::shared_ptr<BulkEnd>> m_ends;
};

} // namespace drover::bus
