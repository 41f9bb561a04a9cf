#include "bus/memory/memory_bus.h"

#include "bus/memory/memory_ports.h"

#include <utility>

namespace drover::bus {

namespace {

MemoryNetwork::Dial dialOf(std::string host, std::string endpoint, std::string user)
{
    MemoryNetwork::Dial dial;
    dial.host = std::move(host);
    dial.endpoint = std::move(endpoint);
    dial.user = std::move(user);
    return dial;
}

} // namespace

MemoryBus::MemoryBus(Executor& network, std::uint64_t seed)
    : m_network(std::make_unique<MemoryNetwork>(network, seed))
{}

MemoryBus::~MemoryBus() = default;

std::unique_ptr<RequestServer> MemoryBus::requestServer(Executor& executor, std::string host,
                                                        std::string endpoint)
{
    return makeMemoryRequestServer(*m_network, executor, std::move(host), std::move(endpoint));
}

std::unique_ptr<RequestClient> MemoryBus::requestClient(Executor& executor, std::string host,
                                                        std::string endpoint, std::string user)
{
    return makeMemoryRequestClient(*m_network, executor,
                                   dialOf(std::move(host), std::move(endpoint), std::move(user)));
}

std::unique_ptr<Publisher> MemoryBus::publisher(Executor& executor, std::string host,
                                                std::string endpoint)
{
    return makeMemoryPublisher(*m_network, executor, std::move(host), std::move(endpoint));
}

std::unique_ptr<Subscriber> MemoryBus::subscriber(Executor& executor, std::string host,
                                                  std::string endpoint, std::string user)
{
    return makeMemorySubscriber(*m_network, executor,
                                dialOf(std::move(host), std::move(endpoint), std::move(user)));
}

std::unique_ptr<BulkListener> MemoryBus::bulkListener(Executor& executor, std::string host,
                                                      std::string endpoint, std::string publicKey)
{
    return makeMemoryBulkListener(*m_network, executor, std::move(host), std::move(endpoint),
                                  std::move(publicKey));
}

std::unique_ptr<BulkConnector> MemoryBus::bulkConnector(Executor& executor, std::string host,
                                                        std::string publicKey)
{
    return makeMemoryBulkConnector(*m_network, executor, std::move(host), std::move(publicKey));
}

void MemoryBus::deny(const std::string& user) { m_network->deny(user); }

void MemoryBus::allow(const std::string& user) { m_network->allow(user); }

void MemoryBus::setFaults(const std::string& from, const std::string& to, const LinkFaults& faults)
{
    m_network->setFaults(from, to, faults);
}

void MemoryBus::setDefaultFaults(const LinkFaults& faults) { m_network->setDefaultFaults(faults); }

LinkFaults MemoryBus::faults(const std::string& from, const std::string& to) const
{
    return m_network->faults(from, to);
}

void MemoryBus::partition(const std::string& one, const std::string& other)
{
    for (const auto& [from, to] : {std::pair(one, other), std::pair(other, one)}) {
        auto changed = m_network->faults(from, to);
        changed.cut = true;
        m_network->setFaults(from, to, changed);
    }
}

void MemoryBus::heal(const std::string& one, const std::string& other)
{
    for (const auto& [from, to] : {std::pair(one, other), std::pair(other, one)}) {
        auto changed = m_network->faults(from, to);
        changed.cut = false;
        m_network->setFaults(from, to, changed);
    }
}

void MemoryBus::healAll() { m_network->healAll(); }

void MemoryBus::disconnect(const std::string& one, const std::string& other)
{
    m_network->disconnect(one, other);
}

void MemoryBus::redirect(const std::string& host, const std::string& endpoint,
                         const std::string& to)
{
    m_network->redirect(host, endpoint, to);
}

void MemoryBus::redirectNoMore() { m_network->redirectNoMore(); }

std::uint64_t MemoryBus::trace() const { return m_network->trace(); }

const FaultCounts& MemoryBus::faultCounts() const { return m_network->faultCounts(); }

void MemoryBus::onTrace(std::function<void(MonotonicTime, std::string_view)> tracer)
{
    m_network->onTrace(std::move(tracer));
}

} // namespace drover::bus
