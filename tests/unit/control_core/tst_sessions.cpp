#include "tests/unit/control_core/clusters.h"

#include "control/core/liveness.h"
#include "control/core/status.h"

using namespace drover::model;
using namespace drover::control::core;
using namespace drover::control::core::test;
using namespace std::chrono_literals;

namespace {

Hello helloOf(std::uint8_t number)
{
    Hello hello;
    hello.node = nodeId(number);
    hello.machine = numbered<MachineId>(number);
    hello.incarnation = numbered<SessionId>(number).value;
    hello.hostname = "n" + std::to_string(number);
    return hello;
}

Actor keyOf(std::uint8_t number)
{
    return {"node-" + std::to_string(number), KeyRole::Node, nodeId(number)};
}

HelloResult ask(Driver& c, const Hello& hello, const Actor& actor,
                const std::optional<LiveSession>& live = {})
{
    return acceptHello(c.state, hello, actor, live, c.now, c.ids);
}

CopyState copyIn(std::uint8_t pool, std::uint8_t number)
{
    CopyState copy;
    copy.dataset = numbered<DatasetId>(number);
    copy.copy = numbered<CopyId>(number);
    copy.pool = numbered<PoolId>(pool);
    copy.epoch = 1;
    return copy;
}

} // namespace

class TestSessions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void helloNeedsTheKeyOfItsNode_data()
    {
        QTest::addColumn<int>("role");
        QTest::addColumn<int>("node");
        QTest::newRow("another node's key") << static_cast<int>(KeyRole::Node) << 2;
        QTest::newRow("an admin's key") << static_cast<int>(KeyRole::Admin) << 1;
    }
    void helloNeedsTheKeyOfItsNode()
    {
        QFETCH(int, role);
        QFETCH(int, node);
        Driver c;
        const Actor actor{"x", static_cast<KeyRole>(role), nodeId(static_cast<std::uint8_t>(node))};
        const auto result = ask(c, helloOf(1), actor);
        QVERIFY(result.verdict == HelloVerdict::Refuse);
        QVERIFY(result.error.code == ErrorCode::PermissionDenied);
        QVERIFY(result.decision.changes.empty() && result.facts.empty());
    }

    void nodeThatRemembersMoreThanControlMeansAmnesia_data()
    {
        QTest::addColumn<int>("term");
        QTest::addColumn<int>("revision");
        QTest::addColumn<bool>("amnesia");
        QTest::newRow("same") << 1 << 1 << false;
        QTest::newRow("higher term") << 2 << 0 << true;
        QTest::newRow("higher revision") << 1 << 1000 << true;
    }
    void nodeThatRemembersMoreThanControlMeansAmnesia()
    {
        QFETCH(int, term);
        QFETCH(int, revision);
        QFETCH(bool, amnesia);
        Driver c;
        Hello hello = helloOf(1);
        hello.highestHistory = c.state.history().history;
        hello.highestTerm = static_cast<Term>(term);
        hello.highestRevision = static_cast<Revision>(revision);
        const auto result = ask(c, hello, keyOf(1));
        QCOMPARE(result.amnesia, amnesia);
        QVERIFY((result.verdict == HelloVerdict::Accept) == !amnesia);
        // Another history is no amnesia: it is another cluster's node.
        hello.highestHistory = numbered<HistoryId>(7);
        const auto other = ask(c, hello, keyOf(1));
        QVERIFY(!other.amnesia);
        QVERIFY(other.error.code == ErrorCode::Conflict);
    }

    void epochThatWasNeverGrantedMeansAmnesia()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        Report report;
        report.copies = {primaryOf(c, id, CopyPhase::Mounted)};
        QVERIFY(!impliesAmnesia(c.state, report));
        report.copies.front().epoch = 2;
        QVERIFY(impliesAmnesia(c.state, report));
    }

    void secondProcessIsProbedFirst()
    {
        Driver c;
        const Hello hello = helloOf(1);
        const LiveSession same{hello.incarnation, hello.machine, LiveSession::Probe::NotProbed};
        // its own broken connection
        QVERIFY(ask(c, hello, keyOf(1), same).verdict == HelloVerdict::Accept);
        LiveSession other{numbered<SessionId>(5).value, hello.machine,
                          LiveSession::Probe::NotProbed};
        QVERIFY(ask(c, hello, keyOf(1), other).verdict == HelloVerdict::Probe);
        other.probe = LiveSession::Probe::Answered;
        const auto refused = ask(c, hello, keyOf(1), other);
        QVERIFY(refused.verdict == HelloVerdict::Refuse);
        QVERIFY(refused.error.code == ErrorCode::DuplicateNode);
        other.probe = LiveSession::Probe::Silent;
        QVERIFY(ask(c, hello, keyOf(1), other).verdict == HelloVerdict::Accept);
    }

    void anotherMachineNeedsAPersonsWord()
    {
        Driver c;
        Hello hello = helloOf(1);
        c.join(1, {localPool(1, "default")});
        hello.machine = c.state.nodeLedger(nodeId(1))->machine;
        QVERIFY(!hello.machine.isNil());
        QVERIFY(ask(c, hello, keyOf(1)).verdict == HelloVerdict::Accept);
        Hello copied = hello;
        copied.machine = numbered<MachineId>(77);
        const auto refused = ask(c, copied, keyOf(1));
        QVERIFY(refused.verdict == HelloVerdict::Refuse);
        QVERIFY(refused.error.code == ErrorCode::DuplicateNode);
        QVERIFY(refused.decision.changes.empty());
        // Whoever has no machine id cannot be told apart by it.
        copied.machine = {};
        QVERIFY(ask(c, copied, keyOf(1)).verdict == HelloVerdict::Accept);
        copied.machine = numbered<MachineId>(77);
        c.pass(25s, false);
        QVERIFY(c.write(NodeDeclareLost{{nodeId(1), ""}, "its machine burnt down"}).ok());
        QVERIFY(ask(c, copied, keyOf(1)).verdict == HelloVerdict::Accept);
    }

    void distrustedPoolsAreNotUsed_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("another node's") << 0 << QByteArray("PoolOfAnotherNode");
        QTest::newRow("changed its kind") << 1 << QByteArray("PoolChanged");
        QTest::newRow("one folder twice") << 2 << QByteArray("DuplicatePool");
        QTest::newRow("one name twice") << 3 << QByteArray("DuplicatePoolName");
        QTest::newRow("bad name") << 4 << QByteArray("BadPoolName");
    }
    void distrustedPoolsAreNotUsed()
    {
        QFETCH(int, which);
        QFETCH(QByteArray, reason);
        Driver c;
        c.join(1, {localPool(1, "default")});
        std::vector<PoolState> pools = {localPool(2, "default")};
        if (which == 0)
            pools = {localPool(1, "default")};
        if (which == 1) {
            c.join(2, pools);
            pools.front().kind = "btrfs";
        }
        if (which == 2)
            pools.push_back(localPool(2, "other"));
        if (which == 3)
            pools.push_back(localPool(3, "default"));
        if (which == 4)
            pools.front().name = "a/b";
        c.join(2, pools);
        const auto* node = c.state.nodeState(nodeId(2));
        bool found = false;
        for (const auto& pool : node->pools)
            for (const auto& condition : pool.conditions)
                if (condition.reason == reason.toStdString()) {
                    found = true;
                    QVERIFY(!pool.available);
                }
        QVERIFY(found);
        QVERIFY(c.state.pool(numbered<PoolId>(1))->nodes == std::vector<NodeId>{nodeId(1)});
        NOTHING_BROKEN(c);
    }

    void whatTheFirstFullReportDoesNotNameIsGone()
    {
        Driver c;
        c.join(1, {localPool(1, "default"), localPool(2, "second")},
               {copyIn(1, 1), copyIn(1, 2), copyIn(2, 3)});
        QCOMPARE(c.state.copiesOn(nodeId(1)).size(), std::size_t{3});
        auto second = localPool(2, "second");
        second.available = false;
        c.hello(1, {localPool(1, "default"), second});
        QCOMPARE(c.state.copiesOn(nodeId(1)).size(), std::size_t{3}); // syncing: nothing is absent
        c.report(1, {copyIn(1, 1)});
        c.report(1, {}, {}, /*complete=*/true);
        // Copy 2 is gone, copy 3 lies in a pool that cannot be seen.
        QVERIFY(c.state.copyState(nodeId(1), numbered<CopyId>(1)) != nullptr);
        QVERIFY(c.state.copyState(nodeId(1), numbered<CopyId>(2)) == nullptr);
        QVERIFY(c.state.copyState(nodeId(1), numbered<CopyId>(3)) != nullptr);
        NOTHING_BROKEN(c);
    }

    void reportsOfAnotherSessionChangeNothing()
    {
        Driver c;
        c.join(1, {localPool(1, "default")});
        Report report;
        report.session = numbered<SessionId>(99);
        report.copies = {copyIn(1, 1)};
        QVERIFY(checkReport(c.state, nodeId(1), report).error().code == ErrorCode::StaleSession);
        QVERIFY(onReport(c.state, nodeId(1), report, c.now).empty());
    }

    void heartbeatChangesNothing()
    {
        Driver c;
        c.join(1, {localPool(1, "default")});
        Report report;
        report.session = *c.state.nodeState(nodeId(1))->session;
        QVERIFY(onReport(c.state, nodeId(1), report, c.now).empty());
        report.copies = {copyIn(1, 1)};
        c.report(1, report.copies);
        QVERIFY(onReport(c.state, nodeId(1), report, c.now).empty()); // the same again
    }

    void silenceMakesANodeEvasiveThenUnreachable()
    {
        Driver c;
        c.join(1, {localPool(1, "default")});
        const auto liveness = [&] { return c.state.nodeState(nodeId(1))->liveness; };
        c.pass(5s, false);
        QVERIFY(liveness() == Liveness::Alive);
        c.pass(2s, false);
        QVERIFY(liveness() == Liveness::Evasive);
        QVERIFY(!c.state.isUsable(nodeId(1)));
        c.report(1, {});
        QVERIFY(liveness() == Liveness::Alive);
        c.pass(21s, false);
        QVERIFY(liveness() == Liveness::Unreachable);
        QVERIFY(!c.state.nodeState(nodeId(1))->pools.empty()); // what it was stays to be seen
        c.report(1, {});
        QVERIFY(liveness() == Liveness::Alive);
        c.restart();
        QVERIFY(liveness() == Liveness::Unreachable);
        NOTHING_BROKEN(c);
    }

    void silentThirdMakesControlSuspectItself()
    {
        LocalCluster c;
        QVERIFY(clusterConditions(c.state, c.now).empty());
        c.pass(25s, false);
        const auto conditions = clusterConditions(c.state, c.now);
        QCOMPARE(conditions.size(), std::size_t{1});
        QCOMPARE(conditions.front().reason, std::string("ControlSuspectsItself"));
    }

    void nextWakeIsNeverInThePastAndNeverTooLate()
    {
        LocalCluster c;
        QVERIFY(nextWake(c.state, c.now) == 6s); // the first that may fall silent
        const auto id = c.create(web());
        c.converge();
        QVERIFY(c.write(DatasetDelete{ref(id), 2s, false}).ok());
        QVERIFY(nextWake(c.state, c.now) == 2s);
        // Due but blocked on the wall clock: it waits for that one, it does not spin.
        c.now.running += 3s;
        c.state.observe(c.now);
        QVERIFY(nextWake(c.state, c.now) == 2s);
        QVERIFY(dueDatasets(c.state, c.now, c.now).empty());
    }

    void conditionKeepsItsBeginningWhileItStands()
    {
        LocalCluster c;
        const auto id = c.create(web());
        c.converge();
        c.pass(25s, false);
        const auto first = c.status(id);
        c.pass(10min, false);
        const auto later = c.status(id);
        QVERIFY(!first.conditions.empty());
        QCOMPARE(later.conditions.size(), first.conditions.size());
        QVERIFY(later.conditions.front().since == first.conditions.front().since);
        QVERIFY(!later.conditions.front().suggestion.empty());
    }

    void orphansAreReportedAndLeftAlone()
    {
        LocalCluster c;
        c.report(2, {copyIn(2, 50)});
        const auto id = numbered<DatasetId>(50);
        QVERIFY(hasStatus(c.state, id));
        QVERIFY(c.says(id, "OrphanCopy"));
        QVERIFY(c.orders(id, 2).empty());
        c.pass(100h);
        QVERIFY(c.state.copyState(nodeId(2), numbered<CopyId>(50)) != nullptr);
        c.report(2, {}, {numbered<CopyId>(50)});
        QVERIFY(c.state.publishedStatus(id) == nullptr);
        NOTHING_BROKEN(c);
    }
};

QTEST_APPLESS_MAIN(TestSessions)
#include "tst_sessions.moc"
