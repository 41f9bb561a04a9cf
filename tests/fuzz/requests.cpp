// Requests in binary form, as they come to control's port.

#include "tests/fuzz/round_trip.h"
#include "tests/fuzz/target.h"

namespace drover::tests {

FUZZ_TARGET(requests, Bytes bytes) { checkRequestFrame(bytes.rest()); }

} // namespace drover::tests
