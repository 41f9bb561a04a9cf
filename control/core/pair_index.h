#pragma once

// An ordered many-to-many index: all second parts that stand beside a first part. Not a record;
// rebuilt by apply().

#include "control/core/compact_set.h"

#include <utility>
#include <vector>

namespace drover::control::core {

template <class First, class Second>
class PairIndex
{
    using Pair = std::pair<First, Second>;

public:
    void insert(const First& first, const Second& second) { m_pairs.put({first, second}); }
    void erase(const First& first, const Second& second) { m_pairs.erase(Pair{first, second}); }
    // Sorted. Empty when nothing stands beside `first`.
    [[nodiscard]] std::vector<Second> of(const First& first) const
    {
        std::vector<Second> found;
        for (auto it = m_pairs.lower_bound(Pair{first, Second{}});
             it != m_pairs.end() && it->first == first; ++it)
            found.push_back(it->second);
        return found;
    }
    [[nodiscard]] bool contains(const First& first) const
    {
        const auto it = m_pairs.lower_bound(Pair{first, Second{}});
        return it != m_pairs.end() && it->first == first;
    }
    [[nodiscard]] bool contains(const First& first, const Second& second) const
    {
        return m_pairs.contains(Pair{first, second});
    }
    [[nodiscard]] std::size_t count(const First& first) const { return of(first).size(); }
    bool operator==(const PairIndex&) const = default;

private:
    // Second{} sorts before every value in use: ids and names are never nil or empty here.
    CompactSet<Pair> m_pairs;
};

} // namespace drover::control::core
