#include "tests/unit/control_core/clusters.h"

#include "control/core/assignments.h"
#include "control/core/liveness.h"
#include "control/core/status.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

class TestLifecycle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void createdDatasetIsGrantedMadeAndMounted()
    {
        LocalCluster c;
        const auto id = c.create(web());
        QCOMPARE(c.ledger(id).epoch, Epoch{1});
        QVERIFY(c.ledger(id).owner == nodeId(1));
        QVERIFY(!c.ledger(id).everCreated);
        const auto orders = c.orders(id, 1);
        QCOMPARE(orders.size(), std::size_t{1});
        QVERIFY(orders.front().goal == Goal::Mounted);
        QVERIFY(orders.front().mayCreate);
        QVERIFY(c.status(id).sync == Sync::Converging);
        c.converge();
        QVERIFY(c.ledger(id).everCreated);
        QVERIFY(!c.orders(id, 1).front().mayCreate);
        QVERIFY(c.status(id).sync == Sync::InSync);
        QVERIFY(c.status(id).health == Health::Healthy);
        QVERIFY(concernedNodes(c.state, id) == std::set<NodeId>{nodeId(1)});
        NOTHING_BROKEN(c);
    }

    void whatIsSmallerThanWishedIsNotInSync()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        auto copy = *c.state.copyState(nodeId(1), c.ledger(id).copy);
        copy.size = ByteCount{1ULL << 30};
        c.report(1, {copy});
        QVERIFY(c.status(id).sync == Sync::InSync);
        QVERIFY(c.status(id).size == copy.size);
        QVERIFY(c.write(DatasetResize{ref(id), ByteCount{2ULL << 30}}).ok());
        // An agent that takes its work for done although nothing has grown.
        copy.observedGeneration = c.orders(id, 1).front().generation;
        c.report(1, {copy});
        QVERIFY(c.status(id).sync == Sync::Converging);
        QVERIFY(c.says(id, "Growing"));
        // One that says what it waits for: in its words only.
        Condition waits;
        waits.type = ConditionType::GrowAtNextUnmount;
        waits.severity = ConditionSeverity::Warning;
        waits.reason = "GrowAtNextUnmount";
        copy.observedGeneration = 0;
        copy.conditions = {waits};
        c.report(1, {copy});
        QVERIFY(c.status(id).sync == Sync::Converging);
        QVERIFY(c.status(id).health == Health::Healthy);
        QCOMPARE(c.status(id).conditions.size(), std::size_t{1});
        QVERIFY(c.status(id).size == ByteCount{1ULL << 30});
        copy.size = ByteCount{2ULL << 30};
        copy.observedGeneration = c.orders(id, 1).front().generation;
        copy.conditions.clear();
        c.report(1, {copy});
        QVERIFY(c.status(id).sync == Sync::InSync);
        NOTHING_BROKEN(c);
    }

    void nothingIsGrantedToANodeThatIsNotReady()
    {
        Driver c;
        c.hello(1, {localPool(1, "default")});
        const auto id = c.create(web());
        QVERIFY(c.state.ledger(id) == nullptr);
        QVERIFY(c.status(id).sync == Sync::Blocked);
        QVERIFY(c.says(id, "NodesNotReady"));
        c.report(1, {}, {}, /*complete=*/true);
        QVERIFY(c.ledger(id).owner == nodeId(1));
        NOTHING_BROKEN(c);
    }

    void nothingIsGrantedInAPoolThatIsUnavailable()
    {
        Driver c;
        auto pool = localPool(1, "default");
        pool.available = false;
        c.join(1, {pool});
        const auto id = c.create(web());
        QVERIFY(c.state.ledger(id) == nullptr);
        pool.available = true;
        c.reportPools(1, {pool});
        QVERIFY(c.ledger(id).owner == nodeId(1));
        NOTHING_BROKEN(c);
    }

    void absenceIsNoProofOfDestructionBeforeItWasOrdered()
    {
        LocalCluster c;
        const auto id = c.create(web());
        const CopyId copy = c.ledger(id).copy;
        // The creation may be on its way: the agent saw nothing yet.
        c.report(1, {}, {copy});
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        QVERIFY(c.state.ledger(id) != nullptr);
        auto late = primaryOf(c, id, CopyPhase::Created);
        c.report(1, {late});
        QVERIFY(c.goal(id, 1) == Goal::Destroyed);
        c.report(1, {}, {copy});
        QVERIFY(c.state.ledger(id) == nullptr);
        NOTHING_BROKEN(c);
    }

    void deletedDatasetIsPurgedWhenBothClocksPassedItsGrace()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetDelete{ref(id), std::nullopt, false}).ok());
        QVERIFY(c.goal(id, 1) == Goal::Retired);
        QVERIFY(c.orders(id, 1).front().retiredRole == CopyRole::Trash);
        c.pass(23h);
        QVERIFY(c.state.dataset(id) != nullptr);
        c.pass(61min);
        QVERIFY(c.state.dataset(id) == nullptr);
        c.converge();
        QVERIFY(c.state.isTombstone(id));
        NOTHING_BROKEN(c);
    }

    void steppedWallClockHoldsPurges()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetDelete{ref(id), 30min, false}).ok());
        c.now.wall += 48h; // somebody set the clock
        c.pass(20min);
        QVERIFY(c.state.dataset(id) != nullptr); // the running clock has not passed it
        QVERIFY(c.state.purgesHeld());
        c.pass(20min);
        QVERIFY(c.state.dataset(id) != nullptr); // held
        c.pass(1h);
        QVERIFY(c.state.dataset(id) == nullptr);
        NOTHING_BROKEN(c);
    }

    // The end of a grace lies in what the clock goes through a second time, between two looks (seed
    // 505236 of the simulation).
    void wallClockThatIsSetBackHidesNoEnd()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetDelete{ref(id), 30min, false}).ok());
        const Now at = c.state.dataset(id)->deletion->at;
        const Now since{at.wall + 30min + 5s, at.running + 40min};
        const Now now{at.wall + 30min + 1s, at.running + 40min + 10s};
        QVERIFY(dueDatasets(c.state, since, now) == std::vector<DatasetId>{id});
    }

    void leaseKeepsADatasetWhereItIs()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        const auto lease = c.write(LeaseAcquire{ref(id), node(1), "docker-7", 60s});
        QVERIFY(lease.ok());
        const auto refused = c.write(DatasetMove{ref(id), node(2), {}, false});
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().code == ErrorCode::InUse);
        QVERIFY(refused.error().message.find("n1/docker-7") != std::string::npos);
        QVERIFY(c.write(DatasetDelete{ref(id), std::nullopt, false}).error().code ==
                ErrorCode::InUse);

        QVERIFY(c.write(DatasetMove{ref(id), node(2), {}, true}).ok());
        QVERIFY(!c.ledger(id).handover);
        QVERIFY(c.says(id, "MoveWaitsForLease"));
        QVERIFY(c.status(id).sync == Sync::Blocked);
        c.pass(30s);
        QVERIFY(c.write(LeaseRenew{*lease->results.front().lease}).ok());
        c.pass(45s);
        QVERIFY(!c.ledger(id).handover);
        c.pass(30s); // it ends: expiry only permits
        QVERIFY(c.ledger(id).handover);
        NOTHING_BROKEN(c);
    }

    void deleteWhenFreeKeepsItInUseAndBeginsTheGraceLater()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        const auto lease = c.write(LeaseAcquire{ref(id), node(1), "vm", std::nullopt});
        QVERIFY(c.write(DatasetDelete{ref(id), 1h, true}).ok());
        c.pass(5h);
        QVERIFY(c.goal(id, 1) == Goal::Mounted);
        QVERIFY(c.says(id, "DeleteWaitsForLease"));
        QVERIFY(c.write(LeaseRelease{*lease->results.front().lease}).ok());
        QVERIFY(c.goal(id, 1) == Goal::Retired);
        c.pass(59min);
        QVERIFY(c.state.dataset(id) != nullptr);
        c.pass(2min);
        QVERIFY(c.state.dataset(id) == nullptr);
        NOTHING_BROKEN(c);
    }

    void restartOfControlGivesLeasesTheirFullTimeAnew()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(LeaseAcquire{ref(id), node(1), "vm", 60s}).ok());
        c.pass(50s);
        c.restart();
        QCOMPARE(c.state.leasesOf(id).size(), std::size_t{1});
        c.pass(50s, /*heartbeats=*/false);
        QCOMPARE(c.state.leasesOf(id).size(), std::size_t{1});
        c.pass(11s, /*heartbeats=*/false);
        QVERIFY(c.state.leasesOf(id).empty());
        NOTHING_BROKEN(c);
    }

    void sharedImageIsDestroyedAfterItsUserIsOff()
    {
        SharedCluster c;
        const auto id = c.create(web(2));
        c.converge();
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        QVERIFY(c.goal(id, 2) == Goal::Released);
        QVERIFY(c.orders(id, 1).empty()); // still mounted on n2
        c.converge();
        QVERIFY(c.state.isTombstone(id));
        NOTHING_BROKEN(c);
    }

    // The node that had it in use reports what it saw last; the cluster agent, which lists all, has no such image.
    void whatIsLeftOfADestroyedImageInAnOldReportIsNothing()
    {
        SharedCluster c;
        const auto id = c.create(web(2));
        c.converge();
        CopyState old = *c.state.copyState(nodeId(2), c.ledger(id).copy);
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        QVERIFY(c.ledger(id).purged && c.ledger(id).purged->header.name == "web");
        QCOMPARE(c.state.purging().count(id), std::size_t{1});
        c.converge();
        QVERIFY(c.state.isTombstone(id));
        QVERIFY(c.state.purging().empty());
        QVERIFY(!hasStatus(c.state, id));
        old.role = CopyRole::Released;
        old.phase = CopyPhase::Created;
        c.report(2, {old});
        QVERIFY(!hasStatus(c.state, id));
        // In use it is no old tale; and one that the cluster agent lists is really there.
        old.phase = CopyPhase::Mounted;
        c.report(2, {old});
        QVERIFY(hasStatus(c.state, id));
        QVERIFY(c.says(id, "OrphanCopy"));
        old.phase = CopyPhase::Created;
        c.report(2, {old});
        QVERIFY(!hasStatus(c.state, id));
        c.report(1, {old});
        QVERIFY(c.says(id, "OrphanCopy"));
    }

    // A node that is not the pool's cluster agent lists what it holds. Seed 4459 of the simulation: it became the agent in the same round,
    // and the purge ended while the image was there.
    void whatAUserOfASharedPoolDoesNotNameIsNotProvenDestroyed()
    {
        SharedCluster c;
        const auto id = c.create(web(2));
        c.converge();
        const auto image = c.ledger(id).copy;
        QVERIFY(c.state.pool(c.ledger(id).pool)->agentNode == nodeId(1));
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        QVERIFY(c.ledger(id).purgeCommitted);
        c.join(2, {sharedPool(9, "san")}); // a full report, without the image
        QVERIFY(!c.state.isProvenGone(nodeId(2), image));
        QVERIFY(c.goal(id, 2) == Goal::Released);
        QVERIFY(c.orders(id, 1).empty());
        c.report(2, {}, {image}); // it has looked for it
        QVERIFY(c.state.isProvenGone(nodeId(2), image));
        c.converge();
        QVERIFY(c.state.isTombstone(id));
        NOTHING_BROKEN(c);
    }

    void lostOwnerOfASharedDatasetIsReplaced()
    {
        SharedCluster c;
        auto verb = web(2);
        verb.node = {};
        verb.pool = "san";
        const auto id = c.create(verb);
        c.converge();
        const auto owner = *c.ledger(id).owner;
        const auto number = owner.value.bytes[15];
        QVERIFY(c.write(NodeDeclareLost{node(number), "it burnt"}).error().code ==
                ErrorCode::FailedState); // alive
        silence(c, number);
        QVERIFY(c.status(id).health == Health::Unknown);
        // no fence: say so
        QVERIFY(c.write(NodeDeclareLost{node(number), ""}).error().code == ErrorCode::FailedState);
        QVERIFY(c.write(NodeDeclareLost{node(number), "it burnt"}).ok());
        QVERIFY(c.ledger(id).owner != owner);
        QCOMPARE(c.ledger(id).epoch, Epoch{2});
        NOTHING_BROKEN(c);
    }

    void fenceSelfIsWaitedOut()
    {
        SharedCluster c(Fence::Self);
        auto verb = web(2);
        verb.node = {};
        const auto id = c.create(verb);
        c.converge();
        const auto owner = *c.ledger(id).owner;
        silence(c, owner.value.bytes[15]);
        QVERIFY(c.write(NodeDeclareLost{{owner, {}}, ""}).ok());
        QVERIFY(c.ledger(id).owner == owner);
        passWithout(c, owner.value.bytes[15], 30s);
        QVERIFY(c.ledger(id).owner == owner);
        passWithout(c, owner.value.bytes[15], 6s);
        QVERIFY(c.ledger(id).owner != owner);
        NOTHING_BROKEN(c);
    }

    // The lock of its image names the lost node for ever: only a grant above it may destroy it.
    void aLostNodesDeletedImageIsTakenFromItToBeDestroyed()
    {
        SharedCluster c(Fence::Self);
        const auto id = c.create(web(2));
        c.converge();
        QVERIFY(c.write(DatasetDelete{ref(id), 0ms, false}).ok());
        silence(c, 2);
        QVERIFY(c.write(NodeDeclareLost{node(2), ""}).ok());
        QVERIFY(c.ledger(id).owner == nodeId(2)); // until the fence has done its part
        QCOMPARE(c.ledger(id).epoch, Epoch{1});
        // The image is not gone with the node: others have it to destroy.
        QVERIFY(c.write(NodeForget{node(2)}).error().code == ErrorCode::InUse);
        passWithout(c, 2, 36s);
        QVERIFY(c.ledger(id).owner == nodeId(1)); // where the pool's cluster agent runs
        QCOMPARE(c.ledger(id).epoch, Epoch{2});
        c.converge();
        QVERIFY(c.state.ledger(id) == nullptr);
        QVERIFY(c.state.isTombstone(id));
        NOTHING_BROKEN(c);
    }

    void lostOwnerOfLocalDataLeavesItUnavailable()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        silence(c, 1);
        QVERIFY(c.write(NodeDeclareLost{node(1), ""}).ok());
        QVERIFY(c.ledger(id).owner == nodeId(1));
        QVERIFY(c.status(id).health == Health::Unavailable);
        QVERIFY(c.says(id, "OwnerLost"));
        // It was not lost after all.
        auto back = primaryOf(c, id, CopyPhase::Mounted);
        c.join(1, {localPool(1, "default")}, {back});
        QVERIFY(!c.state.isLost(nodeId(1)));
        QVERIFY(c.status(id).health == Health::Healthy);
        NOTHING_BROKEN(c);
    }

    void twoClaimsAtOneEpochStopEveryDecision()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        auto claim = primaryOf(c, id, CopyPhase::Mounted);
        claim.copy = numbered<CopyId>(77);
        claim.pool = numbered<PoolId>(2);
        c.report(2, {claim});
        QVERIFY(c.says(id, "ConflictingPrimary"));
        QVERIFY(c.write(DatasetMove{ref(id), node(3), {}, false}).ok());
        QVERIFY(!c.ledger(id).handover);
        QCOMPARE(c.ledger(id).epoch, Epoch{1});
        c.report(2, {}, {claim.copy});
        QVERIFY(c.ledger(id).handover.has_value());
        NOTHING_BROKEN(c);
    }
};

QTEST_APPLESS_MAIN(TestLifecycle)
#include "tst_lifecycle.moc"
