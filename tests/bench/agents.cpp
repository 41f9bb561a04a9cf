// Control with a thousand agents: how soon a change is where it must be done, how soon after a restart all is known again, and what
// honest clients notice of one that does not read and one that does not stop.
//
//     bench_agents AGENTS DATASETS_EACH SECONDS

#include "bus/transport/sockets.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/bench/support/bare_client.h"
#include "tests/bench/support/control_program.h"
#include "tests/bench/support/light_agents.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>

using namespace drover;
using namespace drover::model;
using namespace drover::bench;

namespace {

constexpr const char* kTurn = "turn"; // the metadata that says which change this is
constexpr double kPatience = 120;     // seconds

TimePoint wallNow()
{
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Request writeOf(const SeedDataset& dataset, std::uint64_t turn)
{
    Request request;
    request.deadline = wallNow() + Duration{60'000};
    DatasetSetMetadata set;
    set.dataset.id = dataset.id;
    set.metadata = {{kTurn, std::to_string(turn)}};
    request.body = Write{{{set, {}}}, false, {}, {}};
    return request;
}

// When which change arrived at its agent.
class Arrivals
{
public:
    void expect(std::size_t count)
    {
        const std::scoped_lock lock(m_mutex);
        m_at.assign(count, {});
        m_count = 0;
    }
    void note(const Assignment& assignment, Clock::time_point at)
    {
        const auto turn = assignment.spec.metadata.find(kTurn);
        if (turn == assignment.spec.metadata.end())
            return;
        const std::size_t index = std::stoul(turn->second);
        const std::scoped_lock lock(m_mutex);
        if (index >= m_at.size() || m_at[index] != Clock::time_point{})
            return;
        m_at[index] = at;
        ++m_count;
    }
    [[nodiscard]] std::size_t count() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_count;
    }
    [[nodiscard]] Clock::time_point at(std::size_t index) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_at[index];
    }

private:
    mutable std::mutex m_mutex;
    std::vector<Clock::time_point> m_at;
    std::size_t m_count = 0;
};

struct World
{
    const Seed& seed;
    ControlProgram& control;
    LightAgents& agents;
    Arrivals& arrivals;
    BareClient& admin;
    std::uint64_t& datasetTurn;
};

StatusResult statusOf(BareClient& client)
{
    Request request;
    request.body = ReadVerb{StatusGet{}};
    const auto reply = client.ask(request, 1000);
    const auto* status = reply ? std::get_if<StatusResult>(&reply->body) : nullptr;
    return status != nullptr ? *status : StatusResult{};
}

// Until control knows of every agent and every dataset what it was told; returns the seconds.
double waitUntilTrue(const World& world)
{
    const auto begin = Clock::now();
    for (;;) {
        const StatusResult status = statusOf(world.admin);
        if (status.alive == world.seed.nodes.size() &&
            status.inSync == world.seed.datasets.size() &&
            world.agents.inSession() == world.seed.nodes.size())
            return secondsBetween(begin, Clock::now());
        if (secondsBetween(begin, Clock::now()) > kPatience)
            giveUp("it does not become true: " + std::to_string(status.alive) + " alive, " +
                   std::to_string(status.inSync) + " in sync, " +
                   std::to_string(world.agents.inSession()) + " in session");
        static_cast<void>(world.admin.receive(20)); // nothing comes unasked: a pause
    }
}

// Sends `count` changes, `perSecond` of them, each to a dataset of another node than the one before; waits for each at its agent.
void commitToAssignment(const World& world, Table& report, double perSecond, std::size_t count)
{
    // Numbers of an earlier series must not be taken for ours.
    world.arrivals.expect(0);
    std::vector<Clock::time_point> sent(count);
    std::vector<double> answered;
    std::map<std::string, std::size_t> waiting;
    world.arrivals.expect(count);
    const double before = world.control.processorSeconds();
    const auto begin = Clock::now();
    const auto takeAnswers = [&](int milliseconds) {
        for (auto frame = world.admin.receive(milliseconds); frame;
             frame = world.admin.receive(0)) {
            const auto reply = codec::decodeReply(*frame);
            if (!reply || reply->error)
                giveUp("a change was refused: " +
                       (reply ? reply->error->message : reply.error().message));
            const auto found = waiting.find(reply->requestId);
            if (found == waiting.end())
                continue;
            answered.push_back(secondsBetween(sent[found->second], Clock::now()) * 1000);
            waiting.erase(found);
        }
    };
    for (std::size_t i = 0; i < count; ++i) {
        const auto due =
            begin + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(i) / perSecond));
        for (auto now = Clock::now(); now < due; now = Clock::now())
            takeAnswers(
                static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(due - now).count()));
        const std::size_t stride = world.seed.datasets.size() / world.seed.nodes.size();
        const SeedDataset& dataset =
            world.seed.datasets[(world.datasetTurn++ * (stride + 1)) % world.seed.datasets.size()];
        Request request = writeOf(dataset, i);
        request.requestId = world.admin.newId();
        const std::string frame = codec::encodeRequest(request);
        sent[i] = Clock::now();
        waiting.emplace(request.requestId, i);
        world.admin.send(frame);
        takeAnswers(0);
    }
    const auto last = Clock::now();
    while (world.arrivals.count() < count || !waiting.empty()) {
        takeAnswers(20);
        if (secondsBetween(last, Clock::now()) > kPatience)
            giveUp("only " + std::to_string(world.arrivals.count()) + " of " +
                   std::to_string(count) + " changes arrived");
    }
    const double took = secondsBetween(begin, Clock::now());
    const double processor = world.control.processorSeconds() - before;
    std::vector<double> arrived;
    for (std::size_t i = 0; i < count; ++i)
        arrived.push_back(secondsBetween(sent[i], world.arrivals.at(i)) * 1000);
    const Latencies toAgent = latenciesOf(std::move(arrived), took);
    const Latencies toWriter = latenciesOf(std::move(answered), took);
    Row row;
    row.figure = "change sent -> agent has its assignment, " + fixed(perSecond, 0) + "/s";
    row.goal = "p99 <= 20 ms";
    row.measured = "p50 " + fixed(toAgent.p50, 1) + ", p99 " + fixed(toAgent.p99, 1) + " ms";
    row.baseline = "answer to the writer: p50 " + fixed(toWriter.p50, 1) + ", p99 " +
                   fixed(toWriter.p99, 1) + " ms";
    row.met = toAgent.p99 <= 20;
    row.values = {{"p50_ms", toAgent.p50},
                  {"p99_ms", toAgent.p99},
                  {"max_ms", toAgent.most},
                  {"writer_p99_ms", toWriter.p99},
                  {"count", static_cast<double>(count)},
                  {"control_processor_share", processor / took}};
    report.add(std::move(row));
}

