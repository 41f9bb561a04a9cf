#pragma once

// The write `recover`: what the nodes' witness makes of the store. Only in safe mode.

#include "control/core/recover.h"
#include "control/service/agent_sessions.h"
#include "control/service/decision_loop.h"

namespace drover::control::service {

class Recovery
{
public:
    Recovery(const Environment& environment, DecisionLoop& loop, const AgentSessions& agents)
        : m_environment(environment), m_loop(loop), m_agents(agents)
    {}

    // The recovery that a write asks for; null for any other write. One that stands beside other
    // operations is refused by core::decide().
    [[nodiscard]] static const model::Recover* in(const model::Write& write);
    // Whether safe mode lets the write through: a recovery, and keys, without which nodes and people
    // that the store has forgotten could not speak.
    [[nodiscard]] static bool mayPass(const model::Write& write);

    // What would be done, with what stands against it. FailedState when there is nothing to recover.
    [[nodiscard]] model::Result<core::RecoveryPlan> plan(const model::Recover& request,
                                                         const core::Actor& actor) const;

private:
    Environment m_environment;
    DecisionLoop& m_loop;
    const AgentSessions& m_agents;
};

} // namespace drover::control::service
