#pragma once

// What a program needs to talk to a cluster, from its keys: the link for requests, the subscriber
// for events, the client.
//
// The events address is learnt from control's greeting unless it is given; where control names a
// wildcard address, the host is the one that requests go to. The subscriber connects once the
// address is known, and again should it change.
//
// Owner: the reactor's thread, destruction included.

#include "bus/client/cluster_client.h"
#include "bus/transport/context.h"
#include "bus/transport/keys.h"
#include "bus/transport/reactor.h"
#include "proto/model/result.h"

#include <memory>
#include <string>

namespace drover::client {

struct ConnectionOptions
{
    std::string control;    // e.g. tcp://127.0.0.1:4523
    std::string events;     // empty: as control says
    std::string controlKey; // control's public key, z85
    bus::KeyPair identity;  // one's own
    // An empty id prefix and a seed of 0 are replaced by random ones.
    ClusterClient::Options client;
};

class Connection
{
public:
    // Begins to connect and returns at once. InvalidArgument for a malformed address or key.
    [[nodiscard]] static model::Result<std::unique_ptr<Connection>>
    open(bus::Reactor& reactor, bus::Context& context, ConnectionOptions options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] ClusterClient& client();
    // For one ClusterMirror or one other user, who takes over its handlers.
    [[nodiscard]] bus::Subscriber& subscriber();

private:
    struct Parts;
    explicit Connection(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

// `events` with its host replaced by that of `control` if it names none (0.0.0.0, [::], *).
[[nodiscard]] std::string reachableEvents(const std::string& events, const std::string& control);

} // namespace drover::client
