#include "control/service/read_handler.h"

#include "control/core/plan.h"
#include "control/service/reads.h"

#include <algorithm>
#include <utility>

namespace drover::control::service {

using namespace model;

namespace {

constexpr std::size_t kMostWaiting = 1000;
constexpr std::size_t kMostWaitingOfUser = 64; // so that nobody can take all of them
constexpr Duration kLongestWait{30'000};       // for a revision, when the request has no deadline
// Bytes of answers that one round makes, some milliseconds of work: writes, reports and newer
// requests wait no longer for reads.
constexpr std::size_t kRound = std::size_t{512} << 10U;

} // namespace

void ReadHandler::handleRead(const Asker& asker, const core::Actor& actor, const Request& request)
{
    whenCommitted(asker, request, [this, asker, actor, verb = std::get<ReadVerb>(request.body)] {
        return answerRead(asker, actor, verb);
    });
}

void ReadHandler::handleDryRun(const Asker& asker, const core::Actor& actor, const Request& request)
{
    whenCommitted(asker, request, [this, asker, actor, write = std::get<Write>(request.body)] {
        return answerDryRun(asker, actor, write);
    });
}

void ReadHandler::whenCommitted(const Asker& asker, const Request& request, Task task)
{
    const auto isLate = [this, deadline = request.deadline] {
        return deadline && *deadline < m_environment.clock.wall();
    };
    if (isLate()) {
        refuseLate(asker);
        return;
    }
    const bool waits = request.minRevision > m_loop.committedRevision();
    // The common case, and the fast one: nobody is before it.
    if (!waits && !m_loop.isBusy() && !m_turns.hasTurns() && !m_turns.waits(asker.peer) &&
        m_atOnce < kRound && !m_answerer.isCongested(asker.peer)) {
        if (m_atOnce == 0)
            continueLater();
        m_atOnce += ReadTurns::kLeastCost + task();
        return;
    }
    Task inTime = [this, asker, isLate, task = std::move(task)] {
        return isLate() ? refuseLate(asker) : task();
    };
    if (waits)
        waitForRevision(asker, request, std::move(inTime));
    else
        waitForTurn(asker, std::move(inTime));
}

std::size_t ReadHandler::refuseLate(const Asker& asker)
{
    m_answerer.refuse(
        asker, Error{ErrorCode::DeadlineExceeded, "the deadline has passed", {}, "ask again"},
        m_loop.committedRevision());
    return 0;
}

void ReadHandler::waitForTurn(const Asker& asker, Task task)
{
    if (!m_turns.add(asker.peer, asker.bytes, std::move(task)))
        m_answerer.refuse(asker,
                          Error{ErrorCode::Unavailable,
                                "too many requests of this connection wait for their answers",
                                {},
                                "read the answers, and ask again a little later"},
                          m_loop.committedRevision());
    if (!m_loop.isBusy())
        continueLater();
}

void ReadHandler::continueLater()
{
    if (std::exchange(m_continues, true))
        return;
    m_environment.executor.whenIdle([this, alive = std::weak_ptr{m_alive}] {
        if (!alive.lock())
            return;
        m_continues = false;
        m_atOnce = 0;
        if (!m_loop.isBusy() && !m_loop.isDead()) // when busy, committed() comes
            answerInTurn();
    });
}

void ReadHandler::answerInTurn()
{
    m_turns.serve(kRound);
    if (m_turns.hasTurns())
        continueLater();
}

void ReadHandler::waitForRevision(const Asker& asker, const Request& request, Task task)
{
    const auto ofUser = std::count_if(m_waiting.begin(), m_waiting.end(), [&](const auto& entry) {
        return entry.second.asker.peer.user == asker.peer.user;
    });
    const bool tooManyOfUser = static_cast<std::size_t>(ofUser) >= kMostWaitingOfUser;
    if (tooManyOfUser || m_waiting.size() >= kMostWaiting) {
        m_answerer.refuse(asker,
                          Error{ErrorCode::Unavailable,
                                tooManyOfUser ? "too many requests of yours wait for a revision"
                                              : "too many requests wait for a revision",
                                {},
                                "ask again a little later"},
                          m_loop.committedRevision());
        return;
    }
    const Duration wait =
        request.deadline ? std::min(kLongestWait, *request.deadline - m_environment.clock.wall())
                         : kLongestWait;
    const auto waiting =
        m_waiting.emplace(request.minRevision, Waiting{asker, std::move(task), {}});
    waiting->second.deadline = m_environment.executor.after(wait, [this, waiting, asker,
                                                                   revision = request.minRevision] {
        // A copy: erasing ends this task, and what it holds.
        const Asker late = asker; // NOLINT(performance-unnecessary-copy-initialization)
        const Error error{ErrorCode::DeadlineExceeded,
                          "revision " + std::to_string(revision) + " has not come; the newest is " +
                              std::to_string(m_loop.committedRevision()),
                          {},
                          "ask again, or without a minimum revision"};
        m_waiting.erase(waiting); // and this task with it
        m_answerer.refuse(late, error, m_loop.committedRevision());
    });
}

void ReadHandler::committed()
{
    // What an answer sets off waits for the round after.
    const auto reached = m_waiting.upper_bound(m_loop.committedRevision());
    for (auto it = m_waiting.begin(); it != reached; it = m_waiting.erase(it))
        waitForTurn(it->second.asker, std::move(it->second.task));
    answerInTurn();
}

void ReadHandler::relieved(const bus::Peer& peer)
{
    m_turns.relieved(peer);
    if (m_turns.hasTurns() && !m_loop.isBusy())
        continueLater();
}

void ReadHandler::peerGone(const bus::Peer& peer)
{
    m_turns.gone(peer);
    std::erase_if(m_waiting, [&](const auto& entry) {
        return entry.second.asker.peer.connection == peer.connection;
    });
}

std::size_t ReadHandler::answerRead(const Asker& asker, const core::Actor& actor,
                                    const ReadVerb& verb)
{
    const Now now = m_loop.beginTurn();
    View view{m_loop.state(),
              m_environment.store,
              m_loop.streams(),
              m_config,
              now,
              m_config.eventsEndpoint.empty() ? m_environment.publisher.endpoint()
                                              : m_config.eventsEndpoint,
              m_loop.safeMode(),
              m_loop.safeModeSince(),
              m_loop.fullSince(),
              actor.user,
              actor.role};
    return m_answerer.sendFitting(asker, [&](std::size_t mostItems) {
        view.mostItems = mostItems;
        auto body = answer(view, verb);
        Reply reply;
        reply.revision = m_loop.committedRevision();
        if (body)
            reply.body = std::move(*body);
        else
            reply.error = body.error();
        return reply;
    });
}

std::size_t ReadHandler::answerDryRun(const Asker& asker, const core::Actor& actor,
                                      const Write& write)
{
    if (const Recover* verb = Recovery::in(write))
        return answerRecoveryPlan(asker, actor, *verb);
    const Now now = m_loop.beginTurn();
    const core::ClusterState& state = m_loop.state();
    auto decision =
        core::decide(state, write, actor, now, m_environment.ids, [this](Revision revision) {
            return m_environment.store.configurationAt(revision);
        });
    Reply reply;
    reply.revision = m_loop.committedRevision();
    if (decision) {
        WriteResult result;
        result.plan = core::plan(state, *decision, now);
        result.results = std::move(decision->results);
        result.warnings = std::move(decision->warnings);
        reply.body = std::move(result);
    } else {
        reply.error = decision.error();
        if (auto failure = core::checkPreconditions(state, write))
            reply.current = std::move(failure->current);
    }
    return m_answerer.send(asker, std::move(reply));
}

std::size_t ReadHandler::answerRecoveryPlan(const Asker& asker, const core::Actor& actor,
                                            const Recover& verb)
{
    const auto planned = m_recovery.plan(verb, actor);
    return m_answerer.sendFitting(asker, [&](std::size_t mostItems) {
        Reply reply;
        reply.revision = m_loop.committedRevision();
        if (!planned) {
            reply.error = planned.error();
            return reply;
        }
        WriteResult result;
        result.results.emplace_back();
        result.plan = planned->plan;
        const std::size_t hidden =
            planned->plan.steps.size() - std::min(planned->plan.steps.size(), mostItems);
        if (hidden > 0) {
            // What needs a person stands in front.
            result.plan->steps.resize(mostItems);
            result.plan->warnings.push_back(std::to_string(hidden) +
                                            " more steps of the usual kind are not shown");
        }
        reply.body = std::move(result);
        return reply;
    });
}

} // namespace drover::control::service
