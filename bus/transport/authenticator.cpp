#include "bus/transport/authenticator.h"

#include "bus/transport/keys.h"

#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include <pthread.h>

namespace drover::bus {

Authenticator::Authenticator(zmq::context_t& context)
{
    zmq::socket_t handler(context, zmq::socket_type::router);
    handler.set(zmq::sockopt::linger, 0);
    handler.bind("inproc://zeromq.zap.01");
    // The socket moves to the thread before it is used; starting a thread is the fence that this
    // needs.
    m_thread = std::thread([this, socket = std::move(handler)]() mutable {
        serve(socket);
        socket.close();
    });
    pthread_setname_np(m_thread.native_handle(), "drover-zap");
}

Authenticator::~Authenticator()
{
    if (m_thread.joinable())
        m_thread.join();
}

Expected<void> Authenticator::setKey(std::string_view domain, const std::string& publicKey,
                                     const std::string& user)
{
    if (!isKey(publicKey))
        return Failure{"the public key of '" + user + "' is malformed"};
    if (user.empty())
        return Failure{"a key needs a user name"};
    const std::lock_guard lock(m_mutex);
    auto& table = m_domains[std::string(domain)];
    forget(table, publicKey);
    table.users.emplace(publicKey, user);
    ++table.keysOf[user];
    return {};
}

Expected<void> Authenticator::setKey(const std::string& publicKey, const std::string& user)
{
    auto first = setKey(kRequestDomain, publicKey, user);
    return first ? setKey(kEventsDomain, publicKey, user) : first;
}

void Authenticator::removeKey(std::string_view domain, const std::string& publicKey)
{
    const std::lock_guard lock(m_mutex);
    if (const auto table = m_domains.find(domain); table != m_domains.end())
        forget(table->second, publicKey);
}

void Authenticator::removeKey(const std::string& publicKey)
{
    removeKey(kRequestDomain, publicKey);
    removeKey(kEventsDomain, publicKey);
}

void Authenticator::refuseKey(std::string_view domain, const std::string& publicKey)
{
    const std::lock_guard lock(m_mutex);
    auto& table = m_domains[std::string(domain)];
    forget(table, publicKey);
    table.refused.insert(publicKey);
}

void Authenticator::holdOff(std::string_view domain, const std::string& user,
                            std::chrono::milliseconds time)
{
    const std::lock_guard lock(m_mutex);
    if (const auto table = m_domains.find(domain); table != m_domains.end())
        table->second.heldOff[user] = std::chrono::steady_clock::now() + time;
}

void Authenticator::removeDomain(std::string_view domain)
{
    const std::lock_guard lock(m_mutex);
    if (const auto table = m_domains.find(domain); table != m_domains.end())
        m_domains.erase(table);
}

void Authenticator::setStrangerPolicy(std::string_view domain, StrangerPolicy policy)
{
    const std::lock_guard lock(m_mutex);
    auto& table = m_domains[std::string(domain)];
    table.strangerPolicy = std::move(policy);
    if (!table.strangerPolicy.admit)
        table.strangers.clear();
}

bool Authenticator::knowsUser(std::string_view domain, std::string_view user) const
{
    const std::lock_guard lock(m_mutex);
    const auto table = m_domains.find(domain);
    if (table == m_domains.end())
        return false;
    if (table->second.keysOf.contains(user))
        return true;
    if (!user.starts_with(kStrangerPrefix))
        return false;
    const auto& strangers = table->second.strangers;
    return std::find(strangers.begin(), strangers.end(), user.substr(kStrangerPrefix.size())) !=
           strangers.end();
}

Verdict Authenticator::decide(std::string_view domain, const std::string& publicKey)
{
    std::function<void(const std::string&)> notify;
    std::string evicted;
    Verdict verdict;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_domains.find(domain);
        if (found == m_domains.end())
            return {false, {}, "unknown domain"};
        Domain& table = found->second;
        std::erase_if(table.heldOff, [now = std::chrono::steady_clock::now()](const auto& held) {
            return held.second <= now;
        });
        if (const auto known = table.users.find(publicKey); known != table.users.end()) {
            if (table.heldOff.contains(known->second))
                return {false, {}, "held off for what it sent"};
            return {true, known->second, {}};
        }
        if (!table.strangerPolicy.admit || table.refused.contains(publicKey))
            return {false, {}, "unknown key"};
        auto& strangers = table.strangers;
        if (std::find(strangers.begin(), strangers.end(), publicKey) == strangers.end()) {
            strangers.push_back(publicKey);
            if (strangers.size() > table.strangerPolicy.most) {
                evicted = std::string(kStrangerPrefix) + strangers.front();
                strangers.pop_front();
                notify = table.strangerPolicy.evicted;
            }
        }
        verdict = {true, std::string(kStrangerPrefix) + publicKey, {}};
    }
    if (notify)
        notify(evicted); // without the lock: it may call back
    return verdict;
}

void Authenticator::forget(Domain& domain, const std::string& publicKey)
{
    domain.refused.erase(publicKey);
    std::erase(domain.strangers, publicKey);
    const auto known = domain.users.find(publicKey);
    if (known == domain.users.end())
        return;
    if (const auto count = domain.keysOf.find(known->second);
        count != domain.keysOf.end() && --count->second == 0)
        domain.keysOf.erase(count);
    domain.users.erase(known);
}

void Authenticator::serve(zmq::socket_t& handler)
{
    // ZAP 1.0 request: [routing id, "", version, request id, domain, address, identity, mechanism,
    // credentials...]
    enum Part {
        RoutingId,
        Delimiter,
        Version,
        RequestId,
        DomainName,
        Address,
        Identity,
        Mechanism,
        Credentials
    };
    std::vector<zmq::message_t> parts;
    for (;;) {
        parts.clear();
        try {
            if (!zmq::recv_multipart(handler, std::back_inserter(parts)))
                continue;
        } catch (const zmq::error_t& error) {
            if (error.num() == EINTR)
                continue;
            return; // ETERM: the context is shut down; anything else: without a handler nobody is
                    // admitted
        }
        if (parts.size() <= Identity || parts[Version].to_string_view() != "1.0")
            continue;
        Verdict verdict{false, {}, "only CURVE is spoken here"};
        if (parts.size() == Credentials + 1 && parts[Mechanism].to_string_view() == "CURVE") {
            const auto key = fromBinaryKey(parts[Credentials].to_string_view());
            verdict = key ? decide(parts[DomainName].to_string_view(), *key)
                          : Verdict{false, {}, key.reason()};
        }
        const std::array<zmq::const_buffer, 8> reply{
            zmq::const_buffer(parts[RoutingId].data(), parts[RoutingId].size()),
            zmq::const_buffer("", 0),
            zmq::const_buffer("1.0", 3),
            zmq::const_buffer(parts[RequestId].data(), parts[RequestId].size()),
            zmq::const_buffer(verdict.admitted ? "200" : "400", 3),
            zmq::const_buffer(verdict.text.data(), verdict.text.size()),
            zmq::const_buffer(verdict.user.data(), verdict.user.size()),
            zmq::const_buffer("", 0)};
        try {
            zmq::send_multipart(handler, reply);
        } catch (const zmq::error_t&) {
            // The connection that asked is gone, or the context is: the next recv tells.
        }
    }
}

} // namespace drover::bus
