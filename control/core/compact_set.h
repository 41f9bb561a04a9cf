#pragma once

// A sorted set in arrays: for many small elements, of which a node-based set would need several
// times the room. Elements lie in sorted chunks of at most kChunk; a full one is split in two.
//
// Cost: finding is logarithmic; inserting and erasing moves at most one chunk's elements (and, once
// per many insertions, one pointer per chunk). Iterators are valid until the next change.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace drover::control::core {

// Less may compare elements with keys, in both directions, as std::less<> does.
template <class T, class Less = std::less<>>
class CompactSet
{
    using Chunk = std::vector<T>; // sorted, never empty

public:
    class Iterator
    {
    public:
        const T& operator*() const { return (*m_chunks)[m_chunk][m_at]; }
        const T* operator->() const { return &**this; }
        Iterator& operator++()
        {
            if (++m_at == (*m_chunks)[m_chunk].size()) {
                ++m_chunk;
                m_at = 0;
            }
            return *this;
        }
        bool operator==(const Iterator&) const = default;

    private:
        friend class CompactSet;
        Iterator(const std::vector<Chunk>& chunks, std::size_t chunk, std::size_t at)
            : m_chunks(&chunks), m_chunk(chunk), m_at(at)
        {}
        const std::vector<Chunk>* m_chunks;
        std::size_t m_chunk;
        std::size_t m_at;
    };

    [[nodiscard]] Iterator begin() const { return {m_chunks, 0, 0}; }
    [[nodiscard]] Iterator end() const { return {m_chunks, m_chunks.size(), 0}; }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }

    // The first element that is not less than the key.
    template <class Key>
    [[nodiscard]] Iterator lower_bound(const Key& key) const
    {
        // The last chunk that begins before the key, if any, is the only one to hold it or end just
        // before it.
        const auto after =
            std::partition_point(m_chunks.begin(), m_chunks.end(),
                                 [&](const Chunk& chunk) { return m_less(chunk.front(), key); });
        if (after == m_chunks.begin())
            return begin();
        const auto chunk = static_cast<std::size_t>(after - m_chunks.begin()) - 1;
        const std::size_t at = position(m_chunks[chunk], key);
        return at == m_chunks[chunk].size() ? Iterator{m_chunks, chunk + 1, 0}
                                            : Iterator{m_chunks, chunk, at};
    }
    template <class Key>
    [[nodiscard]] Iterator find(const Key& key) const
    {
        const Iterator it = lower_bound(key);
        return it != end() && !m_less(key, *it) ? it : end();
    }
    template <class Key>
    [[nodiscard]] bool contains(const Key& key) const
    {
        return find(key) != end();
    }

    // Takes the place of an equal one.
    void put(T value)
    {
        if (m_chunks.empty())
            m_chunks.emplace_back();
        auto after =
            std::partition_point(m_chunks.begin(), m_chunks.end(), [&](const Chunk& chunk) {
                return !chunk.empty() && !m_less(value, chunk.front());
            });
        if (after != m_chunks.begin())
            --after;
        Chunk& chunk = *after;
        const std::size_t at = position(chunk, value);
        if (at < chunk.size() && !m_less(value, chunk[at])) {
            chunk[at] = std::move(value);
            return;
        }
        ++m_size;
        if (chunk.size() < kChunk) {
            chunk.insert(chunk.begin() + static_cast<std::ptrdiff_t>(at), std::move(value));
            return;
        }
        split(static_cast<std::size_t>(after - m_chunks.begin()), at, std::move(value));
    }
    template <class Key>
    void erase(const Key& key)
    {
        const Iterator it = find(key);
        if (it == end())
            return;
        Chunk& chunk = m_chunks[it.m_chunk];
        chunk.erase(chunk.begin() + static_cast<std::ptrdiff_t>(it.m_at));
        --m_size;
        if (chunk.empty())
            m_chunks.erase(m_chunks.begin() + static_cast<std::ptrdiff_t>(it.m_chunk));
        else if (chunk.size() * 4 < chunk.capacity())
            chunk.shrink_to_fit();
    }

    friend bool operator==(const CompactSet& a, const CompactSet& b)
    {
        if (a.size() != b.size())
            return false;
        for (auto left = a.begin(), right = b.begin(); left != a.end(); ++left, ++right)
            if (!(*left == *right))
                return false;
        return true;
    }

private:
    static constexpr std::size_t kChunk = 128;

    template <class Key>
    [[nodiscard]] std::size_t position(const Chunk& chunk, const Key& key) const
    {
        return static_cast<std::size_t>(
            std::partition_point(chunk.begin(), chunk.end(),
                                 [&](const T& element) { return m_less(element, key); }) -
            chunk.begin());
    }
    // Inserts into a full chunk. What only ever grows at the end fills its chunks.
    void split(std::size_t index, std::size_t at, T value)
    {
        Chunk& full = m_chunks[index];
        const std::size_t middle = at == full.size() ? at : full.size() / 2;
        Chunk rest(std::make_move_iterator(full.begin() + static_cast<std::ptrdiff_t>(middle)),
                   std::make_move_iterator(full.end()));
        full.resize(middle);
        Chunk& target = at < middle ? full : rest;
        const std::size_t there = at < middle ? at : at - middle;
        target.insert(target.begin() + static_cast<std::ptrdiff_t>(there), std::move(value));
        m_chunks.insert(m_chunks.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(rest));
    }

    std::vector<Chunk> m_chunks;
    std::size_t m_size = 0;
    [[no_unique_address]] Less m_less{};
};

} // namespace drover::control::core