// ---- honest clients beside others

// Reads and writes of one client that does one thing at a time.
Latencies honest(const World& world, BareClient& client, double seconds)
{
    std::uint64_t n = 0;
    std::vector<double> milliseconds;
    const auto begin = Clock::now();
    while (secondsBetween(begin, Clock::now()) < seconds) {
        const SeedDataset& dataset = world.seed.datasets[n % world.seed.datasets.size()];
        Request request;
        if (n++ % 2 == 0) {
            DatasetGet get;
            get.dataset.id = dataset.id;
            request.body = ReadVerb{get};
        } else {
            request = writeOf(dataset, 1'000'000'000 + n);
        }
        const auto at = Clock::now();
        const auto reply = client.ask(request, 30'000);
        if (!reply || reply->error)
            giveUp("an honest client was not answered");
        milliseconds.push_back(secondsBetween(at, Clock::now()) * 1000);
    }
    return latenciesOf(std::move(milliseconds), secondsBetween(begin, Clock::now()));
}

// Subscribes to everything and never reads.
class SlowReader
{
public:
    SlowReader(zmq::context_t& context, const World& world)
        : m_socket(context, zmq::socket_type::sub)
    {
        bus::harden(m_socket, {.receiveHighWater = 10, .heartbeats = false});
        bus::secureClient(m_socket, world.seed.admin, world.seed.control.publicKey);
        for (const char* topic : {"config/", "log/", "state/", "tick/"})
            m_socket.set(zmq::sockopt::subscribe, topic);
        m_socket.connect(world.control.events());
        // It is there when its first tick is; from then on it does not read.
        m_socket.set(zmq::sockopt::rcvtimeo, 10'000);
        zmq::message_t first;
        if (!m_socket.recv(first))
            giveUp("the slow reader gets nothing");
    }

private:
    zmq::socket_t m_socket;
};

// Sends requests as fast as they are taken until it is destroyed; reads the answers, or none.
class Flood
{
public:
    Flood(const Address& address, std::function<std::string(BareClient&)> make, bool reads)
        : m_thread([this, address, make = std::move(make), reads] {
              zmq::context_t context;
              BareClient client(context, address);
              client.socket().set(zmq::sockopt::sndtimeo, 100);
              while (!m_stop) {
                  const std::string frame = make(client);
                  if (client.socket().send(zmq::buffer(frame), zmq::send_flags::none))
                      ++m_sent;
                  zmq::message_t answer;
                  while (reads && client.socket().recv(answer, zmq::recv_flags::dontwait)) {
                  }
              }
          })
    {}
    ~Flood()
    {
        m_stop = true;
        m_thread.join();
    }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;
    [[nodiscard]] std::uint64_t sent() const { return m_sent; }

private:
    std::atomic<bool> m_stop{false};
    std::atomic<std::uint64_t> m_sent{0};
    std::thread m_thread;
};

void besideOthers(const World& world, bus::Context& context, Table& report, double seconds)
{
    const Address address{world.control.requests(), world.seed.control.publicKey, world.seed.admin};
    BareClient client(context.zmq(), address);
    static_cast<void>(honest(world, client, 0.2));
    const auto row = [&](const std::string& figure, const Latencies& alone, const Latencies& with,
                         double memoryBefore, const std::string& note) {
        Row made;
        made.figure = figure;
        made.measured = "honest p50 " + fixed(with.p50, 2) + ", p99 " + fixed(with.p99, 1) +
                        " ms; control +" + fixed((world.control.memory() - memoryBefore) / 1e6, 0) +
                        " MB" + note;
        made.baseline = "alone p50 " + fixed(alone.p50, 2) + ", p99 " + fixed(alone.p99, 1) + " ms";
        made.values = {
            {"p50_ms", with.p50},        {"p99_ms", with.p99},
            {"max_ms", with.most},       {"alone_p50_ms", alone.p50},
            {"alone_p99_ms", alone.p99}, {"memory_bytes", world.control.memory() - memoryBefore}};
        report.add(std::move(made));
    };
    {
        const Latencies alone = honest(world, client, seconds);
        const double before = world.control.memory();
        const SlowReader slow(context.zmq(), world);
        row("beside one reader that does not read", alone, honest(world, client, seconds), before,
            "");
    }
    struct Kind
    {
        const char* name;
        std::function<std::string(BareClient&)> make;
        bool reads = false;
    };
    std::uint64_t n = 0;
    const auto page = [](BareClient& c) {
        Request request;
        request.requestId = c.newId();
        request.body = ReadVerb{DatasetList{}};
        return codec::encodeRequest(request);
    };
    const Kind kinds[] = {{"small reads",
                           [](BareClient& c) {
                               Request request;
                               request.requestId = c.newId();
                               request.body = ReadVerb{SubscriptionStatusGet{"config/"}};
                               return codec::encodeRequest(request);
                           }},
                          {"whole pages of datasets", page},
                          {"whole pages of datasets that reads them", page, /*reads=*/true},
                          {"durable writes", [&](BareClient& c) {
                               ++n;
                               Request request =
                                   writeOf(world.seed.datasets[n % world.seed.datasets.size()],
                                           2'000'000'000 + n);
                               request.requestId = c.newId();
                               return codec::encodeRequest(request);
                           }}};
    for (const Kind& kind : kinds) {
        const Latencies alone = honest(world, client, seconds);
        const double before = world.control.memory();
        Latencies with;
        std::uint64_t sent = 0;
        {
            const Flood flood(address, kind.make, kind.reads);
            with = honest(world, client, seconds);
            sent = flood.sent();
        }
        row(std::string("beside one flood of ") + kind.name, alone, with, before,
            "; " + fixed(static_cast<double>(sent) / seconds, 0) + "/s flooded");
        waitUntilTrue(world);
    }
}

void restart(const World& world, Table& report)
{
    const auto begin = Clock::now();
    world.control.kill9();
    world.control.start();
    const double up = secondsBetween(begin, Clock::now());
    waitUntilTrue(world);
    const double took = secondsBetween(begin, Clock::now());
    Row row;
    row.figure = "control killed and started -> state true again";
    row.goal = "<= 10 s";
    row.measured = fixed(took, 2) + " s for " + std::to_string(world.seed.nodes.size()) +
                   " agents, " + std::to_string(world.seed.datasets.size()) + " datasets";
    row.baseline = "control serves after " + fixed(up, 2) + " s";
    row.met = took <= 10;
    row.values = {{"seconds", took}, {"serving_seconds", up}};
    report.add(std::move(row));
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t agentCount = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
    const std::size_t each = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10;
    const double seconds = argc > 3 ? std::atof(argv[3]) : 10;
    static_cast<void>(bus::raiseDescriptorLimit());
    const ScratchFolder folder;
    const Seed seed = makeSeed(folder.path(), agentCount, each);
    ControlProgram control(seed, programsUnderTest());
    control.start();
    bus::Context context;
    BareClient admin(context.zmq(), {control.requests(), seed.control.publicKey, seed.admin});
    Arrivals arrivals;
    LightAgents agents(seed, control.requests());
    agents.onAssignment([&](const Assignment& a, Clock::time_point at) { arrivals.note(a, at); });
    agents.start();
    std::uint64_t turn = 0;
    const World world{seed, control, agents, arrivals, admin, turn};
    say("all agents known after " + fixed(waitUntilTrue(world), 2) + " s, control has " +
        fixed(control.memory() / 1e6, 0) + " MB");

    Table report;
    commitToAssignment(world, report, 1, static_cast<std::size_t>(std::max(3.0, seconds)));
    commitToAssignment(world, report, 1000, static_cast<std::size_t>(1000 * seconds));
    waitUntilTrue(world);
    restart(world, report);
    besideOthers(world, context, report, seconds / 3);
    report.print();
    return 0;
}
