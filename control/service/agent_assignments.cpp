// What agents are told to do: the second half of AgentSessions.

#include "control/service/agent_sessions.h"

#include "control/core/assignments.h"
#include "control/core/handover.h"
#include "proto/codec/reply_codec.h"
#include "proto/model/crash_point.h"

#include <algorithm>

namespace drover::control::service {

using namespace model;

void AgentSessions::refresh(const core::Touched& touched)
{
    for (const DatasetId& dataset : touched.datasets) {
        std::set<NodeId> nodes = core::concernedNodes(m_loop.state(), dataset);
        nodes.merge(m_told.nodes(dataset));
        for (const NodeId& node : nodes)
            if (const auto session = m_sessions.find(node); session != m_sessions.end())
                markChanged(node, session->second, dataset);
    }
    m_toPump.insert(touched.nodes.begin(), touched.nodes.end());
    for (const PoolId& id : touched.pools)
        if (const auto* pool = m_loop.state().pool(id))
            m_toPump.insert(pool->nodes.begin(), pool->nodes.end());
    for (const NodeId& node : std::exchange(m_toPump, {}))
        if (const auto session = m_sessions.find(node); session != m_sessions.end())
            pump(node, session->second);
}

void AgentSessions::markChanged(const NodeId& node, Session& session, const DatasetId& dataset)
{
    // Before the snapshot there is nothing that could differ from what was told.
    if (!session.complete)
        return;
    session.changed.insert(dataset);
    m_toPump.insert(node);
}

void AgentSessions::pump(const NodeId& node, Session& session)
{
    if (!session.complete || !session.connected || !m_loop.safeMode().empty())
        return;
    while (session.unacknowledged.size() < kBatchesInFlight)
        if (!sendBatch(node, session, m_datasetsPerBatch))
            return;
}

bool AgentSessions::sendBatch(const NodeId& node, Session& session, std::size_t mostDatasets)
{
    const core::ClusterState& state = m_loop.state();
    AssignmentBatch batch;
    batch.session = session.id;
    batch.n = session.lastBatch + 1;
    batch.term = state.history().term;
    batch.revision = m_loop.committedRevision();
    batch.snapshot = session.snapshot == Snapshot::Due;
    batch.clusterAgentFor = core::clusterAgentPools(state, node);
    std::map<DatasetId, ToldAssignments::Difference> differences;
    for (const DatasetId& dataset : session.changed) {
        if (differences.size() == mostDatasets)
            break;
        auto difference =
            m_told.difference(node, dataset, core::assignmentsOf(state, dataset, node));
        batch.upserts.insert(batch.upserts.end(), difference.upserts.begin(),
                             difference.upserts.end());
        batch.unassign.insert(batch.unassign.end(), difference.unassign.begin(),
                              difference.unassign.end());
        differences.emplace(dataset, std::move(difference));
    }
    const bool last = differences.size() == session.changed.size();
    const bool inSnapshot = session.snapshot != Snapshot::Said;
    batch.snapshotContinues = inSnapshot && !last;
    // That the snapshot has ended is always worth a batch.
    const bool says = (inSnapshot && last) || !batch.upserts.empty() || !batch.unassign.empty() ||
                      batch.clusterAgentFor != session.toldPools;
    std::string frame;
    if (says) {
        Reply reply;
        reply.revision = batch.revision;
        reply.body = batch;
        frame = codec::encodeReply(reply, /*json=*/false);
        if (frame.size() > kMaximumFrame && mostDatasets > 1)
            return sendBatch(node, session, mostDatasets / 2);
    }
    for (const auto& [dataset, difference] : differences) {
        session.changed.erase(dataset);
        m_told.tell(node, dataset, difference);
    }
    if (!says)
        return !session.changed.empty();
    session.snapshot = batch.snapshotContinues ? Snapshot::Underway : Snapshot::Said;
    session.toldPools = batch.clusterAgentFor;
    session.lastBatch = batch.n;
    session.unacknowledged.push_back({batch.n, frame, m_environment.executor.now()});
    DROVER_CRASH_POINT("assignments.before");
    m_answerer.sendFrame(session.peer, std::move(frame));
    DROVER_CRASH_POINT("assignments.after");
    return !session.changed.empty();
}

} // namespace drover::control::service
