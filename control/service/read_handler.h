#pragma once

// Reads, and dry runs: answered from what is committed, at once when nothing is on its way, else
// after the round, in turns. A read that states a revision waits for it.

#include "control/core/decide.h"
#include "control/service/asker.h"
#include "control/service/decision_loop.h"
#include "control/service/read_turns.h"
#include "control/service/recovery.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace drover::control::service {

class ReadHandler
{
public:
    ReadHandler(const Environment& environment, const ServiceConfig& config, DecisionLoop& loop,
                Answerer& answerer, const Recovery& recovery)
        : m_environment(environment), m_config(config), m_loop(loop), m_answerer(answerer),
          m_recovery(recovery),
          m_turns([this](const bus::Peer& peer) { return m_answerer.isCongested(peer); })
    {}

    void handleRead(const Asker& asker, const core::Actor& actor, const model::Request& request);
    void handleDryRun(const Asker& asker, const core::Actor& actor, const model::Request& request);
    // A round ended: everything that was decided is committed.
    void committed();
    // A connection takes answers again.
    void relieved(const bus::Peer& peer);
    void peerGone(const bus::Peer& peer);

private:
    using Task = ReadTurns::Answer;
    struct Waiting
    {
        Asker asker;
        Task task;
        bus::Subscription deadline;
    };

    // Runs the task when the state is committed and has reached the revision, and it has its turn.
    void whenCommitted(const Asker& asker, const model::Request& request, Task task);
    void waitForRevision(const Asker& asker, const model::Request& request, Task task);
    void waitForTurn(const Asker& asker, Task task);
    void answerInTurn();
    // Answers in turn when this round has done all else.
    void continueLater();
    // These give the bytes of the answer.
    std::size_t answerRead(const Asker& asker, const core::Actor& actor,
                           const model::ReadVerb& verb);
    std::size_t answerDryRun(const Asker& asker, const core::Actor& actor,
                             const model::Write& write);
    std::size_t answerRecoveryPlan(const Asker& asker, const core::Actor& actor,
                                   const model::Recover& verb);
    std::size_t refuseLate(const Asker& asker);

    Environment m_environment;
    const ServiceConfig& m_config;
    DecisionLoop& m_loop;
    Answerer& m_answerer;
    const Recovery& m_recovery;
    ReadTurns m_turns;
    std::size_t m_atOnce = 0; // what answers of this round cost that had not to wait for a turn
    bool m_continues = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    std::multimap<model::Revision, Waiting> m_waiting; // by the revision they wait for
};

} // namespace drover::control::service
