#pragma once

// The cluster as a command sees it: calls that wait for their answer, and the loop that events come
// by.

#include "bus/client/cluster_client.h"
#include "bus/transport/ports.h"
#include "cli/interrupt.h"
#include "proto/model/api.h"

#include <functional>
#include <memory>

namespace drover::cli {

class Cluster
{
public:
    virtual ~Cluster() = default;

    // One call to its end. A refusal by control comes back as the Error; a Reply from here carries
    // none.
    [[nodiscard]] model::Result<model::Reply> call(client::Body body,
                                                   client::ClusterClient::CallOptions options);
    // A read, and the part of the answer that it is about.
    template <class Body>
    [[nodiscard]] model::Result<Body> read(model::ReadVerb verb, model::Revision minRevision = 0)
    {
        auto reply = call(std::move(verb), {.timeout = m_timeout, .minRevision = minRevision});
        if (!reply)
            return reply.error();
        if (auto* body = std::get_if<Body>(&reply->body))
            return std::move(*body);
        return unexpected();
    }
    // Runs the loop until the condition holds (true) or the time is over (false).
    virtual bool runUntil(const std::function<bool()>& condition, bus::Duration timeout) = 0;
    [[nodiscard]] virtual bus::Executor& executor() = 0;
    [[nodiscard]] virtual client::ClusterClient& client() = 0;
    [[nodiscard]] virtual bus::Subscriber& subscriber() = 0;
    // Runs the task on the loop whenever the descriptor has input, as long as the subscription
    // lives.
    [[nodiscard]] virtual bus::Subscription onReadable(int descriptor,
                                                       std::function<void()> task) = 0;

    // From now on a signal wakes the loop and ends calls early, with the error Unavailable. Null:
    // no longer.
    void heed(const Interrupt* interrupt);

    void setTimeout(bus::Duration timeout) { m_timeout = timeout; }
    [[nodiscard]] bus::Duration timeout() const { return m_timeout; }
    // Control's clock, by which ages are shown; absent before the first answer.
    [[nodiscard]] std::optional<model::TimePoint> now() { return client().controlTime(); }

private:
    [[nodiscard]] static model::Error unexpected();
    bus::Duration m_timeout{30'000};
    const Interrupt* m_interrupt = nullptr;
    bus::Subscription m_wakeUp;
};

} // namespace drover::cli
