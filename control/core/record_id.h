#pragma once

// The id inside a RecordKey.

#include "proto/model/event.h"

#include <algorithm>

namespace drover::control::core {

// Nil when the key's bytes are no id, which then names nothing.
template <class AnyId>
[[nodiscard]] AnyId idOf(const model::RecordKey& key)
{
    AnyId id;
    if (key.id.size() == id.value.bytes.size())
        std::transform(key.id.begin(), key.id.end(), id.value.bytes.begin(),
                       [](char c) { return static_cast<std::uint8_t>(c); });
    return id;
}

} // namespace drover::control::core
