#pragma once

// Connections between hosts in memory: what the ports of MemoryBus are made of. Internal to
// bus/memory.
//
// A listener is one bound socket, a dialer one client socket with at most one connection at a time.
// All are named by numbers that are never used again, so that whatever is still under way to one
// that is gone finds nobody.

#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace drover::bus {

struct MemoryMessage
{
    std::string topic; // of events; of a subscriber, what it asks for
    Frame body;
    bool reliable = false; // spared by drop, duplicate and reorder
};

class MemoryNetwork
{
public:
    using Id = std::uint64_t;

    // Called on the executor of the socket, in the order of happening.
    struct ListenerEvents
    {
        std::function<void(const Peer&)> opened;
        std::function<void(const Peer&, MemoryMessage)> message;
        std::function<void(const Peer&)> ended;
        std::function<void(const Peer&)> relieved{};
    };
    struct DialerEvents
    {
        std::function<void(const LinkState&)> link;
        std::function<void(MemoryMessage)> message;
    };
    struct Dial
    {
        std::string host;
        std::string endpoint;
        std::string user;
        std::string serverKey; // what the listener's key must be
        bool once = false;     // do not come back after the connection's end
        bool stream = false;   // neither dropped, repeated nor reordered
    };
    // Whether a listener admits a user. Asked at the end of each handshake.
    using Admit = std::function<bool(const std::string& user)>;

    MemoryNetwork(Executor& executor, std::uint64_t seed) : m_executor(executor), m_random(seed) {}

    Id listen(Executor& executor, std::string host, std::string endpoint, Admit admit,
              ListenerEvents events, std::string key = {});
    void closeListener(Id listener);
    Id dial(Executor& executor, Dial dial, DialerEvents events);
    void closeDialer(Id dialer);

    // Never calls an event from inside.
    SendResult sendToServer(Id dialer, MemoryMessage message);
    SendResult sendToClient(Id connection, MemoryMessage message);
    // The listener ends a connection: at once for itself, after what is on the way for the client.
    void cut(Id connection);
    // Whether more than kCongestion bytes are under way to the client; `relieved` follows.
    [[nodiscard]] bool isCongested(Id connection);
    // Whether its listener may still use it.
    [[nodiscard]] bool isUp(Id connection) const;

    void deny(const std::string& user) { m_denied.insert(user); }
    void allow(const std::string& user) { m_denied.erase(user); }
    [[nodiscard]] bool isDenied(const std::string& user) const { return m_denied.contains(user); }

    void setFaults(const std::string& from, const std::string& to, const LinkFaults& faults);
    void setDefaultFaults(const LinkFaults& faults);
    [[nodiscard]] LinkFaults faults(const std::string& from, const std::string& to) const;
    void healAll();
    void disconnect(const std::string& one, const std::string& other);
    void redirect(const std::string& host, const std::string& endpoint, const std::string& to)
    {
        m_redirects.insert_or_assign({host, endpoint}, to);
    }
    void redirectNoMore() { m_redirects.clear(); }

    [[nodiscard]] std::uint64_t trace() const { return m_trace; }
    [[nodiscard]] const FaultCounts& faultCounts() const { return m_counts; }
    void onTrace(std::function<void(MonotonicTime, std::string_view)> tracer)
    {
        m_tracer = std::move(tracer);
    }

private:
    enum class To { Server, Client };

    struct Listener
    {
        Executor* executor = nullptr;
        std::string host;
        std::string endpoint;
        Admit admit; // may be empty: everybody
        std::string key;
        std::shared_ptr<ListenerEvents> events; // shared: with the event that is running
    };
    struct Dialer
    {
        Executor* executor = nullptr;
        Dial dial;
        std::shared_ptr<DialerEvents> events; // shared: with the event that is running
        Id connection = 0;
        unsigned failures = 0;
        LinkState told;
        Subscription attempt;
    };
    // One thing on its way: a message, or nothing, which is the end of the connection.
    using Cargo = std::optional<MemoryMessage>;
    struct Pipe
    {
        MonotonicTime lastArrival{};
        std::size_t underWay = 0;
        std::size_t bytes = 0; // of it
        bool reliefAwaited = false;
        std::deque<Cargo> held; // by a cut link
    };
    struct Connection
    {
        Id listener = 0;
        Id dialer = 0;
        Peer peer;
        std::string clientHost;
        std::string serverHost;
        bool stream = false;
        bool serverClosed = false; // only the news of it is still on the way
        bool clientClosed = false;
        bool lingers = false; // what the closed client sent waits
        Pipe toServer;
        Pipe toClient;
        std::uint64_t silence = 0; // counts the beginnings of silence
        Subscription deadline;     // runs while a direction is cut
    };

    [[nodiscard]] std::map<Id, Listener>::iterator listenerFor(const Dial& dial);
    void attempt(Id dialer);
    void connected(Id dialer);
    void retry(Dialer& dialer, Id id, Link link, const std::string& reason);
    void tell(Dialer& dialer, Id id, LinkState state);
    SendResult send(Id connection, To to, MemoryMessage message);
    void transport(Id connection, To to, Cargo cargo);
    void schedule(Id connection, To to, Cargo cargo, Duration delay);
    void arrive(Id connection, To to, Cargo cargo);
    void endAtServer(Id connection);
    void endAtClient(Id connection, const std::string& reason);
    void lose(Id connection, const std::string& reason);
    void fallSilent(Id connection);
    // The client's end is closed; the server's learns of it now or, if the link is so, later.
    void endBehind(Connection& connection, Id id);
    void endLinger(Id connection);
    void letGo(Id connection, To to); // what was held
    void linksChanged();
    [[nodiscard]] LinkFaults faultsOf(const Connection& connection, To to) const;
    [[nodiscard]] static Pipe& pipe(Connection& connection, To to);
    [[nodiscard]] Duration drawn(Duration most);
    // What is under way became less.
    void relieve(Connection& connection);
    void note(std::string_view what, Id id, std::size_t size = 0);

    Executor& m_executor;
    SeededRandom m_random;
    Id m_next = 1;
    std::map<Id, Listener> m_listeners;
    std::map<Id, Dialer> m_dialers;
    std::map<Id, Connection> m_connections;
    std::set<std::string> m_denied;
    LinkFaults m_defaultFaults;
    FaultCounts m_counts;
    std::map<std::pair<std::string, std::string>, std::string> m_redirects;
    std::map<std::pair<std::string, std::string>, LinkFaults> m_faults;
    std::uint64_t m_trace = 0xcbf29ce484222325U;
    std::function<void(MonotonicTime, std::string_view)> m_tracer;
};

} // namespace drover::bus
