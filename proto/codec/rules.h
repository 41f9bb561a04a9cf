#pragma once

// What a well-formed request must keep to, whatever the state of the cluster: the one place of all
// limits on input.
//
// Internal to the codec.

#include "proto/model/api.h"

namespace drover::codec {

// The first rule that is broken: InvalidArgument or TooLarge, with the object as the subject and,
// in a batch, the operation's place in the message.
[[nodiscard]] model::Result<void> checkRequest(const model::Request& request);

} // namespace drover::codec
