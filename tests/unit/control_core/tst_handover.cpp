#include "tests/unit/control_core/clusters.h"

#include "control/core/assignments.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

class TestHandover : public QObject
{
    Q_OBJECT

private:
    // What source and target then report.
    static std::pair<CopyState, CopyState> afterTheLastPass(const Driver& c,
                                                            const Handover& handover)
    {
        auto source = *c.state.copyState(nodeId(1), handover.sourceCopy);
        source.phase = CopyPhase::Created;
        source.frozen = true;
        source.transfer->finalDone = true;
        source.transfer->digest = "one";
        auto target = *c.state.copyState(nodeId(2), handover.targetCopy);
        target.transfer = source.transfer;
        return {source, target};
    }

private Q_SLOTS:
    void moveGoesThroughEveryPhaseInOrder()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        const CopyId first = c.ledger(id).copy;
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        auto handover = *c.ledger(id).handover;
        QVERIFY(handover.phase == HandoverPhase::Copying);
        QVERIFY(c.goal(id, 1) == Goal::Mounted);
        QVERIFY(c.goal(id, 2) == Goal::Receive);
        QVERIFY(c.orders(id, 1).front().transfer->direction == TransferDirection::Send);
        QCOMPARE(c.orders(id, 1).front().transfer->peerEndpoint, std::string("tcp://n2:4525"));

