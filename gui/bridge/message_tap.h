#pragma once

// Listens to what passes between this program and control, while somebody wants to see it: the
// requests of its views with their replies, and the events. What the mirror asks to repair itself is
// left out.
//
// Owner: the worker's thread.

#include "bus/client/cluster_client.h"
#include "bus/transport/ports.h"
#include "gui/models/messages_model.h"

#include <functional>
#include <vector>

namespace drover::gui::bridge {

class MessageTap
{
public:
    using Sink = std::function<void(models::TappedMessage)>;
    explicit MessageTap(Sink sink) : m_sink(std::move(sink)) {}

    void setOpen(bool open) { m_open = open; }
    void request(const client::Body& body);
    void reply(const client::Body& body, const model::Result<model::Reply>& reply,
               bus::Duration took);
    void event(std::string_view topic, const bus::Frame& frame);

private:
    void pass(models::TappedMessage message, std::string json);

    Sink m_sink;
    bool m_open = false;
    std::uint64_t m_count = 0;
};

// A subscriber that lets the tap hear every frame before whoever it is for.
class TappedSubscriber final : public bus::Subscriber
{
public:
    // Both outlive it.
    TappedSubscriber(bus::Subscriber& inner, MessageTap& tap) : m_inner(inner), m_tap(tap) {}

    void onFrame(FrameHandler handler) override;
    void onLink(LinkHandler handler) override { m_inner.onLink(std::move(handler)); }
    void subscribe(std::string_view topic) override { m_inner.subscribe(topic); }
    void unsubscribe(std::string_view topic) override { m_inner.unsubscribe(topic); }

private:
    bus::Subscriber& m_inner;
    MessageTap& m_tap;
};

} // namespace drover::gui::bridge
