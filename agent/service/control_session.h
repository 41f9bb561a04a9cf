#pragma once

// The agent's side of its talk with control: Hello and Welcome, numbered and windowed reports,
// assignment batches in order.
//
// Specification
// - Each connect opens a new session by Hello, which brings what was seen: history, term, its nonce
//   and the highest revision. A Welcome of another cluster, of this history with a lower term or
//   another nonce for this term, or of another history is refused: nothing is reported to it or
//   taken from it. Another history is followed if it says that it supersedes the one that was seen,
//   at a higher term: then a person recovered control.
// - A Welcome that is `recovering` is of a control that knows less than it did. Everything is reported
//   to it, with the copies' identities; nothing it says is remembered, and it vouches for no mount.
// - Reports are numbered from 1; at most `window` are on the way. What changes while the window is
//   full is joined: control gets the newest state of each copy, not each step of the way.
//   Unacknowledged reports are sent again, the same numbers with the same content.
// - The first report(s) say everything, in pages; the last of them is `complete`.
// - A heartbeat is an empty report, sent when nothing else was.
// - The first batch begins a snapshot, which may go on in those after it (AssignmentIntake).
// - Batches are taken in order; a repeated one is acknowledged again, but only once it is on disk;
//   one that skips a number is ignored, since control repeats what was not acknowledged.
// - Silence, a refused report, or a lost connection end the session.
// Threads: its executor's. Rationale for joining: reports are state, not history; the newest is all
// that counts.

#include "agent/core/agent_core.h"
#include "agent/service/clock.h"
#include "agent/service/log.h"
#include "agent/service/remembered.h"
#include "bus/transport/ports.h"
#include "proto/model/api.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace drover::agent::service {

struct SessionStatus
{
    enum class Phase { Connecting, Greeting, Open };
    Phase phase = Phase::Connecting;
    std::string reason; // why it is not open, for people
    model::TimePoint since;
    std::optional<model::SessionId> session;
    std::uint64_t reportsOnTheWay = 0;
};

class ControlSession
{
public:
    struct Handlers
    {
        // everything but highest*, which come from `remembered`
        std::function<model::Hello()> hello;
        // answer with sendFull() when everything was looked at
        std::function<void(const model::Welcome&)> opened;
        std::function<void()> lost;
        // a report sent then was acknowledged
        std::function<void(model::Duration sentAt)> heard;
        // answer with saved(n) when it is on disk
        std::function<void(const model::AssignmentBatch&)> batch;
        std::function<std::uint64_t()> iterations;
        // what lies on the disk of a copy that is reported; for a control that is being recovered
        std::function<std::optional<model::FoundCopy>(const model::CopyState&)> found;
    };
    // All references must outlive it. Takes the client's handlers over.
    ControlSession(bus::RequestClient& client, bus::Executor& executor, Clock& clock,
                   model::IdSource& ids, Handlers handlers, LogSink log,
                   std::size_t copiesPerReport);
    ~ControlSession();
    ControlSession(const ControlSession&) = delete;
    ControlSession& operator=(const ControlSession&) = delete;

    void remember(const Remembered& remembered) { m_remembered = remembered; }
    [[nodiscard]] const Remembered& remembered() const { return m_remembered; }
    // Hello may be sent from now on.
    void start();
    // Opens the stream of reports with everything there is.
    void sendFull(core::ReportChanges everything);
    // What changed since; ignored while no full report was sent in this session.
    void send(core::ReportChanges changes);
    // Batches up to n of this session are on disk.
    void saved(std::uint64_t n);
    [[nodiscard]] bool isOpen() const { return m_welcome.has_value(); }
    [[nodiscard]] SessionStatus status() const;

private:
    struct Sent
    {
        std::uint64_t n = 0;
        bus::Frame frame;
        model::Duration firstSent{0}; // Clock::running
        model::Duration lastSent{0};
    };

    void onLink(const bus::LinkState& link);
    void onFrame(const bus::Frame& frame);
    void onWelcome(const model::Reply& reply);
    void onRefused(const model::Error& error);
    void onReportAnswer(const model::Reply& reply);
    void onBatch(const model::AssignmentBatch& batch);
    // Something of control's is durable there up to this revision.
    void remember(model::Revision revision);
    [[nodiscard]] std::optional<std::string> reasonToRefuse(const model::Welcome& welcome) const;
    void greetAfter(model::Duration delay);
    void greet();
    void lose(const std::string& reason);
    void pump();
    void schedulePump();
    [[nodiscard]] model::Report nextReport();
    void sendReport(model::Report report);
    void transmit(Sent& sent);
    void beat();
    void armBeat();
    [[nodiscard]] std::string requestId(const char* kind);
    [[nodiscard]] model::Duration jitter(model::Duration most);
    void setReason(std::string reason);

    bus::RequestClient& m_client;
    bus::Executor& m_executor;
    Clock& m_clock;
    model::IdSource& m_ids;
    Handlers m_handlers;
    LogSink m_log;
    const std::size_t m_copiesPerReport;
    Remembered m_remembered;

    bool m_started = false;
    bool m_linkUp = false;
    bool m_everOpened = false;
    std::string m_reason; // why there is no session
    model::TimePoint m_since;
    std::string m_helloId;
    std::uint32_t m_refusals = 0;
    std::uint64_t m_requests = 0;
    std::string m_requestPrefix;

    std::optional<model::Welcome> m_welcome;
    core::ReportChanges m_pending;
    bool m_fullBegun = false;
    bool m_fullDone = false;
    std::uint64_t m_nextReport = 1;
    std::deque<Sent> m_sent;
    model::Duration m_lastSent{0};
    model::Duration m_lastHeard{0};
    std::uint64_t m_lastBatch = 0; // taken
    std::uint64_t m_lastSaved = 0; // on disk
    bool m_snapshotOpen = false;   // the last batch said that the snapshot goes on
    bool m_pumpScheduled = false;
    // shared with whenIdle tasks, which cannot be taken back
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);

    bus::Subscription m_greetTimer;
    bus::Subscription m_beatTimer;
};

} // namespace drover::agent::service
