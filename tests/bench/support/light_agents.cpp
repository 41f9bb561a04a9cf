#include "tests/bench/support/light_agents.h"

#include "bus/transport/sockets.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <sys/epoll.h>
#include <unistd.h>

namespace drover::bench {

using namespace model;

namespace {

// As the real agent: those that lost control together do not come back together; a refused hello waits.
constexpr int kReconnectSpread = 500;
constexpr int kRefusedPause = 1000;
constexpr int kLookEvery = 20; // milliseconds between two looks at what is due
constexpr std::size_t kCopiesPerReport = 100;

std::uint16_t eventOf(const zmq::message_t& message)
{
    std::uint16_t what = 0;
    if (message.size() >= sizeof what)
        std::memcpy(&what, message.data(), sizeof what);
    return what;
}

} // namespace

struct LightAgents::Agent
{
    std::size_t number = 0;
    zmq::socket_t socket;
    zmq::socket_t monitor;
    bool up = false;
    std::optional<Clock::time_point> helloDue;
    std::string helloId;
    std::optional<Welcome> welcome;
    bool snapshotTaken = false;
    std::uint64_t reports = 0;
    std::uint64_t requests = 0;
    Clock::time_point lastSent;
    Hello hello;
    std::unordered_map<CopyId, CopyState> copies;
};

LightAgents::LightAgents(const Seed& seed, std::string endpoint)
    : m_seed(seed), m_endpoint(std::move(endpoint))
{
    m_context.set(zmq::ctxopt::max_sockets, static_cast<int>(seed.nodes.size()) * 3 + 64);
    std::size_t dataset = 0;
    for (std::size_t n = 0; n < seed.nodes.size(); ++n) {
        const SeedNode& node = seed.nodes[n];
        auto agent = std::make_unique<Agent>();
        agent->number = n;
        PoolState pool;
        pool.id = node.pool;
        pool.name = "default";
        pool.kind = "directory";
        pool.capabilities.transfer = true;
        pool.capacity = node.capacity;
        pool.free = node.free;
        pool.available = true;
        Hello& hello = agent->hello;
        hello.node = node.id;
        hello.machine = node.machine;
        hello.boot.value = node.id.value;
        hello.incarnation = node.id.value;
        hello.hostname = node.name;
        hello.address = "127.0.0.1";
        hello.bulkEndpoint = "tcp://127.0.0.1:4525";
        hello.version = "bench";
        hello.labels = node.labels;
        hello.pools = {pool};
        for (; dataset < seed.datasets.size() && seed.datasets[dataset].node == n; ++dataset) {
            const SeedDataset& one = seed.datasets[dataset];
            CopyState copy;
            copy.dataset = one.id;
            copy.copy = one.copy;
            copy.pool = node.pool;
            copy.epoch = 1;
            copy.phase = CopyPhase::Mounted;
            copy.datasetName = one.name;
            copy.path = "/drover/" + one.name;
            copy.used = one.used;
            copy.observedGeneration = 1;
            agent->copies.emplace(one.copy, std::move(copy));
        }
        m_agents.push_back(std::move(agent));
    }
}

LightAgents::~LightAgents()
{
    m_stop = true;
    if (m_thread.joinable())
        m_thread.join();
    if (m_epoll >= 0)
        ::close(m_epoll);
}

void LightAgents::start()
{
    m_epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (m_epoll < 0)
        giveUp("no epoll");
    m_thread = std::thread([this] { run(); });
}

void LightAgents::watch(zmq::socket_t& socket, std::uint64_t tag)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    if (::epoll_ctl(m_epoll, EPOLL_CTL_ADD, socket.get(zmq::sockopt::fd), &event) != 0)
        giveUp("cannot watch a socket");
}

