#include "control/service/write_handler.h"

#include "proto/codec/reply_codec.h"
#include "proto/model/mutation.h"

namespace drover::control::service {

using namespace model;

void WriteHandler::handle(const Asker& asker, const core::Actor& actor,
                          const codec::DecodedRequest& request)
{
    if (answerRepetition(asker, actor, request))
        return;
    const Now now = m_loop.beginTurn();
    const auto& write = std::get<Write>(request.request.body);
    auto allowed = checkDeadline(request.request, now);
    if (allowed)
        allowed = Recovery::mayPass(write) ? m_loop.hasRoom() : m_loop.mayDecide();
    if (!allowed) {
        m_answerer.refuse(asker, allowed.error(), m_loop.committedRevision());
        return;
    }
    if (const Recover* verb = Recovery::in(write)) {
        recover(asker, actor, request, *verb);
        return;
    }
    Reply reply = execute(actor, write, now);
    reply.requestId = asker.requestId;
    std::string encoded = codec::encodeReply(reply, /*json=*/false);
    if (!DROVER_MUTATION("forget-outcomes"))
        m_loop.queue().remember(
            {actor.user, asker.requestId, request.bodyDigest, encoded, now.wall});
    const Key key{actor.user, asker.requestId};
    m_askers[key].push_back(asker);
    if (DROVER_MUTATION("reply-before-append"))
        return finish(key, encoded, {});
    m_loop.whenDurable([this, key, encoded = std::move(encoded)](const Result<void>& durable) {
        finish(key, encoded, durable);
    });
}

bool WriteHandler::answerRepetition(const Asker& asker, const core::Actor& actor,
                                    const codec::DecodedRequest& request)
{
    const auto refuseOtherBody = [&] {
        m_answerer.refuse(asker,
                          Error{ErrorCode::DuplicateRequest,
                                "this request id was used for another request",
                                "request " + asker.requestId, "use a new id for each request"},
                          m_loop.committedRevision());
    };
    if (const store::Outcome* pending = m_loop.queue().findOutcome(actor.user, asker.requestId)) {
        if (pending->bodyDigest != request.bodyDigest)
            refuseOtherBody();
        else
            m_askers[{actor.user, asker.requestId}].push_back(asker);
        return true;
    }
    const auto kept = m_environment.store.findOutcome(actor.user, asker.requestId);
    if (!kept) {
        // Whether it was executed before cannot be told, so it is not executed.
        m_answerer.refuse(asker, kept.error(), m_loop.committedRevision());
        return true;
    }
    if (!*kept)
        return false;
    if ((*kept)->bodyDigest != request.bodyDigest)
        refuseOtherBody();
    else
        answer(asker, (*kept)->reply);
    return true;
}

Result<void> WriteHandler::checkDeadline(const Request& request, const Now& now) const
{
    const std::string clock = "control's clock says " + toString(now.wall);
    if (!request.deadline)
        return Error{ErrorCode::InvalidArgument, "a write needs a deadline",
                     "request " + request.requestId,
                     "state one, at most 10 minutes ahead; " + clock};
    if (*request.deadline < now.wall)
        return Error{
            ErrorCode::DeadlineExceeded,
            "the deadline " + toString(*request.deadline) + " has passed; nothing was executed",
            "request " + request.requestId, "send it again with a new id and deadline; " + clock};
    if (*request.deadline > now.wall + kMaximumDeadlineAhead)
        return Error{ErrorCode::InvalidArgument,
                     "the deadline " + toString(*request.deadline) +
                         " is more than 10 minutes ahead",
                     "request " + request.requestId, "state a nearer one; " + clock};
    return {};
}

Reply WriteHandler::execute(const core::Actor& actor, const Write& write, const Now& now)
{
    const core::ClusterState& state = m_loop.state();
    Reply reply;
    reply.revision = state.revision();
    auto decision =
        core::decide(state, write, actor, now, m_environment.ids, [this](Revision revision) {
            return m_environment.store.configurationAt(revision);
        });
    if (!decision) {
        reply.error = decision.error();
        if (auto failure = core::checkPreconditions(state, write))
            reply.current = std::move(failure->current);
        return reply;
    }
    if (auto fits = m_loop.queue().fits(*decision); !fits) {
        reply.error = fits.error();
        return reply;
    }
    WriteResult result;
    result.results = std::move(decision->results);
    result.warnings = std::move(decision->warnings);
    reply.revision = m_loop.commit(std::move(*decision));
    reply.body = std::move(result);
    return reply;
}

void WriteHandler::recover(const Asker& asker, const core::Actor& actor,
                           const codec::DecodedRequest& request, const Recover& verb)
{
    m_loop.flushNow(); // the recovery follows what is durable
    const auto& write = std::get<Write>(request.request.body);
    auto plan = m_recovery.plan(verb, actor);
    auto allowed = plan ? Result<void>{} : Result<void>{plan.error()};
    if (plan && !plan->obstacles.empty())
        allowed = plan->obstacles.front();
    if (allowed && !write.expectPlan.empty() && write.expectPlan != plan->plan.digest)
        allowed = Error{ErrorCode::PlanChanged,
                        "the plan is not the expected one any more: its digest is " +
                            plan->plan.digest + ", not " + write.expectPlan,
                        {},
                        "look at the plan again, then decide"};
    if (!allowed) {
        m_answerer.refuse(asker, allowed.error(), m_loop.committedRevision());
        return;
    }
    Reply reply;
    reply.requestId = asker.requestId;
    reply.revision = plan->commits.back().revision;
    WriteResult result;
    result.results.emplace_back().message =
        std::to_string(plan->adopted) + " datasets adopted, " + std::to_string(plan->missing) +
        " missing, " + std::to_string(plan->orphans) + " copies kept as orphans";
    result.warnings = plan->plan.warnings;
    reply.body = std::move(result);
    const std::string encoded = codec::encodeReply(reply, /*json=*/false);
    auto recovered = m_loop.recover(plan->commits, {actor.user, asker.requestId, request.bodyDigest,
                                                    encoded, m_environment.clock.wall()});
    if (recovered)
        answer(asker, encoded);
    else
        m_answerer.refuse(asker, recovered.error(), m_loop.committedRevision());
}

void WriteHandler::answer(const Asker& asker, const std::string& encodedReply) const
{
    if (!asker.json) {
        m_answerer.sendFrame(asker.peer, encodedReply);
        return;
    }
    auto reply = codec::decodeReply(encodedReply);
    if (reply)
        m_answerer.send(asker, std::move(*reply));
    else
        m_answerer.refuse(asker, reply.error(), m_loop.committedRevision());
}

void WriteHandler::finish(const Key& key, const std::string& encodedReply,
                          const Result<void>& durable)
{
    auto askers = m_askers.extract(key);
    if (askers.empty())
        return;
    for (const Asker& asker : askers.mapped()) {
        if (durable)
            answer(asker, encodedReply);
        else
            m_answerer.refuse(asker, durable.error(), m_loop.committedRevision());
    }
}

} // namespace drover::control::service
