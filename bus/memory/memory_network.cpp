#include "bus/memory/memory_network.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace drover::bus {

namespace {

constexpr Duration kFirstRetry{100};
constexpr Duration kMostRetry{5000};
constexpr Duration kRefusedRetry{1000};
constexpr Duration kMostRefusedRetry{30000};
// As of the real bus.
constexpr std::size_t kCongestion = std::size_t{1} << 20U;

std::size_t bytesOf(const std::optional<MemoryMessage>& cargo)
{
    return cargo ? cargo->body.size() : 0;
}

Duration doubled(Duration first, unsigned times, Duration most)
{
    Duration wait = first;
    for (unsigned i = 0; i < times && wait < most; ++i)
        wait *= 2;
    return std::min(wait, most);
}

} // namespace

MemoryNetwork::Id MemoryNetwork::listen(Executor& executor, std::string host, std::string endpoint,
                                        Admit admit, ListenerEvents events, std::string key)
{
    assert(std::none_of(m_listeners.begin(), m_listeners.end(),
                        [&](const auto& other) { return other.second.endpoint == endpoint; }));
    const Id id = m_next++;
    note("listen " + endpoint, id);
    m_listeners.emplace(id, Listener{&executor, std::move(host), std::move(endpoint),
                                     std::move(admit), std::move(key),
                                     std::make_shared<ListenerEvents>(std::move(events))});
    return id;
}

void MemoryNetwork::closeListener(Id id)
{
    note("unlisten", id);
    std::vector<Id> ended;
    for (const auto& [number, connection] : m_connections)
        if (connection.listener == id)
            ended.push_back(number);
    for (const Id connection : ended)
        cut(connection);
    m_listeners.erase(id);
}

MemoryNetwork::Id MemoryNetwork::dial(Executor& executor, Dial dial, DialerEvents events)
{
    const Id id = m_next++;
    Dialer dialer;
    dialer.executor = &executor;
    dialer.told = {Link::Connecting, "no answer yet from " + dial.endpoint};
    dialer.dial = std::move(dial);
    dialer.events = std::make_shared<DialerEvents>(std::move(events));
    m_dialers.emplace(id, std::move(dialer));
    attempt(id);
    return id;
}

void MemoryNetwork::closeDialer(Id id)
{
    const auto dialer = m_dialers.find(id);
    if (dialer == m_dialers.end())
        return;
    note("hang up", id);
    const Id number = dialer->second.connection;
    m_dialers.erase(dialer);
    const auto connection = m_connections.find(number);
    if (connection == m_connections.end() || connection->second.clientClosed)
        return;
    endBehind(connection->second, number);
}

void MemoryNetwork::endBehind(Connection& connection, Id id)
{
    connection.clientClosed = true;
    if (!connection.stream && m_random.chance(faultsOf(connection, To::Server).linger)) {
        note("linger", id);
        ++m_counts.lingered;
        connection.lingers = true;
        connection.deadline = m_executor.after(Duration(1) + drawn(MemoryBus::kLateness),
                                               [this, id] { endLinger(id); });
    }
    transport(id, To::Server, std::nullopt);
}

void MemoryNetwork::endLinger(Id id)
{
    Connection& connection = m_connections.at(id); // its deadline goes with it
    if (faultsOf(connection, To::Server).cut)
        return lose(id, {});
    connection.lingers = false;
    letGo(id, To::Server);
}

void MemoryNetwork::letGo(Id id, To to)
{
    Pipe& way = pipe(m_connections.at(id), to);
    std::deque<Cargo> held = std::exchange(way.held, {});
    way.underWay -= held.size();
    for (const auto& cargo : held)
        way.bytes -= bytesOf(cargo);
    for (auto& cargo : held)
        transport(id, to, std::move(cargo));
}

std::map<MemoryNetwork::Id, MemoryNetwork::Listener>::iterator
MemoryNetwork::listenerFor(const Dial& dial)
{
    const auto redirect = m_redirects.find({dial.host, dial.endpoint});
    const std::string& endpoint = redirect == m_redirects.end() ? dial.endpoint : redirect->second;
    return std::find_if(m_listeners.begin(), m_listeners.end(),
                        [&](const auto& l) { return l.second.endpoint == endpoint; });
}

