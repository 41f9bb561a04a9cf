#pragma once

// The talk with the agents: who speaks for which node, what they report, what they were told to do
// (DESIGN.md section 4).
//
// Specification
// - One session per node. A second process that says Hello for a node whose session is connected is
//   held until the first was heard again (then the newcomer is refused, DuplicateNode) or was
//   silent for a while (then it is replaced).
// - Reports are numbered per session from 1: one that was taken before is acknowledged again and
//   dropped, one after a gap is refused (StaleSession), and the agent starts a new session.
// - Assignments are sent from the moment on when the session's first full report is complete: first
//   everything (the snapshot, in as many batches as it needs; what changes meanwhile joins it, and
//   the batch that leaves nothing to say ends it), then what changed. A batch that was not
//   acknowledged for 5 s while the agent is heard is sent again with the same number; at most
//   kBatchesInFlight are on the way. Nothing is sent that is not durable.
// - A session that never completes its report is told nothing.
// - In safe mode sessions are opened that are `recovering`: they report with the copies' identities,
//   whatever the agents remember, and are told nothing. When safe mode begins or ends all sessions
//   end, and the agents begin anew.
//
// Rationale: what an agent was told is remembered as told, assignment by assignment, so that it
// hears only of differences, whatever set them off.

#include "control/core/assignments.h"
#include "control/core/recover.h"
#include "control/core/sessions.h"
#include "control/service/asker.h"
#include "control/service/decision_loop.h"
#include "control/service/told_assignments.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace drover::control::service {

class AgentSessions
{
public:
    AgentSessions(const Environment& environment, const ServiceConfig& config, DecisionLoop& loop,
                  Answerer& answerer)
        : m_environment(environment), m_datasetsPerBatch(config.datasetsPerBatch), m_loop(loop),
          m_answerer(answerer)
    {}
    // What the nodes have told a control that is to be recovered.
    [[nodiscard]] const core::Witnesses& witnesses() const { return m_witnesses; }

    void handle(const Asker& asker, const core::Actor& actor, const model::AgentVerb& verb);
    void peerGone(const bus::Peer& peer);
    // Every agent has to begin anew; what they told as witnesses is forgotten.
    void endAll();
    // A round ended: tells those whom it concerns.
    void refresh(const core::Touched& touched);

private:
    enum class Snapshot { Due, Underway, Said };
    struct Batch
    {
        std::uint64_t n = 0;
        std::string frame;
        bus::MonotonicTime sentAt;
    };
    struct Session
    {
        bus::Peer peer;
        bool connected = true;
        model::SessionId id;
        model::Uuid incarnation;
        model::MachineId machine;
        std::uint64_t lastReport = 0;
        bool complete = false; // the first full report ended
        Snapshot snapshot = Snapshot::Due;
        std::uint64_t lastBatch = 0;
        std::deque<Batch> unacknowledged;
        std::vector<model::PoolId> toldPools;
        std::set<model::DatasetId> changed; // may differ from what was told
    };
    // A newcomer that waits for what the first process does.
    struct Probe
    {
        Asker asker;
        core::Actor actor;
        model::Hello hello;
        bus::Subscription timeout;
    };

    void handle(const Asker& asker, const core::Actor& actor, const model::Hello& hello);
    void handle(const Asker& asker, const core::Actor& actor, const model::Report& report);
    void handle(const Asker& asker, const core::Actor& actor, const model::AssignmentAck& ack);

    void bearWitness(const model::NodeId& node, const model::Report& report);
    void decideHello(const Asker& asker, const core::Actor& actor, const model::Hello& hello,
                     const std::optional<core::LiveSession>& live);
    void beginProbe(const Asker& asker, const core::Actor& actor, const model::Hello& hello);
    void endProbe(const model::NodeId& node, core::LiveSession::Probe result);
    // For people, until the second process has been silent for a while.
    void showDuplicate(const model::Hello& hello, const model::Error& why);
    void open(const Asker& asker, const model::Hello& hello, const core::HelloResult& accepted);
    void close(const model::NodeId& node);
    [[nodiscard]] std::optional<core::LiveSession> liveSession(const model::NodeId& node,
                                                               const bus::Peer& newcomer) const;
    // The sender's session if it is the current one and came over its connection; else null, and
    // the sender was told.
    Session* currentSession(const Asker& asker, const core::Actor& actor,
                            const model::SessionId& id);
    void acknowledge(const Asker& asker, const Session& session) const;
    void resend(Session& session);

    void markChanged(const model::NodeId& node, Session& session, const model::DatasetId& dataset);
    // Sends as many batches as there is credit for.
    void pump(const model::NodeId& node, Session& session);
    // One batch of at most so many datasets; false when there is nothing to say (any more).
    bool sendBatch(const model::NodeId& node, Session& session, std::size_t mostDatasets);
    Environment m_environment;
    std::size_t m_datasetsPerBatch;
    DecisionLoop& m_loop;
    Answerer& m_answerer;
    std::map<model::NodeId, Session> m_sessions;
    std::map<model::NodeId, Probe> m_probes;
    std::map<model::NodeId, bus::Subscription> m_duplicates;
    core::Witnesses m_witnesses;
    ToldAssignments m_told;
    std::set<model::NodeId> m_toPump;
};

inline constexpr std::size_t kBatchesInFlight = 8;
inline constexpr bus::Duration kResendAfter{5000};

} // namespace drover::control::service
