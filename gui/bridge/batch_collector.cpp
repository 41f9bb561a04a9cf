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

models::Batch BatchCollector::drain()
{
    m_records.clear();
    m_facts.clear();
    const Revision revision = m_batch.revision;
    models::Batch batch = std::exchange(m_batch, {});
    m_batch.revision = revision;
    return batch;
}

} // namespace drover::gui::bridge
