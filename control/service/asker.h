#pragma once

// Who waits for an answer, and how it is sent.

#include "bus/transport/ports.h"
#include "control/service/environment.h"
#include "proto/model/api.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace drover::control::service {

// One request as far as its answer is concerned.
struct Asker
{
    bus::Peer peer;
    std::string requestId;
    bool json = false;
    std::size_t bytes = 0; // of the request
};

class Answerer
{
public:
    Answerer(bus::RequestServer& server, const LogSink& log) : m_server(&server), m_log(log) {}

    // The reply's request id is the asker's. An answer that does not fit a frame becomes TooLarge.
    // Gives its bytes.
    std::size_t send(const Asker& asker, model::Reply reply);
    void refuse(const Asker& asker, const model::Error& error, model::Revision revision);
    // Tries ever smaller answers until one fits: `build` is given the most items that it may hold.
    // Gives the bytes of the one that was sent.
    std::size_t sendFitting(const Asker& asker,
                            const std::function<model::Reply(std::size_t mostItems)>& build);
    // A frame that was encoded before, or one that was not asked for.
    void sendFrame(const bus::Peer& peer, std::string frame);
    // Whether answers to this peer should wait.
    [[nodiscard]] bool isCongested(const bus::Peer& peer) { return m_server->isCongested(peer); }
    void gone(const bus::Peer& peer) { m_dropped.erase(peer.connection); }

private:
    // Answers that a connection did not take. Told at the first, the tenth, the hundredth: whoever
    // reads too slowly, or now and then, must not fill the log.
    struct Dropped
    {
        std::uint64_t count = 0;
        std::uint64_t toldAt = 1;
    };
    void noteDropped(const bus::Peer& peer);

    bus::RequestServer* m_server;
    LogSink m_log;
    std::map<std::uint64_t, Dropped> m_dropped; // by connection
};

} // namespace drover::control::service
