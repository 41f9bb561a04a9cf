// Frames that begin with '{': the same messages in protobuf's JSON mapping, requests and replies.

#include "tests/fuzz/round_trip.h"
#include "tests/fuzz/target.h"

namespace drover::tests {

FUZZ_TARGET(json_frames, Bytes bytes)
{
    std::string frame(bytes.rest());
    if (!frame.starts_with('{'))
        frame.insert(frame.begin(), '{');
    checkRequestFrame(frame);
    checkReplyFrame(frame);
}

} // namespace drover::tests
