#include "bus/client/cluster_client.h"

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include <algorithm>
#include <utility>

namespace drover::client {

using model::ErrorCode;

namespace {

// Room between our longest deadline and the longest that control accepts: for the error of its
// clock's offset.
constexpr bus::Duration kLongestTimeout = model::kMaximumDeadlineAhead - bus::Duration{30'000};

bool isNotRemembered(ErrorCode code)
{
    return code == ErrorCode::StoreFull || code == ErrorCode::SafeMode;
}

} // namespace

ClusterClient::ClusterClient(bus::Executor& executor, bus::RequestClient& link, Options options)
    : m_executor(executor), m_link(link), m_options(std::move(options)), m_random(m_options.seed)
{
    m_link.onFrame([this](const bus::Frame& frame) { handleFrame(frame); });
    m_link.onLink([this](const bus::LinkState& state) { handleLink(state); });
}

ClusterClient::~ClusterClient()
{
    *m_alive = false;
    m_link.onFrame(nullptr);
    m_link.onLink(nullptr);
}

void ClusterClient::onLink(LinkHandler handler) { m_linkHandlers.push_back(std::move(handler)); }
void ClusterClient::onWelcome(WelcomeHandler handler)
{
    m_welcomeHandlers.push_back(std::move(handler));
}

std::optional<model::TimePoint> ClusterClient::controlTime() const
{
    if (!m_welcome)
        return std::nullopt;
    return m_welcome->controlTime + (m_executor.now() - m_welcomeAt);
}

std::string ClusterClient::nextId()
{
    return m_options.idPrefix + "-" + std::to_string(++m_counter);
}

void ClusterClient::call(Body body, CallOptions options, Callback callback)
{
    const auto timeout = std::clamp(options.timeout, bus::Duration{1}, kLongestTimeout);
    Call call;
    call.body = std::move(body);
    call.minRevision = options.minRevision;
    call.callback = std::move(callback);
    const std::string id = add(std::move(call), timeout);
    if (m_ready)
        transmit(id);
    else if (m_options.connectTimeout && m_linkState.link == bus::Link::Refused)
        m_executor.post([this, alive = m_alive, id] {
            if (*alive)
                finish(id, unreachable());
        });
}

std::string ClusterClient::add(Call call, bus::Duration timeout)
{
    std::string id = nextId();
    call.deadline = m_executor.now() + timeout;
    call.retryAfter = m_options.firstRetry;
    call.expiry = m_executor.after(timeout, [this, id] { expire(id); });
    if (m_options.connectTimeout && !call.greeting)
        call.connectExpiry = m_executor.after(*m_options.connectTimeout, [this, id] {
            const auto it = m_calls.find(id);
            // Once it was sent the answer is waited for: the link may only be flapping, and the
            // call may have been executed.
            if (it != m_calls.end() && it->second.sent == 0 && !m_ready)
                finish(id, unreachable());
        });
    m_calls.emplace(id, std::move(call));
    return id;
}

void ClusterClient::transmit(const std::string& id)
{
    const auto it = m_calls.find(id);
    if (it == m_calls.end())
        return;
    Call& call = it->second;
    if (call.frame.empty()) {
        model::Request request;
        request.requestId = id;
        request.minRevision = call.minRevision;
        request.body = call.body;
        if (!call.greeting)
            request.deadline = *controlTime() + (call.deadline - m_executor.now());
        call.frame = codec::encodeRequest(request);
    }
    const bus::SendResult sent = m_link.send(call.frame);
    if (sent == bus::SendResult::TooLarge) {
        m_executor.post([this, alive = m_alive, id] {
            if (*alive)
                finish(id, model::Error{ErrorCode::TooLarge,
                                        "the request is larger than one message may be", "",
                                        "split it into several smaller ones"});
        });
        return;
    }
    if (sent == bus::SendResult::Taken)
        ++call.sent;
    // Also after a refusal by the link: a full queue empties, and a link that is gone comes up
    // again and sends all.
    const bus::Duration jitter{static_cast<bus::Duration::rep>(m_random() % 200)};
    call.retry = m_executor.after(call.retryAfter + jitter, [this, id] {
        if (m_ready || id == m_greetingId)
            transmit(id);
    });
    call.retryAfter = std::min(call.retryAfter * 2, m_options.maximumRetry);
}

void ClusterClient::transmitAll()
{
    std::vector<std::string> ids;
    for (const auto& [id, call] : m_calls)
        if (!call.greeting)
            ids.push_back(id);
    for (const std::string& id : ids) {
        m_calls.at(id).retryAfter = m_options.firstRetry;
        transmit(id);
    }
}

void ClusterClient::greet()
{
    Call call;
    call.greeting = true;
    model::ClientHello hello;
    hello.program = m_options.program;
    hello.features = m_options.features;
    call.body = model::ReadVerb{std::move(hello)};
    const auto sentAt = m_executor.now();
    call.callback = [this, sentAt](const model::Result<model::Reply>& reply) {
        greeted(reply, sentAt);
    };
    m_greetingId = add(std::move(call), kLongestTimeout);
    transmit(m_greetingId);
}

void ClusterClient::greeted(const model::Result<model::Reply>& reply, bus::MonotonicTime sentAt)
{
    if (!reply) {
        if (m_linkState.link == bus::Link::Up)
            greet();
        return;
    }
    const auto* welcome = std::get_if<model::ClientWelcome>(&reply->body);
    if (reply->error || !welcome) {
        model::Error error = reply->error.value_or(
            model::Error{ErrorCode::Malformed, "control answered the greeting with something else",
                         "", "check that --control names a drover-control"});
        const auto alive = m_alive;
        if (m_options.connectTimeout || error.code == ErrorCode::UnsupportedVersion ||
            error.code == ErrorCode::PermissionDenied)
            failAll(error);
        if (*alive) // control may be starting, or be replaced by a newer one
            m_greetAgain = m_executor.after(m_options.maximumRetry, [this] {
                if (m_linkState.link == bus::Link::Up && !m_ready)
                    greet();
            });
        return;
    }
    m_welcome = *welcome;
    // Control read its clock somewhere between sending and receiving; the middle halves the worst
    // error.
    m_welcomeAt = sentAt + (m_executor.now() - sentAt) / 2;
    m_ready = true;
    const auto alive = m_alive;
    for (std::size_t i = 0; i < m_welcomeHandlers.size(); ++i) {
        m_welcomeHandlers[i](*m_welcome);
        if (!*alive)
            return;
    }
    transmitAll();
}

void ClusterClient::handleFrame(const bus::Frame& frame)
{
    auto reply = codec::decodeReply(frame);
    if (!reply) {
        // A control whose replies are of a version that nobody here can read: it is said, not waited
        // for. Anything else is no answer to anything of ours; the call is repeated and at last
        // times out.
        if (reply.error().code == ErrorCode::UnsupportedVersion && m_calls.contains(m_greetingId)) {
            model::Reply refusal;
            refusal.error = reply.error();
            finish(std::string(m_greetingId), std::move(refusal)); // it may greet anew
        }
        return;
    }
    const std::string id = reply->requestId;
    const auto call = m_calls.find(id);
    if (call == m_calls.end())
        return;
    // Control cannot note such a refusal: what was sent again may have been executed since. It stands
    // when every one that was sent was refused so.
    if (reply->error && isNotRemembered(reply->error->code) &&
        ++call->second.refused < call->second.sent)
        return;
    if (isRefusedByTheClock(*reply, call->second))
        greetAnew();
    finish(id, std::move(reply));
}

// A deadline that control finds long past, or far ahead, although there is time left by our clock:
// its wall clock stepped since the greeting. What follows must not be refused as well.
bool ClusterClient::isRefusedByTheClock(const model::Reply& reply, const Call& call) const
{
    if (!reply.error || call.greeting || !m_ready)
        return false;
    const bool past = reply.error->code == ErrorCode::DeadlineExceeded;
    const bool ahead = reply.error->code == ErrorCode::InvalidArgument &&
                       reply.error->subject == "request " + reply.requestId;
    return (past && m_executor.now() < call.deadline) || ahead;
}

void ClusterClient::greetAnew()
{
    m_ready = false; // calls wait for the welcome
    greet();
}

void ClusterClient::handleLink(const bus::LinkState& state)
{
    m_linkState = state;
    if (state.link == bus::Link::Up) {
        m_calls.erase(m_greetingId);
        greet();
    } else {
        m_ready = false;
        m_calls.erase(m_greetingId);
        if (state.link == bus::Link::Refused && m_options.connectTimeout)
            failAll(unreachable());
    }
    const auto alive = m_alive;
    for (std::size_t i = 0; i < m_linkHandlers.size(); ++i) {
        m_linkHandlers[i](state);
        if (!*alive)
            return;
    }
}

void ClusterClient::finish(const std::string& id, model::Result<model::Reply> result)
{
    const auto it = m_calls.find(id);
    if (it == m_calls.end())
        return;
    Callback callback = std::move(it->second.callback);
    m_calls.erase(it); // before the callback, which may call again or destroy the client
    callback(std::move(result));
}

void ClusterClient::expire(const std::string& id)
{
    const auto it = m_calls.find(id);
    if (it == m_calls.end())
        return;
    if (!it->second.sent)
        return finish(id, unreachable());
    const bool write = std::holds_alternative<model::Write>(it->second.body);
    finish(id,
           model::Error{
               ErrorCode::Timeout,
               write ? "control did not answer in time; the change may or may not have been made"
                     : "control did not answer in time",
               "", write ? "look at `drover history` before trying again" : "try again later"});
}

void ClusterClient::failAll(const model::Error& error)
{
    std::vector<std::string> ids;
    for (const auto& [id, call] : m_calls)
        if (!call.greeting)
            ids.push_back(id);
    const auto alive = m_alive;
    for (const std::string& id : ids) {
        finish(id, error);
        if (!*alive)
            return;
    }
}

model::Error ClusterClient::unreachable() const
{
    if (m_linkState.link == bus::Link::Refused)
        return {ErrorCode::Unauthenticated,
                "control refused this key" +
                    (m_linkState.reason.empty() ? "" : ": " + m_linkState.reason),
                "", "ask an administrator to accept it, or name another one with --identity"};
    return {ErrorCode::Unavailable,
            "control is not reachable" +
                (m_linkState.reason.empty() ? "" : ": " + m_linkState.reason),
            "", "check that drover-control runs and that its address is right"};
}

} // namespace drover::client
