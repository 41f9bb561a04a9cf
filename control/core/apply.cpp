#include "control/core/apply.h"

#include "control/core/record_id.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

template <class... Cases>
struct Match : Cases...
{
    using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

void add(std::set<DatasetId>& to, const std::vector<DatasetId>& ids)
{
    to.insert(ids.begin(), ids.end());
}

// Whoever waits for room or for a node looks again.
void addWaiting(Touched& touched, const ClusterState& state)
{
    touched.datasets.insert(state.unplaced().begin(), state.unplaced().end());
}

void addNode(Touched& touched, const ClusterState& state, const NodeId& id)
{
    touched.nodes.insert(id);
    add(touched.datasets, state.datasetsOfNode(id));
    for (const auto& pool : state.poolsOfNode(id)) {
        const auto* ledger = state.pool(pool);
        if (ledger == nullptr || !ledger->shared)
            continue;
        touched.pools.insert(pool);
        if (ledger->agentNode == id)
            add(touched.datasets, state.datasetsOfPool(pool));
    }
}

void addPool(Touched& touched, const ClusterState& state, const PoolId& id)
{
    touched.pools.insert(id);
    add(touched.datasets, state.datasetsOfPool(id));
}

// A copy went away from the ledger, so there is room in some pool.
bool frees(const std::optional<Record>& former, const Change& change)
{
    const auto* put = std::get_if<RecordPut>(&change);
    const auto* after = put ? std::get_if<DatasetLedger>(&put->record) : nullptr;
    const auto* before = former ? std::get_if<DatasetLedger>(&*former) : nullptr;
    return after != nullptr && before != nullptr && after->retired.size() < before->retired.size();
}

// What decisions look at in a node's state; the rest (time last heard, version) touches nothing.
bool decidesTheSame(const NodeState& a, const NodeState& b)
{
    return a.liveness == b.liveness && a.session == b.session && a.labels == b.labels &&
           std::equal(a.pools.begin(), a.pools.end(), b.pools.begin(), b.pools.end(),
                      [](const PoolState& x, const PoolState& y) {
                          return x.id == y.id && x.name == y.name && x.available == y.available &&
                                 x.capacity == y.capacity && x.capabilities == y.capabilities;
                      });
}

// Room that became free lets only those in that wait for a place.
bool gainsRoom(const NodeState& before, const NodeState& after)
{
    return !std::equal(
        before.pools.begin(), before.pools.end(), after.pools.begin(), after.pools.end(),
        [](const PoolState& x, const PoolState& y) { return x.id == y.id && y.free <= x.free; });
}

} // namespace

Change apply(ClusterState& state, const Change& change)
{
    return std::visit(Match{[&](const RecordPut& put) -> Change {
                                const RecordKey key = keyOf(put.record);
                                auto former = state.record(key);
                                std::visit([&](const auto& record) { state.putRecord(record); },
                                           put.record);
                                if (former)
                                    return RecordPut{std::move(*former)};
                                return RecordRemoved{key};
                            },
                            [&](const RecordRemoved& removed) -> Change {
                                auto former = state.record(removed.key);
                                if (!former)
                                    return removed;
                                state.removeRecord(*former);
                                return RecordPut{std::move(*former)};
                            }},
                      change);
}

void apply(ClusterState& state, const StateChange& change)
{
    std::visit(Match{[&](const NodeStatePut& put) { state.putNodeState(put.node); },
                     [&](const NodeStateRemoved& removed) { state.removeNodeState(removed.node); },
                     [&](const CopyStatePut& put) { state.putCopyState(put.node, put.copy); },
                     [&](const CopyStateRemoved& removed) { state.removeCopyState(removed.key); },
                     [&](const DatasetStatusPut& put) { state.putStatus(put.status); },
                     [&](const DatasetStatusRemoved& removed) { state.removeStatus(removed.id); }},
               change);
}

std::vector<Change> apply(ClusterState& state, const Commit& commit)
{
    std::vector<Change> inverses;
    inverses.reserve(commit.changes.size());
    for (const auto& change : commit.changes)
        inverses.push_back(apply(state, change));
    std::reverse(inverses.begin(), inverses.end());
    state.m_revision = commit.revision;
    return inverses;
}

