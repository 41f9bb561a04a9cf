#pragma once

// Numbers of files that may be damaged. JSON's own conversion would wrap -1 around, cut 1.5 to 1,
// and take true for 1: a copy would be at an epoch that nobody granted.

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace drover::agent::backend {

// The member `key`: a whole number from 0 to `largest`. Throws nlohmann::json::exception.
template <class Number>
[[nodiscard]] Number numberOf(const nlohmann::json& object, const char* key,
                              Number largest = std::numeric_limits<Number>::max())
{
    constexpr int kWrongType = 302; // the library's own number for it
    const nlohmann::json& member = object.at(key);
    if (!member.is_number_unsigned() ||
        member.get<std::uint64_t>() > static_cast<std::uint64_t>(largest))
        throw nlohmann::json::type_error::create(
            kWrongType, std::string(key) + " is not a number that it can be", &object);
    return member.get<Number>();
}

} // namespace drover::agent::backend
