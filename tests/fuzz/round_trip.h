#pragma once

// The properties of the envelope's codec, for every target that gives it bytes.

#include "proto/model/api.h"

#include <string_view>

namespace drover::tests {

// A frame from a client or an agent to control: refused with code, message and what can be read of
// the request id, in a refusal that reaches the asker; or taken, within the limits of
// docs/protocol.md, and the same again after encoding in either form.
void checkRequestFrame(std::string_view frame);

// A frame from control: the same again after encoding in either form.
void checkReplyFrame(std::string_view frame);

// What docs/protocol.md says of limits, written down a second time.
void checkLimits(const model::Request& request);

} // namespace drover::tests
