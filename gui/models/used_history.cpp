#include "gui/models/used_history.h"

namespace drover::gui::models {

void UsedHistory::Ring::push(model::ByteCount value)
{
    if (count == kKept)
        first = static_cast<std::uint8_t>((first + 1U) % kKept);
    else
        ++count;
    values[(first + count - 1U) % kKept] = static_cast<double>(value.value);
}

void UsedHistory::changed(const model::DatasetId& id, model::ByteCount before, model::ByteCount now)
{
    if (before == now)
        return;
    Ring& ring = m_rings[id];
    if (ring.count == 0)
        ring.push(before);
    ring.push(now);
}

std::vector<double> UsedHistory::values(const model::DatasetId& id) const
{
    std::vector<double> result;
    const auto it = m_rings.find(id);
    if (it == m_rings.end())
        return result;
    for (std::size_t i = 0; i < it->second.count; ++i)
        result.push_back(it->second.at(i));
    return result;
}

std::optional<double> UsedHistory::growth(const model::DatasetId& id) const
{
    const auto it = m_rings.find(id);
    if (it == m_rings.end())
        return std::nullopt;
    const Ring& ring = it->second;
    return ring.at(ring.count - 1U) - ring.at(0);
}

} // namespace drover::gui::models
