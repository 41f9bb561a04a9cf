#include "tests/unit/control_service/fixture.h"

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"

#include <QtTest>

namespace drover::control::service::test {

using namespace model;

std::string publicKey(int number)
{
    std::string key(40, 'a');
    key[0] = static_cast<char>('a' + number);
    return key;
}

NodeId nodeId(std::uint8_t number)
{
    NodeId id;
    id.value.bytes.fill(number);
    return id;
}

std::vector<Record> firstRecords()
{
    SeededIds ids{99};
    ClusterRecord cluster;
    cluster.id = ids.make<ClusterId>();
    cluster.header.name = "test";
    cluster.header.modRevision = 1;
    HistoryRecord history;
    history.history = ids.make<HistoryId>();
    std::vector<Record> records{cluster, history};
    int number = 0;
    const auto add = [&](const char* name, KeyRole role, std::optional<NodeId> node) {
        KeyRecord key;
        key.publicKey = publicKey(number++);
        key.name = name;
        key.role = role;
        key.node = node;
        records.emplace_back(key);
    };
    add("admin", KeyRole::Admin, std::nullopt);
    add("operator", KeyRole::Operator, std::nullopt);
    add("viewer", KeyRole::Viewer, std::nullopt);
    add("plugin", KeyRole::Plugin, std::nullopt);
    add("n1", KeyRole::Node, nodeId(1));
    add("n2", KeyRole::Node, nodeId(2));
    return records;
}

DatasetRef named(const std::string& name)
{
    DatasetRef ref;
    ref.name = name;
    return ref;
}

DatasetCreate waiting(const std::string& name)
{
    DatasetCreate create;
    create.name = name;
    create.requiredLabels = {{"nowhere", "yes"}};
    return create;
}

// ---- client

TestClient::TestClient(bus::VirtualWorld& world, bus::MemoryBus& bus, const std::string& user)
    : m_world(world), m_executor(world.executor("client " + user)), m_prefix(user)
{
    static int number = 0;
    m_prefix += '-' + std::to_string(++number) + '-';
    m_client = bus.requestClient(*m_executor, "host of " + user, "control:4523", user);
    m_client->onFrame([this](const bus::Frame& frame) { received(frame); });
    m_client->onLink([this](const bus::LinkState& state) { m_link = state; });
    m_world.runUntil([this] { return m_link.link != bus::Link::Connecting; }, bus::Duration{5000});
}

void TestClient::received(const std::string& frame)
{
    m_raw.push_back(frame);
    auto reply = codec::decodeReply(frame);
    if (!reply)
        fail(reply.error());
    if (reply->requestId.empty() && std::holds_alternative<AssignmentBatch>(reply->body))
        m_batches.push_back(std::get<AssignmentBatch>(reply->body));
    else
        m_replies.push_back(std::move(*reply));
}

void TestClient::fail(const Error& error)
{
    qFatal("%s: %s: %s", toString(error.code), error.subject.c_str(), error.message.c_str());
}

Request TestClient::request(ReadVerb verb)
{
    Request request;
    request.requestId = m_prefix + std::to_string(m_next++);
    request.body = std::move(verb);
    return request;
}

Request TestClient::request(AgentVerb verb)
{
    Request request;
    request.requestId = m_prefix + std::to_string(m_next++);
    request.body = std::move(verb);
    return request;
}

Request TestClient::request(Write write)
{
    Request request;
    request.requestId = m_prefix + std::to_string(m_next++);
    request.deadline = m_clock->wall() + Duration{60'000};
    request.body = std::move(write);
    return request;
}

void TestClient::send(const Request& request, bool json)
{
    sendRaw(codec::encodeRequest(request, json));
}

void TestClient::sendRaw(const std::string& frame) { static_cast<void>(m_client->send(frame)); }

std::optional<Reply> TestClient::wait(const std::string& requestId, bus::Duration atMost)
{
    const auto find = [&] {
        return std::find_if(m_replies.begin(), m_replies.end(),
                            [&](const Reply& reply) { return reply.requestId == requestId; });
    };
    if (!m_world.runUntil([&] { return find() != m_replies.end(); }, atMost))
        return std::nullopt;
    const auto found = find();
    Reply reply = std::move(*found);
    m_replies.erase(found);
    return reply;
}

Reply TestClient::ask(const Request& request)
{
    send(request);
    auto reply = wait(request.requestId);
    if (!reply)
        qFatal("no answer to request %s", request.requestId.c_str());
    return std::move(*reply);
}

std::optional<AssignmentBatch> TestClient::nextBatch(bus::Duration atMost)
{
    if (!m_world.runUntil([this] { return !m_batches.empty(); }, atMost))
        return std::nullopt;
    AssignmentBatch batch = std::move(m_batches.front());
    m_batches.pop_front();
    return batch;
}

// ---- control

Fixture::Fixture(std::uint64_t seed)
    : world(seed), network(world.executor("network")), bus(*network, seed), wall(world), ids(seed),
      door(bus), disk(store::MemoryDisk::initialised(firstRecords(), wall.wall()))
{
    if (auto error = start())
        qFatalError(*error);
}

Fixture::~Fixture() { crash(); }

void Fixture::qFatalError(const Error& error)
{
    qFatal("%s: %s", toString(error.code), error.message.c_str());
}

std::optional<Error> Fixture::start()
{
    fatal.reset();
    executor = world.executor("control");
    memoryStore = std::make_unique<store::MemoryStore>(disk);
    store = std::make_unique<store::FaultyStore>(*memoryStore);
    server = bus.requestServer(*executor, "control", "control:4523");
    publisher = bus.publisher(*executor, "control", "control:4524");
    const Environment environment{*executor,
                                  *server,
                                  *publisher,
                                  *store,
                                  wall,
                                  ids,
                                  door,
                                  [this](LogLevel, std::string_view what, std::string_view,
                                         std::string_view) { ++m_logged[std::string(what)]; },
                                  [this](const Error& error) { fatal = error; }};
    auto started = ControlService::start(environment, {"test", {}});
    if (!started)
        return started.error();
    control = std::move(*started);
    return std::nullopt;
}

void Fixture::crash()
{
    control.reset();
    publisher.reset();
    server.reset();
    store.reset();
    memoryStore.reset();
    executor.reset();
}

std::unique_ptr<TestClient> Fixture::client(const std::string& user)
{
    auto client = std::make_unique<TestClient>(world, bus, user);
    client->setDeadlineFrom(wall);
    return client;
}

} // namespace drover::control::service::test
