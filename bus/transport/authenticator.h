#pragma once

// Who may connect: the ZAP handler of a context (ZeroMQ RFC 27), with one table of public keys per
// domain.
//
// Specification
// - A key that is not in its domain's table is denied (400). So is every mechanism but CURVE, and
//   every domain nobody spoke of.
// - An admitted key becomes the User-Id of its connection; everything above knows the user only by
//   it.
// - Denying comes first, cutting second: removeKey() keeps the key out from then on; connections
//   that are open are ended by RequestServer::cutUser and Publisher::cutUser.
//
// Rationale: a CURVE server without a live handler admits everybody (libzmq 4.3.4), hence the
// handler is bound in the constructor, before any port can exist, and the ports set
// ZMQ_ZAP_ENFORCE_DOMAIN, which denies should its thread ever be gone.
//
// Threads: all functions may be called from any thread; the handler has a thread of its own.

#include "bus/transport/expected.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace zmq {
class context_t;
class socket_t;
} // namespace zmq

namespace drover::bus {

// The domains of the ports. Bulk servers make one each, as transfers name their keys.
inline constexpr std::string_view kRequestDomain = "request";
inline constexpr std::string_view kEventsDomain = "events";

// What a user name begins with whose key nobody accepted yet; the key follows.
inline constexpr std::string_view kStrangerPrefix = "stranger/";

// How a domain treats keys that it does not know. Off: they are denied.
struct StrangerPolicy
{
    bool admit = false;
    std::size_t most = 64; // different keys at a time; one more evicts the oldest
    // Called with the user name of an evicted stranger, on the handler's thread: post() a cutUser
    // from it.
    std::function<void(const std::string& user)> evicted;
};

// The answer to one connection.
struct Verdict
{
    bool admitted = false;
    std::string user; // when admitted
    std::string text; // when denied: goes into the ZAP reply, for logs
};

class Authenticator
{
public:
    // Binds the handler. Throws zmq::error_t when the context has one already or is out of sockets.
    explicit Authenticator(zmq::context_t& context);
    // Waits for the thread, which ends with the context's shutdown.
    ~Authenticator();
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;

    // Admits a public key (Z85) to a domain as a user; replaces what was said of it before. Fails
    // on a malformed key or empty user.
    Expected<void> setKey(std::string_view domain, const std::string& publicKey,
                          const std::string& user);
    // The same for requests and events, which is what a member of the cluster needs.
    Expected<void> setKey(const std::string& publicKey, const std::string& user);
    // Forgets a key; it is a stranger from now on.
    void removeKey(std::string_view domain, const std::string& publicKey);
    void removeKey(const std::string& publicKey);
    // Denies a key even where strangers are admitted (rejected, revoked), until setKey() is called
    // for it.
    void refuseKey(std::string_view domain, const std::string& publicKey);
    // Denies new connections of a user for so long; those that it has are not touched.
    void holdOff(std::string_view domain, const std::string& user, std::chrono::milliseconds time);
    // Removes a domain with all its keys.
    void removeDomain(std::string_view domain);
    void setStrangerPolicy(std::string_view domain, StrangerPolicy policy);

    // Whether some key of the domain belongs to this user now.
    [[nodiscard]] bool knowsUser(std::string_view domain, std::string_view user) const;

    // What the handler answers to a public key (Z85) in a domain. May admit, and so remember, a
    // stranger.
    [[nodiscard]] Verdict decide(std::string_view domain, const std::string& publicKey);

private:
    struct Domain
    {
        std::unordered_map<std::string, std::string> users;     // by key
        std::map<std::string, std::size_t, std::less<>> keysOf; // number of keys, by user
        std::set<std::string> refused;
        std::map<std::string, std::chrono::steady_clock::time_point> heldOff; // users, until when
        std::deque<std::string> strangers;                                    // keys, oldest first
        StrangerPolicy strangerPolicy;
    };

    static void forget(Domain& domain, const std::string& publicKey);
    void serve(zmq::socket_t& handler);

    mutable std::mutex m_mutex;
    std::map<std::string, Domain, std::less<>> m_domains; // guarded by m_mutex
    std::thread m_thread;
};

} // namespace drover::bus