// One attempt to connect: three ways through the link for TCP, greeting and handshake.
void MemoryNetwork::attempt(Id id)
{
    Dialer& dialer = m_dialers.at(id);
    const auto listener = listenerFor(dialer.dial);
    if (listener == m_listeners.end()) {
        retry(dialer, id, Link::Connecting, "nobody answers at " + dialer.dial.endpoint);
        return;
    }
    const auto there = faults(dialer.dial.host, listener->second.host);
    const auto back = faults(listener->second.host, dialer.dial.host);
    if (there.cut || back.cut) {
        retry(dialer, id, Link::Connecting, "nobody answers at " + dialer.dial.endpoint);
        return;
    }
    const Duration handshake = there.delay * 2 + back.delay + drawn(there.jitter + back.jitter);
    dialer.attempt = m_executor.after(handshake, [this, id] { connected(id); });
}

void MemoryNetwork::connected(Id id)
{
    Dialer& dialer = m_dialers.at(id);
    const auto found = listenerFor(dialer.dial);
    if (found == m_listeners.end() || faults(dialer.dial.host, found->second.host).cut ||
        faults(found->second.host, dialer.dial.host).cut) {
        retry(dialer, id, Link::Connecting, "nobody answers at " + dialer.dial.endpoint);
        return;
    }
    const Listener& listener = found->second;
    if (dialer.dial.serverKey != listener.key) {
        retry(dialer, id, Link::Connecting,
              dialer.dial.endpoint + " answers but the handshake fails: check its public key");
        return;
    }
    if (isDenied(dialer.dial.user) || (listener.admit && !listener.admit(dialer.dial.user))) {
        retry(dialer, id, Link::Refused,
              dialer.dial.endpoint + " refused this key: it is not known there, or was revoked");
        return;
    }
    const Id number = m_next++;
    Connection& connection = m_connections[number];
    connection.listener = found->first;
    connection.dialer = id;
    connection.peer = {dialer.dial.user, number, dialer.dial.host};
    connection.clientHost = dialer.dial.host;
    connection.serverHost = listener.host;
    connection.stream = dialer.dial.stream;
    dialer.connection = number;
    dialer.failures = 0;
    note("up " + dialer.dial.endpoint + " for " + dialer.dial.user, number);
    listener.executor->post([this, listenerId = found->first, peer = connection.peer] {
        const auto alive = m_listeners.find(listenerId);
        if (alive == m_listeners.end())
            return;
        if (const auto events = alive->second.events; events->opened)
            events->opened(peer);
    });
    tell(dialer, id, {Link::Up, {}});
}

void MemoryNetwork::retry(Dialer& dialer, Id id, Link link, const std::string& reason)
{
    dialer.connection = 0;
    tell(dialer, id, {link, reason});
    if (dialer.dial.once)
        return;
    const bool refused = link == Link::Refused;
    const Duration wait = doubled(refused ? kRefusedRetry : kFirstRetry, dialer.failures,
                                  refused ? kMostRefusedRetry : kMostRetry);
    ++dialer.failures;
    dialer.attempt = m_executor.after(wait + drawn(kFirstRetry), [this, id] { attempt(id); });
}

void MemoryNetwork::tell(Dialer& dialer, Id id, LinkState state)
{
    if (dialer.told.link == state.link && dialer.told.reason == state.reason && !dialer.dial.once)
        return;
    dialer.told = state;
    dialer.executor->post([this, id, state = std::move(state)] {
        const auto alive = m_dialers.find(id);
        if (alive == m_dialers.end())
            return;
        if (const auto events = alive->second.events; events->link)
            events->link(state);
    });
}

SendResult MemoryNetwork::sendToServer(Id id, MemoryMessage message)
{
    const auto dialer = m_dialers.find(id);
    if (dialer == m_dialers.end() || dialer->second.connection == 0)
        return SendResult::PeerGone;
    return send(dialer->second.connection, To::Server, std::move(message));
}

