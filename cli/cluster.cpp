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
    const auto over = [&] {
        return result->has_value() || (m_interrupt && m_interrupt->signal() != 0);
    };
    const bool ended = runUntil(over, options.timeout + bus::Duration{1'000});
    if (ended && !result->has_value())
        return model::Error{model::ErrorCode::Unavailable, "interrupted", "", ""};
    if (!ended)
        return model::Error{model::ErrorCode::Timeout, "control did not answer in time", "",
                            "try again with a longer --answer-within"};
    model::Result<model::Reply> reply = std::move(**result);
    if (reply && reply->error)
        return *reply->error;
    return reply;
}

void Cluster::heed(const Interrupt* interrupt)
{
    m_interrupt = interrupt;
    m_wakeUp = interrupt && interrupt->descriptor() >= 0
                   ? onReadable(interrupt->descriptor(), [interrupt] { interrupt->drain(); })
                   : bus::Subscription();
}

model::Error Cluster::unexpected()
{
    return {model::ErrorCode::Malformed, "control's answer is not one to this question", "",
            "compare `drover version` here with control's in `drover status`"};
}

} // namespace drover::cli
