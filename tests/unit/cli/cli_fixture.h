#pragma once

// Runs the command line against a control of the test's, over the bus in memory: what it prints,
// how it ends, what it asked for.

#include "cli/app.h"
#include "tests/support/fake_control.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace drover::test {

struct Outcome
{
    int exit = -1;
    std::string out;
    std::string err;
};

// A cluster that lives in virtual time.
class MemoryCluster final : public cli::Cluster
{
public:
    MemoryCluster(bus::VirtualWorld& world, bus::MemoryBus& network)
        : m_world(world), m_executor(world.executor("drover")),
          m_link(network.requestClient(*m_executor, "laptop", FakeControl::kRequests, "me")),
          m_events(network.subscriber(*m_executor, "laptop", FakeControl::kEvents, "me")),
          m_client(*m_executor, *m_link,
                   {.program = "test",
                    .features = {},
                    .idPrefix = "cli",
                    .connectTimeout = bus::Duration{5'000}})
    {}
    bool runUntil(const std::function<bool()>& condition, bus::Duration timeout) override
    {
        return m_world.runUntil(condition, timeout);
    }
    bus::Executor& executor() override { return *m_executor; }
    client::ClusterClient& client() override { return m_client; }
    bus::Subscriber& subscriber() override { return *m_events; }
    bus::Subscription onReadable(int, std::function<void()>) override
    {
        return {}; // nothing but its own events happens in this world
    }

private:
    bus::VirtualWorld& m_world;
    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestClient> m_link;
    std::unique_ptr<bus::Subscriber> m_events;
    client::ClusterClient m_client;
};

// Two nodes and four datasets in different situations; answers the reads about them, and takes
// every change.
class CliFixture
{
public:
    CliFixture()
        : world(1), networkExecutor(world.executor("network")), network(*networkExecutor, 1),
          control(world, network)
    {
        control.answer = [this](const model::Request& request) { return answer(request); };
        fill();
    }

    Outcome run(std::vector<std::string> arguments, const std::string& input = {})
    {
        std::ostringstream out, err;
        std::istringstream in(input);
        cli::Terminal terminal{out, err, in};
        terminal.width = width;
        terminal.inIsTerminal = somebodyIsThere;
        terminal.errIsTerminal = liveLines;
        opened = 0;
        Outcome outcome;
        outcome.exit =
            cli::run(std::move(arguments), terminal,
                     [this](const cli::Globals&) -> model::Result<std::unique_ptr<cli::Cluster>> {
                         ++opened;
                         return std::unique_ptr<cli::Cluster>(
                             std::make_unique<MemoryCluster>(world, network));
                     });
        outcome.out = out.str();
        outcome.err = err.str();
        return outcome;
    }

    // The last change that control was asked for, or nothing.
    [[nodiscard]] std::optional<model::Write> lastWrite() const
    {
        for (auto it = control.requests.rbegin(); it != control.requests.rend(); ++it)
            if (const auto* write = std::get_if<model::Write>(&it->body))
                return *write;
        return std::nullopt;
    }
    template <class Verb>
    [[nodiscard]] Verb lastVerb() const
    {
        const auto write = lastWrite();
        if (!write || write->operations.size() != 1)
            return {};
        const auto* verb = std::get_if<Verb>(&write->operations.front().verb);
        return verb ? *verb : Verb{};
    }

    static model::Uuid uuid(unsigned number)
    {
        const std::string digits = std::to_string(100 + number);
        return *model::Uuid::parse("00000" + digits + "-0000-4000-8000-000000000000");
    }

    bus::VirtualWorld world;
    std::unique_ptr<bus::VirtualExecutor> networkExecutor;
    bus::MemoryBus network;
    FakeControl control;
    unsigned width = 80;
    bool somebodyIsThere = false;
    bool liveLines = false;
    int opened = 0; // how often the cluster was opened
    std::vector<model::DatasetView> datasets;
    std::vector<model::NodeView> nodes;
    model::Duration deleteGrace = std::chrono::hours{24}; // the cluster's
    std::optional<model::Error> refusal;                  // of every change
    model::WriteResult writeResult;

private:
    void fill();
    std::optional<model::Reply> answer(const model::Request& request);
    std::optional<model::ReplyBody> read(const model::ReadVerb& verb,
                                         std::optional<model::Error>& error);
};

} // namespace drover::test
