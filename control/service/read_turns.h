#pragma once

// Whose read is answered next: nobody waits longer for the others than some answers take, however much each of them asks.
//
// Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) over connections; an answer costs its bytes, which is what making,
// encrypting and sending it takes, too. A connection that takes its answers slower than they are made has no turn meanwhile.

#include "bus/transport/ports.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace drover::control::service {

class ReadTurns
{
public:
    // Answers one read; gives the bytes of the answer. Adds no read by itself.
    using Answer = std::function<std::size_t()>;
    // Whether answers to this connection should wait; relieved() follows each yes.
    using IsCongested = std::function<bool(const bus::Peer&)>;

    // What may wait of one connection.
    static constexpr std::size_t kMostReads = 1000;
    static constexpr std::size_t kMostBytes = std::size_t{4} << 20U;
    // What an answer costs however short it is.
    static constexpr std::size_t kLeastCost = 512;

    explicit ReadTurns(IsCongested isCongested) : m_isCongested(std::move(isCongested)) {}

    // False: too much of this connection waits already. Reads of one connection keep their order.
    [[nodiscard]] bool add(const bus::Peer& peer, std::size_t requestBytes, Answer answer);
    // Answers reads until so much was spent, or nobody has a turn.
    void serve(std::size_t cost);
    // Whether somebody has a turn.
    [[nodiscard]] bool hasTurns() const { return !m_turns.empty(); }
    // Reads of this connection wait.
    [[nodiscard]] bool waits(const bus::Peer& peer) const
    {
        return m_lines.contains(peer.connection);
    }
    void relieved(const bus::Peer& peer);
    // Nobody waits for its answers any more.
    void gone(const bus::Peer& peer);

private:
    struct Read
    {
        std::size_t bytes = 0; // of the request
        Answer answer;
    };
    // When its next read starts by the common clock of costs; the arrival decides between equals.
    using Turn =
        std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>; // start, arrival, connection
    // Reads of one connection; never empty.
    struct Line
    {
        bus::Peer peer;
        std::deque<Read> reads;
        std::size_t bytes = 0;
        Turn turn; // in m_turns unless it is congested
    };

    // Answers the first read of a line that has its turn; gives what it cost.
    std::size_t serveOne();
    void queue(Line& line, std::uint64_t start);

    IsCongested m_isCongested;
    std::unordered_map<std::uint64_t, Line> m_lines; // by connection
    std::set<Turn> m_turns;
    std::uint64_t m_clock = 0; // the start of the read that was answered last
    std::uint64_t m_arrivals = 0;
};

} // namespace drover::control::service
