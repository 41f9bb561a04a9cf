// What is published: numbers without gaps, ticks, repairs, snapshots, and who may listen.

#include "control/core/apply.h"
#include "control/core/diff.h"
#include "proto/codec/stream_codec.h"
#include "tests/unit/control_service/fixture.h"

#include <QTest>

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

namespace {

ErrorCode codeOf(const Reply& reply) { return reply.error ? reply.error->code : ErrorCode{}; }
constexpr ErrorCode kOk{};

class Listener
{
public:
    Listener(Fixture& fixture, const std::string& user)
        : m_executor(fixture.world.executor("listener " + user))
    {
        m_subscriber = fixture.bus.subscriber(*m_executor, "host of " + user, "control:4524", user);
        m_subscriber->onFrame([this](std::string_view topic, const bus::Frame& frame) {
            if (topic == kTickTopic) {
                const auto tick = codec::decodeTick(frame);
                if (!tick)
                    qFatal("%s", tick.error().message.c_str());
                ticks.push_back(*tick);
                return;
            }
            const auto message = codec::decodeStreamMessage(frame);
            if (!message)
                qFatal("%s", message.error().message.c_str());
            messages[message->stream].push_back(*message);
        });
        m_subscriber->onLink([this](const bus::LinkState& state) { link = state; });
    }
    void subscribe(std::string_view topic) { m_subscriber->subscribe(topic); }
    [[nodiscard]] std::uint64_t position(Stream stream) const
    {
        for (const Tick::Position& position : ticks.back().positions)
            if (position.stream == stream)
                return position.n;
        return 0;
    }
    [[nodiscard]] StreamId id(Stream stream) const
    {
        for (const Tick::Position& position : ticks.back().positions)
            if (position.stream == stream)
                return position.streamId;
        return {};
    }

    std::map<Stream, std::vector<StreamMessage>> messages;
    std::vector<Tick> ticks;
    bus::LinkState link;

private:
    std::unique_ptr<bus::VirtualExecutor> m_executor;
    std::unique_ptr<bus::Subscriber> m_subscriber;
};

} // namespace

class TestStreams : public QObject
{
    Q_OBJECT

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<TestClient> m_admin;
    std::unique_ptr<Listener> m_listener;
    [[nodiscard]] const control::core::ClusterState& state() const
    {
        return m_fixture->control->state();
    }
    void write(WriteVerb verb)
    {
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(std::move(verb)))), kOk);
    }
    void runFor(int milliseconds) { m_fixture->world.runFor(bus::Duration{milliseconds}); }
    void verifyWithoutGaps(Stream stream)
    {
        const auto& messages = m_listener->messages[stream];
        for (std::size_t i = 0; i < messages.size(); ++i) {
            QCOMPARE(messages[i].prevN, messages[i].n - 1);
            if (i > 0)
                QCOMPARE(messages[i].prevN, messages[i - 1].n);
            QVERIFY(messages[i].streamId == m_listener->id(stream));
        }
        QCOMPARE(messages.back().n, m_listener->position(stream));
    }
    std::vector<Record> snapshot(std::uint32_t limit)
    {
        std::vector<Record> records;
        SnapshotGet get;
        get.page.limit = limit;
        do {
            const auto page = m_admin->get<SnapshotResult>(get);
            records.insert(records.end(), page.records.begin(), page.records.end());
            get.page.after = page.next;
        } while (!get.page.after.empty());
        return records;
    }

