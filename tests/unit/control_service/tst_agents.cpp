// Agents' sessions with a whole control service: hello, reports, assignments, silence, duplicates,
// amnesia.

#include "proto/codec/request_codec.h"
#include "tests/unit/control_service/one_agent.h"

using namespace drover;
using namespace drover::model;
using namespace drover::control;
using namespace drover::control::service::test;

class TestAgents : public QObject, private OneAgent
{
    Q_OBJECT

    [[nodiscard]] Liveness liveness(std::uint8_t node) const
    {
        return state().nodeState(nodeId(node))->liveness;
    }

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void aSessionOpensSyncsAndIsToldEverything()
    {
        const Reply reply = m_agent->sayHello();
        QCOMPARE(codeOf(reply), kOk);
        QCOMPARE(m_agent->welcome.term, state().history().term);
        QVERIFY(m_agent->welcome.heartbeat >= Duration{1000});
        QCOMPARE(liveness(1), Liveness::Syncing);
        QVERIFY(state().nodeLedger(nodeId(1)) != nullptr);
        QCOMPARE(std::get<NodeLedger>(
                     m_fixture->disk.records.at(keyOf(Record{*state().nodeLedger(nodeId(1))})))
                     .hostname,
                 std::string{"n1"});
        QVERIFY(!m_agent->client->nextBatch()); // before its report is complete it is told nothing
        m_agent->heartbeat();
        QCOMPARE(liveness(1), Liveness::Syncing);
        QVERIFY(!m_agent->client->nextBatch());
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{m_agent->report(/*complete=*/true)})), kOk);
        QCOMPARE(liveness(1), Liveness::Alive);
        const auto batch = m_agent->client->nextBatch();
        QVERIFY(batch.has_value());
        QVERIFY(batch->snapshot);
        QCOMPARE(batch->n, std::uint64_t{1});
        QVERIFY(batch->upserts.empty());
    }

    void aDatasetIsMadeMountedDeletedAndPurged()
    {
        m_agent->join();
        QCOMPARE(codeOf(write(on("web", "n1"))), kOk);
        auto batch = m_agent->client->nextBatch();
        QVERIFY(batch.has_value());
        QVERIFY(!batch->snapshot);
        QCOMPARE(batch->upserts.size(), std::size_t{1});
        QCOMPARE(batch->upserts.front().goal, Goal::Mounted);
        QVERIFY(batch->upserts.front().mayCreate);
        QVERIFY(batch->revision <= m_fixture->disk.head); // told only what is durable
        m_agent->acknowledge(*batch);
        m_agent->obey(*batch);
        const DatasetView made = show("web");
        QCOMPARE(made.status.sync, Sync::InSync);
        QCOMPARE(made.status.path, std::string{"/mnt/web"});
        QVERIFY(made.ledger->everCreated);
        batch = m_agent->client->nextBatch();
        QVERIFY(batch && !batch->upserts.front().mayCreate); // from now on it is never made anew
        m_agent->acknowledge(*batch);

        DatasetDelete remove;
        remove.dataset = named("web");
        remove.grace = Duration{30'000};
        QCOMPARE(codeOf(write(remove)), kOk);
        batch = m_agent->client->nextBatch();
        QVERIFY(batch && batch->upserts.front().goal == Goal::Retired);
        m_agent->acknowledge(*batch);
        m_agent->obey(*batch);
        for (int i = 0; i < 25; ++i) {
            m_fixture->world.runFor(bus::Duration{1000});
            m_agent->heartbeat();
        }
        QVERIFY(!m_agent->client->nextBatch(bus::Duration{1}));
        batch = m_agent->client->nextBatch(bus::Duration{8000});
        QVERIFY(batch && batch->upserts.front().goal == Goal::Destroyed);
        m_agent->acknowledge(*batch);
        m_agent->obey(*batch);
        QVERIFY(state().ledgers().empty());
        QCOMPARE(state().tombstones().size(), std::size_t{1});
        batch = m_agent->client->nextBatch();
        QVERIFY(batch && batch->unassign.size() == 1 && batch->upserts.empty());
        QVERIFY(state().publishedStatuses().empty());
    }

    void noAgentIsToldWhatDoesNotConcernIt()
    {
        TestAgent other{*m_fixture, std::uint8_t{2}};
        m_agent->join();
        other.join();
        makeMounted("web");
        QVERIFY(!other.client->nextBatch());
    }

    void reportsAreTakenOnceAndWithoutGaps()
    {
        m_agent->join();
        makeMounted("web");
        const Revision before = state().revision();
        Report repeated;
        repeated.session = m_agent->welcome.session;
        repeated.n = m_agent->lastReport;
        repeated.gone = {m_agent->copies.begin()->first}; // if it were taken, it would be seen
        Reply reply = m_agent->client->ask(AgentVerb{repeated});
        QCOMPARE(codeOf(reply), kOk);
        QCOMPARE(std::get<ReportAck>(reply.body).n, m_agent->lastReport);
        QCOMPARE(state().copyStates().size(), std::size_t{1});
        Report later = m_agent->report();
        later.n += 1;
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{later})), ErrorCode::StaleSession);
        Report foreign = m_agent->report();
        foreign.session.value.bytes.fill(77);
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{foreign})), ErrorCode::StaleSession);
        QCOMPARE(state().revision(), before);
    }

    void anUnacknowledgedBatchIsSentAgain()
    {
        m_agent->join();
        QCOMPARE(codeOf(write(on("web", "n1"))), kOk);
        const auto batch = m_agent->client->nextBatch();
        QVERIFY(batch.has_value());
        for (int i = 0; i < 4; ++i) {
            m_fixture->world.runFor(bus::Duration{1000});
            m_agent->heartbeat();
        }
        QVERIFY(!m_agent->client->nextBatch(bus::Duration{1}));
        m_fixture->world.runFor(bus::Duration{1500});
        m_agent->heartbeat();
        const auto again = m_agent->client->nextBatch();
        QVERIFY(again && *again == *batch);
        m_agent->acknowledge(*again);
        for (int i = 0; i < 8; ++i) {
            m_fixture->world.runFor(bus::Duration{1000});
            m_agent->heartbeat();
        }
        QVERIFY(!m_agent->client->nextBatch(bus::Duration{1}));
    }

    void batchesStopWithoutCreditAndCatchUp()
    {
        m_agent->join();
        for (int i = 0; i < 12; ++i)
            QCOMPARE(codeOf(write(on("d" + std::to_string(i), "n1"))), kOk);
        std::vector<AssignmentBatch> batches;
        while (auto batch = m_agent->client->nextBatch())
            batches.push_back(*batch);
        QCOMPARE(batches.size(), std::size_t{8});
        m_agent->acknowledge(batches.back()); // acknowledges those before it too
        const auto rest = m_agent->client->nextBatch();
        QVERIFY(rest && rest->upserts.size() == 4); // in one
        QCOMPARE(rest->n, std::uint64_t{10});
    }

    // A node's snapshot does not fit one frame: only the end of its last part says what the node
    // is rid of.
    void aSnapshotOfManyDatasetsComesInParts()
    {
        constexpr std::size_t kDatasets = 5000;
        m_agent->join();
        for (std::size_t made = 0; made < kDatasets;) {
            Write many;
            for (; many.operations.size() < 500; ++made)
                many.operations.push_back({on("d" + std::to_string(made), "n1"), {}});
            QCOMPARE(codeOf(m_admin->ask(m_admin->request(std::move(many)))), kOk);
        }

        m_agent->connect();
        QCOMPARE(codeOf(m_agent->sayHello()), kOk);
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{m_agent->report(/*complete=*/true)})), kOk);
        std::set<AssignmentKey> named;
        std::uint64_t n = 0;
        bool continues = true;
        const auto take = [&](const AssignmentBatch& batch) {
            QVERIFY(continues); // nothing came after the end
            QCOMPARE(batch.n, ++n);
            QCOMPARE(batch.snapshot, n == 1);
            QVERIFY(batch.upserts.size() <= 200);
            for (const Assignment& assignment : batch.upserts)
                named.insert(keyOf(assignment));
            continues = batch.snapshotContinues;
        };
        // As many as there is credit for; what changes now is in a later part.
        for (auto batch = m_agent->client->nextBatch(); batch; batch = m_agent->client->nextBatch())
            take(*batch);
        QCOMPARE(n, std::uint64_t{control::service::kBatchesInFlight});
        QVERIFY(continues);
        QCOMPARE(codeOf(write(on("late", "n1"))), kOk);
        QVERIFY(!m_agent->client->nextBatch());
        while (continues) {
            AssignmentBatch acknowledged;
            acknowledged.session = m_agent->welcome.session;
            acknowledged.n = n;
            m_agent->acknowledge(acknowledged);
            const auto batch = m_agent->client->nextBatch();
            QVERIFY(batch.has_value());
            take(*batch);
        }
        QCOMPARE(named.size(), kDatasets + 1);
        QVERIFY(!m_agent->client->nextBatch());
    }

    void controlStartsAnewAndAgentsComeBack()
    {
        m_agent->join();
        makeMounted("web");
        m_admin.reset();
        m_fixture->restart();
        m_admin = m_fixture->client("admin");
        QCOMPARE(liveness(1), Liveness::Unreachable);
        QVERIFY(m_fixture->world.runUntil([&] { return m_agent->client->isUp(); },
                                          bus::Duration{20'000}));
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{m_agent->report()})),
                 ErrorCode::StaleSession);
        const AssignmentBatch batch = m_agent->join();
        QVERIFY(batch.snapshot);
        QCOMPARE(batch.upserts.size(), std::size_t{1});
        QVERIFY(!batch.upserts.front().mayCreate);
        QCOMPARE(show("web").status.sync, Sync::InSync);
    }

    void aSilentNodeBecomesEvasiveThenUnreachable()
    {
        m_agent->join();
        makeMounted("web");
        m_fixture->world.runFor(bus::Duration{4000});
        QCOMPARE(liveness(1), Liveness::Alive);
        m_fixture->world.runFor(bus::Duration{3000});
        QCOMPARE(liveness(1), Liveness::Evasive);
        m_fixture->world.runFor(bus::Duration{15'000});
        QCOMPARE(liveness(1), Liveness::Unreachable);
        QCOMPARE(state().copyStates().size(), std::size_t{1}); // its last state stays
        m_agent->heartbeat();
        QCOMPARE(liveness(1), Liveness::Alive);
        QCOMPARE(show("web").status.sync, Sync::InSync);
    }

    void aSecondProcessIsRefusedWhileTheFirstSpeaks()
    {
        m_agent->join();
        TestAgent twin{*m_fixture, std::uint8_t{1}};
        twin.incarnation = 2;
        const Request hello = twin.client->request(AgentVerb{twin.hello()});
        twin.client->send(hello);
        QVERIFY(!twin.client->wait(hello.requestId,
                                   bus::Duration{500})); // the first one is being probed
        m_agent->heartbeat();
        const auto refused = twin.client->wait(hello.requestId);
        QVERIFY(refused && codeOf(*refused) == ErrorCode::DuplicateNode);
        m_agent->heartbeat();
        QCOMPARE(liveness(1), Liveness::Alive);
    }

    void aSecondProcessTakesOverFromASilentOne()
    {
        m_agent->join();
        TestAgent twin{*m_fixture, std::uint8_t{1}};
        twin.incarnation = 2;
        twin.join();
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{m_agent->report()})),
                 ErrorCode::StaleSession);
        twin.heartbeat();
    }

    void aSecondProcessTakesOverAtOnceFromOneThatHasGone()
    {
        m_agent->join();
        m_agent->client.reset();
        const auto before = m_fixture->world.now();
        TestAgent twin{*m_fixture, std::uint8_t{1}};
        twin.incarnation = 2;
        twin.join();
        QVERIFY(m_fixture->world.now() - before < bus::Duration{2000});
    }

    void theSameProcessComesBackWithoutAProbe()
    {
        m_agent->join();
        TestAgent again{*m_fixture, std::uint8_t{1}}; // the same incarnation on another connection
        const auto before = m_fixture->world.now();
        again.join();
        QVERIFY(m_fixture->world.now() - before < bus::Duration{1000});
    }

    void aKeySpeaksForItsOwnNodeOnly()
    {
        Hello hello = m_agent->hello();
        hello.node = nodeId(2);
        QCOMPARE(codeOf(m_agent->client->ask(AgentVerb{hello})), ErrorCode::PermissionDenied);
        QVERIFY(state().nodeLedgers().empty());
    }

    void anAgentThatRemembersMorePutsControlIntoSafeMode()
    {
        m_agent->highestHistory = state().history().history;
        m_agent->highestTerm = state().history().term + 1;
        QCOMPARE(codeOf(m_agent->sayHello()), ErrorCode::SafeMode);
        QVERIFY(!m_fixture->control->safeMode().empty());
        QCOMPARE(codeOf(write(waiting("web"))), ErrorCode::SafeMode);
        QVERIFY(m_admin->get<StatusResult>(StatusGet{}).safeMode);
    }

    void anAgentThatSawTheOtherPastPutsControlIntoSafeMode()
    {
        // The store was an older copy and has gone on meanwhile, beyond what the agent remembers.
        m_admin.reset();
        m_fixture->restart();
        m_admin = m_fixture->client("admin");
        QVERIFY(m_fixture->world.runUntil([&] { return m_agent->client->isUp(); },
                                          bus::Duration{20'000}));
        m_agent->highestHistory = state().history().history;
        m_agent->highestTerm = state().history().term - 1;
        m_agent->highestRevision = state().revision() - 1; // all of the earlier term
        for (int i = 0; i < 5; ++i)
            QCOMPARE(codeOf(write(waiting("d" + std::to_string(i)))), kOk);
        QCOMPARE(codeOf(m_agent->sayHello()), kOk);
        m_agent->highestRevision = state().revision() - 2;
        QCOMPARE(codeOf(m_agent->sayHello()), ErrorCode::SafeMode);
        QVERIFY(!m_fixture->control->safeMode().empty());
    }

    void aCopyOfAnEpochNeverGrantedPutsControlIntoSafeMode()
    {
        m_agent->join();
        makeMounted("web");
        Report report = m_agent->report();
        CopyState copy = m_agent->copies.begin()->second;
        copy.epoch += 5;
        report.copies = {copy};
        m_agent->client->ask(AgentVerb{report});
        QVERIFY(!m_fixture->control->safeMode().empty());
        const Revision before = m_fixture->disk.head;
        DatasetDelete remove;
        remove.dataset = named("web");
        QCOMPARE(codeOf(write(remove)), ErrorCode::SafeMode);
        m_fixture->world.runFor(bus::Duration{120'000});
        QCOMPARE(m_fixture->disk.head, before);
    }

    void aNewNodeIsRefusedWhileTheDiskIsFull()
    {
        m_fixture->store->setFull(true);
        QCOMPARE(codeOf(m_agent->sayHello()), ErrorCode::StoreFull);
        QVERIFY(state().nodeLedgers().empty());
        m_fixture->store->setFull(false);
        m_fixture->world.runFor(bus::Duration{2000});
        m_agent->join();
    }

    void whatAFullDiskHeldUpIsDoneWhenThereIsRoom()
    {
        m_agent->join();
        QCOMPARE(codeOf(write(on("web", "n1"))), kOk);
        const auto batch = m_agent->client->nextBatch();
        m_agent->acknowledge(*batch);
        m_fixture->store->setFull(true);
        m_agent->obey(*batch); // control cannot note that it was made
        QVERIFY(!state().ledgers().begin()->second.everCreated);
        m_fixture->world.runFor(bus::Duration{3000});
        QVERIFY(!state().ledgers().begin()->second.everCreated);
        m_fixture->store->setFull(false);
        m_fixture->world.runFor(bus::Duration{2000});
        QVERIFY(state().ledgers().begin()->second.everCreated);
        const auto& stored =
            m_fixture->disk.records.at(keyOf(Record{state().ledgers().begin()->second}));
        QVERIFY(std::get<DatasetLedger>(stored).everCreated);
    }

    void leasesEndByTimeAndStartAnewWithControl()
    {
        m_agent->join();
        makeMounted("web");
        LeaseAcquire acquire;
        acquire.dataset = named("web");
        acquire.node.name = "n1";
        acquire.holder = "container";
        acquire.ttl = Duration{10'000};
        QCOMPARE(codeOf(write(acquire)), kOk);
        DatasetDelete remove;
        remove.dataset = named("web");
        QCOMPARE(codeOf(write(remove)), ErrorCode::InUse);
        m_fixture->world.runFor(bus::Duration{6000});
        m_admin.reset();
        m_fixture->restart();
        m_admin = m_fixture->client("admin");
        m_fixture->world.runFor(bus::Duration{6000});
        QCOMPARE(m_admin->get<LeaseListResult>(LeaseList{}).leases.size(), std::size_t{1});
        m_fixture->world.runFor(bus::Duration{6000});
        QCOMPARE(m_admin->get<LeaseListResult>(LeaseList{}).leases.size(), std::size_t{0});
        QCOMPARE(codeOf(write(remove)), kOk);
    }
};

QTEST_APPLESS_MAIN(TestAgents)
#include "tst_agents.moc"
