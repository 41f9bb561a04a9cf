#pragma once

// Who waits for an answer, and how it is sent.

#include "bus/transport/ports.h"
#include "control/service/environment.h"
#include "proto/model/api.h"

#include <functional>
#include <string>

namespace drover::control::service {

// One request as far as its answer is concerned.
struct Asker
{
    bus::Peer peer;
    std::string requestId;
    bool json = false;
};

class Answerer
{
public:
    Answerer(bus::RequestServer& server, const LogSink& log) : m_server(&server), m_log(log) {}

    // The reply's request id is the asker's. An answer that does not fit a frame becomes TooLarge.
    void send(const Asker& asker, model::Reply reply) const;
    void refuse(const Asker& asker, const model::Error& error, model::Revision revision) const;
    // Tries ever smaller answers until one fits: `build` is given the most items that it may hold.
    void sendFitting(const Asker& asker,
                     const std::function<model::Reply(std::size_t mostItems)>& build) const;
    // A frame that was encoded before, or one that was not asked for.
    void sendFrame(const bus::Peer& peer, std::string frame) const;

private:
    bus::RequestServer* m_server;
    LogSink m_log;
};

} // namespace drover::control::service
