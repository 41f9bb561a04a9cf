#pragma once

// The meaning of a mark beside a value. Views draw each as a shape of its own and in a colour, never
// as a colour alone.

#include "proto/model/api.h"

namespace drover::gui::models {

enum class Sign { None, Good, Busy, Info, Warning, Bad, Unknown, Gone };

[[nodiscard]] constexpr Sign signOf(model::Sync sync)
{
    switch (sync) {
    case model::Sync::InSync:
        return Sign::Good;
    case model::Sync::Converging:
        return Sign::Busy;
    case model::Sync::Blocked:
        return Sign::Bad;
    }
    return Sign::Unknown;
}

[[nodiscard]] constexpr Sign signOf(model::Health health)
{
    switch (health) {
    case model::Health::Healthy:
        return Sign::Good;
    case model::Health::Degraded:
        return Sign::Warning;
    case model::Health::Unavailable:
        return Sign::Bad;
    case model::Health::Unknown:
        return Sign::Unknown;
    }
    return Sign::Unknown;
}

[[nodiscard]] constexpr Sign signOf(model::Liveness liveness)
{
    switch (liveness) {
    case model::Liveness::Alive:
        return Sign::Good;
    case model::Liveness::Syncing:
        return Sign::Busy;
    case model::Liveness::Evasive:
        return Sign::Warning;
    case model::Liveness::Unreachable:
    case model::Liveness::Lost:
        return Sign::Bad;
    }
    return Sign::Unknown;
}

[[nodiscard]] constexpr Sign signOf(model::ConditionSeverity severity)
{
    switch (severity) {
    case model::ConditionSeverity::Info:
        return Sign::Info;
    case model::ConditionSeverity::Warning:
        return Sign::Warning;
    case model::ConditionSeverity::Error:
        return Sign::Bad;
    }
    return Sign::Unknown;
}

} // namespace drover::gui::models
