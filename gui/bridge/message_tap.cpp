#include "gui/bridge/message_tap.h"

#include "gui/models/words.h"
#include "proto/codec/json.h"
#include "proto/codec/request_codec.h"
#include "proto/codec/stream_codec.h"

#include <chrono>
#include <utility>

namespace drover::gui::bridge {

using models::TappedMessage;
using models::Words;

namespace {

constexpr std::size_t kLongest = 256 * 1024; // of what is kept of one message

QString nameOf(const client::Body& body)
{
    if (const auto* read = std::get_if<model::ReadVerb>(&body))
        return QString::fromLatin1(verbName(*read));
    if (const auto* write = std::get_if<model::Write>(&body)) {
        QString name = write->operations.empty()
                           ? QStringLiteral("write")
                           : QString::fromLatin1(verbName(write->operations.front().verb));
        if (write->operations.size() > 1)
            name += QStringLiteral(" +") + QString::number(write->operations.size() - 1);
        return write->dryRun ? name + QStringLiteral(" (dry run)") : name;
    }
    return QStringLiteral("agent");
}

} // namespace

void MessageTap::pass(TappedMessage message, std::string json)
{
    if (json.size() > kLongest) {
        json.resize(kLongest);
        json += " … cut";
    }
    message.id = ++m_count;
    message.at = std::chrono::time_point_cast<model::Duration>(std::chrono::system_clock::now());
    message.json = QString::fromStdString(json);
    m_sink(std::move(message));
}

void MessageTap::request(const client::Body& body)
{
    if (!m_open)
        return;
    model::Request request;
    request.requestId = "(one's own)";
    request.body = body;
    pass({0, TappedMessage::Kind::Request, {}, nameOf(body), {}, {}},
         codec::encodeRequest(request, /*json=*/true));
}

void MessageTap::reply(const client::Body& body, const model::Result<model::Reply>& reply,
                       bus::Duration took)
{
    if (!m_open)
        return;
    const model::Error* error = !reply ? &reply.error() : reply->error ? &*reply->error : nullptr;
    const QString note = error ? Words::of(*error) : QStringLiteral("%1 ms").arg(took.count());
    pass({0, TappedMessage::Kind::Reply, {}, nameOf(body), note, {}},
         reply ? codec::toJson(*reply) : codec::toJson(reply.error()));
}

void MessageTap::event(std::string_view topic, const bus::Frame& frame)
{
    if (!m_open)
        return;
    const QString name = QString::fromUtf8(topic.data(), static_cast<qsizetype>(topic.size()));
    if (topic == model::kTickTopic) {
        if (const auto tick = codec::decodeTick(frame))
            pass({0,
                  TappedMessage::Kind::Event,
                  {},
                  name,
                  QStringLiteral("revision %1").arg(tick->revision),
                  {}},
                 codec::toJson(*tick));
        return;
    }
    if (const auto message = codec::decodeStreamMessage(frame))
        pass(
            {0, TappedMessage::Kind::Event, {}, name, QStringLiteral("n = %1").arg(message->n), {}},
            codec::toJson(*message));
}

void TappedSubscriber::onFrame(FrameHandler handler)
{
    if (!handler)
        return m_inner.onFrame(nullptr);
    m_inner.onFrame([this, handler = std::move(handler)](std::string_view topic, bus::Frame frame) {
        m_tap.event(topic, frame);
        handler(topic, std::move(frame));
    });
}

} // namespace drover::gui::bridge
