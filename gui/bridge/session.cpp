#include "gui/bridge/session.h"

#include "bus/contexts/connect.h"
#include "gui/bridge/bus_worker.h"

#include <QPointer>

#include <chrono>
#include <exception>
#include <utility>

namespace drover::gui::bridge {

using models::ConnectionInfo;

Session::Session(models::ClusterData& data, QObject* parent) : QObject(parent), m_data(data) {}

Session::~Session() = default;

void Session::open(const contexts::Context& context)
{
    close();
    ConnectionInfo info;
    info.context = QString::fromStdString(context.name);
    info.endpoint = QString::fromStdString(context.control);
    auto options = contexts::connectionOptions(context);
    if (!options) {
        info.reason = QString::fromStdString(options.error().message);
        if (!options.error().subject.empty())
            info.reason = QString::fromStdString(options.error().subject) + QStringLiteral(": ") +
                          info.reason;
        info.hint = QString::fromStdString(options.error().hint);
        m_connection = info;
        Q_EMIT connectionChanged();
        return;
    }
    options->client.program = "drover-console " DROVER_VERSION;
    info.state = ConnectionInfo::State::Connecting;
    m_connection = info;

    const std::uint64_t generation = m_generation;
    // Both run on the worker's thread, and only post: the worker is gone before this object is.
    BusWorker::Deliveries deliveries;
    deliveries.batch = [this, generation](std::shared_ptr<const models::Batch> batch) {
        QMetaObject::invokeMethod(
            this,
            [this, generation, batch = std::move(batch)] {
                if (generation != m_generation)
                    return;
                m_data.apply(*batch);
                m_worker->acknowledge();
            },
            Qt::QueuedConnection);
    };
    deliveries.connection = [this, generation](ConnectionInfo state) {
        QMetaObject::invokeMethod(
            this,
            [this, generation, state = std::move(state)] {
                if (generation != m_generation)
                    return;
                m_connection = state;
                Q_EMIT connectionChanged();
            },
            Qt::QueuedConnection);
    };
    deliveries.messages = [this, generation](std::vector<models::TappedMessage> messages) {
        QMetaObject::invokeMethod(
            this,
            [this, generation, messages = std::move(messages)] {
                if (generation == m_generation)
                    Q_EMIT tapped(messages);
            },
            Qt::QueuedConnection);
    };
    m_context = context;
    try {
        m_worker = std::make_unique<BusWorker>(std::move(*options), info, std::move(deliveries));
        m_worker->tap(m_tapOpen);
    } catch (const std::exception& e) { // zmq::error_t, std::system_error: out of descriptors
        m_connection.state = ConnectionInfo::State::Offline;
        m_connection.reason = QString::fromLocal8Bit(e.what());
    }
    Q_EMIT connectionChanged();
}

void Session::close(const QString& why)
{
    m_worker.reset();
    ++m_generation;
    m_context = {};
    m_connection = {};
    m_connection.reason = why;
    m_data.clear();
    Q_EMIT connectionChanged();
}

void Session::tap(bool open)
{
    m_tapOpen = open;
    if (m_worker)
        m_worker->tap(open);
}

model::TimePoint Session::now() const
{
    return std::chrono::time_point_cast<model::Duration>(std::chrono::system_clock::now()) +
           m_connection.clockAhead;
}

void Session::call(client::Body body, QObject* receiver, Callback callback)
{
    const auto deliver = [this, generation = m_generation, guard = QPointer<QObject>(receiver),
                          callback = std::move(callback)](model::Result<model::Reply> reply) {
        QMetaObject::invokeMethod(
            this,
            [this, generation, guard, callback, reply = std::move(reply)]() mutable {
                if (generation != m_generation || !guard)
                    return;
                if (reply && reply->error)
                    callback(*reply->error);
                else
                    callback(std::move(reply));
            },
            Qt::QueuedConnection);
    };
    if (m_worker)
        m_worker->call(std::move(body), deliver);
    else
        deliver(model::Error{model::ErrorCode::Unavailable, "no cluster is open", "", ""});
}

} // namespace drover::gui::bridge
