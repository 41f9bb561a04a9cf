#include "gui/bridge/batch_collector.h"

#include <utility>

namespace drover::gui::bridge {

using namespace model; // NOLINT: this file is about nothing else

namespace {

template <class AnyId>
std::string rawId(const AnyId& id)
{
    return {reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size()};
}

// Names the object that a fact is about; the first letter is its kind.
struct FactKey
{
    std::string operator()(const NodeStatePut& fact) const { return "n" + rawId(fact.node.id); }
    std::string operator()(const NodeStateRemoved& fact) const { return "n" + rawId(fact.node); }
    std::string operator()(const CopyStatePut& fact) const
    {
        return "c" + rawId(fact.node) + rawId(fact.copy.copy);
    }
    std::string operator()(const CopyStateRemoved& fact) const
    {
        return "c" + rawId(fact.key.node) + rawId(fact.key.copy);
    }
    std::string operator()(const DatasetStatusPut& fact) const
    {
        return "d" + rawId(fact.status.id);
    }
    std::string operator()(const DatasetStatusRemoved& fact) const { return "d" + rawId(fact.id); }
};

// What is made of what: later ones look up earlier ones.
enum class Layer { Ledgers, Nodes, Datasets };

Layer layerOf(RecordKind kind)
{
    switch (kind) {
    case RecordKind::Dataset:
        return Layer::Datasets;
    case RecordKind::Node:
    case RecordKind::NodeLedger:
    case RecordKind::PoolLedger:
        return Layer::Nodes;
    default:
        return Layer::Ledgers;
    }
}

} // namespace

void BatchCollector::take(const Change& change)
{
    const auto [place, isNew] = m_records.emplace(keyOf(change), m_batch.records.size());
    if (isNew)
        m_batch.records.push_back(change);
    else
        m_batch.records[place->second] = change;
}

void BatchCollector::take(const StateChange& fact)
{
    const auto [place, isNew] = m_facts.emplace(std::visit(FactKey{}, fact), m_batch.facts.size());
    if (isNew)
        m_batch.facts.push_back(fact);
    else
        m_batch.facts[place->second] = fact;
}

models::Batch BatchCollector::drain(std::size_t most)
{
    if (m_pieces.empty()) {
        if (m_batch.records.size() + m_batch.facts.size() <= most)
            return all();
        split(all(), most);
    }
    models::Batch piece = std::move(m_pieces.front());
    m_pieces.pop_front();
    return piece;
}

void BatchCollector::split(models::Batch batch, std::size_t most)
{
    const auto piece = [&]() -> models::Batch& {
        if (m_pieces.empty() ||
            m_pieces.back().records.size() + m_pieces.back().facts.size() >= most)
            m_pieces.emplace_back();
        return m_pieces.back();
    };
    const auto put = [&](Layer layer) {
        for (Change& change : batch.records)
            if (layerOf(keyOf(change).kind) == layer)
                piece().records.push_back(std::move(change));
    };
    put(Layer::Ledgers);
    for (StateChange& fact : batch.facts)
        piece().facts.push_back(std::move(fact));
    put(Layer::Nodes);
    put(Layer::Datasets);
    m_pieces.back().revision = batch.revision;
}

models::Batch BatchCollector::all()
{
    m_records.clear();
    m_facts.clear();
    const Revision revision = m_batch.revision;
    models::Batch batch = std::exchange(m_batch, {});
    m_batch.revision = revision;
    return batch;
}

} // namespace drover::gui::bridge
