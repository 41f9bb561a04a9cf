#include "bus/client/tables.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace drover::client {

using namespace model; // NOLINT: this file is about nothing else

namespace {

template <class AnyId>
std::optional<AnyId> idOf(const std::string& raw)
{
    AnyId id;
    if (raw.size() != id.value.bytes.size())
        return std::nullopt;
    std::memcpy(id.value.bytes.data(), raw.data(), raw.size());
    return id;
}

template <class Key, class Value>
bool put(std::map<Key, Value>& table, Key key, const Value& value)
{
    const auto [it, inserted] = table.try_emplace(std::move(key), value);
    if (inserted)
        return true;
    if (it->second == value)
        return false;
    it->second = value;
    return true;
}
template <class Value>
bool put(std::optional<Value>& slot, const Value& value)
{
    if (slot == value)
        return false;
    slot = value;
    return true;
}
template <class AnyId, class Value>
bool removeById(std::map<AnyId, Value>& table, const std::string& raw)
{
    const auto id = idOf<AnyId>(raw);
    return id && table.erase(*id) > 0;
}
template <class Value>
bool clear(std::optional<Value>& slot)
{
    return std::exchange(slot, std::nullopt).has_value();
}

// The differences from `before` to `after`, both sorted: `put(value)` and `removed(key, value)` for
// each.
template <class Key, class Value, class Put, class Removed>
void difference(const std::map<Key, Value>& before, const std::map<Key, Value>& after, Put onPut,
                Removed onRemoved)
{
    auto old = before.begin();
    auto now = after.begin();
    while (old != before.end() || now != after.end()) {
        if (now == after.end() || (old != before.end() && old->first < now->first)) {
            onRemoved(old->first, old->second);
            ++old;
        } else if (old == before.end() || now->first < old->first) {
            onPut(now->second);
            ++now;
        } else {
            if (!(old->second == now->second))
                onPut(now->second);
            ++old, ++now;
        }
    }
}

} // namespace

bool Tables::apply(const Change& change)
{
    struct Putter
    {
        Tables& t;
        bool operator()(const ClusterRecord& r) const { return put(t.m_cluster, r); }
        bool operator()(const DatasetRecord& r) const { return put(t.m_datasets, r.id, r); }
        bool operator()(const NodeRecord& r) const { return put(t.m_nodes, r.id, r); }
        bool operator()(const KeyRecord& r) const { return put(t.m_keys, r.publicKey, r); }
        bool operator()(const HistoryRecord& r) const { return put(t.m_history, r); }
        bool operator()(const DatasetLedger& r) const { return put(t.m_datasetLedgers, r.id, r); }
        bool operator()(const NodeLedger& r) const { return put(t.m_nodeLedgers, r.id, r); }
        bool operator()(const PoolLedger& r) const { return put(t.m_poolLedgers, r.id, r); }
        bool operator()(const LeaseRecord& r) const { return put(t.m_leases, r.token, r); }
        bool operator()(const Tombstone& r) const { return put(t.m_tombstones, r.id, r); }
    };
    if (const auto* p = std::get_if<RecordPut>(&change))
        return std::visit(Putter{*this}, p->record);
    const RecordKey& key = std::get<RecordRemoved>(change).key;
    switch (key.kind) {
    case RecordKind::Cluster:
        return clear(m_cluster);
    case RecordKind::Dataset:
        return removeById(m_datasets, key.id);
    case RecordKind::Node:
        return removeById(m_nodes, key.id);
    case RecordKind::Key:
        return m_keys.erase(key.id) > 0;
    case RecordKind::History:
        return clear(m_history);
    case RecordKind::DatasetLedger:
        return removeById(m_datasetLedgers, key.id);
    case RecordKind::NodeLedger:
        return removeById(m_nodeLedgers, key.id);
    case RecordKind::PoolLedger:
        return removeById(m_poolLedgers, key.id);
    case RecordKind::Lease:
        return removeById(m_leases, key.id);
    case RecordKind::Tombstone:
        return removeById(m_tombstones, key.id);
    }
    return false; // a kind of a newer control: not ours to know
}

bool Tables::apply(const StateChange& change)
{
    struct Applier
    {
        Tables& t;
        bool operator()(const NodeStatePut& c) const
        {
            return put(t.m_nodeStates, c.node.id, c.node);
        }
        bool operator()(const NodeStateRemoved& c) const
        {
            return t.m_nodeStates.erase(c.node) > 0;
        }
        bool operator()(const CopyStatePut& c) const
        {
            return put(t.m_copyStates, CopyKey{c.node, c.copy.copy}, c.copy);
        }
        bool operator()(const CopyStateRemoved& c) const { return t.m_copyStates.erase(c.key) > 0; }
        bool operator()(const DatasetStatusPut& c) const
        {
            return put(t.m_statuses, c.status.id, c.status);
        }
        bool operator()(const DatasetStatusRemoved& c) const
        {
            return t.m_statuses.erase(c.id) > 0;
        }
    };
    return std::visit(Applier{*this}, change);
}

void Tables::adoptRecords(Tables&& other, const std::function<void(const Change&)>& changed)
{
    std::vector<Change> changes;
    const auto record = [&](const auto& value) { changes.emplace_back(RecordPut{value}); };
    const auto removed = [&](const auto&, const auto& value) {
        changes.emplace_back(RecordRemoved{keyOf(Record{value})});
    };
    const auto table = [&](auto& mine, auto& theirs) {
        difference(mine, theirs, record, removed);
        mine = std::move(theirs);
    };
    const auto single = [&](auto& mine, auto& theirs) {
        if (mine == theirs)
            return;
        if (theirs)
            record(*theirs);
        else
            removed(0, *mine);
        mine = std::move(theirs);
    };
    single(m_cluster, other.m_cluster);
    single(m_history, other.m_history);
    table(m_keys, other.m_keys);
    table(m_nodes, other.m_nodes);
    table(m_nodeLedgers, other.m_nodeLedgers);
    table(m_poolLedgers, other.m_poolLedgers);
    table(m_datasets, other.m_datasets);
    table(m_datasetLedgers, other.m_datasetLedgers);
    table(m_leases, other.m_leases);
    table(m_tombstones, other.m_tombstones);
    for (const Change& change : changes)
        changed(change);
}

void Tables::adoptFacts(Tables&& other, const std::function<void(const StateChange&)>& changed)
{
    std::vector<StateChange> changes;
    difference(
        m_nodeStates, other.m_nodeStates,
        [&](const NodeState& s) { changes.emplace_back(NodeStatePut{s}); },
        [&](const NodeId& id, const NodeState&) { changes.emplace_back(NodeStateRemoved{id}); });
    // The node of a copy is in the key only.
    for (const auto& [key, copy] : m_copyStates)
        if (!other.m_copyStates.contains(key))
            changes.emplace_back(CopyStateRemoved{key});
    for (const auto& [key, copy] : other.m_copyStates) {
        const auto it = m_copyStates.find(key);
        if (it == m_copyStates.end() || !(it->second == copy))
            changes.emplace_back(CopyStatePut{key.node, copy});
    }
    difference(
        m_statuses, other.m_statuses,
        [&](const DatasetStatus& s) { changes.emplace_back(DatasetStatusPut{s}); },
        [&](const DatasetId& id, const DatasetStatus&) {
            changes.emplace_back(DatasetStatusRemoved{id});
        });
    m_nodeStates = std::move(other.m_nodeStates);
    m_copyStates = std::move(other.m_copyStates);
    m_statuses = std::move(other.m_statuses);
    for (const StateChange& change : changes)
        changed(change);
}

} // namespace drover::client