void LightAgents::run()
{
    for (std::size_t n = 0; n < m_agents.size(); ++n) {
        Agent& agent = *m_agents[n];
        agent.socket = zmq::socket_t(m_context, zmq::socket_type::dealer);
        bus::harden(agent.socket, {});
        bus::secureClient(agent.socket, m_seed.nodes[n].keys, m_seed.control.publicKey);
        const std::string events = "inproc://link-" + std::to_string(n);
        if (zmq_socket_monitor(agent.socket.handle(), events.c_str(),
                               ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0)
            giveUp("cannot monitor a socket");
        agent.monitor = zmq::socket_t(m_context, zmq::socket_type::pair);
        agent.monitor.set(zmq::sockopt::linger, 0);
        agent.monitor.connect(events);
        watch(agent.socket, n);
        watch(agent.monitor, n);
        if (!m_seed.nodes[n].silent)
            agent.socket.connect(m_endpoint);
        service(agent);
    }
    auto look = Clock::now();
    std::array<epoll_event, 256> events{};
    while (!m_stop) {
        const int count =
            ::epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), kLookEvery);
        for (int i = 0; i < count; ++i)
            service(*m_agents[events[static_cast<std::size_t>(i)].data.u64]);
        if (Clock::now() >= look) {
            doWhatIsDue();
            chatter();
            look = Clock::now() + std::chrono::milliseconds(kLookEvery);
        }
    }
    for (const auto& agent : m_agents) { // on the thread that used them
        agent->monitor.close();
        agent->socket.close();
    }
}

