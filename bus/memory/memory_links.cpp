// What the links between hosts do: the second half of MemoryNetwork.

#include "bus/memory/memory_network.h"

#include <vector>

namespace drover::bus {

void MemoryNetwork::setFaults(const std::string& from, const std::string& to,
                              const LinkFaults& faults)
{
    m_faults[{from, to}] = faults;
    linksChanged();
}

void MemoryNetwork::setDefaultFaults(const LinkFaults& faults)
{
    m_defaultFaults = faults;
    linksChanged();
}

LinkFaults MemoryNetwork::faults(const std::string& from, const std::string& to) const
{
    const auto own = m_faults.find({from, to});
    return own == m_faults.end() ? m_defaultFaults : own->second;
}

void MemoryNetwork::healAll()
{
    m_defaultFaults.cut = false;
    for (auto& [hosts, faults] : m_faults)
        faults.cut = false;
    linksChanged();
}

void MemoryNetwork::disconnect(const std::string& one, const std::string& other)
{
    std::vector<Id> lost;
    for (const auto& [id, connection] : m_connections)
        if ((connection.clientHost == one && connection.serverHost == other) ||
            (connection.clientHost == other && connection.serverHost == one))
            lost.push_back(id);
    for (const Id id : lost)
        lose(id, "the connection was lost");
}

// Starts and stops the silence of connections, and lets go what a mended link has held.
void MemoryNetwork::linksChanged()
{
    for (auto& [id, connection] : m_connections) {
        const bool there = faultsOf(connection, To::Server).cut;
        const bool back = faultsOf(connection, To::Client).cut;
        if (connection.lingers)
            continue;
        if ((there || back) && connection.silence == 0) {
            connection.silence = m_next++;
            connection.deadline =
                m_executor.after(MemoryBus::kSilence, [this, lost = id] { fallSilent(lost); });
        }
        if (!there && !back) {
            connection.silence = 0;
            connection.deadline.reset();
        }
        if (!there)
            letGo(id, To::Server);
        if (!back)
            letGo(id, To::Client);
    }
}

// Both ends hear no heartbeat; mostly both act on it at once.
void MemoryNetwork::fallSilent(Id id)
{
    const std::string reason = "no heartbeat came for too long";
    Connection& connection = m_connections.at(id);
    endAtClient(id, reason);
    if (!connection.clientClosed)
        endBehind(connection, id);
    if (!connection.lingers)
        lose(id, reason);
}

LinkFaults MemoryNetwork::faultsOf(const Connection& connection, To to) const
{
    return to == To::Server ? faults(connection.clientHost, connection.serverHost)
                            : faults(connection.serverHost, connection.clientHost);
}

} // namespace drover::bus
