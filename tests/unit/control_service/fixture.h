#pragma once

// A whole control service on a virtual bus, clock and disk, and clients of it that wait for their
// answers by letting virtual time pass.

#include "bus/memory/memory_bus.h"
#include "bus/memory/virtual_world.h"
#include "control/service/control_service.h"
#include "control/store/faulty_store.h"
#include "control/store/memory_store.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace drover::control::service::test {

// The same ids for the same seed.
class SeededIds : public model::IdSource
{
public:
    explicit SeededIds(std::uint64_t seed) : m_random(seed) {}
    model::Uuid next() override
    {
        model::Uuid id;
        for (auto& byte : id.bytes)
            byte = static_cast<std::uint8_t>(m_random.next() & 0xff);
        return id;
    }

private:
    bus::SeededRandom m_random;
};

class VirtualWall : public Clock
{
public:
    explicit VirtualWall(const bus::VirtualWorld& world) : m_world(world) {}
    [[nodiscard]] model::TimePoint wall() const override
    {
        return model::TimePoint{model::Duration{1'800'000'000'000} +
                                m_world.now().time_since_epoch() + m_step};
    }
    void step(model::Duration by) { m_step += by; }

private:
    const bus::VirtualWorld& m_world;
    model::Duration m_step{0};
};

// Admits to the virtual bus; remembers what it was told.
class VirtualDoor : public KeyDoor
{
public:
    explicit VirtualDoor(bus::MemoryBus& bus) : m_bus(bus) {}
    void admit(const std::string& publicKey, const std::string& user) override
    {
        users[publicKey] = user;
        m_bus.allow(user);
    }
    void deny(const std::string& publicKey) override
    {
        const auto found = users.find(publicKey);
        if (found == users.end())
            return;
        m_bus.deny(found->second);
        users.erase(found);
    }
    std::map<std::string, std::string> users;

private:
    bus::MemoryBus& m_bus;
};

// 40 characters of z85, different for each number.
[[nodiscard]] std::string publicKey(int number);
[[nodiscard]] model::NodeId nodeId(std::uint8_t number);
// Keys of a cluster: admin, operator, viewer, plugin, and node keys n1, n2.
[[nodiscard]] std::vector<model::Record> firstRecords();

// A request client that keeps what it receives.
class TestClient
{
public:
    TestClient(bus::VirtualWorld& world, bus::MemoryBus& bus, const std::string& user);

    // A request with a fresh id (writes: and a deadline in a minute).
    [[nodiscard]] model::Request request(model::ReadVerb verb);
    [[nodiscard]] model::Request request(model::AgentVerb verb);
    [[nodiscard]] model::Request request(model::Write write);
    [[nodiscard]] model::Request request(model::WriteVerb verb)
    {
        return request(model::Write{{{std::move(verb), {}}}, false, {}, {}});
    }

    void send(const model::Request& request, bool json = false);
    void sendRaw(const std::string& frame);
    // The next reply to this request; nothing when none came in so much virtual time.
    std::optional<model::Reply> wait(const std::string& requestId,
                                     bus::Duration atMost = bus::Duration{5000});
    // Sends and waits; the test ends when no answer comes.
    model::Reply ask(const model::Request& request);
    template <class Verb>
    model::Reply ask(Verb verb)
    {
        return ask(request(std::move(verb)));
    }
    // The body of an answer that has to be good.
    template <class Body, class Verb>
    Body get(Verb verb)
    {
        const model::Reply reply = ask(std::move(verb));
        if (reply.error)
            fail(*reply.error);
        return std::get<Body>(reply.body);
    }
    // The next frame that nobody asked for.
    std::optional<model::AssignmentBatch> nextBatch(bus::Duration atMost = bus::Duration{1000});
    // Everything that came, newest last.
    [[nodiscard]] std::deque<std::string>& raw() { return m_raw; }
    [[nodiscard]] bool isUp() const { return m_link.link == bus::Link::Up; }
    void setDeadlineFrom(const Clock& clock) { m_clock = &clock; }

private:
    [[noreturn]] static void fail(const model::Error& error);
    void received(const std::string& frame);

    bus::VirtualWorld& m_world;
    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::RequestClient> m_client;
    const Clock* m_clock = nullptr;
    bus::LinkState m_link;
    std::string m_prefix;
    int m_next = 1;
    std::deque<std::string> m_raw;
    std::deque<model::Reply> m_replies;
    std::deque<model::AssignmentBatch> m_batches;
};

class Fixture
{
public:
    explicit Fixture(std::uint64_t seed = 1);
    ~Fixture();

    // Starts control on the disk as it is; returns its error, if any.
    std::optional<model::Error> start();
    // Ends it as a crash does.
    void crash();
    void restart()
    {
        crash();
        if (auto error = start())
            qFatalError(*error);
    }
    [[nodiscard]] std::unique_ptr<TestClient> client(const std::string& user);
    // How many lines of this kind were logged.
    [[nodiscard]] int logged(const std::string& what) { return m_logged[what]; }

    bus::VirtualWorld world;
    std::unique_ptr<bus::VirtualExecutor> network;
    bus::MemoryBus bus;
    VirtualWall wall;
    SeededIds ids;
    VirtualDoor door;
    store::MemoryDisk disk;
    std::optional<model::Error> fatal; // what the service ended with

    // Of the running control.
    std::unique_ptr<bus::VirtualExecutor> executor;
    std::unique_ptr<store::MemoryStore> memoryStore;
    std::unique_ptr<store::FaultyStore> store;
    std::unique_ptr<bus::RequestServer> server;
    std::unique_ptr<bus::Publisher> publisher;
    std::unique_ptr<ControlService> control;

private:
    [[noreturn]] static void qFatalError(const model::Error& error);

    std::map<std::string, int> m_logged;
};

// The write that makes a dataset by constraints that no node fulfils, so that it waits.
[[nodiscard]] model::DatasetCreate waiting(const std::string& name);
[[nodiscard]] model::DatasetRef named(const std::string& name);

} // namespace drover::control::service::test
