#pragma once

// A control that keeps its records in plain tables and publishes what the test tells it: enough of
// the protocol for clients and mirrors. It can be restarted, compacted, replaced by another
// history, and put back in time.

#include "bus/client/tables.h"
#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "proto/model/api.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace drover::test {

class FakeControl
{
public:
    static constexpr const char* kHost = "control";
    static constexpr const char* kRequests = "control:4523";
    static constexpr const char* kEvents = "control:4524";

    FakeControl(bus::VirtualWorld& world, bus::MemoryBus& network);

    // One revision: applied, kept and published.
    void commit(std::vector<model::Change> changes);
    // Facts of the state, stamped with the present revision, or with another.
    void report(std::vector<model::StateChange> facts,
                std::optional<model::Revision> revision = {});
    // Facts that are only lost on their way: kept, but never published.
    void reportUnheard(std::vector<model::StateChange> facts);

    void stop();
    void start();   // same term: only the process's sockets are new
    void newTerm(); // stop, start, a term more, a new stream of the state
    void otherHistory();
    // A tick of the history before the last otherHistory(), as one that was long on its way.
    void tickOfBefore();
    // A tick of a history that nobody has heard of, as one that was long on its way.
    void tickOfAnother(model::Term itsTerm);
    // The history before the last otherHistory() speaks again, in its next term.
    void historyOfBefore();
    // As if a copy of the store from before had been put back: a term less, or the same one with
    // another nonce.
    void lowerTerm(model::Term term);
    void otherNonce();
    // Forget what ChangesGet could answer up to now.
    void compact();

    bus::VirtualWorld& world;
    client::Tables truth;
    model::HistoryId history;
    model::Term term = 1;
    model::Uuid nonce;
    model::Revision revision = 0;
    bool ticking = true;
    bool admitsSubscriptions = true;
    std::size_t pageSize = 7;
    std::chrono::milliseconds clockAhead{3'600'000}; // of control's wall clock
    std::vector<std::string> requestIds;             // of every request that came, repetitions too
    std::vector<model::Request> requests;
    std::size_t snapshots = 0; // pages that were asked for
    // Answers before anything else does; an empty optional lets the usual answer stand, `silent`
    // drops the request.
    std::function<std::optional<model::Reply>(const model::Request&)> answer;
    bool silent = false;

    [[nodiscard]] model::TimePoint wall() const;
    [[nodiscard]] model::Uuid freshUuid();

private:
    void handle(const bus::Peer& peer, const bus::Frame& frame);
    [[nodiscard]] model::Reply usual(const model::Request& request);
    [[nodiscard]] model::SnapshotResult page(const model::SnapshotGet& get);
    [[nodiscard]] model::Reply changes(const model::ChangesGet& get);
    void begin(const model::HistoryId& itsHistory, model::Term itsTerm);
    void publish(const model::StreamMessage& message);
    void tick();
    [[nodiscard]] model::Tick makeTick() const;

    struct Log
    {
        model::StreamId id;
        std::uint64_t last = 0;
        std::uint64_t oldestKept = 1;
        std::vector<model::StreamMessage> messages; // n = 1, 2, ...
    };
    Log& logOf(model::Stream stream)
    {
        return stream == model::Stream::State ? m_state
               : stream == model::Stream::Log ? m_log
                                              : m_config;
    }

    bus::MemoryBus& m_network;
    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestServer> m_requests;
    std::unique_ptr<bus::Publisher> m_publisher;
    bus::Subscription m_ticker;
    model::Tick m_before; // the last one of the history before
    Log m_config, m_log, m_state;
};

} // namespace drover::test
