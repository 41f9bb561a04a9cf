#pragma once

// The door: every frame is authenticated, decoded, authorized, and handed to whom it concerns.
// Nothing else happens here.

#include "control/service/agent_sessions.h"
#include "control/service/asker.h"
#include "control/service/decision_loop.h"
#include "control/service/read_handler.h"
#include "control/service/write_handler.h"

namespace drover::control::service {

class RequestHandler
{
public:
    RequestHandler(DecisionLoop& loop, Answerer& answerer, WriteHandler& writes, ReadHandler& reads,
                   AgentSessions& agents)
        : m_loop(loop), m_answerer(answerer), m_writes(writes), m_reads(reads), m_agents(agents)
    {}

    void handle(const bus::Peer& peer, const bus::Frame& frame);
    void peerGone(const bus::Peer& peer);
    // Whether this user may subscribe to this topic.
    [[nodiscard]] bool admits(const bus::Peer& peer, std::string_view topic) const;

private:
    DecisionLoop& m_loop;
    Answerer& m_answerer;
    WriteHandler& m_writes;
    ReadHandler& m_reads;
    AgentSessions& m_agents;
};

} // namespace drover::control::service
