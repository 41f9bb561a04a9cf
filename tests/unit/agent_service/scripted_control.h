#pragma once

// One agent service on the memory bus with a fake disk, and a control that does exactly what the
// test says.

#include "agent/backend/fake/fake_backend.h"
#include "agent/service/agent_service.h"
#include "agent/service/run_step.h"
#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "tests/support/saved_in_memory.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace drover::agent::service::test {

template <class AnyId>
AnyId idOf(std::uint8_t n)
{
    AnyId id;
    id.value.bytes[0] = 0xd0;
    id.value.bytes[15] = n;
    return id;
}

inline const auto kCluster = idOf<model::ClusterId>(1);
inline const auto kHistory = idOf<model::HistoryId>(2);
inline const auto kNode = idOf<model::NodeId>(3);
inline const auto kPool = idOf<model::PoolId>(4);
inline const auto kDataset = idOf<model::DatasetId>(5);
inline const auto kCopy = idOf<model::CopyId>(6);
inline const auto kBoot = idOf<model::BootId>(7);

class SeededIds final : public model::IdSource
{
public:
    explicit SeededIds(std::uint8_t seed) : m_seed(seed) {}
    model::Uuid next() override
    {
        model::Uuid uuid;
        ++m_count;
        uuid.bytes[0] = m_seed;
        uuid.bytes[14] = static_cast<std::uint8_t>(m_count >> 8U);
        uuid.bytes[15] = static_cast<std::uint8_t>(m_count);
        return uuid;
    }

private:
    std::uint8_t m_seed;
    std::uint32_t m_count = 0;
};

class VirtualClock final : public Clock
{
public:
    explicit VirtualClock(bus::VirtualWorld& world) : m_world(world) {}
    model::Now now() override
    {
        const auto since =
            std::chrono::duration_cast<model::Duration>(m_world.now().time_since_epoch());
        return {model::TimePoint{model::Duration{1'700'000'000'000} + since},
                model::Duration{1'000'000} + since};
    }

private:
    bus::VirtualWorld& m_world;
};

// A disk that outlives the service; can be told to fail.
class MemoryStore final : public AssignmentStore
{
public:
    model::Result<std::optional<codec::SavedAssignments>> load() override { return saved; }
    model::Result<void> save(const Remembered& remembered,
                             const core::AssignmentChanges& changes) override
    {
        if (full)
            return model::Error{model::ErrorCode::StoreFull, "no space", {}, {}};
        tests::saveInMemory(saved, remembered, changes);
        ++saves;
        return {};
    }
    model::Result<TransferNotes> loadTransfers() override { return transfers; }
    model::Result<void> saveTransfers(const TransferNotes& notes) override
    {
        transfers = notes;
        return {};
    }
    std::optional<ContactNote> loadContact() override { return contact; }
    void saveContact(const ContactNote& note) override { contact = note; }

    bool full = false;
    int saves = 0;
    std::optional<codec::SavedAssignments> saved;
    TransferNotes transfers;
    std::optional<ContactNote> contact;
};

// Runs each step a millisecond after it was started.
class VirtualStepRunner final : public core::StepRunner
{
public:
    VirtualStepRunner(bus::Executor& executor, backend::StorageBackend& backend)
        : m_executor(executor), m_backend(backend)
    {}
    void onEvents(Events events) override { m_events = std::move(events); }
    void start(core::StepId id, const core::Step& step) override
    {
        started.push_back(step);
        m_timers[id] = m_executor.after(bus::Duration{1}, [this, id, step] {
            const backend::Canceller never;
            auto outcome =
                runStep(m_backend, step, nullptr, never, [](const model::TransferProgress&) {});
            if (m_events.done)
                m_events.done(id, std::move(outcome));
        });
    }
    void cancel(core::StepId) override {}
    [[nodiscard]] bool ran(core::StepKind kind) const
    {
        for (const auto& step : started) {
            if (step.kind == kind)
                return true;
        }
        return false;
    }
    std::vector<core::Step> started;

private:
    bus::Executor& m_executor;
    backend::StorageBackend& m_backend;
    Events m_events;
    std::map<core::StepId, bus::Subscription> m_timers;
};

