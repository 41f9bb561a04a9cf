#include "gui/bridge/bus_worker.h"

#include "bus/client/cluster_mirror.h"
#include "bus/transport/context.h"
#include "bus/transport/reactor.h"
#include "gui/bridge/batch_collector.h"
#include "gui/bridge/message_tap.h"

#include <chrono>
#include <utility>

namespace drover::gui::bridge {

namespace {

using models::ConnectionInfo;

constexpr bus::Duration kFrame{33};
constexpr std::size_t kObjectsPerBatch = 400; // a few milliseconds of the GUI thread
constexpr bus::Duration kPulse{3'000};        // between two looks at the round trip
constexpr bus::Duration kPulseTimeout{10'000};
constexpr bus::Duration kCallTimeout{30'000};
constexpr bus::Duration kConnectTimeout{5'000};

QString text(const std::string& words) { return QString::fromStdString(words); }

} // namespace

struct BusWorker::Loop
{
    bus::Context context;
    bus::Reactor reactor;
};

class BusWorker::Parts final : public client::MirrorObserver
{
public:
    Parts(Loop& loop, std::unique_ptr<client::Connection> connection, ConnectionInfo first,
          const Deliveries& deliveries)
        : m_executor(loop.reactor), m_connection(std::move(connection)),
          m_tap([this](models::TappedMessage message) { tapped(std::move(message)); }),
          m_subscriber(m_connection->subscriber(), m_tap),
          m_mirror(m_executor, m_connection->client(), m_subscriber, {}), m_deliveries(deliveries),
          m_info(std::move(first))
    {
        m_mirror.addObserver(this);
        client().onLink([this](const bus::LinkState&) { update(); });
        client().onWelcome([this](const model::ClientWelcome&) { update(); });
        pulse();
        update();
    }
    ~Parts() override { m_mirror.removeObserver(this); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    client::ClusterClient& client() { return m_connection->client(); }
    void call(client::Body body, Callback callback)
    {
        m_tap.request(body);
        const auto sent = m_executor.now();
        client().call(body, {.timeout = kCallTimeout, .minRevision = 0},
                      [this, body, sent,
                       callback = std::move(callback)](const model::Result<model::Reply>& reply) {
                          m_tap.reply(body, reply, m_executor.now() - sent);
                          callback(reply);
                      });
    }
    void tap(bool open) { m_tap.setOpen(open); }
    void acknowledge()
    {
        m_awaitsTaking = false;
        flushSoon();
    }

    void onRecord(const model::Change& change) override { m_collector.take(change); }
    void onFact(const model::StateChange& fact) override { m_collector.take(fact); }
    void onApplied(model::Revision revision) override
    {
        m_collector.reached(revision);
        flushSoon();
    }
    void onLive() override { update(); }
    void onStale(const std::string&, std::optional<model::TimePoint> since) override
    {
        m_staleSince = since;
        update();
    }

private:
    void flushSoon()
    {
        if (m_awaitsTaking || m_flushPlanned || m_collector.isEmpty() || !m_mirror.complete())
            return;
        m_flushPlanned = true;
        // The pieces of a whole one after the other, as fast as they are taken.
        m_flush = m_executor.after(m_collector.isInPieces() ? bus::Duration{0} : kFrame,
                                   [this] { flush(); });
    }
    void flush()
    {
        m_flushPlanned = false;
        if (m_awaitsTaking || m_collector.isEmpty())
            return;
        m_awaitsTaking = true;
        m_deliveries.batch(
            std::make_shared<const models::Batch>(m_collector.drain(kObjectsPerBatch)));
    }

    void tapped(models::TappedMessage message)
    {
        if (m_tapped.empty())
            m_tapFlush = m_executor.after(
                kFrame, [this] { m_deliveries.messages(std::exchange(m_tapped, {})); });
        m_tapped.push_back(std::move(message));
    }

    // A small read again and again: how long control takes to answer, who we are to it, and whether
    // it is in safe mode.
    void pulse()
    {
        const auto sent = m_executor.now();
        client().call(model::ReadVerb{model::StatusGet{}},
                      {.timeout = kPulseTimeout, .minRevision = 0},
                      [this, sent](const model::Result<model::Reply>& reply) {
                          answered(reply, m_executor.now() - sent);
                          m_pulse = m_executor.after(kPulse, [this] { pulse(); });
                      });
    }
    void answered(const model::Result<model::Reply>& reply, bus::Duration took)
    {
        m_mismatch = false;
        const model::Error* error = !reply                     ? &reply.error()
                                    : reply->error.has_value() ? &*reply->error
                                                               : nullptr;
        if (error) {
            m_info.roundTrip.reset();
            m_mismatch = error->code == model::ErrorCode::UnsupportedVersion;
            m_trouble = *error;
        } else if (const auto* status = std::get_if<model::StatusResult>(&reply->body)) {
            m_trouble.reset();
            m_info.roundTrip = took;
            m_info.user = text(status->user);
            m_info.role = status->role;
            m_info.version = text(status->version);
            m_info.safeMode = status->safeMode;
            m_info.safeModeReason = text(status->safeModeReason);
        }
        update();
    }

    void update()
    {
        ConnectionInfo info = m_info;
        const bus::LinkState& link = client().link();
        if (const auto& welcome = client().welcome()) {
            info.cluster = text(welcome->clusterName);
            info.version = text(welcome->version);
            info.user = text(welcome->user);
            info.role = welcome->role;
        }
        if (const auto now = client().controlTime())
            info.clockAhead = std::chrono::round<std::chrono::seconds>(
                *now -
                std::chrono::time_point_cast<model::Duration>(std::chrono::system_clock::now()));
        info.behind = behind();
        info.since = m_mirror.complete() && !m_mirror.live() ? m_staleSince : std::nullopt;
        using State = ConnectionInfo::State;
        if (m_mismatch && m_trouble) {
            info.state = State::VersionMismatch;
            info.reason = text(m_trouble->message);
            info.hint = text(m_trouble->hint);
        } else if (link.link == bus::Link::Refused) {
            info.state = State::Refused;
            info.reason = text(link.reason);
        } else if (m_mirror.live()) {
            info.state = State::Live;
        } else {
            info.state = m_mirror.complete() ? State::Stale : State::Connecting;
            info.reason = text(link.link == bus::Link::Up ? m_mirror.staleReason() : link.reason);
        }
        m_info = info;
        if (m_told && *m_told == info)
            return;
        m_told = info;
        m_deliveries.connection(std::move(info));
    }

    [[nodiscard]] std::uint64_t behind() const
    {
        std::uint64_t count = 0;
        if (!m_mirror.lastTick())
            return 0;
        for (const model::Tick::Position& published : m_mirror.lastTick()->positions) {
            if (published.stream == model::Stream::Log)
                continue;
            const auto shown = m_mirror.progress(published.stream);
            if (shown && shown->stream == published.streamId && published.n > shown->n)
                count += published.n - shown->n;
        }
        return count;
    }

    bus::Executor& m_executor;
    std::unique_ptr<client::Connection> m_connection;
    MessageTap m_tap;
    TappedSubscriber m_subscriber;
    client::ClusterMirror m_mirror;
    const Deliveries& m_deliveries;
    BatchCollector m_collector;
    ConnectionInfo m_info;
    std::optional<ConnectionInfo> m_told;
    std::optional<model::TimePoint> m_staleSince;
    std::optional<model::Error> m_trouble; // of the last pulse
    bool m_mismatch = false;
    bool m_awaitsTaking = false;
    bool m_flushPlanned = false;
    std::vector<models::TappedMessage> m_tapped; // not delivered yet
    bus::Subscription m_tapFlush;
    bus::Subscription m_flush;
    bus::Subscription m_pulse;
};

BusWorker::BusWorker(client::ConnectionOptions options, ConnectionInfo first, Deliveries deliveries)
    : m_deliveries(std::move(deliveries)), m_loop(std::make_unique<Loop>())
{
    options.client.connectTimeout = kConnectTimeout;
    m_loop->reactor.start("bus");
    m_loop->reactor.post([this, options = std::move(options), first = std::move(first)]() mutable {
        auto connection =
            client::Connection::open(m_loop->reactor, m_loop->context, std::move(options));
        if (!connection) {
            first.state = ConnectionInfo::State::Offline;
            first.reason = text(connection.error().message);
            first.hint = text(connection.error().hint);
            m_deliveries.connection(first);
            return;
        }
        m_parts = std::make_unique<Parts>(*m_loop, std::move(*connection), std::move(first),
                                          m_deliveries);
    });
}

BusWorker::~BusWorker()
{
    // Sockets die on the thread that used them.
    m_loop->reactor.call([this] { m_parts.reset(); });
}

void BusWorker::call(client::Body body, Callback callback)
{
    m_loop->reactor.post([this, body = std::move(body), callback = std::move(callback)]() mutable {
        if (m_parts)
            m_parts->call(std::move(body), std::move(callback));
        else
            callback(model::Error{model::ErrorCode::Unavailable, "there is no connection", "", ""});
    });
}

void BusWorker::tap(bool open)
{
    m_loop->reactor.post([this, open] {
        if (m_parts)
            m_parts->tap(open);
    });
}

void BusWorker::acknowledge()
{
    m_loop->reactor.post([this] {
        if (m_parts)
            m_parts->acknowledge();
    });
}

} // namespace drover::gui::bridge
