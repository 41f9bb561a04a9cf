#pragma once

// Reads, and dry runs: answered from what is committed, at once when nothing is on its way, else
// after the round. A read that states a revision waits for it.

#include "control/core/decide.h"
#include "control/service/asker.h"
#include "control/service/decision_loop.h"
#include "control/service/recovery.h"

#include <map>
#include <string>
#include <vector>

namespace drover::control::service {

class ReadHandler
{
public:
    ReadHandler(const Environment& environment, const ServiceConfig& config, DecisionLoop& loop,
                const Answerer& answerer, const Recovery& recovery)
        : m_environment(environment), m_config(config), m_loop(loop), m_answerer(answerer),
          m_recovery(recovery)
    {}

    void handleRead(const Asker& asker, const core::Actor& actor, const model::Request& request);
    void handleDryRun(const Asker& asker, const core::Actor& actor, const model::Request& request);
    // A round ended: everything that was decided is committed.
    void committed();

private:
    using Task = std::function<void()>;
    struct Waiting
    {
        std::string user;
        Task task;
        bus::Subscription deadline;
    };

    // Runs the task when the state is committed and has reached the revision.
    void whenCommitted(const Asker& asker, const model::Request& request, Task task);
    void waitForRevision(const Asker& asker, const model::Request& request, Task task);
    void answerRead(const Asker& asker, const core::Actor& actor, const model::ReadVerb& verb);
    void answerDryRun(const Asker& asker, const core::Actor& actor, const model::Write& write);
    void answerRecoveryPlan(const Asker& asker, const core::Actor& actor,
                            const model::Recover& verb);

    Environment m_environment;
    const ServiceConfig& m_config;
    DecisionLoop& m_loop;
    const Answerer& m_answerer;
    const Recovery& m_recovery;
    std::vector<Task> m_afterRound;
    std::multimap<model::Revision, Waiting> m_waiting; // by the revision they wait for
};

} // namespace drover::control::service