SendResult MemoryNetwork::sendToClient(Id connection, MemoryMessage message)
{
    return send(connection, To::Client, std::move(message));
}

SendResult MemoryNetwork::send(Id id, To to, MemoryMessage message)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end())
        return SendResult::PeerGone;
    Connection& connection = found->second;
    if (to == To::Client ? connection.serverClosed : connection.clientClosed)
        return SendResult::PeerGone;
    if (pipe(connection, to).underWay >= MemoryBus::kHighWater)
        return SendResult::QueueFull;
    const LinkFaults f = faultsOf(connection, to);
    if (!connection.stream && !message.reliable) {
        if (m_random.chance(f.drop)) {
            note("drop", id, message.body.size());
            ++m_counts.dropped;
            return SendResult::Taken;
        }
        if (m_random.chance(f.duplicate)) {
            note("duplicate", id, message.body.size());
            ++m_counts.duplicated;
            transport(id, to, message);
        }
    }
    transport(id, to, std::move(message));
    return SendResult::Taken;
}

void MemoryNetwork::transport(Id id, To to, Cargo cargo)
{
    Connection& connection = m_connections.at(id);
    Pipe& way = pipe(connection, to);
    const LinkFaults f = faultsOf(connection, to);
    ++way.underWay;
    way.bytes += bytesOf(cargo);
    if (f.cut || (to == To::Server && connection.lingers)) {
        m_counts.held += f.cut ? 1 : 0;
        way.held.push_back(std::move(cargo));
        return;
    }
    const MonotonicTime arrival = m_executor.now() + f.delay + drawn(f.jitter);
    // Both come without holding up what follows them.
    const bool unruly = cargo && !connection.stream && !cargo->reliable;
    if (unruly && m_random.chance(f.reorder)) {
        note("reorder", id, cargo->body.size());
        ++m_counts.reordered;
        schedule(id, to, std::move(cargo),
                 arrival - m_executor.now() + Duration(1) + drawn(f.delay * 4 + Duration(10)));
        return;
    }
    if (unruly && m_random.chance(f.late)) {
        note("late", id, cargo->body.size());
        ++m_counts.late;
        schedule(id, to, std::move(cargo),
                 arrival - m_executor.now() + Duration(1) + drawn(MemoryBus::kLateness));
        return;
    }
    // The end comes when what was sent before it has been taken.
    way.lastArrival = std::max(way.lastArrival + Duration(cargo ? 0 : 1), arrival);
    schedule(id, to, std::move(cargo), way.lastArrival - m_executor.now());
}

void MemoryNetwork::schedule(Id id, To to, Cargo cargo, Duration delay)
{
    m_executor
        .after(delay, [this, id, to,
                       cargo = std::move(cargo)]() mutable { arrive(id, to, std::move(cargo)); })
        .release();
}

void MemoryNetwork::arrive(Id id, To to, Cargo cargo)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end())
        return; // it ended, and what was on the way with it
    Connection& connection = found->second;
    Pipe& way = pipe(connection, to);
    // The link was cut, or the client closed, while this was on its way.
    if (faultsOf(connection, to).cut || (to == To::Server && connection.lingers)) {
        way.held.push_back(std::move(cargo));
        return;
    }
    --way.underWay;
    way.bytes -= bytesOf(cargo);
    if (to == To::Client)
        relieve(connection);
    if (!cargo) {
        if (to == To::Client)
            endAtClient(id, "the connection to " + connection.serverHost + " was lost");
        if (to == To::Server)
            endAtServer(id);
        m_connections.erase(id);
        return;
    }
    if (to == To::Server) {
        const auto listener = m_listeners.find(connection.listener);
        if (connection.serverClosed || listener == m_listeners.end())
            return;
        note("to server", id, cargo->body.size());
        listener->second.executor->post([this, listenerId = connection.listener,
                                         peer = connection.peer,
                                         message = std::move(*cargo)]() mutable {
            const auto alive = m_listeners.find(listenerId);
            if (alive == m_listeners.end())
                return;
            if (const auto events = alive->second.events; events->message)
                events->message(peer, std::move(message));
        });
        return;
    }
    const auto dialer = m_dialers.find(connection.dialer);
    if (connection.clientClosed || dialer == m_dialers.end())
        return;
    note("to client", id, cargo->body.size());
    dialer->second.executor->post(
        [this, dialerId = connection.dialer, message = std::move(*cargo)]() mutable {
            const auto alive = m_dialers.find(dialerId);
            if (alive == m_dialers.end())
                return;
            if (const auto events = alive->second.events; events->message)
                events->message(std::move(message));
        });
}

