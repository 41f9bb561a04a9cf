#include "bus/client/cluster_mirror.h"

#include "proto/codec/stream_codec.h"
#include "proto/model/mutation.h"

#include <algorithm>
#include <utility>

namespace drover::client {

using model::Stream;

namespace {

std::string olderTerm(model::Term now, model::Term before)
{
    return "control speaks in term " + std::to_string(now) + ", but term " +
           std::to_string(before) + " was heard before: it runs on an old store";
}

} // namespace

ClusterMirror::Half::Half(ClusterMirror& mirror, ClusterClient& client, Stream which)
    : stream(which),
      follower(
          client, which,
          {[&mirror, this](const model::StreamMessage& message) {
               return mirror.ready(*this, message);
           },
           [&mirror, this](const model::StreamMessage& message) { mirror.deliver(*this, message); },
           [&mirror, this](const std::string&) {
               mirror.refresh(*this, /*atOnce=*/false);
               mirror.update();
           }}),
      loader(client, which)
{}

ClusterMirror::ClusterMirror(bus::Executor& executor, ClusterClient& client,
                             bus::Subscriber& subscriber, Options options)
    : m_executor(executor), m_client(client), m_subscriber(subscriber), m_options(options),
      m_random(options.seed), m_config(*this, client, Stream::Config),
      m_state(*this, client, Stream::State), m_staleReason("waiting for control's first tick")
{
    m_subscriber.onFrame(
        [this](std::string_view topic, const bus::Frame& frame) { handleFrame(topic, frame); });
    m_subscriber.onLink([this](const bus::LinkState& link) {
        m_eventsLink = link;
        // Who publishes there now is told by its tick.
        m_awaitsTick = m_awaitsTick || link.link == bus::Link::Up;
        m_newLink = m_newLink || link.link == bus::Link::Up;
        update();
    });
    m_client.onLink([this, alive = m_alive](const bus::LinkState&) {
        if (*alive)
            update();
    });
    m_client.onWelcome([this, alive = m_alive](const model::ClientWelcome& welcome) {
        if (!*alive)
            return;
        // Known before the first tick: so no answer of a control that went back is taken for the
        // truth.
        if (m_tick && m_tick->history == welcome.history && welcome.term < m_tick->term)
            m_refusal = olderTerm(welcome.term, m_tick->term);
        // Its answers go on where the last one's ended, by number; whether by content, too, is not known before its tick.
        m_awaitsTick = m_awaitsTick || !m_tick || m_tick->history != welcome.history ||
                       m_tick->term != welcome.term;
        update();
    });
    m_subscriber.subscribe(model::topicOf(Stream::Config));
    m_subscriber.subscribe(model::topicOf(Stream::State));
    m_subscriber.subscribe(model::kTickTopic);
    watchSilence();
}

ClusterMirror::~ClusterMirror()
{
    *m_alive = false;
    m_subscriber.onFrame(nullptr);
    m_subscriber.onLink(nullptr);
}

void ClusterMirror::addObserver(MirrorObserver* observer)
{
    const auto empty = std::find(m_observers.begin(), m_observers.end(), nullptr);
    if (empty != m_observers.end())
        *empty = observer;
    else
        m_observers.push_back(observer);
}
void ClusterMirror::removeObserver(MirrorObserver* observer)
{
    // Only emptied: a round of calls may be on its way through the list.
    std::replace(m_observers.begin(), m_observers.end(), observer,
                 static_cast<MirrorObserver*>(nullptr));
}

template <class Call>
void ClusterMirror::tell(Call call)
{
    for (std::size_t i = 0; i < m_observers.size(); ++i)
        if (m_observers[i])
            call(*m_observers[i]);
}

std::optional<ClusterMirror::Progress> ClusterMirror::progress(Stream stream) const
{
    const Half& h = stream == Stream::Config ? m_config : m_state;
    if (h.stage != Stage::Live)
        return std::nullopt;
    return Progress{h.follower.id(), h.follower.last(), h.snapshots};
}

void ClusterMirror::handleFrame(std::string_view topic, const bus::Frame& frame)
{
    if (topic == model::kTickTopic) {
        if (auto tick = codec::decodeTick(frame))
            handleTick(std::move(*tick));
        return;
    }
    if (!m_refusal.empty())
        return; // of a control that went back
    auto message = codec::decodeStreamMessage(frame);
    if (!message)
        return; // a gap follows, and is repaired
    if (topic == model::topicOf(Stream::Config) && message->stream == Stream::Config)
        m_config.follower.take(std::move(*message));
    else if (topic == model::topicOf(Stream::State) && message->stream == Stream::State)
        m_state.follower.take(std::move(*message));
    update();
}

bool ClusterMirror::acceptable(const model::Tick& tick)
{
    m_refusal.clear();
    if (!m_tick || DROVER_MUTATION("accept-lower-term"))
        return true;
    if (m_tick->history != tick.history) {
        // A recovery ends far above all terms before it. A lower one may be a control that began
        // anew; then it is at the other end of a new connection, and nothing that was late.
        if (tick.term <= m_tick->term && (m_ended.contains(tick.history) || !m_newLink))
            m_refusal = "control speaks of a history that another one has followed: it runs on an "
                        "old store";
        return m_refusal.empty();
    }
    if (tick.term < m_tick->term)
        m_refusal = olderTerm(tick.term, m_tick->term);
    else if (tick.term == m_tick->term && tick.nonce != m_tick->nonce)
        m_refusal = "two controls speak in term " + std::to_string(tick.term) +
                    ": one of them runs on a copy of the store";
    return m_refusal.empty();
}

void ClusterMirror::handleTick(model::Tick tick)
{
    m_silent = false;
    m_silenceReason.clear();
    watchSilence();
    if (!acceptable(tick))
        return update();
    // The next term may stand on another copy of the store: what was read of one that was put back
    // in between is in the tables, under the same numbers. Nothing short of a snapshot tells.
    const auto& welcome = m_client.welcome();
    m_awaitsTick = welcome && welcome->history == tick.history && welcome->term > tick.term;
    const bool otherPast = m_tick && (m_tick->history != tick.history || m_tick->term != tick.term);
    if (m_tick && m_tick->history != tick.history) {
        m_ended.insert(m_tick->history);
        m_ended.erase(tick.history);
    }
    m_newLink = false;
    m_tick = std::move(tick);
    if (otherPast) {
        refresh(m_config, /*atOnce=*/false);
        refresh(m_state, /*atOnce=*/false);
    }
    adoptIfCaughtUp(m_config);
    const model::Tick current = *m_tick; // followers may call back into us
    for (const auto& position : current.positions) {
        if (position.stream != Stream::Config && position.stream != Stream::State)
            continue;
        Half& h = half(position.stream);
        if (h.stage == Stage::Idle)
            refresh(h, /*atOnce=*/true);
        else
            h.follower.position(position.streamId, position.n);
    }
    advanceState();
    update();
}

void ClusterMirror::refresh(Half& h, bool atOnce)
{
    h.follower.stop();
    h.loader.cancel();
    h.staging = {};
    h.pause.reset();
    const auto load = [this, &h] {
        h.stage = Stage::Loading;
        h.loader.load(
            [this, &h](model::Result<Snapshot> snapshot) { loaded(h, std::move(snapshot)); });
    };
    if (atOnce)
        return load();
    h.stage = Stage::Pausing;
    const bus::Duration most =
        std::max(m_options.pause, m_tick ? m_tick->heartbeat : bus::Duration{0});
    const bus::Duration pause{
        static_cast<bus::Duration::rep>(m_random() % static_cast<std::uint64_t>(most.count() + 1))};
    h.pause = m_executor.after(pause, load);
}

void ClusterMirror::loaded(Half& h, model::Result<Snapshot> snapshot)
{
    if (!snapshot || !m_refusal.empty()) {
        refresh(h, /*atOnce=*/false);
        return update();
    }
    h.staging = std::move(*snapshot);
    h.stage = Stage::CatchingUp;
    h.follower.start(h.staging.streamId, h.staging.firstN);
    adoptIfCaughtUp(h);
    advanceState();
    update();
}

bool ClusterMirror::ready(const Half& h, const model::StreamMessage& message) const
{
    if (m_awaitsTick)
        return false;
    // then it is the adoption's turn
    if (h.stage == Stage::CatchingUp)
        return h.follower.last() < h.staging.lastN;
    return h.stream == Stream::Config || message.revision <= m_revision;
}

void ClusterMirror::deliver(Half& h, const model::StreamMessage& message)
{
    if (h.stage == Stage::CatchingUp) {
        if (message.commit)
            for (const model::Change& change : message.commit->changes)
                h.staging.tables.apply(change);
        for (const model::StateChange& fact : message.facts)
            h.staging.tables.apply(fact);
        h.staging.revision = std::max(h.staging.revision, message.revision);
        adoptIfCaughtUp(h);
        return;
    }
    if (h.stream == Stream::Config) {
        if (message.commit) {
            for (const model::Change& change : message.commit->changes)
                if (m_tables.apply(change))
                    tell([&](MirrorObserver& o) { o.onRecord(change); });
            m_revision = std::max(m_revision, message.commit->revision);
        }
        m_revision = std::max(m_revision, message.revision);
    } else {
        for (const model::StateChange& fact : message.facts)
            if (m_tables.apply(fact))
                tell([&](MirrorObserver& o) { o.onFact(fact); });
    }
    tell([&](MirrorObserver& o) { o.onApplied(m_revision); });
    if (h.stream == Stream::Config)
        advanceState();
}

void ClusterMirror::adoptIfCaughtUp(Half& h)
{
    if (h.stage != Stage::CatchingUp || m_awaitsTick || h.follower.last() < h.staging.lastN)
        return;
    // Facts of a later revision than the records would speak of what is not there yet.
    if (h.stream == Stream::State &&
        (m_config.stage != Stage::Live || h.staging.revision > m_revision))
        return;
    Snapshot snapshot = std::move(h.staging);
    h.staging = {};
    h.stage = Stage::Live;
    h.complete = true;
    ++h.snapshots;
    if (h.stream == Stream::Config) {
        m_revision = snapshot.revision; // of another history it may be lower than before
        m_tables.adoptRecords(std::move(snapshot.tables), [this](const model::Change& change) {
            tell([&](MirrorObserver& o) { o.onRecord(change); });
        });
    } else {
        m_tables.adoptFacts(std::move(snapshot.tables), [this](const model::StateChange& fact) {
            tell([&](MirrorObserver& o) { o.onFact(fact); });
        });
    }
    tell([&](MirrorObserver& o) { o.onApplied(m_revision); });
    h.follower.pump();
    if (h.stream == Stream::Config)
        advanceState();
}

void ClusterMirror::advanceState()
{
    adoptIfCaughtUp(m_state);
    m_state.follower.pump();
}

void ClusterMirror::watchSilence()
{
    m_silenceTimer = m_executor.after(m_options.silence, [this] {
        m_silent = true;
        askWhySilent();
        watchSilence();
        update();
    });
}

void ClusterMirror::askWhySilent()
{
    if (m_client.link().link != bus::Link::Up)
        return; // that is the reason
    model::SubscriptionStatusGet get;
    get.topic = model::kTickTopic;
    m_client.call(
        model::ReadVerb{std::move(get)}, {.timeout = m_options.silence, .minRevision = 0},
        [this, alive = m_alive](const model::Result<model::Reply>& reply) {
            if (!*alive || !m_silent || !reply)
                return;
            if (reply->error)
                m_silenceReason = reply->error->message;
            else if (const auto* status =
                         std::get_if<model::SubscriptionStatusResult>(&reply->body))
                m_silenceReason =
                    status->allowed
                        ? "control answers, but its events do not arrive: check the events port"
                        : "control refuses the subscription: " + status->reason;
            update();
        });
}

std::string ClusterMirror::whyStale() const
{
    if (!m_refusal.empty())
        return m_refusal;
    if (m_silent) {
        if (m_client.link().link != bus::Link::Up) {
            const std::string& reason = m_client.link().reason;
            return std::string(m_client.link().link == bus::Link::Refused
                                   ? "control refused this key"
                                   : "control is not reachable") +
                   (reason.empty() ? "" : ": " + reason);
        }
        if (m_eventsLink.link == bus::Link::Refused)
            return "control's events port refused this key: " + m_eventsLink.reason;
        if (!m_silenceReason.empty())
            return m_silenceReason;
        return m_tick ? "control's events stopped" : "waiting for control's first tick";
    }
    if (m_config.stage != Stage::Live || m_state.stage != Stage::Live)
        return "reading a snapshot of the cluster";
    // One lost message is repaired within a moment and is no reason to say anything.
    return {};
}

void ClusterMirror::update()
{
    const std::string reason = whyStale();
    const bool live = reason.empty();
    if (live == m_live && reason == m_staleReason)
        return;
    m_live = live;
    m_staleReason = reason;
    if (live)
        tell([](MirrorObserver& o) { o.onLive(); });
    else {
        const auto since = m_tick ? std::optional{m_tick->controlTime} : std::nullopt;
        tell([&](MirrorObserver& o) { o.onStale(reason, since); });
    }
}

} // namespace drover::client
