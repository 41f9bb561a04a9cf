// A large cluster that lasts as long as somebody wants it: a real control, and agents whose storage is a table. For the benchmark of
// the console, and for its pictures.
//
//     bench_cluster NODES DATASETS_EACH FOLDER
//
// Writes FOLDER/config, a file of contexts. Says `ready` on standard output when control knows of every agent. Then takes orders, one a
// line, from standard input, and ends with it:
//     rate N     from now on N changes a second, half of them of the configuration, half reported by agents

#include "bus/contexts/config.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/bench/support/bare_client.h"
#include "tests/bench/support/control_program.h"
#include "tests/bench/support/light_agents.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace drover;
using namespace drover::model;
using namespace drover::bench;

namespace {

constexpr double kPatience = 300; // seconds

void waitUntilTrue(BareClient& admin, const Seed& seed, const LightAgents& agents)
{
    const auto expected = static_cast<std::size_t>(std::count_if(
        seed.nodes.begin(), seed.nodes.end(), [](const SeedNode& node) { return !node.silent; }));
    const auto begin = Clock::now();
    for (;;) {
        Request request;
        request.body = ReadVerb{StatusGet{}};
        const auto reply = admin.ask(request, 10'000);
        const auto* status = reply ? std::get_if<StatusResult>(&reply->body) : nullptr;
        if (status != nullptr && status->alive == expected && agents.inSession() == expected)
            return;
        if (secondsBetween(begin, Clock::now()) > kPatience)
            giveUp("it does not become true");
        static_cast<void>(admin.receive(50)); // nothing comes unasked: a pause
    }
}

void writeContext(const Seed& seed, const ControlProgram& control,
                  const std::filesystem::path& folder)
{
    const auto identity = folder / "admin.key_secret";
    if (auto written = bus::writeCertificate(identity, {seed.admin, {{"role", "admin"}}},
                                             bus::WhenPresent::Replace);
        !written)
        giveUp(written.reason());
    contexts::Context context;
    context.name = "bench";
    context.control = control.requests();
    context.events = control.events();
    context.key = seed.control.publicKey;
    context.identity = identity.string();
    contexts::Config config;
    config.current = context.name;
    config.set(context);
    orGiveUp(contexts::saveConfig(folder / "config", config), "cannot write the contexts");
}

// Changes metadata of one dataset after the other, so many a second, and reads the answers.
class Writer
{
public:
    Writer(const Seed& seed, Address address)
        : m_seed(seed), m_thread([this, address = std::move(address)] { run(address); })
    {}
    ~Writer()
    {
        m_stop = true;
        m_thread.join();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    void setRate(double perSecond) { m_rate = perSecond; }

private:
    void run(const Address& address)
    {
        constexpr double kAtMostOwed = 100;
        constexpr int kLookEvery = 5; // ms
        zmq::context_t context;
        BareClient client(context, address);
        auto last = Clock::now();
        double owed = 0;
        for (std::uint64_t turn = 0; !m_stop;) {
            const auto now = Clock::now();
            owed = std::min(owed + secondsBetween(last, now) * m_rate, kAtMostOwed);
            last = now;
            for (; owed >= 1; --owed)
                client.send(codec::encodeRequest(writeOf(client, ++turn)));
            for (bool more = client.receive(kLookEvery).has_value(); more;)
                more = client.receive(0).has_value();
        }
    }
    Request writeOf(BareClient& client, std::uint64_t turn) const
    {
        constexpr std::uint64_t kStride = 7919; // a prime: all of them come, far from each other
        DatasetSetMetadata set;
        set.dataset.id = m_seed.datasets[turn * kStride % m_seed.datasets.size()].id;
        set.metadata = {{"turn", std::to_string(turn)}};
        Request request;
        request.requestId = client.newId();
        request.deadline =
            std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) +
            Duration{60'000};
        request.body = Write{{{set, {}}}, false, {}, {}};
        return request;
    }

    const Seed& m_seed;
    std::atomic<double> m_rate{0};
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        giveUp("bench_cluster NODES DATASETS_EACH FOLDER");
    const std::filesystem::path folder = argv[3];
    static_cast<void>(bus::raiseDescriptorLimit());
    const ScratchFolder scratch;
    const Seed seed = makeSeed(scratch.path(), std::strtoul(argv[1], nullptr, 10),
                               std::strtoul(argv[2], nullptr, 10), Variety::Lifelike);
    ControlProgram control(seed, programsUnderTest());
    control.start();
    bus::Context context;
    const Address address{control.requests(), seed.control.publicKey, seed.admin};
    LightAgents agents(seed, control.requests());
    agents.start();
    {
        BareClient admin(context.zmq(), address);
        waitUntilTrue(admin, seed, agents);
    }
    writeContext(seed, control, folder);
    Writer writer(seed, address);
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string order;
        double rate = 0;
        if (!(words >> order >> rate) || order != "rate")
            giveUp("no such order: " + line);
        writer.setRate(rate / 2);
        agents.report(rate / 2);
    }
    return 0;
}