bool MemoryNetwork::isCongested(Id id)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end() || found->second.toClient.bytes <= kCongestion)
        return false;
    found->second.toClient.reliefAwaited = true;
    return true;
}

void MemoryNetwork::relieve(Connection& connection)
{
    Pipe& way = connection.toClient;
    const auto listener = m_listeners.find(connection.listener);
    if (!way.reliefAwaited || way.bytes > kCongestion / 2 || listener == m_listeners.end())
        return;
    way.reliefAwaited = false;
    listener->second.executor->post(
        [this, listenerId = connection.listener, peer = connection.peer] {
            const auto alive = m_listeners.find(listenerId);
            if (alive == m_listeners.end())
                return;
            if (const auto events = alive->second.events; events->relieved)
                events->relieved(peer);
        });
}

bool MemoryNetwork::isUp(Id connection) const
{
    const auto found = m_connections.find(connection);
    return found != m_connections.end() && !found->second.serverClosed;
}

void MemoryNetwork::cut(Id id)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end() || found->second.serverClosed)
        return;
    note("cut", id);
    endAtServer(id);
    found->second.serverClosed = true;
    transport(id, To::Client, std::nullopt);
}

void MemoryNetwork::endAtServer(Id id)
{
    const Connection& connection = m_connections.at(id);
    const auto listener = m_listeners.find(connection.listener);
    if (connection.serverClosed || listener == m_listeners.end())
        return;
    note("end at server", id);
    listener->second.executor->post(
        [this, listenerId = connection.listener, peer = connection.peer] {
            const auto alive = m_listeners.find(listenerId);
            if (alive == m_listeners.end())
                return;
            if (const auto events = alive->second.events; events->ended)
                events->ended(peer);
        });
}

void MemoryNetwork::endAtClient(Id id, const std::string& reason)
{
    const Connection& connection = m_connections.at(id);
    const auto dialer = m_dialers.find(connection.dialer);
    if (connection.clientClosed || dialer == m_dialers.end())
        return;
    note("end at client", id);
    retry(dialer->second, dialer->first, Link::Connecting, reason);
}

void MemoryNetwork::lose(Id id, const std::string& reason)
{
    if (!m_connections.contains(id))
        return;
    note("lost", id);
    endAtServer(id);
    endAtClient(id, reason);
    m_connections.erase(id);
}

MemoryNetwork::Pipe& MemoryNetwork::pipe(Connection& connection, To to)
{
    return to == To::Server ? connection.toServer : connection.toClient;
}

Duration MemoryNetwork::drawn(Duration most)
{
    if (most <= Duration::zero())
        return Duration::zero();
    return Duration(
        static_cast<Duration::rep>(m_random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

void MemoryNetwork::note(std::string_view what, Id id, std::size_t size)
{
    const auto feed = [this](std::uint64_t value) {
        for (unsigned i = 0; i < 8; ++i)
            m_trace = (m_trace ^ ((value >> (8 * i)) & 0xffU)) * 0x100000001b3U; // FNV-1a
    };
    feed(static_cast<std::uint64_t>(m_executor.now().time_since_epoch().count()));
    for (const char c : what)
        feed(static_cast<unsigned char>(c));
    feed(id);
    feed(size);
    if (m_tracer)
        m_tracer(m_executor.now(), std::string(what) + " #" + std::to_string(id) + " " +
                                       std::to_string(size) + " bytes");
}

} // namespace drover::bus
