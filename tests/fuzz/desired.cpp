// A cluster's configuration as YAML, as `apply -f` takes it. What was read is the same after
// writing and reading it, and control takes it or says why not.

#include "cli/desired.h"
#include "proto/codec/request_codec.h"
#include "tests/fuzz/target.h"

namespace drover::tests {

FUZZ_TARGET(desired, Bytes bytes)
{
    const std::string text(bytes.rest());
    const auto desired = cli::parseDesired(text, "cluster.yaml");
    if (!desired) {
        requireRefusal(desired.error());
        require(desired.error().subject.starts_with("cluster.yaml"), "a refusal says where");
        return;
    }
    const std::string form = cli::formatDesired(*desired);
    const auto again = cli::parseDesired(form, "again");
    require(again.ok(), "what was written is read", again ? "" : again.error().message);
    require(*again == *desired, "read, write, read is the same configuration", form);

    model::Request request;
    request.requestId = "1";
    request.deadline = model::TimePoint{std::chrono::seconds(1'700'000'000)};
    model::Write write;
    write.operations.push_back({*desired, {}});
    request.body = write;
    const auto decoded = codec::decodeRequest(codec::encodeRequest(request));
    if (const auto* failure = std::get_if<codec::DecodeFailure>(&decoded)) {
        requireRefusal(failure->error);
        return;
    }
    require(std::get<codec::DecodedRequest>(decoded).request == request,
            "control gets what was read");
}

} // namespace drover::tests
