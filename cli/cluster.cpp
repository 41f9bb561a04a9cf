#include "cli/cluster.h"

#include <optional>
#include <utility>

namespace drover::cli {

model::Result<model::Reply> Cluster::call(client::Body body,
                                          client::ClusterClient::CallOptions options)
{
    // Shared with the callback, which may come after a timeout of our own.
    const auto result = std::make_shared<std::optional<model::Result<model::Reply>>>();
    client().call(std::move(body), options,
                  [result](model::Result<model::Reply> reply) { *result = std::move(reply); });
    // The client answers by its deadline; the second on top only guards against its never doing so.
    if (!runUntil([&] { return result->has_value(); }, options.timeout + bus::Duration{1'000}))
        return model::Error{model::ErrorCode::Timeout, "control did not answer in time", "",
                            "try again with a longer --answer-within"};
    model::Result<model::Reply> reply = std::move(**result);
    if (reply && reply->error)
        return *reply->error;
    return reply;
}

model::Error Cluster::unexpected()
{
    return {model::ErrorCode::Malformed, "control's answer is not one to this question", "",
            "compare `drover version` here with control's in `drover status`"};
}

} // namespace drover::cli
