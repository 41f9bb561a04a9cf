#pragma once

// The one source of chance in a run, as the tests use it. The same seed gives the same run, on
// every machine.

#include "bus/memory/virtual_world.h"
#include "proto/model/id.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace drover::sim {

class Random : public model::IdSource
{
public:
    explicit Random(std::uint64_t seed) : m_source(seed) {}

    // 0 .. bound-1; bound > 0.
    std::uint64_t below(std::uint64_t bound) { return m_source.below(bound); }
    std::uint64_t between(std::uint64_t low, std::uint64_t high)
    {
        return low + below(high - low + 1);
    }
    bool chance(unsigned thousandths) { return below(1000) < thousandths; }
    template <class T>
    const T& pick(const std::vector<T>& from)
    {
        return from[below(from.size())];
    }

    model::Uuid next() override
    {
        model::Uuid uuid;
        for (std::size_t half = 0; half < 2; ++half) {
            std::uint64_t bits = m_source.next();
            for (std::size_t i = 0; i < 8; ++i, bits >>= 8)
                uuid.bytes[half * 8 + i] = static_cast<std::uint8_t>(bits);
        }
        uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);
        uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
        return uuid;
    }

private:
    bus::SeededRandom m_source;
};

} // namespace drover::sim
