#include "bus/client/cluster_mirror.h"
#include "tests/unit/client/workload.h"

#include <QtTest>

using namespace drover;
using namespace drover::model;
using test::FakeControl;
using test::Workload;

namespace {

// Rebuilds the tables from what it is told, and checks that facts never run ahead of the records.
class Listener final : public client::MirrorObserver
{
public:
    explicit Listener(client::ClusterMirror& mirror) : m_mirror(mirror)
    {
        m_mirror.addObserver(this);
    }
    ~Listener() override { m_mirror.removeObserver(this); }
    void onRecord(const Change& change) override { changed = tables.apply(change) && changed; }
    void onFact(const StateChange& fact) override
    {
        changed = tables.apply(fact) && changed;
        if (const auto* put = std::get_if<DatasetStatusPut>(&fact))
            for (const Condition& condition : put->status.conditions)
                if (condition.observedGeneration > m_mirror.revision())
                    ranAhead = true;
    }
    void onLive() override { ++lives; }
    void onStale(const std::string& reason, std::optional<TimePoint> time) override
    {
        reasons.push_back(reason);
        since = time;
    }

    client::Tables tables;
    bool changed = true; // every notice was news
    bool ranAhead = false;
    int lives = 0;
    std::vector<std::string> reasons;
    std::optional<TimePoint> since;

private:
    client::ClusterMirror& m_mirror;
};

struct Setup
{
    explicit Setup(std::uint64_t seed = 1)
        : world(seed), networkExecutor(world.executor("network")), network(*networkExecutor, seed),
          control(world, network), workload(control), executor(world.executor("console")),
          link(network.requestClient(*executor, "laptop", FakeControl::kRequests, "me")),
          events(network.subscriber(*executor, "laptop", FakeControl::kEvents, "me")),
          client(*executor, *link,
                 {.program = "test",
                  .features = {},
                  .idPrefix = "abc",
                  .seed = seed,
                  .connectTimeout = {}}),
          mirror(*executor, client, *events, {.seed = seed}), listener(mirror)
    {}

