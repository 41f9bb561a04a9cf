#pragma once

// The numbered streams that everybody watches, and the tick.
//
// Specification
// - config/ and log/ have one message per commit: n is its revision, and their ids follow from the
//   history's, so that they go on over restarts. state/ is numbered from 1 in each term and has a
//   new id.
// - n is without gaps. What was published can be asked for again: commits from the store, state
//   from a bounded memory.
// - Only what is durable is published (the caller sees to it), in the order of n.

#include "bus/transport/ports.h"
#include "proto/model/api.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace drover::control::service {

class Streams
{
public:
    explicit Streams(bus::Publisher& publisher) : m_publisher(&publisher) {}

    // Begins a term: commits up to `revision` were published before.
    void start(const model::HistoryRecord& history, model::Revision revision,
               const model::StreamId& stateStream);

    void publish(const model::Commit& commit);
    // One or more messages, each within the frame limit. `revision` = the configuration that the
    // facts refer to.
    void publish(std::vector<model::StateChange> facts, model::Revision revision);
    // The tick's positions are filled in here.
    void publish(model::Tick tick);

    [[nodiscard]] model::StreamId id(model::Stream stream) const { return m_ids[index(stream)]; }
    [[nodiscard]] std::uint64_t position(model::Stream stream) const
    {
        return m_positions[index(stream)];
    }
    // Refuses (Compacted) another stream's id and a position that this stream never reached:
    // whoever asks knows another past.
    [[nodiscard]] model::Result<void> checkPosition(model::Stream stream, const model::StreamId& id,
                                                    std::uint64_t after) const;
    // What state/ carried after n, at most `limit` messages. Compacted when it is not kept.
    [[nodiscard]] model::Result<std::vector<model::StreamMessage>>
    stateAfter(std::uint64_t after, std::size_t limit) const;
    // A commit as it stands in config/ (without its log) or log/ (the log only).
    [[nodiscard]] model::StreamMessage messageOf(model::Stream stream,
                                                 const model::Commit& commit) const;

private:
    static std::size_t index(model::Stream stream) { return static_cast<std::size_t>(stream) - 1; }
    void publishFacts(std::vector<model::StateChange> facts, model::Revision revision);

    bus::Publisher* m_publisher;
    std::array<model::StreamId, 3> m_ids{};
    std::array<std::uint64_t, 3> m_positions{};
    // A message of state/ as it was published.
    struct Recent
    {
        std::uint64_t n = 0;
        std::size_t facts = 0;
        std::string frame;
    };
    std::deque<Recent> m_recent; // newest last
    std::size_t m_recentFacts = 0;
};

// How much of state/ is kept for repairs.
inline constexpr std::size_t kRecentStateFacts = 16'384;

// What a reader is told who has to begin anew: not all at the same moment.
[[nodiscard]] model::Error newSnapshotError(const std::string& message);

} // namespace drover::control::service
