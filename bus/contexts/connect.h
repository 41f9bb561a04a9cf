#pragma once

// From a context to what a connection needs.

#include "bus/client/connection.h"
#include "bus/contexts/config.h"

namespace drover::contexts {

// Reads the key files that the context names. InvalidArgument says which one is no good. The
// client's own options are left to the caller.
[[nodiscard]] model::Result<client::ConnectionOptions> connectionOptions(const Context& context);

} // namespace drover::contexts