        // The target has its receiving copy; the first pass was large: the dataset stays in use.
        CopyState target;
        target.dataset = id;
        target.copy = handover.targetCopy;
        target.pool = handover.targetPool;
        target.role = CopyRole::Receiving;
        target.epoch = 1;
        c.report(2, {target});
        auto source = primaryOf(c, id, CopyPhase::Mounted);
        source.transfer = TransferProgress{};
        source.transfer->id = handover.transfer;
        source.transfer->pass = 1;
        source.transfer->passDone = true;
        source.transfer->lastPassBytes = ByteCount{1ULL << 30};
        c.report(1, {source});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Copying);
        source.transfer->pass = 2;
        source.transfer->lastPassBytes = ByteCount{1ULL << 20};
        c.report(1, {source});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Frozen);
        QVERIFY(c.goal(id, 1) == Goal::Frozen);

        // Only when both ends have the final pass with one digest, and the source is down, the
        // release is ordered.
        source.phase = CopyPhase::Created;
        source.frozen = true;
        source.transfer->finalDone = true;
        source.transfer->digest = "abc";
        c.report(1, {source});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Frozen);
        target.transfer = source.transfer;
        c.report(2, {target});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Frozen);
        QCOMPARE(c.orders(id, 2).front().transfer->digest, std::string("abc"));
        target.transfer->sealed = true;
        c.report(2, {target});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Verified);
        QVERIFY(c.goal(id, 1) == Goal::Released);
        QCOMPARE(c.ledger(id).epoch, Epoch{1});

        // A release at another epoch proves nothing.
        source.role = CopyRole::Released;
        source.epoch = 0;
        c.report(1, {source});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Verified);
        source.epoch = 1;
        c.report(1, {source});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Granted);
        QCOMPARE(c.ledger(id).epoch, Epoch{2});
        QVERIFY(c.ledger(id).owner == nodeId(2));
        QVERIFY(c.goal(id, 2) == Goal::Mounted);
        QCOMPARE(c.orders(id, 2).front().transfer->digest, std::string("abc"));
        QVERIFY(c.goal(id, 1) == Goal::Released);
        QCOMPARE(c.orders(id, 1).front().epoch, Epoch{1});

        target.role = CopyRole::Primary;
        target.epoch = 2;
        target.phase = CopyPhase::Mounted;
        target.transfer.reset();
        c.report(2, {target});
        QVERIFY(!c.ledger(id).handover);
        QCOMPARE(c.ledger(id).retired.size(), std::size_t{1});
        QVERIFY(c.ledger(id).retired.front().copy == first);
        QVERIFY(!c.ledger(id).retired.front().purgeCommitted);
        QVERIFY(c.goal(id, 1) == Goal::Retired);
        NOTHING_BROKEN(c);
    }

    // Which of two copies was left behind first is told differently by two clocks, after a wall
    // clock that was ahead and a crash that set the running one back.
    void eachCopyLeftBehindGoesAfterItsOwnGrace()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        c.converge();
        DatasetLedger ledger = c.ledger(id);
        const RetiredCopy due = ledger.retired.front();
        RetiredCopy later = due;
        later.copy = numbered<CopyId>(255);
        later.node = nodeId(3);
        later.since.running -= 1s;
        later.since.wall += 10h;
        ledger.retired.push_back(later);
        std::sort(ledger.retired.begin(), ledger.retired.end(),
                  [](const auto& a, const auto& b) { return a.copy < b.copy; });
        const Change change = RecordPut{ledger};
        drover::control::core::apply(c.state, change);
        c.pass(61min);
        for (const RetiredCopy& retired : c.ledger(id).retired)
            QCOMPARE(retired.purgeCommitted, retired.copy == due.copy);
        c.converge();
        QCOMPARE(c.ledger(id).retired.size(), std::size_t{1});
        NOTHING_BROKEN(c);
    }

    void movedDatasetsOldCopyGoesAfterItsGraceOnly()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(2));
        QCOMPARE(c.ledger(id).retired.size(), std::size_t{1});
        c.pass(59min);
        c.converge();
        QVERIFY(c.goal(id, 1) == Goal::Retired);
        c.pass(2min);
        QVERIFY(c.goal(id, 1) == Goal::Destroyed);
        c.converge();
        QVERIFY(c.ledger(id).retired.empty());
        QVERIFY(c.status(id).sync == Sync::InSync);
        NOTHING_BROKEN(c);
    }

    void shorterGraceCountsForCopiesThatWaitAlready()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        c.converge();
        c.pass(30min);
        QVERIFY(c.write(ClusterSet{{}, {}, 10min}).ok());
        QVERIFY(c.ledger(id).retired.front().purgeCommitted);
        NOTHING_BROKEN(c);
    }

    void oldCopyIsKeptWhileThePrimaryIsNotSeenMounted()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        c.converge();
        auto broken = primaryOf(c, id, CopyPhase::Created);
        c.report(2, {broken});
        c.pass(3h);
        QVERIFY(!c.ledger(id).retired.front().purgeCommitted);
        c.converge();
        QVERIFY(c.ledger(id).retired.empty());
        NOTHING_BROKEN(c);
    }

    void oldCopyThatWasWrittenToAfterItsReleaseIsKept()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        c.converge();
        const auto left = c.ledger(id).retired.front();
        auto orphan = primaryOf(c, id, CopyPhase::Created);
        orphan.copy = left.copy;
        orphan.pool = left.pool;
        orphan.role = CopyRole::Orphan;
        orphan.epoch = 1;
        c.report(1, {orphan});
        c.pass(3h);
        QVERIFY(!c.ledger(id).retired.front().purgeCommitted);
        QVERIFY(c.goal(id, 1) == Goal::Retired);
        // A person deletes the dataset and says that everything of it may go.
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        c.converge();
        QVERIFY(c.state.ledger(id) == nullptr);
        NOTHING_BROKEN(c);
    }

    void newestWishWinsUntilTheReleaseIsOrdered_data()
    {
        QTest::addColumn<int>("back");
        QTest::newRow("back to the source") << 1;
        QTest::newRow("to a third node") << 3;
    }
    void newestWishWinsUntilTheReleaseIsOrdered()
    {
        QFETCH(int, back);
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        const auto cancelled = *c.ledger(id).handover;
        QVERIFY(
            c.write(DatasetMove{ref(id), node(static_cast<std::uint8_t>(back)), {}, false}).ok());
        QVERIFY(c.goal(id, 2) == Goal::Destroyed); // the unfinished copy never was the dataset
        QCOMPARE(c.ledger(id).epoch, Epoch{1});
        if (back == 1)
            QVERIFY(!c.ledger(id).handover);
        else
            QVERIFY(c.ledger(id).handover->target == nodeId(3) &&
                    c.ledger(id).handover->id != cancelled.id);
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(static_cast<std::uint8_t>(back)));
        QVERIFY(c.status(id).sync == Sync::InSync);
        NOTHING_BROKEN(c);
    }

    void wishAfterTheReleaseWaitsForTheEndOfTheHandover()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, HandoverPhase::Verified);
        QVERIFY(c.write(DatasetMove{ref(id), node(3), {}, false}).ok());
        QVERIFY(c.ledger(id).handover->target == nodeId(2));
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(3));
        QCOMPARE(c.ledger(id).epoch, Epoch{3});
        NOTHING_BROKEN(c);
    }

    void deletedInEveryPhaseComesBackWhole_data()
    {
        QTest::addColumn<int>("phase");
        for (const auto phase : {HandoverPhase::Copying, HandoverPhase::Frozen,
                                 HandoverPhase::Verified, HandoverPhase::Granted})
            QTest::newRow(toString(phase)) << static_cast<int>(phase);
    }
    void deletedInEveryPhaseComesBackWhole()
    {
        QFETCH(int, phase);
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, static_cast<HandoverPhase>(phase));
        QVERIFY(c.write(DatasetDelete{ref(id), std::nullopt, false}).ok());
        c.converge();
        QVERIFY(!c.ledger(id).handover);
        QVERIFY(!c.ledger(id).purgeCommitted);
        QVERIFY(c.write(DatasetUndelete{ref(id), {}}).ok());
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(2));
        QVERIFY(c.status(id).sync == Sync::InSync);
        NOTHING_BROKEN(c);
    }

    void purgedInEveryPhaseLeavesNothingButATombstone_data()
    {
        deletedInEveryPhaseComesBackWhole_data();
    }
    void purgedInEveryPhaseLeavesNothingButATombstone()
    {
        QFETCH(int, phase);
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, static_cast<HandoverPhase>(phase));
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        QVERIFY(c.state.dataset(id) == nullptr);
        QVERIFY(c.ledger(id).purgeCommitted);
        QVERIFY(c.goal(id, 1) == Goal::Destroyed);
        QVERIFY(c.goal(id, 2) == Goal::Destroyed);
        c.converge();
        QVERIFY(c.state.ledger(id) == nullptr);
        QVERIFY(c.state.isTombstone(id));
        QVERIFY(c.state.copiesOf(id).empty());
        // The name is free, the id is not.
        auto again = web(2);
        again.id = id;
        QVERIFY(c.write(again).error().code == ErrorCode::AlreadyExists);
        again.id.reset();
        QVERIFY(c.write(again).ok());
        NOTHING_BROKEN(c);
    }

    void sharedMoveIsDetachReleaseAttach()
    {
        SharedCluster c;
        QVERIFY(c.state.pool(numbered<PoolId>(9))->agentNode.has_value());
        const auto agent = *c.state.pool(numbered<PoolId>(9))->agentNode;
        const auto id = c.create(web(2));
        QVERIFY(agent == nodeId(1));
        QVERIFY(c.goal(id, 1) == Goal::Present);
        QVERIFY(c.orders(id, 1).front().clusterAgent && c.orders(id, 1).front().mayCreate);
        c.converge();
        const CopyId image = c.ledger(id).copy;
        QVERIFY(c.status(id).sync == Sync::InSync);
        QVERIFY(c.write(DatasetMove{ref(id), node(3), {}, false}).ok());
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Frozen);
        QVERIFY(c.goal(id, 2) == Goal::Frozen);
        QVERIFY(c.orders(id, 3).empty());
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(3));
        QVERIFY(c.ledger(id).copy == image);
        QVERIFY(c.ledger(id).retired.empty());
        QVERIFY(c.orders(id, 2).empty());
        QCOMPARE(c.ledger(id).epoch, Epoch{2});
        NOTHING_BROKEN(c);
    }

    void targetLostAfterTheGrantGivesItBack()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, HandoverPhase::Granted);
        const auto target = c.ledger(id).copy;
        silence(c, 2);
        QVERIFY(!c.write(NodeDeclareLost{node(2), ""}).ok());
        QVERIFY(c.write(NodeDeclareLost{node(2), "off"}).ok());
        QVERIFY(!c.ledger(id).handover);
        QVERIFY(c.ledger(id).owner == nodeId(1));
        QCOMPARE(c.ledger(id).epoch, Epoch{3});
        c.converge();
        QVERIFY(c.goal(id, 1) == Goal::Mounted);
        // The machine comes back with a mounted copy of an older epoch: it holds nothing, stays
        // lost until it is off, and its copy is an orphan.
        CopyState old;
        old.dataset = id;
        old.copy = target;
        old.pool = numbered<PoolId>(2);
        old.role = CopyRole::Primary;
        old.epoch = 2;
        old.phase = CopyPhase::Mounted;
        c.join(2, {localPool(2, "default")}, {old});
        QVERIFY(c.state.isLost(nodeId(2)));
        QVERIFY(c.orders(id, 2).empty());
        QVERIFY(c.says(id, "OrphanCopy"));
        old.phase = CopyPhase::Created;
        c.report(2, {old});
        QVERIFY(!c.state.isLost(nodeId(2)));
        NOTHING_BROKEN(c);
    }

    void silentTargetThawsTheSource()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, HandoverPhase::Frozen);
        const auto transfer = c.ledger(id).handover->transfer;
        silence(c, 2);
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Copying);
        QVERIFY(c.ledger(id).handover->transfer != transfer); // what was final before is so no more
        QVERIFY(c.goal(id, 1) == Goal::Mounted);
        NOTHING_BROKEN(c);
    }

    // Between the last pass and its seal, somebody with the source's key repeated the pass with
    // something else. The source has not let go yet.
    void whatWasReplacedBeforeItsSealBeginsAnew_data()
    {
        QTest::addColumn<bool>("finalDone");
        QTest::newRow("another pass ended") << true;
        QTest::newRow("another pass is under way") << false;
    }
    void whatWasReplacedBeforeItsSealBeginsAnew()
    {
        QFETCH(const bool, finalDone);
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, HandoverPhase::Frozen);
        const auto handover = *c.ledger(id).handover;
        auto [source, target] = afterTheLastPass(c, handover);
        c.report(1, {source});
        c.report(2, {target});
        QCOMPARE(c.ledger(id).handover->digest, std::string("one"));
        QVERIFY(c.goal(id, 1) == Goal::Frozen);
        target.transfer->finalDone = finalDone;
        target.transfer->digest = finalDone ? "two" : "";
        c.report(2, {target});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Copying);
        QVERIFY(c.ledger(id).handover->transfer != handover.transfer);
        QVERIFY(c.ledger(id).handover->digest.empty());
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(2));
        NOTHING_BROKEN(c);
    }

    void digestsThatDifferBeginTheCopyAnew()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, false}).ok());
        driveTo(c, id, HandoverPhase::Frozen);
        const auto handover = *c.ledger(id).handover;
        auto [source, target] = afterTheLastPass(c, handover);
        target.transfer->digest = "two";
        c.report(1, {source});
        c.report(2, {target});
        QVERIFY(c.ledger(id).handover->phase == HandoverPhase::Copying);
        QVERIFY(c.ledger(id).handover->transfer != handover.transfer);
        c.converge();
        QVERIFY(c.ledger(id).owner == nodeId(2));
        NOTHING_BROKEN(c);
    }
};

QTEST_APPLESS_MAIN(TestHandover)
#include "tst_handover.moc"
