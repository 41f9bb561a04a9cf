#pragma once

// Calls to control, with deadlines: any number in flight, each answered exactly once.
//
// Specification
// - A call is sent when the link is up and control's greeting was exchanged; until then it waits.
// - Every call carries one request id for its whole life. Whenever the link comes up again, and
//   each time no answer came for a while, the same frame is sent again, until the call's deadline.
//   Control executes an id at most once, so this is safe for writes too, and a write is never
//   executed after its deadline.
// - The callback runs exactly once, never from inside `call`: with control's reply (refusals
//   included: `Reply::error`), or with an Error of the client's own: Timeout (no answer; a write
//   may or may not have been executed), Unavailable (never reached control), Unauthenticated (the
//   key was refused), UnsupportedVersion, TooLarge.
// - Deadlines are on control's clock. Its offset is learnt from the greeting on each link up, and
//   anew when control refuses a deadline that should be good (its clock stepped; that one call is
//   lost); the local wall clock is not used.
//
// Owner: the Executor's thread. Destroying the client drops what is in flight without calling back.

#include "bus/transport/ports.h"
#include "proto/model/api.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace drover::client {

using Body = std::variant<model::Write, model::ReadVerb, model::AgentVerb>;

class ClusterClient
{
public:
    struct Options
    {
        std::string program;               // said in the greeting, e.g. `drover 0.1.0`
        std::vector<std::string> features; // that this program knows
        // starts every request id; random, so that no two runs share ids; 1..40 bytes
        std::string idPrefix;
        std::uint64_t seed = 0; // of the jitter between retries
        // no answer for so long: send again; doubles up to maximumRetry
        bus::Duration firstRetry{2'000};
        bus::Duration maximumRetry{15'000};
        // Programs that a person waits for: a call that cannot reach control fails after
        // `connectTimeout`, or at once when the key is refused. Others (absent) keep trying until
        // the call's deadline.
        std::optional<bus::Duration> connectTimeout;
    };
    struct CallOptions
    {
        bus::Duration timeout{30'000};   // longer ones are cut to what control accepts
        model::Revision minRevision = 0; // reads: wait for this revision
    };
    using Callback = std::function<void(model::Result<model::Reply>)>;
    using LinkHandler = std::function<void(const bus::LinkState&)>;
    using WelcomeHandler = std::function<void(const model::ClientWelcome&)>;

    // The executor and the link outlive the client, which takes over both of the link's handlers.
    ClusterClient(bus::Executor& executor, bus::RequestClient& link, Options options);
    ~ClusterClient();
    ClusterClient(const ClusterClient&) = delete;
    ClusterClient& operator=(const ClusterClient&) = delete;

    void call(Body body, CallOptions options, Callback callback);
    void call(Body body, Callback callback)
    {
        call(std::move(body), CallOptions{}, std::move(callback));
    }

    // Told at each change of the link; several may listen. Handlers stay for the client's life.
    void onLink(LinkHandler handler);
    // Told after each greeting: control may be another process or term than before.
    void onWelcome(WelcomeHandler handler);

    [[nodiscard]] const bus::LinkState& link() const { return m_linkState; }
    [[nodiscard]] const std::optional<model::ClientWelcome>& welcome() const { return m_welcome; }
    // Control's wall clock now, by the last greeting; absent before the first.
    [[nodiscard]] std::optional<model::TimePoint> controlTime() const;
    [[nodiscard]] std::size_t inFlight() const { return m_calls.size(); }

private:
    struct Call
    {
        Body body;
        model::Revision minRevision = 0;
        bus::MonotonicTime deadline;
        Callback callback;
        bool greeting = false;
        std::string frame;       // encoded at the first sending, the same ever after
        std::size_t sent = 0;    // how often
        std::size_t refused = 0; // how often by what control does not remember
        bus::Duration retryAfter{0};
        bus::Subscription retry;
        bus::Subscription expiry;
        bus::Subscription connectExpiry;
    };
    using Calls = std::map<std::string, Call>;

    std::string nextId();
    std::string add(Call call, bus::Duration timeout);
    void transmit(const std::string& id);
    void transmitAll();
    void greet();
    void greeted(const model::Result<model::Reply>& reply, bus::MonotonicTime sentAt);
    void handleFrame(const bus::Frame& frame);
    [[nodiscard]] bool isRefusedByTheClock(const model::Reply& reply, const Call& call) const;
    void greetAnew();
    void handleLink(const bus::LinkState& state);
    void finish(const std::string& id, model::Result<model::Reply> result);
    void expire(const std::string& id);
    void failAll(const model::Error& error);
    [[nodiscard]] model::Error unreachable() const;

    bus::Executor& m_executor;
    bus::RequestClient& m_link;
    Options m_options;
    std::mt19937_64 m_random;
    std::uint64_t m_counter = 0;
    Calls m_calls;
    bus::LinkState m_linkState;
    bool m_ready = false; // link up and greeted
    std::string m_greetingId;
    bus::Subscription m_greetAgain;
    std::optional<model::ClientWelcome> m_welcome;
    bus::MonotonicTime m_welcomeAt{}; // local time that corresponds to m_welcome->controlTime
    std::vector<LinkHandler> m_linkHandlers;
    std::vector<WelcomeHandler> m_welcomeHandlers;
    // posted tasks look here; shared with them only
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace drover::client
