#include "bus/client/event_feed.h"

#include "proto/codec/stream_codec.h"

#include <algorithm>
#include <utility>

namespace drover::client {

EventFeed::EventFeed(bus::Subscriber& subscriber, std::vector<model::Stream> streams,
                     Handlers handlers)
    : m_subscriber(subscriber), m_streams(std::move(streams)), m_handlers(std::move(handlers))
{
    m_subscriber.onFrame([this](std::string_view topic, const bus::Frame& frame) {
        // What cannot be decoded is dropped: the gap that it leaves is seen by whoever numbers.
        if (topic == model::kTickTopic) {
            auto tick = codec::decodeTick(frame);
            if (tick && m_handlers.tick)
                m_handlers.tick(std::move(*tick));
            return;
        }
        auto message = codec::decodeStreamMessage(frame);
        if (message && topic == model::topicOf(message->stream) && m_handlers.message)
            m_handlers.message(std::move(*message));
    });
    m_subscriber.onLink([this](const bus::LinkState& link) {
        if (m_handlers.link)
            m_handlers.link(link);
    });
    for (const model::Stream stream : m_streams)
        m_subscriber.subscribe(model::topicOf(stream));
    m_subscriber.subscribe(model::kTickTopic);
}

EventFeed::~EventFeed()
{
    for (const model::Stream stream : m_streams)
        m_subscriber.unsubscribe(model::topicOf(stream));
    m_subscriber.unsubscribe(model::kTickTopic);
    m_subscriber.onFrame(nullptr);
    m_subscriber.onLink(nullptr);
}

namespace {

template <class AnyId>
bool names(const model::RecordKey& key, const AnyId& id)
{
    const auto& bytes = id.value.bytes;
    return key.id.size() == bytes.size() &&
           std::equal(bytes.begin(), bytes.end(), key.id.begin(),
                      [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

} // namespace

bool concerns(const model::StreamMessage& message, const model::DatasetId& dataset)
{
    if (message.commit) {
        for (const model::Change& change : message.commit->changes)
            if (names(model::keyOf(change), dataset))
                return true;
        for (const model::LogEntry& entry : message.commit->log)
            if (entry.dataset == dataset)
                return true;
    }
    return std::any_of(
        message.facts.begin(), message.facts.end(), [&](const model::StateChange& fact) {
            if (const auto* status = std::get_if<model::DatasetStatusPut>(&fact))
                return status->status.id == dataset;
            if (const auto* removed = std::get_if<model::DatasetStatusRemoved>(&fact))
                return removed->id == dataset;
            if (const auto* copy = std::get_if<model::CopyStatePut>(&fact))
                return copy->copy.dataset == dataset;
            return false;
        });
}

bool concerns(const model::StreamMessage& message, const model::NodeId& node)
{
    if (message.commit)
        for (const model::Change& change : message.commit->changes)
            if (names(model::keyOf(change), node))
                return true;
    return std::any_of(message.facts.begin(), message.facts.end(),
                       [&](const model::StateChange& fact) {
                           if (const auto* state = std::get_if<model::NodeStatePut>(&fact))
                               return state->node.id == node;
                           if (const auto* removed = std::get_if<model::NodeStateRemoved>(&fact))
                               return removed->node == node;
                           return false;
                       });
}

} // namespace drover::client
