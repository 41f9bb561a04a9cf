#pragma once

// Many agents in one thread, as far as the protocol goes: each has a connection of its own, says hello, reports its copies, takes its
// assignments, acknowledges them and reports that it did them, and sends heartbeats. Their storage is a table.
//
// Sockets are watched by their descriptors, so that a thousand of them cost what happens and not what there is.

#include "proto/model/assignment.h"
#include "proto/model/api.h"
#include "tests/bench/support/seed.h"

#include <zmq.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

namespace drover::bench {

class LightAgents
{
public:
    // On the agents' thread, for each assignment that is new or changed.
    using AssignmentHandler = std::function<void(const model::Assignment&, Clock::time_point)>;

    LightAgents(const Seed& seed, std::string endpoint);
    ~LightAgents();
    LightAgents(const LightAgents&) = delete;
    LightAgents& operator=(const LightAgents&) = delete;

    void onAssignment(AssignmentHandler handler)
    {
        m_onAssignment = std::move(handler);
    } // before start()
    void start();
    // From now on so many reports a second, each that some copy uses another number of bytes now.
    void report(double perSecond) { m_chatter = perSecond; }
    // How many have a session, with the snapshot of its assignments, now.
    [[nodiscard]] std::size_t inSession() const { return m_inSession; }
    [[nodiscard]] std::uint64_t refusals() const { return m_refusals; }

private:
    struct Agent;

    void run();
    void watch(zmq::socket_t& socket, std::uint64_t tag);
    void service(Agent& agent);
    void lookAtLink(Agent& agent);
    void take(Agent& agent, std::string_view frame);
    void takeBatch(Agent& agent, const model::AssignmentBatch& batch);
    void sendHello(Agent& agent);
    void sendFull(Agent& agent);
    void send(Agent& agent, model::AgentVerb verb);
    void endSession(Agent& agent);
    void doWhatIsDue();
    void chatter();

    const Seed& m_seed;
    std::string m_endpoint;
    AssignmentHandler m_onAssignment;
    zmq::context_t m_context;
    std::vector<std::unique_ptr<Agent>> m_agents;
    std::mt19937_64 m_random{2}; // NOLINT: the same jitter each time
    int m_epoll = -1;
    std::atomic<double> m_chatter{0}; // reports a second
    Clock::time_point m_chatteredAt;
    double m_owed = 0; // reports
    std::atomic<bool> m_stop{false};
    std::atomic<std::size_t> m_inSession{0};
    std::atomic<std::uint64_t> m_refusals{0};
    std::thread m_thread;
};

} // namespace drover::bench
