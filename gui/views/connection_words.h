#pragma once

// The states of a connection in words and signs; the status bar, the banner and the start page say
// the same.

#include "gui/models/connection_info.h"
#include "gui/models/sign.h"

#include <QString>

namespace drover::gui {

[[nodiscard]] models::Sign signOf(const models::ConnectionInfo& info);
[[nodiscard]] QString stateWord(const models::ConnectionInfo& info); // `live`, `not current`, ...
// What an operator has to know when it is not live, whole sentences; empty when live.
[[nodiscard]] QString explanation(const models::ConnectionInfo& info, model::TimePoint now);

} // namespace drover::gui
