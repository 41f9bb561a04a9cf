#pragma once

// The ports over MemoryNetwork. Internal to bus/memory.

#include "bus/memory/memory_network.h"

#include <memory>
#include <string>

namespace drover::bus {

std::unique_ptr<RequestServer> makeMemoryRequestServer(MemoryNetwork& network, Executor& executor,
                                                       std::string host, std::string endpoint);
std::unique_ptr<RequestClient> makeMemoryRequestClient(MemoryNetwork& network, Executor& executor,
                                                       MemoryNetwork::Dial dial);
std::unique_ptr<Publisher> makeMemoryPublisher(MemoryNetwork& network, Executor& executor,
                                               std::string host, std::string endpoint);
std::unique_ptr<Subscriber> makeMemorySubscriber(MemoryNetwork& network, Executor& executor,
                                                 MemoryNetwork::Dial dial);
std::unique_ptr<BulkListener> makeMemoryBulkListener(MemoryNetwork& network, Executor& executor,
                                                     std::string host, std::string endpoint,
                                                     std::string publicKey);
std::unique_ptr<BulkConnector> makeMemoryBulkConnector(MemoryNetwork& network, Executor& executor,
                                                       std::string host, std::string publicKey);

} // namespace drover::bus
