#include "control/service/agent_sessions.h"

#include "control/service/heartbeat.h"

#include "proto/model/crash_point.h"
#include "proto/model/mutation.h"

#include <algorithm>

namespace drover::control::service {

using namespace model;

namespace {

// The first process may be silent for two heartbeats and so much before the newcomer takes its
// place.
constexpr bus::Duration kProbeMargin{500};
// A second process that is refused says hello again within 10 s; who has been silent for longer is
// gone.
constexpr bus::Duration kDuplicateShown{15'000};

Error staleError(const std::string& message)
{
    return Error{ErrorCode::StaleSession, message, "session", "say hello again"};
}

} // namespace

void AgentSessions::handle(const Asker& asker, const core::Actor& actor, const AgentVerb& verb)
{
    if (!actor.node) {
        m_answerer.refuse(asker,
                          Error{ErrorCode::PermissionDenied,
                                "this key speaks for no node",
                                "key " + actor.user,
                                {}},
                          m_loop.committedRevision());
        return;
    }
    m_loop.beginTurn();
    std::visit([&](const auto& one) { handle(asker, actor, one); }, verb);
}

void AgentSessions::peerGone(const bus::Peer& peer)
{
    const auto session = std::find_if(m_sessions.begin(), m_sessions.end(), [&](const auto& entry) {
        return entry.second.peer.connection == peer.connection;
    });
    if (session == m_sessions.end())
        return;
    session->second.connected = false;
    if (m_probes.contains(session->first))
        endProbe(session->first, core::LiveSession::Probe::Silent);
}

// ---- hello

void AgentSessions::handle(const Asker& asker, const core::Actor& actor, const Hello& hello)
{
    if (hello.node != *actor.node) {
        m_answerer.refuse(asker,
                          Error{ErrorCode::PermissionDenied,
                                "key " + actor.user + " may speak for node " +
                                    actor.node->toString() + ", not for " + hello.node.toString(),
                                "node " + hello.node.toString(), "give each agent its own key"},
                          m_loop.committedRevision());
        return;
    }
    if (const auto fork = core::contradiction(m_loop.state().history(), m_loop.lineage(),
                                              m_loop.committedRevision(), hello);
        fork && m_loop.safeMode().empty()) {
        m_loop.enterSafeMode(*fork);
        m_answerer.refuse(asker, m_loop.mayDecide().error(), m_loop.committedRevision());
        return;
    }
    decideHello(asker, actor, hello, liveSession(hello.node, asker.peer));
}

std::optional<core::LiveSession> AgentSessions::liveSession(const NodeId& node,
                                                            const bus::Peer& newcomer) const
{
    const auto found = m_sessions.find(node);
    if (found == m_sessions.end())
        return std::nullopt;
    const Session& session = found->second;
    // The same connection may begin anew whenever it likes.
    if (!session.connected || session.peer.connection == newcomer.connection)
        return std::nullopt;
    return core::LiveSession{session.incarnation, session.machine,
                             core::LiveSession::Probe::NotProbed};
}

void AgentSessions::decideHello(const Asker& asker, const core::Actor& actor, const Hello& hello,
                                const std::optional<core::LiveSession>& live)
{
    const Now now = m_loop.beginTurn();
    const bool recovering = !m_loop.safeMode().empty();
    Hello judged = hello;
    if (recovering) { // what it remembers is for the recovery to judge
        judged.highestHistory = {};
        judged.highestTerm = 0;
        judged.highestRevision = 0;
    }
    core::HelloResult result =
        core::acceptHello(m_loop.state(), judged, actor, live, now, m_environment.ids);
    result.welcome.recovering = recovering;
    if (recovering)
        result.decision = {};
    switch (result.verdict) {
    case core::HelloVerdict::Refuse:
        if (result.amnesia)
            m_loop.enterSafeMode(result.error.message);
        if (result.error.code == ErrorCode::DuplicateNode)
            showDuplicate(hello, result.error);
        m_environment.log(LogLevel::Warning, "agent.refused", "node " + hello.hostname,
                          result.error.message);
        m_answerer.refuse(asker, result.error, m_loop.committedRevision());
        return;
    case core::HelloVerdict::Probe:
        beginProbe(asker, actor, hello);
        return;
    case core::HelloVerdict::Accept:
        break;
    }
    if (!result.decision.changes.empty()) {
        if (auto allowed = m_loop.mayDecide(); !allowed) {
            m_answerer.refuse(asker, allowed.error(), m_loop.committedRevision());
            return;
        }
        m_loop.commit(std::move(result.decision));
    }
    // The session is open when what it rests on is durable.
    m_loop.whenDurable(
        [this, asker, hello, accepted = std::move(result)](const Result<void>& durable) {
            if (durable)
                open(asker, hello, accepted);
            else
                m_answerer.refuse(asker, durable.error(), m_loop.committedRevision());
        });
}

void AgentSessions::beginProbe(const Asker& asker, const core::Actor& actor, const Hello& hello)
{
    if (m_probes.contains(hello.node)) {
        m_answerer.refuse(asker,
                          Error{ErrorCode::Unavailable,
                                "another process speaks for this node and is being probed",
                                "node " + hello.hostname, "say hello again in a moment"},
                          m_loop.committedRevision());
        return;
    }
    Probe& probe = m_probes[hello.node];
    probe = Probe{asker, actor, hello, {}};
    probe.timeout = m_environment.executor.after(
        2 * heartbeatOf(m_loop.state()) + kProbeMargin,
        [this, node = hello.node] { endProbe(node, core::LiveSession::Probe::Silent); });
}

void AgentSessions::showDuplicate(const Hello& hello, const Error& why)
{
    m_loop.apply(core::showDuplicate(m_loop.state(), hello, why, m_loop.beginTurn()));
    m_duplicates[hello.node] =
        m_environment.executor.after(kDuplicateShown, [this, node = hello.node] {
            m_loop.beginTurn();
            m_loop.apply(core::hideDuplicate(m_loop.state(), node));
            m_duplicates.erase(node); // ends this task: last
        });
}

void AgentSessions::endProbe(const NodeId& node, core::LiveSession::Probe result)
{
    auto ended = m_probes.extract(node);
    if (ended.empty())
        return;
    const Probe& probe = ended.mapped();
    auto live = liveSession(node, probe.asker.peer);
    if (live)
        live->probe = result;
    decideHello(probe.asker, probe.actor, probe.hello, live);
}

void AgentSessions::open(const Asker& asker, const Hello& hello, const core::HelloResult& accepted)
{
    close(hello.node);
    Session& session = m_sessions[hello.node];
    session.peer = asker.peer;
    session.id = accepted.welcome.session;
    session.incarnation = hello.incarnation;
    session.machine = hello.machine;
    if (accepted.welcome.recovering)
        m_witnesses[hello.node] = {hello, /*complete=*/false, {}};
    m_loop.apply(accepted.facts);
    m_loop.heard(hello.node);
    m_environment.log(LogLevel::Info, "agent.session", "node " + hello.hostname,
                      "opened session " + session.id.toString());
    Reply reply;
    reply.revision = m_loop.committedRevision();
    Welcome welcome = accepted.welcome;
    welcome.heartbeat = heartbeatOf(m_loop.state());
    reply.body = std::move(welcome);
    m_answerer.send(asker, std::move(reply));
}

void AgentSessions::endAll()
{
    m_sessions.clear();
    m_probes.clear();
    m_witnesses.clear();
    m_told = {};
    m_toPump.clear();
}

void AgentSessions::close(const NodeId& node)
{
    const auto found = m_sessions.find(node);
    if (found == m_sessions.end())
        return;
    m_told.forget(node);
    m_sessions.erase(found);
}

// ---- reports

AgentSessions::Session* AgentSessions::currentSession(const Asker& asker, const core::Actor& actor,
                                                      const SessionId& id)
{
    const auto found = m_sessions.find(*actor.node);
    const char* wrong = nullptr;
    if (found == m_sessions.end())
        wrong = "this node has no session";
    else if (found->second.id != id && !DROVER_MUTATION("accept-old-session"))
        wrong = "this is not the node's current session";
    else if (found->second.peer.connection != asker.peer.connection &&
             !DROVER_MUTATION("accept-old-session"))
        wrong = "the session belongs to another connection";
    if (wrong == nullptr)
        return &found->second;
    m_answerer.refuse(asker, staleError(wrong), m_loop.committedRevision());
    return nullptr;
}

void AgentSessions::handle(const Asker& asker, const core::Actor& actor, const Report& report)
{
    Session* session = currentSession(asker, actor, report.session);
    if (session == nullptr)
        return;
    const NodeId node = *actor.node;
    const Now now = m_loop.beginTurn();
    m_loop.heard(node);
    endProbe(node, core::LiveSession::Probe::Answered);
    if (report.n <= session->lastReport && !DROVER_MUTATION("accept-old-session")) {
        acknowledge(asker, *session);
        return;
    }
    if (report.n != session->lastReport + 1 && !DROVER_MUTATION("accept-old-session")) {
        m_answerer.refuse(asker,
                          staleError("report " + std::to_string(report.n) + " came where " +
                                     std::to_string(session->lastReport + 1) + " is next"),
                          m_loop.committedRevision());
        return;
    }
    if (auto fits = core::checkReport(m_loop.state(), node, report); !fits) {
        m_answerer.refuse(asker, fits.error(), m_loop.committedRevision());
        return;
    }
    if (m_loop.safeMode().empty() && core::impliesAmnesia(m_loop.state(), report)) {
        m_loop.enterSafeMode("node " + core::nodeName(m_loop.state(), node) +
                             " holds a copy at an epoch that was never granted here; this store is "
                             "older than the cluster");
        m_answerer.refuse(asker, m_loop.mayDecide().error(), m_loop.committedRevision());
        return; // its session is over
    }
    bearWitness(node, report);
    m_loop.apply(core::onReport(m_loop.state(), node, report, now));
    session->lastReport = report.n;
    if (report.complete && !session->complete) {
        session->complete = true;
        const auto datasets = core::datasetsConcerning(m_loop.state(), node);
        session->changed.insert(datasets.begin(), datasets.end());
        m_toPump.insert(node);
        m_loop.whenDurable([](const Result<void>&) {}); // a round, in which the snapshot is sent
    }
    acknowledge(asker, *session);
    resend(*session);
}

void AgentSessions::bearWitness(const NodeId& node, const Report& report)
{
    const auto witness = m_witnesses.find(node);
    if (witness == m_witnesses.end())
        return;
    auto& copies = witness->second.copies;
    std::set<CopyId> changed(report.gone.begin(), report.gone.end());
    for (const CopyState& copy : report.copies)
        changed.insert(copy.copy);
    std::erase_if(copies, [&](const auto& entry) { return changed.contains(entry.first.second); });
    for (const FoundCopy& found : report.found)
        copies.insert_or_assign({found.pool, found.identity.copy}, found);
    witness->second.complete = witness->second.complete || report.complete;
}

void AgentSessions::acknowledge(const Asker& asker, const Session& session) const
{
    Reply reply;
    reply.revision = m_loop.committedRevision();
    reply.body = ReportAck{session.id, session.lastReport};
    m_answerer.send(asker, std::move(reply));
}

void AgentSessions::handle(const Asker& asker, const core::Actor& actor, const AssignmentAck& ack)
{
    Session* session = currentSession(asker, actor, ack.session);
    if (session == nullptr)
        return;
    m_loop.heard(*actor.node);
    while (!session->unacknowledged.empty() && session->unacknowledged.front().n <= ack.n)
        session->unacknowledged.pop_front();
    // What is not durable yet is told with its round.
    if (m_loop.isBusy())
        m_toPump.insert(*actor.node);
    else
        pump(*actor.node, *session);
}

void AgentSessions::resend(Session& session)
{
    const bus::MonotonicTime now = m_environment.executor.now();
    if (session.unacknowledged.empty() ||
        now - session.unacknowledged.front().sentAt < kResendAfter)
        return;
    for (Batch& batch : session.unacknowledged) {
        batch.sentAt = now;
        m_answerer.sendFrame(session.peer, batch.frame);
    }
}

} // namespace drover::control::service
