#include "control/service/read_turns.h"

#include <algorithm>
#include <utility>

namespace drover::control::service {

bool ReadTurns::add(const bus::Peer& peer, std::size_t requestBytes, Answer answer)
{
    const auto [found, isNew] = m_lines.try_emplace(peer.connection);
    Line& line = found->second;
    if (!isNew && (line.reads.size() >= kMostReads || line.bytes + requestBytes > kMostBytes))
        return false;
    line.reads.push_back({requestBytes, std::move(answer)});
    line.bytes += requestBytes;
    if (isNew) {
        line.peer = peer;
        queue(line, m_clock);
    }
    return true;
}

void ReadTurns::queue(Line& line, std::uint64_t start)
{
    line.turn = {start, m_arrivals++, line.peer.connection};
    m_turns.insert(line.turn);
}

void ReadTurns::serve(std::size_t cost)
{
    for (std::size_t spent = 0; spent < cost && !m_turns.empty();)
        spent += serveOne();
}

std::size_t ReadTurns::serveOne()
{
    const auto [start, arrival, connection] = m_turns.extract(m_turns.begin()).value();
    Line& line = m_lines.at(connection);
    if (m_isCongested(line.peer))
        return 0; // relieved() brings it back
    m_clock = start;
    const Read read = std::move(line.reads.front());
    line.reads.pop_front();
    line.bytes -= read.bytes;
    const std::size_t cost = kLeastCost + read.answer();
    // Its connection may have ended with the answer.
    const auto after = m_lines.find(connection);
    if (after == m_lines.end())
        return cost;
    if (after->second.reads.empty())
        m_lines.erase(after);
    else
        queue(after->second, start + cost);
    return cost;
}

void ReadTurns::relieved(const bus::Peer& peer)
{
    const auto found = m_lines.find(peer.connection);
    if (found == m_lines.end() || m_turns.contains(found->second.turn))
        return;
    // What it could not use is not saved up.
    queue(found->second, std::max(std::get<0>(found->second.turn), m_clock));
}

void ReadTurns::gone(const bus::Peer& peer)
{
    const auto found = m_lines.find(peer.connection);
    if (found == m_lines.end())
        return;
    m_turns.erase(found->second.turn);
    m_lines.erase(found);
}

} // namespace drover::control::service
