#include "agent/service/control_session.h"

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "proto/model/crash_point.h"
#include "proto/model/mutation.h"

#include <algorithm>
#include <utility>

namespace drover::agent::service {

using model::Duration;

namespace {

constexpr const char* kNotYet = "not connected yet";
constexpr Duration kHelloTimeout{5'000}; // no answer to a Hello: ask again
// agents that lost control together do not come back together
constexpr Duration kReconnectSpread{500};
constexpr Duration kRefusedPause{5'000};      // control said no, or must not be believed
constexpr std::size_t kReportLimit = 900'000; // bytes; below the bus's limit of 1 MiB
// an unacknowledged report is sent again after so many heartbeats
constexpr int kBeatsToResend = 2;
constexpr int kBeatsToSilence = 8; // nothing heard for so many: the session is over

} // namespace

ControlSession::ControlSession(bus::RequestClient& client, bus::Executor& executor, Clock& clock,
                               model::IdSource& ids, Handlers handlers, LogSink log,
                               std::size_t copiesPerReport)
    : m_client(client), m_executor(executor), m_clock(clock), m_ids(ids),
      m_handlers(std::move(handlers)), m_log(std::move(log)), m_copiesPerReport(copiesPerReport)
{
    m_requestPrefix = m_ids.next().toString().substr(0, 8) + "-";
    m_reason = kNotYet;
    m_since = m_clock.now().wall;
    m_client.onFrame([this](const bus::Frame& frame) { onFrame(frame); });
    m_client.onLink([this](const bus::LinkState& link) { onLink(link); });
}

ControlSession::~ControlSession()
{
    *m_alive = false;
    m_client.onFrame(nullptr);
    m_client.onLink(nullptr);
}

void ControlSession::start()
{
    if (std::exchange(m_started, true))
        return;
    if (m_linkUp)
        greetAfter(Duration{0});
}

SessionStatus ControlSession::status() const
{
    SessionStatus status;
    status.phase =
        m_welcome ? SessionStatus::Phase::Open
                  : (m_linkUp ? SessionStatus::Phase::Greeting : SessionStatus::Phase::Connecting);
    status.reason = m_welcome ? std::string() : m_reason;
    status.since = m_since;
    if (m_welcome)
        status.session = m_welcome->session;
    status.reportsOnTheWay = m_sent.size();
    return status;
}

std::string ControlSession::requestId(const char* kind)
{
    return m_requestPrefix + kind + std::to_string(++m_requests);
}

Duration ControlSession::jitter(Duration most)
{
    const auto random = m_ids.next();
    const auto part = static_cast<std::int64_t>(random.bytes[0] | (random.bytes[1] << 8U));
    return Duration{most.count() * part / 65'536};
}

void ControlSession::setReason(std::string reason)
{
    // Right after the start, not to be connected yet is no trouble.
    if (reason != m_reason)
        m_log(m_reason == kNotYet ? LogLevel::Info : LogLevel::Warning, "control: " + reason);
    m_reason = std::move(reason);
}

void ControlSession::onLink(const bus::LinkState& link)
{
    const bool up = link.link == bus::Link::Up;
    if (up == m_linkUp && up)
        return;
    m_linkUp = up;
    if (up) {
        if (m_started)
            greetAfter(m_everOpened ? jitter(kReconnectSpread) : Duration{0});
        return;
    }
    m_greetTimer.reset();
    m_helloId.clear();
    lose(link.reason.empty() ? "not connected" : link.reason);
}

void ControlSession::greetAfter(Duration delay)
{
    m_greetTimer = m_executor.after(delay, [this] { greet(); });
}

void ControlSession::greet()
{
    if (!m_linkUp || m_welcome)
        return;
    auto hello = m_handlers.hello();
    if (!DROVER_MUTATION("accept-lower-term")) {
        hello.highestHistory = m_remembered.history;
        hello.highestTerm = m_remembered.term;
        hello.highestNonce = m_remembered.nonce;
        hello.highestRevision = m_remembered.revision;
    }
    model::Request request;
    request.requestId = m_helloId = requestId("h");
    request.body = model::AgentVerb{std::move(hello)};
    DROVER_CRASH_POINT("agent.hello.before");
    static_cast<void>(m_client.send(codec::encodeRequest(request)));
    DROVER_CRASH_POINT("agent.hello.after");
    greetAfter(kHelloTimeout + jitter(kHelloTimeout));
}

void ControlSession::onFrame(const bus::Frame& frame)
{
    auto reply = codec::decodeReply(frame);
    if (!reply) {
        m_log(LogLevel::Error,
              "control: a frame that cannot be read was dropped: " + reply.error().message);
        return;
    }
    if (!m_helloId.empty() && reply->requestId == m_helloId) {
        m_helloId.clear();
        m_greetTimer.reset();
        if (reply->error) {
            onRefused(*reply->error);
        } else {
            onWelcome(*reply);
        }
        return;
    }
    if (!m_welcome)
        return; // of a session that is over
    if (const auto* batch = std::get_if<model::AssignmentBatch>(&reply->body)) {
        if (batch->session != m_welcome->session)
            return;
        m_lastHeard = m_clock.now().running;
        onBatch(*batch);
        return;
    }
    onReportAnswer(*reply);
}

std::optional<std::string> ControlSession::reasonToRefuse(const model::Welcome& welcome) const
{
    if (!m_remembered.cluster.isNil() && welcome.cluster != m_remembered.cluster)
        return "it is of cluster " + welcome.cluster.toString() + ", this node belongs to " +
               m_remembered.cluster.toString();
    if (welcome.recovering || m_remembered.history.isNil() || DROVER_MUTATION("accept-lower-term"))
        return std::nullopt;
    const std::string seen = std::to_string(m_remembered.term);
    if (welcome.history != m_remembered.history) {
        const auto& ended = welcome.supersedes;
        if (std::find(ended.begin(), ended.end(), m_remembered.history) == ended.end())
            return "it has another history, which does not follow from the one seen here";
        if (welcome.term > m_remembered.term)
            return std::nullopt;
        return "its history is not above the term " + seen + " seen here; it is not followed";
    }
    if (welcome.term < m_remembered.term)
        return "it went back to term " + std::to_string(welcome.term) + "; term " + seen +
               " was seen here";
    if (welcome.term == m_remembered.term && !m_remembered.nonce.isNil() &&
        m_remembered.nonce != welcome.nonce)
        return "two controls speak for term " + seen + "; stop one of them";
    return std::nullopt;
}

void ControlSession::onWelcome(const model::Reply& reply)
{
    const auto* welcome = std::get_if<model::Welcome>(&reply.body);
    if (welcome == nullptr)
        return onRefused(
            {model::ErrorCode::Malformed, "control answered Hello with something else", {}, {}});
    if (const auto reason = reasonToRefuse(*welcome))
        return onRefused(
            {model::ErrorCode::StaleSession, "control is refused: " + *reason, {}, {}});
    m_refusals = 0;
    m_welcome = *welcome;
    m_welcome->heartbeat = std::clamp(welcome->heartbeat, Duration{50}, Duration{60'000});
    m_welcome->window = std::max<std::uint32_t>(welcome->window, 1);
    if (!welcome->recovering)
        m_remembered = {welcome->cluster, welcome->history, welcome->term,
                        // revisions of another history are numbers of another past
                        welcome->history == m_remembered.history ? m_remembered.revision : 0,
                        welcome->nonce};
    m_pending = {};
    m_fullBegun = m_fullDone = false;
    m_nextReport = 1;
    m_sent.clear();
    m_lastBatch = m_lastSaved = 0;
    m_snapshotOpen = false;
    const auto now = m_clock.now();
    m_lastSent = m_lastHeard = now.running;
    m_since = now.wall;
    m_reason.clear();
    m_everOpened = true;
    m_log(LogLevel::Info, "control: session " + m_welcome->session.toString() + " in term " +
                              std::to_string(m_welcome->term));
    if (m_welcome->recovering)
        m_log(LogLevel::Warning, "control: it waits to be recovered by a person; all copies are "
                                 "reported, and nothing changes here until then");
    armBeat();
    m_handlers.opened(*m_welcome);
}

void ControlSession::onRefused(const model::Error& error)
{
    ++m_refusals;
    setReason(error.message + (error.hint.empty() ? std::string() : "; " + error.hint));
    greetAfter(kRefusedPause + jitter(kRefusedPause));
}

void ControlSession::lose(const std::string& reason)
{
    setReason(reason);
    if (!m_welcome)
        return;
    m_welcome.reset();
    m_since = m_clock.now().wall;
    m_beatTimer.reset();
    m_pending = {};
    m_sent.clear();
    m_fullBegun = m_fullDone = false;
    m_handlers.lost();
}

void ControlSession::sendFull(core::ReportChanges everything)
{
    if (!m_welcome)
        return;
    m_pending = std::move(everything);
    m_fullBegun = true;
    m_fullDone = false;
    schedulePump();
}

void ControlSession::send(core::ReportChanges changes)
{
    if (!m_welcome || !m_fullBegun || changes.empty())
        return;
    for (auto& [id, pool] : changes.pools)
        m_pending.pools.insert_or_assign(id, std::move(pool));
    for (auto& [id, copy] : changes.copies) {
        m_pending.gone.erase(id);
        m_pending.copies.insert_or_assign(id, std::move(copy));
    }
    for (const auto& id : changes.gone) {
        m_pending.copies.erase(id);
        m_pending.gone.insert(id);
    }
    schedulePump();
}

void ControlSession::schedulePump()
{
    if (std::exchange(m_pumpScheduled, true))
        return;
    m_executor.whenIdle([this, alive = std::weak_ptr<bool>(m_alive)] {
        const auto still = alive.lock();
        if (!still || !*still)
            return;
        m_pumpScheduled = false;
        pump();
    });
}

void ControlSession::pump()
{
    while (m_welcome && m_fullBegun && m_sent.size() < m_welcome->window &&
           (!m_pending.empty() || !m_fullDone))
        sendReport(nextReport());
}

model::Report ControlSession::nextReport()
{
    model::Report report;
    while (!m_pending.copies.empty() && report.copies.size() < m_copiesPerReport)
        report.copies.push_back(
            std::move(m_pending.copies.extract(m_pending.copies.begin()).mapped()));
    while (!m_pending.gone.empty() && report.gone.size() < m_copiesPerReport * 10)
        report.gone.push_back(m_pending.gone.extract(m_pending.gone.begin()).value());
    // Last: who hears that a pool is available has heard what lies in it.
    if (m_pending.copies.empty() && m_pending.gone.empty())
        for (auto& [id, pool] : std::exchange(m_pending.pools, {}))
            report.pools.push_back(std::move(pool));
    if (m_fullBegun && !m_fullDone && m_pending.empty())
        report.complete = m_fullDone = true;
    return report;
}

void ControlSession::sendReport(model::Report report)
{
    report.session = m_welcome->session;
    report.n = m_nextReport;
    if (m_welcome->recovering)
        for (const model::CopyState& copy : report.copies)
            if (auto found = m_handlers.found(copy))
                report.found.push_back(std::move(*found));
    report.loopIterations = m_handlers.iterations();
    model::Request request;
    request.requestId = requestId("r");
    request.body = model::AgentVerb{report};
    auto frame = codec::encodeRequest(request);
    if (frame.size() > kReportLimit && report.copies.size() > 1) {
        // Long messages: the second half goes back and travels with the next one, unless something
        // newer is there already.
        const auto half = report.copies.size() / 2;
        for (std::size_t i = half; i < report.copies.size(); ++i)
            m_pending.copies.try_emplace(report.copies[i].copy, report.copies[i]);
        report.copies.resize(half);
        for (model::PoolState& pool : report.pools)
            m_pending.pools.try_emplace(pool.id, std::move(pool));
        report.pools.clear();
        report.found.clear();
        if (report.complete)
            report.complete = m_fullDone = false;
        return sendReport(std::move(report));
    }
    ++m_nextReport;
    Sent sent;
    sent.n = report.n;
    sent.frame = std::move(frame);
    sent.firstSent = m_clock.now().running;
    transmit(sent);
    m_sent.push_back(std::move(sent));
}

void ControlSession::transmit(Sent& sent)
{
    sent.lastSent = m_lastSent = m_clock.now().running;
    DROVER_CRASH_POINT("agent.report.before");
    static_cast<void>(m_client.send(sent.frame)); // what is lost is sent again
    DROVER_CRASH_POINT("agent.report.after");
}

void ControlSession::onReportAnswer(const model::Reply& reply)
{
    if (reply.error) {
        lose("control refused a report: " + reply.error->message);
        greetAfter(jitter(kReconnectSpread));
        return;
    }
    const auto* ack = std::get_if<model::ReportAck>(&reply.body);
    if (ack == nullptr || ack->session != m_welcome->session)
        return;
    m_lastHeard = m_clock.now().running;
    // So a control that stands on an older store is found out by any agent that spoke with the right one lately, not only by those that
    // it had something to tell.
    remember(reply.revision);
    std::optional<Duration> sentAt;
    while (!m_sent.empty() && m_sent.front().n <= ack->n) {
        sentAt = m_sent.front().firstSent;
        m_sent.pop_front();
    }
    if (sentAt)
        m_handlers.heard(*sentAt);
    if (!m_pending.empty() || !m_fullDone)
        schedulePump();
}

void ControlSession::onBatch(const model::AssignmentBatch& batch)
{
    if (batch.n <= m_lastBatch) {
        if (batch.n <= m_lastSaved)
            saved(m_lastSaved); // the acknowledgement was lost
        return;
    }
    if (batch.n != m_lastBatch + 1)
        return;
    const bool inSnapshot = batch.n == 1 || m_snapshotOpen;
    if (m_welcome->recovering || batch.term != m_welcome->term ||
        (batch.n == 1) != batch.snapshot || (batch.snapshotContinues && !inSnapshot)) {
        m_log(LogLevel::Error,
              "control: an assignment batch that does not fit this session was dropped");
        return;
    }
    m_lastBatch = batch.n;
    m_snapshotOpen = inSnapshot && batch.snapshotContinues;
    remember(batch.revision);
    m_handlers.batch(batch);
}

void ControlSession::remember(model::Revision revision)
{
    if (!m_welcome->recovering)
        m_remembered.revision = std::max(m_remembered.revision, revision);
}

void ControlSession::saved(std::uint64_t n)
{
    if (!m_welcome || n > m_lastBatch)
        return;
    m_lastSaved = std::max(m_lastSaved, n);
    model::Request request;
    request.requestId = requestId("a");
    request.body = model::AgentVerb{model::AssignmentAck{m_welcome->session, m_lastSaved}};
    DROVER_CRASH_POINT("agent.ack.before");
    static_cast<void>(m_client.send(codec::encodeRequest(request)));
    DROVER_CRASH_POINT("agent.ack.after");
}

void ControlSession::armBeat()
{
    m_beatTimer = m_executor.after(m_welcome->heartbeat, [this] { beat(); });
}

void ControlSession::beat()
{
    if (!m_welcome)
        return;
    const auto now = m_clock.now().running;
    const auto interval = m_welcome->heartbeat;
    if (now - m_lastHeard > interval * kBeatsToSilence && !m_sent.empty()) {
        lose("control does not answer");
        greetAfter(jitter(kReconnectSpread));
        return;
    }
    if (!m_sent.empty() && now - m_sent.front().lastSent >= interval * kBeatsToResend) {
        for (auto& sent : m_sent)
            transmit(sent);
    } else if (now - m_lastSent >= interval / 2 && m_sent.size() < m_welcome->window) {
        // whatever there is, or nothing at all: alive, also while the pools are still being looked
        // through
        sendReport(nextReport());
    }
    armBeat();
}

} // namespace drover::agent::service
