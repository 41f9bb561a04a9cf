// Replies in binary form, as they come from a control to a client or an agent.

#include "tests/fuzz/round_trip.h"
#include "tests/fuzz/target.h"

namespace drover::tests {

FUZZ_TARGET(replies, Bytes bytes) { checkReplyFrame(bytes.rest()); }

} // namespace drover::tests
