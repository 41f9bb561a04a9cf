#include "tests/support/fake_control.h"

#include "proto/codec/reply_codec.h"
#include "proto/codec/request_codec.h"
#include "proto/codec/stream_codec.h"

#include <algorithm>
#include <cstring>

namespace drover::test {

using namespace model; // NOLINT: this file is about nothing else

namespace {

std::vector<Record> recordsOf(const client::Tables& tables)
{
    std::vector<Record> records;
    const auto all = [&](const auto& table) {
        for (const auto& [key, value] : table)
            records.emplace_back(value);
    };
    if (tables.cluster())
        records.emplace_back(*tables.cluster());
    if (tables.history())
        records.emplace_back(*tables.history());
    all(tables.keys());
    all(tables.nodes());
    all(tables.nodeLedgers());
    all(tables.poolLedgers());
    all(tables.datasets());
    all(tables.datasetLedgers());
    all(tables.leases());
    all(tables.tombstones());
    std::sort(records.begin(), records.end(),
              [](const Record& a, const Record& b) { return keyOf(a) < keyOf(b); });
    return records;
}

std::string pageKey(const RecordKey& key)
{
    std::string text = std::to_string(static_cast<unsigned>(key.kind) + 100) + ":";
    for (const char c : key.id)
        for (const unsigned nibble :
             {static_cast<unsigned char>(c) / 16U, static_cast<unsigned char>(c) % 16U})
            text += "0123456789abcdef"[nibble];
    return text;
}

std::vector<std::pair<std::string, StateChange>> factsOf(const client::Tables& tables)
{
    std::vector<std::pair<std::string, StateChange>> facts;
    for (const auto& [id, node] : tables.nodeStates())
        facts.emplace_back("a" + id.toString(), NodeStatePut{node});
    for (const auto& [key, copy] : tables.copyStates())
        facts.emplace_back("b" + key.node.toString() + key.copy.toString(),
                           CopyStatePut{key.node, copy});
    for (const auto& [id, status] : tables.datasetStatuses())
        facts.emplace_back("c" + id.toString(), DatasetStatusPut{status});
    return facts;
}

} // namespace

FakeControl::FakeControl(bus::VirtualWorld& theWorld, bus::MemoryBus& network)
    : world(theWorld), m_network(network)
{
    history.value = freshUuid();
    nonce = freshUuid();
    m_config.id.value = freshUuid();
    m_log.id.value = freshUuid();
    m_state.id.value = freshUuid();
    start();
}

Uuid FakeControl::freshUuid()
{
    Uuid uuid;
    for (std::size_t i = 0; i < uuid.bytes.size(); i += 8) {
        const std::uint64_t word = world.random().next();
        std::memcpy(uuid.bytes.data() + i, &word, 8);
    }
    return uuid;
}

TimePoint FakeControl::wall() const
{
    return TimePoint{std::chrono::milliseconds{1'700'000'000'000} + world.now().time_since_epoch() +
                     clockAhead};
}

void FakeControl::start()
{
    m_executor = world.executor("control");
    m_requests = m_network.requestServer(*m_executor, kHost, kRequests);
    m_publisher = m_network.publisher(*m_executor, kHost, kEvents);
    m_requests->onFrame(
        [this](const bus::Peer& peer, const bus::Frame& frame) { handle(peer, frame); });
    m_publisher->setGate(
        [this](const bus::Peer&, std::string_view) { return admitsSubscriptions; });
    tick();
}

void FakeControl::stop()
{
    m_ticker.reset();
    m_publisher.reset();
    m_requests.reset();
    m_executor.reset();
}

void FakeControl::newTerm()
{
    stop();
    ++term;
    nonce = freshUuid();
    m_state = {};
    m_state.id.value = freshUuid();
    start();
}

void FakeControl::otherHistory()
{
    m_before = makeTick();
    begin(HistoryId{freshUuid()}, 1);
}

void FakeControl::historyOfBefore() { begin(m_before.history, m_before.term + 1); }

void FakeControl::begin(const HistoryId& itsHistory, Term itsTerm)
{
    stop();
    history = itsHistory;
    term = itsTerm;
    nonce = freshUuid();
    truth = {};
    revision = 0;
    for (Log* log : {&m_config, &m_log, &m_state}) {
        *log = {};
        log->id.value = freshUuid();
    }
    start();
}

void FakeControl::lowerTerm(Term lower)
{
    newTerm();
    term = lower;
}

void FakeControl::otherNonce()
{
    stop();
    nonce = freshUuid();
    start();
}

void FakeControl::compact()
{
    for (Log* log : {&m_config, &m_log, &m_state})
        log->oldestKept = log->last + 1;
}

void FakeControl::commit(std::vector<Change> changes)
{
    for (const Change& change : changes)
        truth.apply(change);
    Commit commit;
    commit.revision = ++revision;
    commit.term = term;
    commit.at = wall();
    for (const Stream stream : {Stream::Config, Stream::Log}) {
        Log& log = logOf(stream);
        StreamMessage message;
        message.stream = stream;
        message.streamId = log.id;
        message.n = ++log.last;
        message.prevN = message.n - 1;
        message.revision = revision;
        message.commit = commit;
        if (stream == Stream::Config)
            message.commit->changes = changes;
        else
            message.commit->log = {{commit.at,
                                    "test",
                                    "test.commit",
                                    "everything",
                                    {},
                                    {},
                                    "revision " + std::to_string(revision)}};
        log.messages.push_back(message);
        publish(message);
    }
}

void FakeControl::report(std::vector<StateChange> facts, std::optional<Revision> stamped)
{
    for (const StateChange& fact : facts)
        truth.apply(fact);
    StreamMessage message;
    message.stream = Stream::State;
    message.streamId = m_state.id;
    message.n = ++m_state.last;
    message.prevN = message.n - 1;
    message.revision = stamped.value_or(revision);
    message.facts = std::move(facts);
    m_state.messages.push_back(message);
    publish(message);
}

void FakeControl::reportUnheard(std::vector<StateChange> facts)
{
    auto publisher = std::move(m_publisher);
    report(std::move(facts));
    m_publisher = std::move(publisher);
}

void FakeControl::publish(const StreamMessage& message)
{
    if (m_publisher)
        m_publisher->publish(topicOf(message.stream), codec::encodeStreamMessage(message));
}

Tick FakeControl::makeTick() const
{
    Tick tick;
    tick.history = history;
    tick.term = term;
    tick.nonce = nonce;
    tick.revision = revision;
    tick.positions = {{Stream::Config, m_config.id, m_config.last},
                      {Stream::Log, m_log.id, m_log.last},
                      {Stream::State, m_state.id, m_state.last}};
    tick.controlTime = wall();
    return tick;
}

void FakeControl::tickOfAnother(Term itsTerm)
{
    Tick late = makeTick();
    late.history.value = freshUuid();
    late.term = itsTerm;
    m_publisher->publish(kTickTopic, codec::encodeTick(late));
}

void FakeControl::tickOfBefore() { m_publisher->publish(kTickTopic, codec::encodeTick(m_before)); }

void FakeControl::tick()
{
    if (ticking)
        m_publisher->publish(kTickTopic, codec::encodeTick(makeTick()));
    m_ticker = m_executor->after(bus::Duration{1'000}, [this] { tick(); });
}

void FakeControl::handle(const bus::Peer& peer, const bus::Frame& frame)
{
    const auto decoded = codec::decodeRequest(frame);
    Reply reply;
    if (const auto* failure = std::get_if<codec::DecodeFailure>(&decoded)) {
        reply.requestId = failure->requestId;
        reply.error = failure->error;
    } else {
        const Request& request = std::get<codec::DecodedRequest>(decoded).request;
        requestIds.push_back(request.requestId);
        requests.push_back(request);
        if (silent)
            return;
        std::optional<Reply> special = answer ? answer(request) : std::nullopt;
        reply = special ? std::move(*special) : usual(request);
        reply.requestId = request.requestId;
    }
    (void)m_requests->send(peer, codec::encodeReply(reply, /*json=*/false));
}

Reply FakeControl::usual(const Request& request)
{
    Reply reply;
    reply.revision = revision;
    const auto* read = std::get_if<ReadVerb>(&request.body);
    if (!read) {
        reply.body = WriteResult{};
        return reply;
    }
    if (std::holds_alternative<ClientHello>(*read)) {
        ClientWelcome welcome;
        welcome.clusterName = "test";
        welcome.history = history;
        welcome.term = term;
        welcome.controlTime = wall();
        welcome.role = KeyRole::Admin;
        welcome.user = "test";
        reply.body = welcome;
    } else if (const auto* get = std::get_if<SnapshotGet>(read)) {
        ++snapshots;
        reply.body = page(*get);
    } else if (const auto* since = std::get_if<ChangesGet>(read)) {
        return changes(*since);
    } else if (std::holds_alternative<SubscriptionStatusGet>(*read)) {
        reply.body = SubscriptionStatusResult{
            admitsSubscriptions, admitsSubscriptions ? "" : "viewers of this test may not"};
    } else {
        reply.error =
            Error{ErrorCode::Unsupported, "the test's control does not know this", "", ""};
    }
    return reply;
}

SnapshotResult FakeControl::page(const SnapshotGet& get)
{
    SnapshotResult result;
    const Log& log = logOf(get.stream);
    result.streamId = log.id;
    result.n = log.last;
    const auto take = [&](const std::string& key, const auto& add) {
        if (key <= get.page.after)
            return true;
        if (result.records.size() + result.facts.size() == pageSize)
            return false;
        add();
        result.next = key;
        return true;
    };
    bool whole = true;
    if (get.stream == Stream::Config) {
        for (const Record& record : recordsOf(truth))
            if (!take(pageKey(keyOf(record)), [&] { result.records.push_back(record); })) {
                whole = false;
                break;
            }
    } else {
        for (const auto& [key, fact] : factsOf(truth))
            if (!take(key, [&, &change = fact] { result.facts.push_back(change); })) {
                whole = false;
                break;
            }
    }
    if (whole)
        result.next.clear();
    return result;
}

Reply FakeControl::changes(const ChangesGet& get)
{
    Reply reply;
    reply.revision = revision;
    const Log& log = logOf(get.stream);
    if (get.streamId != log.id || get.after > log.last || get.after + 1 < log.oldestKept) {
        reply.error =
            Error{ErrorCode::Compacted, "these changes are not kept", "", "take a snapshot"};
        return reply;
    }
    ChangesResult result;
    result.last = log.last;
    for (std::uint64_t n = get.after + 1; n <= log.last && result.messages.size() < 20; ++n)
        result.messages.push_back(log.messages[n - 1]);
    reply.body = std::move(result);
    return reply;
}

} // namespace drover::test
