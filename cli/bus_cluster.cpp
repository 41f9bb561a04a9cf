#include "cli/bus_cluster.h"

#include "bus/client/connection.h"
#include "bus/transport/context.h"
#include "bus/transport/reactor.h"
#include "bus/contexts/config.h"
#include "bus/contexts/connect.h"

#include <exception>
#include <utility>

#include <netdb.h>

namespace drover::cli {

namespace {

using model::Error;
using model::ErrorCode;

// How long a person waits for a connection before hearing that there is none.
constexpr bus::Duration kConnectTimeout{5'000};

class BusCluster final : public Cluster
{
public:
    [[nodiscard]] model::Result<void> open(client::ConnectionOptions options)
    {
        auto connection = client::Connection::open(m_reactor, m_context, std::move(options));
        if (!connection)
            return connection.error();
        m_connection = std::move(*connection);
        return {};
    }

    bool runUntil(const std::function<bool()>& condition, bus::Duration timeout) override
    {
        return m_reactor.runUntil(condition, timeout);
    }
    bus::Executor& executor() override { return m_reactor; }
    client::ClusterClient& client() override { return m_connection->client(); }
    bus::Subscriber& subscriber() override { return m_connection->subscriber(); }
    bus::Subscription onReadable(int descriptor, std::function<void()> task) override
    {
        return m_reactor.watchDescriptor(descriptor, std::move(task));
    }

private:
    bus::Context m_context;
    bus::Reactor m_reactor;
    std::unique_ptr<client::Connection> m_connection; // first to go: its sockets need the other two
};

// The context that is meant, with the options' own words over it.
model::Result<contexts::Context> chooseContext(const Globals& globals)
{
    const auto path = contexts::configPath();
    const auto config = contexts::loadConfig(path);
    if (!config)
        return config.error();
    contexts::Context context;
    const std::string wanted = globals.context.empty() ? config->current : globals.context;
    if (const contexts::Context* found = config->find(wanted))
        context = *found;
    else if (!globals.context.empty() || (!wanted.empty() && globals.control.empty()))
        return Error{ErrorCode::InvalidArgument, "there is no such context in " + path.string(),
                     "context " + wanted, "drover context list"};
    if (!globals.control.empty() && globals.control != context.control) {
        context.control = globals.control;
        context.events.clear(); // belonged to the other address
    }
    if (!globals.controlKey.empty())
        context.key = globals.controlKey;
    if (!globals.identity.empty())
        context.identity = globals.identity;
    if (context.control.empty())
        return Error{ErrorCode::InvalidArgument,
                     "no cluster is named, and " + path.string() + " names none", "",
                     "start one with ./up, or tell of one: drover context set --help"};
    if (context.key.empty())
        return Error{ErrorCode::InvalidArgument, "control's public key is not known",
                     "control " + context.control, "name it with --control-key"};
    if (context.identity.empty())
        return Error{ErrorCode::InvalidArgument, "your own key is not known",
                     "control " + context.control, "name its file with --identity"};
    return context;
}

// Whether the address is of a host that is known. One that is not is worth more than "nobody
// answers": it is mistyped, or of another network. Whatever else is wrong shows when it is used.
model::Result<void> checkHost(const std::string& address)
{
    const auto begin = address.find("://");
    const auto end = address.rfind(':');
    if (!address.starts_with("tcp://") || end <= begin)
        return {};
    std::string host = address.substr(begin + 3, end - begin - 3);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    addrinfo* found = nullptr;
    const int problem = ::getaddrinfo(host.c_str(), nullptr, nullptr, &found);
    if (problem == 0)
        ::freeaddrinfo(found);
    if (problem != EAI_NONAME)
        return {};
    return Error{ErrorCode::Unavailable, "there is no host named " + host, "control " + address,
                 "look at the address: drover context list, or --control"};
}

} // namespace

model::Result<std::unique_ptr<Cluster>> openCluster(const Globals& globals)
{
    auto context = chooseContext(globals);
    if (!context)
        return context.error();
    if (const auto known = checkHost(context->control); !known)
        return known.error();
    auto options = contexts::connectionOptions(*context);
    if (!options)
        return options.error();
    options->client.program = "drover " DROVER_VERSION;
    options->client.connectTimeout = kConnectTimeout;
    try {
        auto cluster = std::make_unique<BusCluster>();
        if (const auto opened = cluster->open(std::move(*options)); !opened)
            return opened.error();
        return std::unique_ptr<Cluster>(std::move(cluster));
    } catch (const std::exception& e) { // zmq::error_t, std::system_error: out of descriptors
        return Error{ErrorCode::Io, e.what(), "control " + context->control, ""};
    }
}

} // namespace drover::cli
