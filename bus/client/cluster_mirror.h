#pragma once

// A live copy of the cluster's records and facts: a snapshot, kept up to date by the streams.
//
// Specification (DESIGN.md 4)
// - Subscribes, waits for the first tick, reads both snapshots, then follows both streams by
//   number. What the network loses is asked for; what cannot be repaired leads to a new snapshot
//   after a random pause, so that thousands of mirrors do not ask at once. Observers then hear only
//   of what differs.
// - A fact of the state that was computed from a later revision than the mirror holds waits until
//   that revision has arrived.
// - The tables are never emptied: what was true last stays visible, and `onStale` says that it is
//   old, why, and since when.
// - Of one history, control's terms only grow: ticks of a lower one, or of the same one with
//   another nonce, are refused, and nothing of that control is applied. Another history replaces
//   everything, and the one before it is over: a recovery ended it, and a tick of it that comes late
//   is refused. A new term is read anew, since the store that it stands on need not be the one that
//   was read before. For the same reason nothing that comes over a new connection is applied before
//   the tick of whoever is there.
//
// Owner: the Executor's thread. Observers are called there, and may call anything but the mirror's
// destructor.

#include "bus/client/cluster_client.h"
#include "bus/client/snapshot_loader.h"
#include "bus/client/stream_follower.h"
#include "bus/client/tables.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace drover::client {

// Told of each change after it is in the tables. All members have empty defaults.
class MirrorObserver
{
public:
    virtual ~MirrorObserver() = default;
    virtual void onRecord(const model::Change& /*change*/) {} // configuration and ledger
    virtual void onFact(const model::StateChange& /*fact*/) {}
    // One message, or a whole snapshot, has been applied: the tables are true at this revision.
    virtual void onApplied(model::Revision /*revision*/) {}
    // The tables are, or again are, what control says now.
    virtual void onLive() {}
    // They may be old. `since` is control's time of the last proof that they were true; absent if
    // there never was one. Called again when the reason changes.
    virtual void onStale(const std::string& /*reason*/, std::optional<model::TimePoint> /*since*/)
    {}
};

class ClusterMirror
{
public:
    struct Options
    {
        std::uint64_t seed = 0;       // of the random pauses
        bus::Duration silence{3'000}; // no tick for so long: stale, and ask why
        // before a new snapshot: random up to this, or up to the tick's heartbeat if longer
        bus::Duration pause{1'000};
    };

    // All three outlive the mirror, which takes over both of the subscriber's handlers.
    ClusterMirror(bus::Executor& executor, ClusterClient& client, bus::Subscriber& subscriber,
                  Options options);
    ~ClusterMirror();
    ClusterMirror(const ClusterMirror&) = delete;
    ClusterMirror& operator=(const ClusterMirror&) = delete;

    // Not owned; removed before it dies. Safe from inside an observer's call.
    void addObserver(MirrorObserver* observer);
    void removeObserver(MirrorObserver* observer);

    [[nodiscard]] const Tables& tables() const { return m_tables; }
    // of the records in the tables; 0 = none yet
    [[nodiscard]] model::Revision revision() const { return m_revision; }
    [[nodiscard]] bool live() const { return m_live; }
    [[nodiscard]] const std::string& staleReason() const
    {
        return m_staleReason;
    } // empty while live
    // Both snapshots were taken at least once: what is not in the tables did not exist then.
    [[nodiscard]] bool complete() const { return m_config.complete && m_state.complete; }
    [[nodiscard]] const std::optional<model::Tick>& lastTick() const { return m_tick; }
    // How far a stream is in the tables: its message n and all before it. Absent before the first
    // snapshot and while a new one is being read.
    struct Progress
    {
        model::StreamId stream;
        std::uint64_t n = 0;
        std::uint64_t snapshots = 0; // taken so far
        auto operator<=>(const Progress&) const = default;
    };
    [[nodiscard]] std::optional<Progress> progress(model::Stream stream) const;

private:
    enum class Stage { Idle, Pausing, Loading, CatchingUp, Live };
    struct Half // what is kept per stream
    {
        Half(ClusterMirror& mirror, ClusterClient& client, model::Stream stream);
        model::Stream stream;
        StreamFollower follower;
        SnapshotLoader loader;
        Stage stage = Stage::Idle;
        Snapshot staging;      // while CatchingUp
        bool complete = false; // was Live once
        std::uint64_t snapshots = 0;
        bus::Subscription pause;
    };

    Half& half(model::Stream stream)
    {
        return stream == model::Stream::Config ? m_config : m_state;
    }
    void handleFrame(std::string_view topic, const bus::Frame& frame);
    void handleTick(model::Tick tick);
    [[nodiscard]] bool acceptable(const model::Tick& tick);
    void refresh(Half& half, bool atOnce);
    void loaded(Half& half, model::Result<Snapshot> snapshot);
    [[nodiscard]] bool ready(const Half& half, const model::StreamMessage& message) const;
    void deliver(Half& half, const model::StreamMessage& message);
    void adoptIfCaughtUp(Half& half);
    void advanceState();
    void watchSilence();
    void askWhySilent();
    void update(); // works out live or stale, and tells
    [[nodiscard]] std::string whyStale() const;
    template <class Call>
    void tell(Call call);

    bus::Executor& m_executor;
    ClusterClient& m_client;
    bus::Subscriber& m_subscriber;
    Options m_options;
    std::mt19937_64 m_random;
    std::vector<MirrorObserver*> m_observers;

    Tables m_tables;
    model::Revision m_revision = 0;
    Half m_config;
    Half m_state;
    std::optional<model::Tick> m_tick; // the last one that was accepted
    bus::LinkState m_eventsLink;
    std::set<model::HistoryId> m_ended; // that were followed until another one began
    std::string m_refusal;              // why the last tick was not accepted; empty = it was
    bool m_newLink = true;              // nothing was accepted yet from who is at the other end
    bool m_awaitsTick =
        true;             // a control may speak whose tick was not heard yet: nothing is applied
    bool m_silent = true; // no tick for too long
    std::string m_silenceReason;
    bus::Subscription m_silenceTimer;
    bool m_live = false;
    std::string m_staleReason;
    // answers look here; shared with them only
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace drover::client
