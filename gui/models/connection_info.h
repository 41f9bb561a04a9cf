#pragma once

// What is known of the connection to control, as a value. Every state says why.

#include "proto/model/api.h"

#include <QString>

#include <cstdint>
#include <optional>

namespace drover::gui::models {

struct ConnectionInfo
{
    enum class State {
        Offline,         // no cluster was chosen, or its context is no good (`reason`)
        Connecting,      // nothing of the cluster has been seen yet
        Live,            // what is shown is what control says now
        Stale,           // what is shown was true at `since`
        Refused,         // control does not admit the key
        VersionMismatch, // control speaks no version that this program knows
    };
    State state = State::Offline;
    QString reason; // why it is not live; empty when live
    QString hint;   // what to do about it; may be empty
    std::optional<model::TimePoint> since;

    QString context; // the name of the chosen cluster
    QString endpoint;
    QString cluster; // as control names it
    QString version; // control's
    QString user;
    std::optional<model::KeyRole> role; // absent: not known yet
    std::optional<model::Duration> roundTrip;
    std::uint64_t behind = 0;      // messages that control has published and that are not shown yet
    model::Duration clockAhead{0}; // of control's wall clock before this machine's
    bool safeMode = false;         // control refuses every change
    QString safeModeReason;

    [[nodiscard]] bool hasData() const
    {
        return state == State::Live || state == State::Stale || since.has_value();
    }
    [[nodiscard]] bool mayChange() const
    {
        return role && (*role == model::KeyRole::Admin || *role == model::KeyRole::Operator);
    }
    bool operator==(const ConnectionInfo&) const = default;
};

} // namespace drover::gui::models
