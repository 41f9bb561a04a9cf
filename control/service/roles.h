#pragma once

// The one table of who may use which verb and read which stream (DESIGN.md section 9). What is not
// in it is denied; a verb that is forgotten here does not compile.

#include "proto/model/api.h"

#include <string_view>

namespace drover::control::service {

// For a batch: every operation must be allowed.
[[nodiscard]] bool isAllowed(model::KeyRole role, const model::WriteVerb& verb);
[[nodiscard]] bool isAllowed(model::KeyRole role, const model::ReadVerb& verb);
[[nodiscard]] bool isAllowed(model::KeyRole role, const model::AgentVerb& verb);
// Topics other than those of the streams and the tick are nobody's.
[[nodiscard]] bool maySubscribe(model::KeyRole role, std::string_view topic);

// PermissionDenied, naming the first verb of the request that the role may not use.
[[nodiscard]] model::Result<void> authorize(model::KeyRole role, const model::Request& request);

} // namespace drover::control::service