void undo(ClusterState& state, const std::vector<Change>& inverses)
{
    for (const auto& inverse : inverses)
        apply(state, inverse);
    --state.m_revision;
}

ClusterState stateOf(const std::vector<Record>& records, Revision revision, const Now& now)
{
    ClusterState state;
    state.observe(now);
    for (const auto& record : records)
        apply(state, RecordPut{record});
    state.m_revision = revision;
    return state;
}

std::vector<StateChange> factsEndedBy(const ClusterState& state, const Change& change)
{
    std::vector<StateChange> ended;
    const RecordKey key = keyOf(change);
    if (!std::holds_alternative<RecordRemoved>(change))
        return ended;
    if (key.kind == RecordKind::NodeLedger) {
        const auto node = idOf<NodeId>(key);
        for (const auto& copy : state.copiesOn(node))
            ended.emplace_back(CopyStateRemoved{copy});
        if (state.nodeState(node) != nullptr)
            ended.emplace_back(NodeStateRemoved{node});
    }
    return ended;
}

void touch(Touched& touched, const ClusterState& before, const Change& change)
{
    // Both the record that goes and the one that comes.
    const auto former = before.record(keyOf(change));
    const auto look = [&](const Record& record) {
        std::visit(Match{[&](const DatasetRecord& r) { touched.datasets.insert(r.id); },
                         [&](const DatasetLedger& r) { touched.datasets.insert(r.id); },
                         [&](const NodeRecord&) { addWaiting(touched, before); },
                         [&](const NodeLedger& r) { addNode(touched, before, r.id); },
                         [&](const PoolLedger& r) { addPool(touched, before, r.id); },
                         [&](const LeaseRecord& r) { touched.datasets.insert(r.dataset); },
                         [&](const ClusterRecord& r) {
                             // Another grace is due at other moments than those that were waited
                             // for.
                             if (r.retiredCopyGrace != before.cluster().retiredCopyGrace)
                                 add(touched.datasets, before.retiredQueue().keys());
                         },
                         [](const KeyRecord&) {}, [](const HistoryRecord&) {},
                         [](const Tombstone&) {}},
                   record);
    };
    if (former)
        look(*former);
    if (const auto* put = std::get_if<RecordPut>(&change))
        look(put->record);
    // Room was freed, or a node joined.
    const bool removed = std::holds_alternative<RecordRemoved>(change);
    const RecordKind kind = keyOf(change).kind;
    if (kind == RecordKind::DatasetLedger && (removed || frees(former, change)))
        addWaiting(touched, before);
    if (kind == RecordKind::PoolLedger)
        addWaiting(touched, before);
}

void touch(Touched& touched, const ClusterState& before, const StateChange& change)
{
    std::visit(
        Match{[&](const NodeStatePut& put) {
                  const auto* old = before.nodeState(put.node.id);
                  if (old != nullptr && decidesTheSame(*old, put.node)) {
                      if (gainsRoom(*old, put.node))
                          addWaiting(touched, before);
                      return;
                  }
                  addNode(touched, before, put.node.id);
                  addWaiting(touched, before);
              },
              [&](const NodeStateRemoved& removed) { addNode(touched, before, removed.node); },
              [&](const CopyStatePut& put) {
                  touched.datasets.insert(put.copy.dataset);
                  if (before.isLost(put.node))
                      touched.nodes.insert(put.node);
                  // The same copy id may have been reported for another dataset.
                  if (const auto* old = before.copyState(put.node, put.copy.copy))
                      touched.datasets.insert(old->dataset);
              },
              [&](const CopyStateRemoved& removed) {
                  if (const auto* old = before.copyState(removed.key.node, removed.key.copy))
                      touched.datasets.insert(old->dataset);
                  if (const auto dataset = before.destroyedDataset(removed.key.copy))
                      touched.datasets.insert(*dataset);
                  if (before.isLost(removed.key.node))
                      touched.nodes.insert(removed.key.node);
              },
              [](const DatasetStatusPut&) {}, [](const DatasetStatusRemoved&) {}},
        change);
}

} // namespace drover::control::core
