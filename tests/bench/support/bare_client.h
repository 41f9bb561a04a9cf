#pragma once

// A DEALER socket and nothing around it, for loads whose own cost must be small; and the bare echo that others are measured against.

#include "bus/transport/context.h"
#include "bus/transport/keys.h"
#include "proto/model/api.h"
#include "tests/bench/support/figures.h"

#include <zmq.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace drover::bench {

// Whom to talk to, as whom.
struct Address
{
    std::string endpoint;
    std::string serverKey;
    bus::KeyPair keys;
};

class BareClient
{
public:
    BareClient(zmq::context_t& context, const Address& address);

    // Waits until the connection is there and has room.
    void send(std::string_view frame);
    // Absent: nothing came in time.
    [[nodiscard]] std::optional<std::string> receive(int milliseconds);
    // Sends a request under a new id and returns its answer. Absent: none came in time.
    [[nodiscard]] std::optional<model::Reply> ask(model::Request request,
                                                  int milliseconds = 20'000);
    [[nodiscard]] std::string newId() { return m_prefix + std::to_string(++m_count); }
    [[nodiscard]] zmq::socket_t& socket() { return m_socket; }

private:
    zmq::socket_t m_socket;
    std::string m_prefix;
    std::uint64_t m_count = 0;
};

using Clients = std::vector<std::unique_ptr<BareClient>>;
[[nodiscard]] Clients connectMany(zmq::context_t& context, const Address& address,
                                  std::size_t count);

// Keeps so many requests on the way for so long, spread over the clients; each client's are answered in order. `make` gives the frames.
[[nodiscard]] Latencies load(const Clients& clients, std::size_t inFlight, double seconds,
                             const std::function<std::string(BareClient&)>& make);

// A process that answers each frame with itself: encrypted, authenticated, and nothing else.
class EchoProcess
{
public:
    // Admits this public key. To be made before the program has threads.
    explicit EchoProcess(const std::string& client);
    ~EchoProcess();
    EchoProcess(const EchoProcess&) = delete;
    EchoProcess& operator=(const EchoProcess&) = delete;
    [[nodiscard]] const std::string& endpoint() const { return m_endpoint; }
    [[nodiscard]] const std::string& key() const { return m_keys.publicKey; }

private:
    bus::KeyPair m_keys;
    std::string m_endpoint;
    pid_t m_pid = -1;
};

} // namespace drover::bench
