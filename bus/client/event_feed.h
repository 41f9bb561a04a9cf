#pragma once

// What is published, decoded: messages of the streams that were asked for, and ticks. No order, no
// repair: see StreamFollower.
//
// Owner: the Executor's thread. Takes over both of the subscriber's handlers until it is destroyed.

#include "bus/transport/ports.h"
#include "proto/model/api.h"

#include <functional>
#include <vector>

namespace drover::client {

class EventFeed
{
public:
    struct Handlers // any may be empty
    {
        std::function<void(model::StreamMessage)> message;
        std::function<void(model::Tick)> tick;
        std::function<void(const bus::LinkState&)> link;
    };
    EventFeed(bus::Subscriber& subscriber, std::vector<model::Stream> streams, Handlers handlers);
    ~EventFeed();
    EventFeed(const EventFeed&) = delete;
    EventFeed& operator=(const EventFeed&) = delete;

private:
    bus::Subscriber& m_subscriber;
    std::vector<model::Stream> m_streams;
    Handlers m_handlers;
};

// Whether a message says anything about a dataset, or about a node itself.
[[nodiscard]] bool concerns(const model::StreamMessage& message, const model::DatasetId& dataset);
[[nodiscard]] bool concerns(const model::StreamMessage& message, const model::NodeId& node);

} // namespace drover::client
