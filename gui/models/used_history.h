#pragma once

// How the used space of datasets went: the last values of each whose used space has changed since
// the program began to look. What never changes costs nothing.

#include "proto/model/id.h"
#include "proto/model/quantity.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace drover::gui::models {

class UsedHistory
{
public:
    static constexpr std::size_t kKept = 24; // values of one dataset; older ones go

    // It was `before`, and is `now`. Where they are the same, nothing is noted.
    void changed(const model::DatasetId& id, model::ByteCount before, model::ByteCount now);
    void forget(const model::DatasetId& id) { m_rings.erase(id); }
    void clear() { m_rings.clear(); }

    // Oldest first; empty where it has not changed.
    [[nodiscard]] std::vector<double> values(const model::DatasetId& id) const;
    // From the oldest kept value to the newest; absent where it has not changed.
    [[nodiscard]] std::optional<double> growth(const model::DatasetId& id) const;
    // Of datasets that have a history.
    [[nodiscard]] std::size_t size() const { return m_rings.size(); }

private:
    struct Ring
    {
        std::array<double, kKept> values{};
        std::uint8_t first = 0;
        std::uint8_t count = 0;
        void push(model::ByteCount value);
        [[nodiscard]] double at(std::size_t i) const { return values[(first + i) % kKept]; }
    };
    std::unordered_map<model::DatasetId, Ring> m_rings;
};

} // namespace drover::gui::models
