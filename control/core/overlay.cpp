#include "control/core/overlay.h"

#include <algorithm>

namespace drover::control::core {

using namespace model;

namespace {

RecordKey rawKey(RecordKind kind, const Uuid& id)
{
    return {kind, std::string(id.bytes.begin(), id.bytes.end())};
}

} // namespace

RecordKey keyOf(const DatasetId& id, RecordKind kind) { return rawKey(kind, id.value); }
RecordKey keyOf(const NodeId& id, RecordKind kind) { return rawKey(kind, id.value); }
RecordKey keyOf(const PoolId& id) { return rawKey(RecordKind::PoolLedger, id.value); }
RecordKey keyOf(const LeaseToken& token) { return rawKey(RecordKind::Lease, token.value); }

template <class T>
const T* Overlay::changedOr(const RecordKey& key, const T* base) const
{
    const auto it = m_changed.find(key);
    if (it == m_changed.end())
        return base;
    return it->second ? std::get_if<T>(&*it->second) : nullptr;
}

const ClusterRecord& Overlay::cluster() const
{
    const auto* record = changedOr<ClusterRecord>({RecordKind::Cluster, {}}, &m_base.cluster());
    return record ? *record : m_base.cluster();
}

const DatasetRecord* Overlay::dataset(const DatasetId& id) const
{
    return changedOr(keyOf(id, RecordKind::Dataset), m_base.dataset(id));
}

const DatasetLedger* Overlay::ledger(const DatasetId& id) const
{
    return changedOr(keyOf(id, RecordKind::DatasetLedger), m_base.ledger(id));
}

const NodeRecord* Overlay::node(const NodeId& id) const
{
    return changedOr(keyOf(id, RecordKind::Node), m_base.node(id));
}

const NodeLedger* Overlay::nodeLedger(const NodeId& id) const
{
    return changedOr(keyOf(id, RecordKind::NodeLedger), m_base.nodeLedger(id));
}

const PoolLedger* Overlay::pool(const PoolId& id) const
{
    return changedOr(keyOf(id), m_base.pool(id));
}
const LeaseRecord* Overlay::lease(const LeaseToken& token) const
{
    return changedOr(keyOf(token), m_base.lease(token));
}

bool Overlay::isTombstone(const DatasetId& id) const
{
    const auto it = m_changed.find(keyOf(id, RecordKind::Tombstone));
    return it == m_changed.end() ? m_base.isTombstone(id) : it->second.has_value();
}

const DatasetRecord* Overlay::living(const std::string& name) const
{
    const auto it = m_names.find(name);
    if (it != m_names.end())
        return it->second ? dataset(*it->second) : nullptr;
    const auto* record = m_base.living(name);
    return record ? dataset(record->id) : nullptr;
}

std::vector<DatasetId> Overlay::deletedNamed(const std::string& name) const
{
    auto ids = m_base.deletedNamed(name);
    const auto here = m_deleted.of(name);
    ids.insert(ids.end(), here.begin(), here.end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::erase_if(ids, [&](const DatasetId& id) {
        const auto* record = dataset(id);
        return record == nullptr || !record->deletion || record->header.name != name;
    });
    return ids;
}

std::vector<LeaseToken> Overlay::leasesOf(const DatasetId& id) const
{
    auto tokens = m_base.leasesOf(id);
    const auto here = m_datasetLeases.of(id);
    tokens.insert(tokens.end(), here.begin(), here.end());
    std::sort(tokens.begin(), tokens.end());
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    std::erase_if(tokens, [&](const LeaseToken& token) { return lease(token) == nullptr; });
    return tokens;
}

std::vector<LeaseToken> Overlay::leasesOn(const NodeId& id) const
{
    auto tokens = m_base.leasesOn(id);
    const auto here = m_nodeLeases.of(id);
    tokens.insert(tokens.end(), here.begin(), here.end());
    std::sort(tokens.begin(), tokens.end());
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    std::erase_if(tokens, [&](const LeaseToken& token) { return lease(token) == nullptr; });
    return tokens;
}

std::vector<DatasetId> Overlay::livingIds() const
{
    std::vector<DatasetId> ids;
    const auto take = [&](const DatasetId& id) {
        const auto* record = dataset(id);
        if (record != nullptr && !record->deletion)
            ids.push_back(id);
    };
    for (const auto& [id, record] : m_base.datasets())
        take(id);
    for (const auto& [key, record] : m_changed)
        if (record && key.kind == RecordKind::Dataset)
            take(std::get<DatasetRecord>(*record).id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

std::vector<KeyRecord> Overlay::keys() const
{
    std::vector<KeyRecord> all;
    for (const auto& [publicKey, key] : m_base.keys())
        if (!m_changed.contains({RecordKind::Key, publicKey}))
            all.push_back(key);
    for (const auto& [key, record] : m_changed)
        if (record && key.kind == RecordKind::Key)
            all.push_back(std::get<KeyRecord>(*record));
    return all;
}

void Overlay::put(const Record& record)
{
    if (const auto* after = std::get_if<DatasetRecord>(&record)) {
        const auto* before = dataset(after->id);
        if (before != nullptr && !before->deletion) {
            const auto* holder = living(before->header.name);
            if (holder != nullptr && holder->id == after->id)
                m_names[before->header.name] = std::nullopt;
        }
        if (after->deletion)
            m_deleted.insert(after->header.name, after->id);
        else
            m_names[after->header.name] = after->id;
    }
    if (const auto* lease = std::get_if<LeaseRecord>(&record)) {
        m_datasetLeases.insert(lease->dataset, lease->token);
        m_nodeLeases.insert(lease->node, lease->token);
    }
    const RecordKey key = model::keyOf(record);
    m_changed.insert_or_assign(key, record);
}

void Overlay::remove(const RecordKey& key)
{
    if (key.kind == RecordKind::Dataset) {
        const auto it = m_changed.find(key);
        const auto former = it != m_changed.end() ? it->second : m_base.record(key);
        const auto* record = former ? std::get_if<DatasetRecord>(&*former) : nullptr;
        if (record != nullptr && !record->deletion) {
            const auto* holder = living(record->header.name);
            if (holder != nullptr && holder->id == record->id)
                m_names[record->header.name] = std::nullopt;
        }
    }
    m_changed.insert_or_assign(key, std::nullopt);
}

ByteCount Overlay::promised(const PoolId& id) const
{
    const auto it = m_promised.find(id);
    return ByteCount{it == m_promised.end() ? 0 : it->second};
}

void Overlay::promise(const PoolId& id, ByteCount bytes) { m_promised[id] += bytes.value; }

std::vector<Change> Overlay::changes() const
{
    std::vector<Change> changes;
    for (const auto& [key, record] : m_changed) {
        if (m_base.record(key) == record)
            continue;
        if (record)
            changes.emplace_back(RecordPut{*record});
        else
            changes.emplace_back(RecordRemoved{key});
    }
    return changes;
}

} // namespace drover::control::core