class Scene
{
public:
    // With a backend and a store of the test's own instead of those in memory, if given; they must
    // outlive the scene.
    explicit Scene(backend::StorageBackend* ownBackend = nullptr,
                   AssignmentStore* ownStore = nullptr)
        : m_ownBackend(ownBackend), m_ownStore(ownStore), m_network(m_world.executor("network")),
          m_controlExecutor(m_world.executor("control")), m_bus(*m_network, 7),
          m_server(m_bus.requestServer(*m_controlExecutor, "control", "control:4523")),
          m_disk(marker(), /*block=*/false)
    {
        m_server->onFrame(
            [this](const bus::Peer& from, const bus::Frame& frame) { onFrame(from, frame); });
    }
    ~Scene() { stopAgent(); }

    void startAgent()
    {
        m_agentExecutor = m_world.executor("agent");
        m_backend = std::make_unique<backend::FakeBackend>(m_disk, "default");
        auto& storage = m_ownBackend != nullptr ? *m_ownBackend
                                                : static_cast<backend::StorageBackend&>(*m_backend);
        runner = std::make_unique<VirtualStepRunner>(*m_agentExecutor, storage);
        m_client = m_bus.requestClient(*m_agentExecutor, "agent", "control:4523", "n1");
        m_ids = std::make_unique<SeededIds>(static_cast<std::uint8_t>(0x40 + ++m_starts));
        ServiceSetup setup;
        setup.node = kNode;
        setup.boot = kBoot;
        setup.machine = idOf<model::MachineId>(8);
        setup.hostname = "n1";
        setup.address = "127.0.0.1";
        setup.bulkEndpoint = "tcp://127.0.0.1:4525";
        setup.version = "1";
        setup.core.pools = {{kPool, "default", "directory", false, model::Fence::None}};
        agent = std::make_unique<AgentService>(
            setup, *m_client, *m_agentExecutor, *runner,
            m_ownStore != nullptr ? *m_ownStore : static_cast<AssignmentStore&>(store), m_clock,
            *m_ids, [this](LogLevel, const std::string& line) { log += line + "\n"; });
        started = agent->start().ok();
    }
    void stopAgent()
    {
        agent.reset();
        m_client.reset();
        runner.reset();
        m_agentExecutor.reset();
    }
    bool until(const std::function<bool()>& condition, std::int64_t ms = 30'000)
    {
        return m_world.runUntil(condition, bus::Duration{ms});
    }
    void pass(std::int64_t ms) { m_world.runFor(bus::Duration{ms}); }

    // ---- control's side
    struct Got // one request of the agent
    {
        bus::Peer peer;
        std::string requestId;
        model::AgentVerb verb;
    };
    void answer(const Got& got, model::ReplyBody body,
                std::optional<model::Error> error = std::nullopt)
    {
        model::Reply reply;
        reply.requestId = got.requestId;
        reply.body = std::move(body);
        reply.error = std::move(error);
        reply.revision = revision;
        m_server->send(got.peer, codec::encodeReply(reply, /*json=*/false));
    }
    void sendBatch(model::AssignmentBatch batch)
    {
        batch.session = welcome.session;
        batch.term = welcome.term;
        model::Reply reply;
        reply.body = std::move(batch);
        m_server->send(peer, codec::encodeReply(reply, /*json=*/false));
    }
    // The first batch of a session, with these assignments.
    void sendSnapshot(std::vector<model::Assignment> assignments)
    {
        model::AssignmentBatch batch;
        batch.n = 1;
        batch.snapshot = true;
        batch.revision = 10;
        batch.upserts = std::move(assignments);
        sendBatch(std::move(batch));
    }
    [[nodiscard]] bool complete() const
    {
        for (const auto& report : reports) {
            if (report.complete && report.session == welcome.session)
                return true;
        }
        return false;
    }
    [[nodiscard]] const model::CopyState* copy() const
    {
        for (auto it = reports.rbegin(); it != reports.rend(); ++it) {
            for (const auto& c : it->copies) {
                if (c.copy == kCopy)
                    return &c;
            }
        }
        return nullptr;
    }
    [[nodiscard]] static model::Assignment mounted(bool mayCreate = true)
    {
        model::Assignment a;
        a.dataset = kDataset;
        a.copy = kCopy;
        a.pool = kPool;
        a.epoch = 1;
        a.goal = model::Goal::Mounted;
        a.mayCreate = mayCreate;
        a.name = "web";
        a.generation = 1;
        return a;
    }

    // Of another dataset in the same pool.
    [[nodiscard]] static model::Assignment other()
    {
        auto a = mounted();
        a.dataset = idOf<model::DatasetId>(15);
        a.copy = idOf<model::CopyId>(16);
        a.name = "other";
        return a;
    }
    // Control ends the session; the next Hello opens another one.
    void newSession()
    {
        const auto before = hellos.size();
        welcome.session = idOf<model::SessionId>(static_cast<std::uint8_t>(100 + before));
        refuseReports = model::Error{model::ErrorCode::StaleSession, "say hello again", {}, {}};
        until([&] { return hellos.size() > before; });
        refuseReports.reset();
        reports.clear();
    }

    static model::Welcome firstWelcome()
    {
        model::Welcome w;
        w.session = idOf<model::SessionId>(9);
        w.cluster = kCluster;
        w.history = kHistory;
        w.term = 3;
        w.nonce = idOf<model::KeyId>(10).value;
        w.heartbeat = model::Duration{1000};
        w.ownershipTerm = model::Duration{30'000};
        w.window = 64;
        return w;
    }

    model::Welcome welcome = firstWelcome();
    bool answerHello = true;
    bool acknowledge = true;
    model::Revision revision = 0; // of every answer
    std::optional<model::Error> refuseReports;
    std::vector<model::Hello> hellos;
    std::vector<model::Report> reports; // as they came, repetitions too
    std::vector<std::uint64_t> acks;    // of assignments
    bus::Peer peer;
    MemoryStore store;
    std::string log;
    bool started = false;
    std::unique_ptr<VirtualStepRunner> runner;
    std::unique_ptr<AgentService> agent;
    [[nodiscard]] backend::FakeDisk& disk() { return m_disk; }

private:
public:
    static model::PoolMarker marker()
    {
        model::PoolMarker m;
        m.cluster = kCluster;
        m.pool = kPool;
        m.kind = "directory";
        return m;
    }

private:
    void onFrame(const bus::Peer& from, const bus::Frame& frame)
    {
        auto decoded = codec::decodeRequest(frame);
        auto* request = std::get_if<codec::DecodedRequest>(&decoded);
        if (request == nullptr) {
            log += "control could not decode: " +
                   std::get<codec::DecodeFailure>(decoded).error.message + "\n";
            return;
        }
        auto* verb = std::get_if<model::AgentVerb>(&request->request.body);
        if (verb == nullptr)
            return;
        const Got got{from, request->request.requestId, *verb};
        if (const auto* hello = std::get_if<model::Hello>(verb)) {
            hellos.push_back(*hello);
            peer = from;
            if (answerHello)
                answer(got, welcome);
        } else if (const auto* report = std::get_if<model::Report>(verb)) {
            reports.push_back(*report);
            if (refuseReports) {
                answer(got, {}, refuseReports);
            } else if (acknowledge) {
                answer(got, model::ReportAck{report->session, report->n});
            }
        } else if (const auto* ack = std::get_if<model::AssignmentAck>(verb)) {
            acks.push_back(ack->n);
        }
    }

    backend::StorageBackend* m_ownBackend;
    AssignmentStore* m_ownStore;
    bus::VirtualWorld m_world{5};
    VirtualClock m_clock{m_world};
    std::unique_ptr<bus::VirtualExecutor> m_network;
    std::unique_ptr<bus::VirtualExecutor> m_controlExecutor;
    bus::MemoryBus m_bus;
    std::unique_ptr<bus::RequestServer> m_server;
    backend::FakeDisk m_disk;
    std::unique_ptr<bus::VirtualExecutor> m_agentExecutor;
    std::unique_ptr<backend::FakeBackend> m_backend;
    std::unique_ptr<bus::RequestClient> m_client;
    std::unique_ptr<SeededIds> m_ids;
    int m_starts = 0;
};

} // namespace drover::agent::service::test