private Q_SLOTS:
    void init()
    {
        m_listener.reset();
        m_admin.reset();
        m_fixture = std::make_unique<Fixture>();
        m_admin = m_fixture->client("admin");
        m_listener = std::make_unique<Listener>(*m_fixture, "viewer");
        for (const char* topic : {"config/", "log/", "state/", "tick/"})
            m_listener->subscribe(topic);
        QVERIFY(m_fixture->world.runUntil([&] { return !m_listener->ticks.empty(); },
                                          bus::Duration{5000}));
    }
    void cleanup()
    {
        m_listener.reset();
        m_admin.reset();
    }

    void aTickComesEachSecondAndSaysWhereWeAre()
    {
        const std::size_t before = m_listener->ticks.size();
        runFor(10'000);
        QCOMPARE(m_listener->ticks.size(), before + 10);
        const Tick& tick = m_listener->ticks.back();
        QCOMPARE(tick.revision, state().revision());
        QCOMPARE(tick.term, state().history().term);
        QVERIFY(tick.nonce == state().history().nonce);
        QCOMPARE(tick.positions.size(), std::size_t{3});
        QCOMPARE(m_listener->position(Stream::Config), state().revision());
        QCOMPARE(m_listener->position(Stream::Log), state().revision());
    }

    void whatIsWrittenIsPublishedWithoutGaps()
    {
        for (int i = 0; i < 20; ++i)
            write(waiting("d" + std::to_string(i)));
        runFor(1500);
        for (const Stream stream : {Stream::Config, Stream::Log, Stream::State})
            verifyWithoutGaps(stream);
        const StreamMessage& config = m_listener->messages[Stream::Config].back();
        QVERIFY(config.commit->log.empty());
        QVERIFY(!config.commit->changes.empty());
        const StreamMessage& log = m_listener->messages[Stream::Log].back();
        QVERIFY(log.commit->changes.empty());
        QCOMPARE(log.commit->log.front().verb, std::string{"dataset.create"});
    }

    void nothingIsPublishedThatIsNotDurable()
    {
        const std::size_t before = m_listener->messages[Stream::Config].size();
        m_fixture->store->setFull(true);
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(waiting("web")))), ErrorCode::StoreFull);
        runFor(3000);
        QCOMPARE(m_listener->messages[Stream::Config].size(), before);
        m_fixture->store->failAppend(1, store::StoreFault::FailAfter);
        m_fixture->store->setFull(false);
        runFor(3000); // the probe's append fails, and control ends
        QVERIFY(m_fixture->fatal.has_value());
        QCOMPARE(m_listener->messages[Stream::Config].size(), before);
    }

    void aGapIsRepairedByAsking()
    {
        for (int i = 0; i < 30; ++i)
            write(waiting("d" + std::to_string(i)));
        runFor(1500);
        for (const Stream stream : {Stream::Config, Stream::Log, Stream::State}) {
            const auto& published = m_listener->messages[stream];
            std::vector<StreamMessage> repaired;
            ChangesGet get;
            get.stream = stream;
            get.streamId = m_listener->id(stream);
            get.after = published.front().prevN;
            get.limit = 7;
            while (get.after < m_listener->position(stream)) {
                const auto changes = m_admin->get<ChangesResult>(get);
                QVERIFY(!changes.messages.empty() && changes.messages.size() <= 7);
                QCOMPARE(changes.last, m_listener->position(stream));
                repaired.insert(repaired.end(), changes.messages.begin(), changes.messages.end());
                get.after = repaired.back().n;
            }
            QVERIFY(repaired == published);
        }
    }

    void anotherStreamOrALaterPositionNeedsANewSnapshot()
    {
        ChangesGet get;
        get.stream = Stream::State;
        get.streamId = m_listener->id(Stream::Config);
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(get))), ErrorCode::Compacted);
        get.streamId = m_listener->id(Stream::State);
        get.after = 1'000'000;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(get))), ErrorCode::Compacted);
    }

    void eachTermHasStreamsOfItsOwnTheTimelineGoesOn()
    {
        const StreamId config = m_listener->id(Stream::Config);
        const StreamId stateStream = m_listener->id(Stream::State);
        const StreamId timeline = m_listener->id(Stream::Log);
        m_admin.reset();
        m_fixture->restart();
        m_admin = m_fixture->client("admin");
        const Term term = state().history().term;
        QVERIFY(m_fixture->world.runUntil([&] { return m_listener->ticks.back().term == term; },
                                          bus::Duration{30'000}));
        // On a copy of the store a term of the same number would have commits of the same numbers.
        QVERIFY(m_listener->id(Stream::Config) != config);
        QVERIFY(m_listener->id(Stream::State) != stateStream);
        QVERIFY(m_listener->id(Stream::Log) == timeline);
        QCOMPARE(m_listener->position(Stream::Config), state().revision());
    }

    void pagesOfASnapshotAreTheWholeConfiguration()
    {
        for (int i = 0; i < 23; ++i)
            write(waiting("d" + std::to_string(i)));
        for (const std::uint32_t limit : {1U, 7U, 0U}) {
            const std::vector<Record> records = snapshot(limit);
            QVERIFY(control::core::stateOf(records, state().revision(), {}).sameRecords(state()));
        }
    }

    // The procedure of a mirror, with writes between its pages.
    void aSnapshotAndWhatCameAfterItsPagesAreTheTruth()
    {
        for (int i = 0; i < 20; ++i)
            write(waiting("d" + std::to_string(i)));
        std::map<RecordKey, Record> mirror;
        std::map<RecordKey, std::uint64_t> since;
        std::uint64_t first = 0;
        SnapshotGet get;
        get.page.limit = 3;
        // last key of each page, and its position
        std::vector<std::pair<RecordKey, std::uint64_t>> pages;
        for (int i = 0;; ++i) {
            const auto page = m_admin->get<SnapshotResult>(get);
            if (first == 0)
                first = page.n;
            for (const Record& record : page.records)
                mirror.insert_or_assign(keyOf(record), record);
            pages.emplace_back(page.next.empty() ? RecordKey{RecordKind{99}, {}}
                                                 : keyOf(page.records.back()),
                               page.n);
            get.page.after = page.next;
            if (page.next.empty())
                break;
            DatasetRename rename;
            rename.dataset = named("d" + std::to_string(i % 20));
            rename.name = "renamed" + std::to_string(i);
            if (state().living(rename.dataset.name) != nullptr)
                write(rename);
            write(waiting("late" + std::to_string(i)));
        }
        const auto positionOf = [&](const RecordKey& key) {
            for (const auto& [last, n] : pages)
                if (key <= last)
                    return n;
            return pages.back().second;
        };
        runFor(1500);
        for (const StreamMessage& message : m_listener->messages[Stream::Config]) {
            if (message.n <= first)
                continue;
            for (const Change& change : message.commit->changes) {
                if (message.n <= positionOf(keyOf(change)))
                    continue;
                if (const auto* put = std::get_if<RecordPut>(&change))
                    mirror.insert_or_assign(keyOf(change), put->record);
                else
                    mirror.erase(keyOf(change));
            }
        }
        std::vector<Record> records;
        for (const auto& [key, record] : mirror)
            records.push_back(record);
        QVERIFY(control::core::stateOf(records, state().revision(), {}).sameRecords(state()));
    }

    void thePastHasASnapshotToo()
    {
        for (int i = 0; i < 7; ++i)
            write(waiting("d" + std::to_string(i)));
        const Revision then = state().revision();
        const auto before = control::core::configurationOf(state());
        DatasetRename rename;
        rename.dataset = named("d1");
        rename.name = "renamed";
        write(rename);
        write(waiting("late"));
        SnapshotGet get;
        get.at = then;
        get.page.limit = 3;
        std::vector<Record> records;
        do {
            const auto page = m_admin->get<SnapshotResult>(get);
            QCOMPARE(page.n, then);
            QVERIFY(page.records.size() <= 3);
            records.insert(records.end(), page.records.begin(), page.records.end());
            get.page.after = page.next;
        } while (!get.page.after.empty());
        const auto byKey = [](const std::vector<Record>& list) {
            std::map<RecordKey, Record> map;
            for (const Record& record : list)
                map.emplace(keyOf(record), record);
            return map;
        };
        QVERIFY(byKey(records) == byKey(before));
        QCOMPARE(records.size(), before.size()); // none came twice
        get.at = state().revision() + 1;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(get))), ErrorCode::NotFound);
        get.at = then;
        get.stream = Stream::State;
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(get))), ErrorCode::InvalidArgument);
    }

    void stateHasASnapshotToo()
    {
        for (int i = 0; i < 9; ++i)
            write(waiting("d" + std::to_string(i)));
        std::vector<StateChange> facts;
        SnapshotGet get;
        get.stream = Stream::State;
        get.page.limit = 4;
        do {
            const auto page = m_admin->get<SnapshotResult>(get);
            facts.insert(facts.end(), page.facts.begin(), page.facts.end());
            get.page.after = page.next;
        } while (!get.page.after.empty());
        QCOMPARE(facts.size(), std::size_t{9});
        for (const StateChange& fact : facts)
            QVERIFY(std::holds_alternative<DatasetStatusPut>(fact));
        get.page.after = "x:nonsense";
        QCOMPARE(codeOf(m_admin->ask(m_admin->request(get))), ErrorCode::InvalidArgument);
    }

    void newcomersNeedNotWaitForTheNextSecond()
    {
        const std::size_t before = m_listener->ticks.size();
        Listener first{*m_fixture, "viewer"};
        Listener second{*m_fixture, "n1"};
        first.subscribe("tick/");
        second.subscribe("tick/");
        QVERIFY(m_fixture->world.runUntil(
            [&] { return !first.ticks.empty() && !second.ticks.empty(); }, bus::Duration{200}));
        runFor(500); // once for both
        QCOMPARE(m_listener->ticks.size(), before + 1);
    }

    void whoSubscribesAgainAndAgainMakesFewTicks()
    {
        const std::size_t before = m_listener->ticks.size();
        for (int i = 0; i < 50; ++i) {
            Listener other{*m_fixture, "viewer"};
            other.subscribe("tick/");
            runFor(20);
        }
        QVERIFY(m_listener->ticks.size() - before <= 11); // in a second
    }

    void nodesHearTicksOnly()
    {
        Listener node{*m_fixture, "n1"};
        node.subscribe("tick/");
        QVERIFY(
            m_fixture->world.runUntil([&] { return !node.ticks.empty(); }, bus::Duration{5000}));
        Listener curious{*m_fixture, "n2"};
        curious.subscribe("config/");
        runFor(1000);
        write(waiting("web"));
        runFor(5000);
        QVERIFY(curious.messages.empty());
        auto client = m_fixture->client("n2");
        const auto told = client->get<SubscriptionStatusResult>(SubscriptionStatusGet{"config/"});
        QVERIFY(!told.allowed);
        QVERIFY(!told.reason.empty());
        QVERIFY(client->get<SubscriptionStatusResult>(SubscriptionStatusGet{"tick/"}).allowed);
    }
};

QTEST_APPLESS_MAIN(TestStreams)
#include "tst_streams.moc"
