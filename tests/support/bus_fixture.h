#pragma once

// What tests of the bus start from: a reactor on the test's own thread, a context, keys, and ports
// on free ports of 127.0.0.1.

#include "bus/transport/context.h"
#include "bus/transport/dealer_client.h"
#include "bus/transport/keys.h"
#include "bus/transport/reactor.h"
#include "bus/transport/router_server.h"
#include "bus/transport/sub_subscriber.h"
#include "bus/transport/xpub_publisher.h"
#include "tests/support/sanitized.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace drover::test {

// Longer than anything here takes on a busy machine; only a failing test waits for all of it.
inline constexpr bus::Duration kPatience{kSanitized ? 60000 : 15000};

struct BusFixture
{
    bus::Context context;
    bus::Reactor reactor;
    bus::KeyPair serverKeys = *bus::generateKeyPair();

    // Runs the reactor until the condition holds. Looks at it every few milliseconds too, as it may
    // be about sockets that the reactor does not watch.
    bool until(const std::function<bool()>& condition, bus::Duration patience = kPatience)
    {
        bus::Subscription look;
        std::function<void()> again = [&] { look = reactor.after(bus::Duration(2), again); };
        again();
        return reactor.runUntil(condition, patience);
    }

    std::unique_ptr<bus::RouterServer> server(const std::string& endpoint = "tcp://127.0.0.1:*")
    {
        bus::RouterServerOptions options;
        options.endpoint = endpoint;
        options.keys = serverKeys;
        return *bus::RouterServer::bind(reactor, context, options);
    }

    std::unique_ptr<bus::XpubPublisher> publisher(const std::string& endpoint = "tcp://127.0.0.1:*")
    {
        bus::XpubPublisherOptions options;
        options.endpoint = endpoint;
        options.keys = serverKeys;
        return *bus::XpubPublisher::bind(reactor, context, options);
    }

    bus::ClientOptions clientOptions(const std::string& endpoint, const bus::KeyPair& keys) const
    {
        bus::ClientOptions options;
        options.endpoint = endpoint;
        options.keys = keys;
        options.serverKey = serverKeys.publicKey;
        options.refusedBackoff = {bus::Duration(50), bus::Duration(200)};
        return options;
    }

    std::unique_ptr<bus::DealerClient> client(const std::string& endpoint, const bus::KeyPair& keys)
    {
        return *bus::DealerClient::connect(reactor, context, clientOptions(endpoint, keys));
    }

    std::unique_ptr<bus::SubSubscriber> subscriber(const std::string& endpoint,
                                                   const bus::KeyPair& keys)
    {
        return *bus::SubSubscriber::connect(reactor, context, clientOptions(endpoint, keys));
    }

    // A new key pair that requests and events admit as this user.
    bus::KeyPair admitted(const std::string& user)
    {
        const auto keys = *bus::generateKeyPair();
        const auto done = context.authenticator().setKey(keys.publicKey, user);
        return done ? keys : bus::KeyPair{};
    }
};

} // namespace drover::test