    bool becomesLive(bus::Duration atMost = bus::Duration{30'000})
    {
        return world.runUntil([this] { return mirror.live(); }, atMost);
    }
    // Live, and all there is.
    bool settles(bus::Duration atMost = bus::Duration{60'000})
    {
        return world.runUntil(
            [this] {
                return mirror.live() && mirror.tables() == control.truth &&
                       mirror.revision() == control.revision;
            },
            atMost);
    }
    void live(int steps)
    {
        for (int i = 0; i < steps; ++i) {
            workload.step();
            world.runFor(bus::Duration{static_cast<bus::Duration::rep>(world.random().below(40))});
        }
    }

    bus::VirtualWorld world;
    std::unique_ptr<bus::VirtualExecutor> networkExecutor;
    bus::MemoryBus network;
    FakeControl control;
    Workload workload;
    std::unique_ptr<bus::VirtualExecutor> executor;
    std::unique_ptr<bus::RequestClient> link;
    std::unique_ptr<bus::Subscriber> events;
    client::ClusterClient client;
    client::ClusterMirror mirror;
    Listener listener;
};

void addSeeds(quint64 last)
{
    QTest::addColumn<quint64>("seed");
    for (quint64 seed = 1; seed <= last; ++seed)
        QTest::newRow(std::to_string(seed).c_str()) << seed;
}

} // namespace

class ClusterMirrorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyClusterIsMirrored()
    {
        Setup s;
        QVERIFY(!s.mirror.live());
        QVERIFY(s.becomesLive());
        QVERIFY(s.mirror.complete());
        QVERIFY(s.mirror.tables() == client::Tables{});
        QCOMPARE(s.listener.lives, 1);
    }

    void aSnapshotOfManyPagesAndWhatFollowsIsTheServersTruth()
    {
        Setup s;
        s.live(200);
        QVERIFY(s.settles());
        s.live(200);
        QVERIFY(s.settles());
        QVERIFY(s.listener.tables == s.control.truth);
        QVERIFY(s.listener.changed);
        QVERIFY(!s.listener.ranAhead);
        QVERIFY(s.control.snapshots < 40); // none was taken again
    }

    void changesDuringTheSnapshotAreNotLost_data() { addSeeds(10); }
    void changesDuringTheSnapshotAreNotLost()
    {
        QFETCH(quint64, seed);
        Setup s(seed);
        s.control.pageSize = 1; // many journeys, with changes between any two of them
        s.network.setFaults(FakeControl::kHost, "laptop", {.delay = bus::Duration{30}});
        for (int i = 0; i < 60; ++i)
            s.workload.step();
        s.live(150);
        QVERIFY(s.settles());
        QVERIFY(s.listener.tables == s.control.truth);
    }

    void dropsDuplicatesReorderingAndRestartsEndInTheServersTruth_data() { addSeeds(25); }
    void dropsDuplicatesReorderingAndRestartsEndInTheServersTruth()
    {
        QFETCH(quint64, seed);
        Setup s(seed);
        s.network.setDefaultFaults({.delay = bus::Duration{2},
                                    .jitter = bus::Duration{30},
                                    .drop = 0.15,
                                    .duplicate = 0.15,
                                    .reorder = 0.15});
        for (int round = 0; round < 8; ++round) {
            s.live(60);
            switch (s.world.random().below(6)) {
            case 0:
                s.network.disconnect("laptop", FakeControl::kHost);
                break;
            case 1:
                s.control.newTerm();
                break;
            case 2:
                s.control.compact();
                break;
            case 3:
                s.network.partition("laptop", FakeControl::kHost);
                break;
            case 4:
                s.network.heal("laptop", FakeControl::kHost);
                break;
            default:
                break;
            }
        }
        s.network.healAll();
        s.network.setDefaultFaults({});
        QVERIFY2(s.settles(), s.mirror.staleReason().c_str());
        QVERIFY(s.listener.tables == s.control.truth);
        QVERIFY(s.listener.changed);
        QVERIFY(!s.listener.ranAhead);
    }

    void theSameSeedGivesTheSameRun()
    {
        std::uint64_t traces[2];
        for (std::uint64_t& trace : traces) {
            Setup s(7);
            s.network.setDefaultFaults(
                {.delay = bus::Duration{2}, .jitter = bus::Duration{30}, .drop = 0.1});
            s.live(100);
            trace = s.network.trace();
        }
        QCOMPARE(traces[0], traces[1]);
    }

    void aLostLastMessageIsFoundByTheTick()
    {
        Setup s;
        QVERIFY(s.settles());
        const auto pages = s.control.snapshots;
        s.control.reportUnheard({DatasetStatusPut{s.workload.status(s.control.freshUuid())}});
        QVERIFY(!s.control.truth.datasetStatuses().empty());
        QVERIFY(s.settles(bus::Duration{3'000}));
        QCOMPARE(s.control.snapshots, pages); // repaired, not read anew
    }

    void anAnswerThatEventsOvertookIsNoReasonForASnapshot_data() { addSeeds(10); }
    void anAnswerThatEventsOvertookIsNoReasonForASnapshot()
    {
        QFETCH(quint64, seed);
        Setup s(seed);
        QVERIFY(s.settles());
        const std::size_t before = s.control.snapshots;
        bus::LinkFaults slow;
        slow.jitter = bus::Duration{80};
        s.network.setDefaultFaults(slow);
        for (int i = 0; i < 50; ++i) {
            s.control.reportUnheard({});
            s.live(5);
        }
        QVERIFY(s.settles());
        QCOMPARE(s.control.snapshots, before);
    }

    void aNewControlIsNotFollowedBeforeItsTick()
    {
        Setup s;
        s.live(20);
        QVERIFY(s.settles());
        const Revision before = s.mirror.revision();
        s.control.ticking = false;
        s.control.newTerm();
        s.live(20);
        s.world.runFor(bus::Duration{500});
        QVERIFY(s.control.revision > before);
        QCOMPARE(s.mirror.revision(), before);
        s.control.ticking = true;
        QVERIFY(s.settles());
    }

    void aPastThatIsNotKeptLeadsToASnapshot()
    {
        Setup s;
        QVERIFY(s.settles());
        const auto pages = s.control.snapshots;
        s.control.reportUnheard({DatasetStatusPut{s.workload.status(s.control.freshUuid())}});
        s.control.compact();
        QVERIFY(s.settles(bus::Duration{10'000}));
        QVERIFY(s.control.snapshots > pages);
        QVERIFY(s.listener.tables == s.control.truth);
    }

    void aStateAheadOfItsConfigurationIsHeld()
    {
        Setup s;
        QVERIFY(s.settles());
        const Uuid id = s.control.freshUuid();
        const Revision ahead = s.control.revision + 1;
        s.control.report({DatasetStatusPut{s.workload.status(id)}}, ahead);
        s.world.runFor(bus::Duration{5'000});
        QVERIFY(s.mirror.tables().datasetStatuses().empty());
        s.control.commit({RecordPut{s.workload.dataset(id)}});
        QCOMPARE(s.control.revision, ahead);
        QVERIFY(s.settles(bus::Duration{2'000}));
        QCOMPARE(s.mirror.tables().datasetStatuses().size(), std::size_t{1});
    }

    void aNewTermBringsANewStateAndKeepsTheRecords()
    {
        Setup s;
        s.live(100);
        QVERIFY(s.settles());
        s.control.newTerm();
        QVERIFY(!s.mirror.tables().datasets().empty());
        s.control.report({DatasetStatusPut{s.workload.status(s.control.freshUuid())}});
        QVERIFY(s.world.runUntil(
            [&] { return !s.mirror.live() || s.mirror.tables() == s.control.truth; },
            bus::Duration{20'000}));
        QVERIFY(s.settles());
        QVERIFY(s.listener.tables == s.control.truth);
    }

    // The store was put back and then forth again: under the numbers that were read stands
    // something else.
    void aNewTermIsReadAnew()
    {
        Setup s;
        s.live(100);
        QVERIFY(s.settles());
        s.control.newTerm();
        const DatasetId gone = s.control.truth.datasets().begin()->first;
        const RecordKey key = keyOf(Record{s.control.truth.datasets().begin()->second});
        QVERIFY(s.control.truth.apply(Change{RecordRemoved{key}}));
        QVERIFY(s.settles());
        QVERIFY(!s.mirror.tables().datasets().contains(gone));
        QVERIFY(s.listener.tables == s.control.truth);
    }

    void anotherHistoryReplacesEverything()
    {
        Setup s;
        s.live(100);
        QVERIFY(s.settles());
        s.control.otherHistory();
        s.control.commit({RecordPut{s.workload.dataset(s.control.freshUuid())}});
        QVERIFY(s.settles());
        QCOMPARE(s.mirror.tables().datasets().size(), std::size_t{1});
        QCOMPARE(s.mirror.revision(), Revision{1});
        QVERIFY(s.listener.tables == s.control.truth);
    }

    // Of the history that a recovery ended one tick was long on its way: it must not lead back.
    void aLateTickOfAnEndedHistoryIsRefused()
    {
        Setup s;
        s.live(50);
        QVERIFY(s.settles());
        s.control.otherHistory();
        s.live(50);
        QVERIFY(s.settles());
        const auto before = s.mirror.progress(Stream::Config);
        s.control.tickOfBefore();
        s.world.runFor(bus::Duration{10'000});
        QVERIFY(s.settles());
        QVERIFY(s.mirror.progress(Stream::Config) == before);
        QCOMPARE(s.mirror.lastTick()->history, s.control.history);
    }

    // As above, when the mirror had missed all that came between the history before and this one.
    void aLateTickOfAHistoryThatWasNeverHeardIsRefused()
    {
        Setup s;
        s.control.term = 1001;
        s.live(50);
        QVERIFY(s.settles());
        const auto before = s.mirror.progress(Stream::Config);
        const HistoryId history = s.control.history;
        s.control.tickOfAnother(1);
        s.world.runFor(bus::Duration{10'000});
        QVERIFY(s.settles());
        QVERIFY(s.mirror.progress(Stream::Config) == before);
        QCOMPARE(s.mirror.lastTick()->history, history);
    }

    // A control that began anew, or on a very old store, answered in the place of the right one.
    void aHistoryThatWasLeftIsFollowedAgainAtAHigherTerm()
    {
        Setup s;
        s.control.term = 1001;
        s.live(50);
        QVERIFY(s.settles());
        const HistoryId history = s.control.history;
        s.control.otherHistory();
        s.live(50);
        QVERIFY(s.settles());
        QVERIFY(s.mirror.lastTick()->history != history);
        s.control.historyOfBefore();
        s.live(50);
        QVERIFY(s.settles());
        QCOMPARE(s.mirror.lastTick()->history, history);
        QVERIFY(s.listener.tables == s.control.truth);
    }

    void aControlThatWentBackIsRefused()
    {
        Setup s;
        s.control.newTerm();
        s.control.newTerm();
        s.live(50);
        QVERIFY(s.settles());
        const client::Tables before = s.mirror.tables();
        s.control.lowerTerm(2);
        s.live(50);
        s.world.runFor(bus::Duration{20'000});
        QVERIFY(!s.mirror.live());
        QVERIFY2(s.mirror.staleReason().find("term 2") != std::string::npos,
                 s.mirror.staleReason().c_str());
        QVERIFY(s.mirror.tables() == before);
        // The right one comes back: all is well again.
        s.control.lowerTerm(4);
        QVERIFY(s.settles());
    }

    void twoControlsOfOneTermAreRefused()
    {
        Setup s;
        s.live(20);
        QVERIFY(s.settles());
        s.control.otherNonce();
        s.world.runFor(bus::Duration{10'000});
        QVERIFY(!s.mirror.live());
        QVERIFY(s.mirror.staleReason().find("two controls") != std::string::npos);
    }

    void silenceIsToldWithItsReasonAndTime()
    {
        Setup s;
        s.live(20);
        QVERIFY(s.settles());
        const client::Tables before = s.mirror.tables();
        s.control.ticking = false;
        s.world.runFor(bus::Duration{1'100});
        const TimePoint last = s.mirror.lastTick()->controlTime;
        s.world.runFor(bus::Duration{8'000});
        QVERIFY(!s.mirror.live());
        QVERIFY2(s.mirror.staleReason().find("events do not arrive") != std::string::npos,
                 s.mirror.staleReason().c_str());
        QVERIFY(s.listener.since == last);
        QVERIFY(s.mirror.tables() == before); // old, but there
        s.control.ticking = true;
        QVERIFY(s.becomesLive());
        QCOMPARE(s.listener.lives, 2);
    }

    void anUnreachableControlIsTheReason()
    {
        Setup s;
        QVERIFY(s.settles());
        s.control.stop();
        s.world.runFor(bus::Duration{8'000});
        QVERIFY(!s.mirror.live());
        QVERIFY2(s.mirror.staleReason().find("not reachable") != std::string::npos,
                 s.mirror.staleReason().c_str());
        s.control.start();
        QVERIFY(s.settles());
    }

    void aRefusedSubscriptionIsTheReason()
    {
        bus::VirtualWorld world(3);
        const auto networkExecutor = world.executor("network");
        bus::MemoryBus network(*networkExecutor, 3);
        FakeControl control(world, network);
        control.admitsSubscriptions = false;
        const auto executor = world.executor("console");
        const auto link = network.requestClient(*executor, "laptop", FakeControl::kRequests, "me");
        const auto events = network.subscriber(*executor, "laptop", FakeControl::kEvents, "me");
        client::ClusterClient client(
            *executor, *link,
            {.program = "test", .features = {}, .idPrefix = "abc", .connectTimeout = {}});
        client::ClusterMirror mirror(*executor, client, *events, {});
        world.runFor(bus::Duration{10'000});
        QVERIFY(!mirror.live());
        QVERIFY2(mirror.staleReason().find("may not") != std::string::npos,
                 mirror.staleReason().c_str());
    }
};

QTEST_APPLESS_MAIN(ClusterMirrorTest)
#include "tst_cluster_mirror.moc"
