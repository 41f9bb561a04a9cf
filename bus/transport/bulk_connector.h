#pragma once

// BulkConnector over DEALER sockets with CURVE: one socket and one connection for each channel,
// which never reconnects.

#include "bus/transport/bulk_end.h"
#include "bus/transport/context.h"
#include "bus/transport/keys.h"
#include "bus/transport/monitor.h"
#include "bus/transport/reactor.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace drover::bus {

class DealerBulkConnector final : public BulkConnector
{
public:
    // The keys are one's own; malformed ones fail every connection.
    DealerBulkConnector(Reactor& reactor, Context& context, KeyPair keys);
    ~DealerBulkConnector() override;

    [[nodiscard]] std::unique_ptr<BulkChannel> connect(const std::string& endpoint,
                                                       const std::string& serverKey,
                                                       const std::string& token) override;

private:
    struct Connection;

    void begin(Connection& connection, std::uint64_t number, const std::string& serverKey);
    std::size_t pump(std::uint64_t number, std::size_t budget);
    void handle(Connection& connection, const MonitorEvent& event);
    void finished(std::uint64_t number);

    Reactor& m_reactor;
    Context& m_context;
    KeyPair m_keys;
    std::uint64_t m_next = 1;
    // shared with the pump that is running
    std::map<std::uint64_t, std::shared_ptr<Connection>> m_connections;
};

} // namespace drover::bus
