// Messages between control and agents, without their envelope so that more of the bytes count; and
// what control says, or what was saved of it, given to an agent's core.

#include "agent/core/agent_core.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/store_codec.h"
#include "tests/fuzz/round_trip.h"
#include "tests/fuzz/target.h"

#include "drover/v1/envelope.pb.h"

#include <utility>

namespace drover::tests {

namespace {

using namespace std::chrono_literals;

// Fills a message as far as the bytes go; what is broken behind that is other targets' matter.
template <class Message>
void fill(Message& message, std::string_view bytes)
{
    static_cast<void>(message.ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size())));
}

// An agent that looked at its one pool and knows every copy that it is told about.
void checkAgent(const std::vector<model::Assignment>& assignments,
                const std::vector<model::PoolId>& clusterAgentFor, model::Duration ownershipTerm)
{
    agent::core::CoreSetup setup;
    agent::core::PoolSetup pool;
    if (!assignments.empty())
        pool.id = assignments.front().pool;
    pool.name = "default";
    pool.kind = "directory";
    setup.pools = {pool};
    agent::core::AgentCore core(setup);
    model::Now now{model::TimePoint{1'700'000'000s}, 1h};
    const auto feed = [&](const agent::core::Input& input) {
        auto out = core.handle(input, now);
        now.running += 1s;
        return out;
    };
    agent::core::AssignmentChanges changes;
    for (const model::Assignment& assignment : assignments)
        changes.upserts.emplace(keyOf(assignment), assignment);
    changes.clusterAgentFor = clusterAgentFor;
    static_cast<void>(feed(agent::core::AssignmentsSaved{std::move(changes), /*current=*/true}));
    static_cast<void>(feed(agent::core::SessionOpened{model::ClusterId{}, ownershipTerm}));
    static_cast<void>(feed(agent::core::ControlHeard{now.running}));
    for (int i = 0; i < 3; ++i) {
        const auto out = feed(agent::core::Tick{});
        for (const auto& [id, step] : out.start) {
            agent::core::StepDone done;
            done.id = id;
            done.outcome.error =
                model::Error{model::ErrorCode::Unavailable, "the disk is gone", {}, {}};
            static_cast<void>(feed(done));
        }
    }
    static_cast<void>(core.fullReport(now));
}

void checkReplyToAgent(const v1::Reply& message)
{
    const std::string frame = message.SerializePartialAsString();
    checkReplyFrame(frame);
    const auto reply = codec::decodeReply(frame);
    if (!reply)
        return;
    if (const auto* batch = std::get_if<model::AssignmentBatch>(&reply->body))
        checkAgent(batch->upserts, batch->clusterAgentFor, 30s);
    else if (const auto* welcome = std::get_if<model::Welcome>(&reply->body))
        checkAgent({}, {}, welcome->ownershipTerm);
}

} // namespace

FUZZ_TARGET(agent_messages, Bytes bytes)
{
    const int kind = bytes.byte() % 6;
    v1::Request request;
    request.set_request_id("1");
    v1::Reply reply;
    reply.set_protocol_version(model::kProtocolVersion);
    switch (kind) {
    case 0:
        fill(*request.mutable_hello(), bytes.rest());
        break;
    case 1:
        fill(*request.mutable_report(), bytes.rest());
        break;
    case 2:
        fill(*request.mutable_assignment_ack(), bytes.rest());
        break;
    case 3:
        fill(*reply.mutable_welcome(), bytes.rest());
        break;
    case 4:
        fill(*reply.mutable_assignment_batch(), bytes.rest());
        break;
    case 5:
        if (const auto saved = codec::decodeAssignments(bytes.rest()))
            checkAgent(saved->assignments, saved->clusterAgentFor, std::chrono::seconds(30));
        return;
    }
    if (kind < 3)
        checkRequestFrame(request.SerializePartialAsString());
    else
        checkReplyToAgent(reply);
}

} // namespace drover::tests