void LightAgents::service(Agent& agent)
{
    lookAtLink(agent);
    zmq::message_t message;
    // Both, until neither has more: a descriptor tells of what came, not of what is left.
    while ((agent.socket.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0)
        while (agent.socket.recv(message, zmq::recv_flags::dontwait))
            take(agent, message.to_string_view());
}

void LightAgents::lookAtLink(Agent& agent)
{
    zmq::message_t event;
    zmq::message_t address;
    while ((agent.monitor.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0) {
        while (agent.monitor.recv(event, zmq::recv_flags::dontwait)) {
            static_cast<void>(agent.monitor.recv(address, zmq::recv_flags::dontwait));
            agent.up = eventOf(event) == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
            endSession(agent);
            agent.helloDue.reset();
            if (agent.up)
                agent.helloDue =
                    Clock::now() +
                    std::chrono::milliseconds(
                        agent.hello.highestTerm == 0
                            ? 0
                            : std::uniform_int_distribution<int>(0, kReconnectSpread)(m_random));
        }
    }
    if (agent.helloDue && *agent.helloDue <= Clock::now())
        sendHello(agent);
}

void LightAgents::endSession(Agent& agent)
{
    if (agent.snapshotTaken)
        --m_inSession;
    agent.snapshotTaken = false;
    agent.welcome.reset();
}

void LightAgents::doWhatIsDue()
{
    const auto now = Clock::now();
    for (const auto& agent : m_agents) {
        if (agent->helloDue && *agent->helloDue <= now)
            sendHello(*agent);
        if (agent->welcome && now - agent->lastSent >= agent->welcome->heartbeat) {
            Report beat;
            beat.session = agent->welcome->session;
            beat.n = ++agent->reports;
            send(*agent, beat);
        }
    }
}

void LightAgents::chatter()
{
    const auto now = Clock::now();
    m_owed = std::min(m_owed + secondsBetween(m_chatteredAt, now) * m_chatter, m_chatter.load());
    m_chatteredAt = now;
    for (; m_owed >= 1; --m_owed) {
        Agent& agent = *m_agents[m_random() % m_agents.size()];
        if (!agent.snapshotTaken || agent.copies.empty())
            continue;
        // Some copy: the first of some bucket that has one.
        std::size_t bucket = m_random() % agent.copies.bucket_count();
        while (agent.copies.bucket_size(bucket) == 0)
            bucket = (bucket + 1) % agent.copies.bucket_count();
        CopyState& copy = agent.copies.begin(bucket)->second;
        copy.used =
            ByteCount{copy.used.value_or(ByteCount{}).value / 100 * (90 + m_random() % 20) + 1};
        Report report;
        report.session = agent.welcome->session;
        report.n = ++agent.reports;
        report.copies.push_back(copy);
        send(agent, std::move(report));
    }
}

void LightAgents::send(Agent& agent, AgentVerb verb)
{
    Request request;
    request.requestId = "a" + std::to_string(++agent.requests);
    if (std::holds_alternative<Hello>(verb))
        agent.helloId = request.requestId;
    request.body = std::move(verb);
    const std::string frame = codec::encodeRequest(request);
    agent.lastSent = Clock::now();
    static_cast<void>(agent.socket.send(zmq::buffer(frame), zmq::send_flags::dontwait));
}

void LightAgents::sendHello(Agent& agent)
{
    agent.helloDue.reset();
    send(agent, agent.hello);
}

void LightAgents::sendFull(Agent& agent)
{
    std::vector<CopyState> all;
    all.reserve(agent.copies.size());
    for (const auto& [id, copy] : agent.copies)
        all.push_back(copy);
    for (std::size_t begin = 0; begin == 0 || begin < all.size(); begin += kCopiesPerReport) {
        const std::size_t end = std::min(begin + kCopiesPerReport, all.size());
        Report report;
        report.session = agent.welcome->session;
        report.n = ++agent.reports;
        if (begin == 0)
            report.pools = agent.hello.pools;
        report.copies.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                             all.begin() + static_cast<std::ptrdiff_t>(end));
        report.complete = end == all.size();
        send(agent, std::move(report));
    }
}

void LightAgents::take(Agent& agent, std::string_view frame)
{
    const auto reply = codec::decodeReply(frame);
    if (!reply)
        giveUp("an agent got a frame that cannot be read: " + reply.error().message);
    if (!agent.helloId.empty() && reply->requestId == agent.helloId) {
        agent.helloId.clear();
        const auto* welcome = std::get_if<Welcome>(&reply->body);
        if (reply->error || welcome == nullptr) {
            ++m_refusals;
            agent.helloDue = Clock::now() + std::chrono::milliseconds(kRefusedPause);
            return;
        }
        agent.welcome = *welcome;
        agent.reports = 0;
        agent.hello.highestHistory = welcome->history;
        agent.hello.highestTerm = welcome->term;
        agent.hello.highestRevision = reply->revision;
        sendFull(agent);
        return;
    }
    if (const auto* batch = std::get_if<AssignmentBatch>(&reply->body)) {
        if (agent.welcome && batch->session == agent.welcome->session)
            takeBatch(agent, *batch);
        return;
    }
    if (reply->error && agent.welcome) { // the session is over
        ++m_refusals;
        endSession(agent);
        agent.helloDue = Clock::now();
    }
}

void LightAgents::takeBatch(Agent& agent, const AssignmentBatch& batch)
{
    const auto now = Clock::now();
    Report done;
    for (const Assignment& assignment : batch.upserts) {
        if (m_onAssignment)
            m_onAssignment(assignment, now);
        CopyState& copy = agent.copies[assignment.copy];
        if (copy.epoch == assignment.epoch && copy.observedGeneration == assignment.generation &&
            copy.datasetName == assignment.name)
            continue;
        copy.dataset = assignment.dataset;
        copy.copy = assignment.copy;
        copy.pool = assignment.pool;
        copy.epoch = assignment.epoch;
        copy.phase = CopyPhase::Mounted;
        copy.datasetName = assignment.name;
        copy.path = "/drover/" + assignment.name;
        copy.observedGeneration = assignment.generation;
        done.copies.push_back(copy);
    }
    send(agent, AssignmentAck{batch.session, batch.n});
    if (!agent.snapshotTaken && !batch.snapshotContinues) {
        agent.snapshotTaken = true;
        ++m_inSession;
    }
    if (done.copies.empty())
        return;
    done.session = batch.session;
    done.n = ++agent.reports;
    send(agent, std::move(done));
}

} // namespace drover::bench
